/* The sanitizers' options under an engine: no stack trace per allocation, a
 * small quarantine and no frames on the heap, because these would take most of
 * the time. A report has less detail; the reproducer, which runs without these
 * options, shows all of it. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "malloc_context_size=0:quarantine_size_mb=4:"
           "detect_stack_use_after_return=0";
}

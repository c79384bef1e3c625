/* Sanitizer options for fuzzing with an engine: no stack trace per allocation,
 * a small quarantine, no stack frames on the heap, because these would take
 * most of the time. The report has less detail; the reproducer runs without
 * these options and shows every detail. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "malloc_context_size=0:quarantine_size_mb=4:"
           "detect_stack_use_after_return=0";
}

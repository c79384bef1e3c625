/* How the sanitizers run under an engine: a stack trace per allocation, a
 * quarantine of hundreds of megabytes and frames on the heap would take most of
 * the time. What they cost in a report, the reproducer gives back: it runs
 * without them. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "malloc_context_size=0:quarantine_size_mb=4:"
           "detect_stack_use_after_return=0";
}

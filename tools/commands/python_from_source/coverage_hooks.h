/* Compiled into Objects/capsule.c with --coverage.
 *
 * The compiler's coverage counters call these two functions when a program
 * starts. A fuzz target takes the functions from its engine. The interpreter
 * has no engine and takes these, which do nothing. */
__attribute__((weak, no_sanitize("coverage"))) void
__sanitizer_cov_8bit_counters_init(char *start, char *stop)
{
    (void)start;
    (void)stop;
}

__attribute__((weak, no_sanitize("coverage"))) void
__sanitizer_cov_pcs_init(const unsigned long *start, const unsigned long *stop)
{
    (void)start;
    (void)stop;
}

/* Linked into the interpreter `python3`, and not into libpython: options of the
 * sanitizers, so that the interpreter can be used like any other. An
 * interpreter keeps memory until it ends, which LeakSanitizer would report each
 * time. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

/* The functions that an engine calls. They are the same for every target that
 * runs programs. */
#include "fuzz/driver/target.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/runner.h"
#include "fuzz/executor/executor.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Prints the rules at exit. libFuzzer ends with _Exit() on a finding and on
 * Ctrl-C; the numbers are then only in the status file. */
static void print_rules(void) { executor_print_rules(stderr); }

/* Returns libFuzzer's prefix of crash files: reports put their C file there. */
static const char *artifact_prefix(int argc, char **argv)
{
    static const char FLAG[] = "-artifact_prefix=";
    const char *prefix = "./";
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], FLAG, strlen(FLAG)) == 0) {
            prefix = argv[i] + strlen(FLAG);
        }
    }
    return prefix;
}

/* NULL unless AFL++ is linked. libFuzzer's functions cannot tell the engines
 * apart: a shared library does not see them. */
int __afl_persistent_loop(unsigned count) __attribute__((weak));

/* Sets -max_len to the longest program: libFuzzer's default is the longest file
 * of the corpus. The user's own -max_len comes later and wins. AFL++ would
 * misread the argument. */
static void set_longest_input(int *argc, char ***argv)
{
    static char longest[32];
    static char **all; /* static, because LeakSanitizer must find the block */
    if (__afl_persistent_loop) {
        return;
    }
    snprintf(longest, sizeof longest, "-max_len=%d", MAX_ENCODED);

    all = calloc((size_t)*argc + 2, sizeof *all);
    if (!all) {
        abort();
    }
    all[0] = (*argv)[0];
    all[1] = longest;
    memcpy(all + 2, *argv + 1, (size_t)(*argc - 1) * sizeof *all);
    *argv = all;
    *argc += 1;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct runner_options environment = runner_options_from_environment();
    struct executor_options options = {
        .profile = environment.profile,
        .use_malloc = environment.use_malloc,
        .sanitizers_only = environment.sanitizers_only,
        .artifact_prefix = artifact_prefix(*argc, *argv),
    };
    if (executor_start(&options) != 0) {
        fprintf(stderr,
                "%s: this implementation does not follow the profile %s; run "
                "the target on one that does, or set CAPSULE_PROFILE\n",
                TARGET.name, options.profile ? options.profile : "(none)");
        exit(2);
    }
    executor_set_calls(TARGET.calls);
    atexit(print_rules);
    set_longest_input(argc, argv);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct program program;
    program_decode(&program, data, size);
    executor_set_input(data, size);
    executor_run(&program, NULL);
    executor_remember(data, size);
    return 0;
}

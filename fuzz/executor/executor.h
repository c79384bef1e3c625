/* Runs a program on the implementation that is linked in, and holds every
 * result against the model.
 *
 * The first difference prints a report (the rule, the call, what was expected
 * and what came, the program as text, the path of a C file) and aborts. The
 * same report follows a sanitizer's finding.
 */
#ifndef FUZZ_EXECUTOR_EXECUTOR_H
#define FUZZ_EXECUTOR_EXECUTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "capsule/contract.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

struct executor_options {
    /* The profile to ask the host for; NULL: its own choice. */
    const char *profile;
    /* Perform calls also where the program breaks its side of the contract.
     * Without it such calls are left out. */
    bool misuse;
    /* Take payloads, names and objects from malloc() instead of the arena, so
     * that the sanitizer's own reports of bad frees and leaks are exercised. */
    bool use_malloc;
    /* Hold nothing against the model, and go on after what it would have
     * reported: only a sanitizer or a crash stops the program. It shows what a
     * harness without a model would miss. */
    bool sanitizers_only;
    /* Where a report puts the C file: the path prefix, as in libFuzzer's
     * -artifact_prefix. NULL: no file. */
    const char *artifact_prefix;
    /* What the report shows in the place of that prefix, if the file moves
     * after the run. NULL: the prefix. */
    const char *artifact_shown;
};

/* Starts the host. Call once. Returns 0, or -1 when the host refuses the
 * profile. When the environment names a file in CAPSULE_STATUS_FILE, the
 * counters below are kept there (see status.h). */
int executor_start(const struct executor_options *options);

/* Ends the host. */
void executor_stop(void);

/* Says which calls the programs to come may have, by a weight per enum call_op
 * (NULL: all), and so which rules they can exercise. */
void executor_set_calls(const uint8_t *weights);

/* The bytes that the next program was decoded from, for the name of the
 * report's C file; borrowed until the next call. NULL: none. */
void executor_set_input(const uint8_t *bytes, size_t size);

/* What the program needs and the implementation does not have, in words; NULL
 * where there is nothing. Static. */
const char *executor_lacks(const struct program *program);

/* Runs the program in a fresh state. `annotations` (may be NULL) hold the
 * results that the program itself expects. Returns only when all is well. */
void executor_run(const struct program *program,
                  const struct annotations *annotations);

/* The calls of the last program that were performed, a bit each, the first
 * call's lowest; the others were left out. */
uint64_t executor_performed(void);

/* The allocations that the implementation tried in the calls of the last
 * program while one was to fail: after `fail_allocation(65535)` in its first
 * line, all of the program. */
size_t executor_allocations(void);

/* Prints the rules that were exercised since executor_start(), with counts,
 * and those that programs can exercise but did not. */
void executor_print_rules(FILE *out);

#ifdef __cplusplus
}
#endif

#endif

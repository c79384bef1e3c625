/* Runs a program on the linked implementation and compares every result with
 * the model.
 *
 * The first difference prints a report (the rule, the call, the expected and
 * the actual result, the program as text, the path of a C file) and aborts. The
 * same report follows a finding of a sanitizer.
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
    /* The profile to request from the host; NULL: the host chooses. */
    const char *profile;
    /* Make calls even if the program breaks the contract. Otherwise such calls
     * are skipped. */
    bool misuse;
    /* Take payloads, names and objects from malloc() instead of the arena: the
     * sanitizer then reports bad frees and leaks itself. */
    bool use_malloc;
    /* Ignore the model's findings and continue: only a sanitizer or a crash
     * stops the program. Shows what a harness without a model would miss. */
    bool sanitizers_only;
    /* The path prefix of the C file that a report writes, as in libFuzzer's
     * -artifact_prefix. NULL: no file. */
    const char *artifact_prefix;
    /* The prefix that the report shows instead, if the file is moved after the
     * run. NULL: artifact_prefix. */
    const char *artifact_shown;
};

/* Starts the host. Call once per process. Returns 0, or -1 if the host refuses
 * the profile. If the environment variable CAPSULE_STATUS_FILE names a file,
 * the counters are kept in that file (see status.h). */
int executor_start(const struct executor_options *options);

/* Stops the host. */
void executor_stop(void);

/* Sets the calls that later programs may contain: a weight for each enum
 * call_op (NULL: all calls). The calls determine which rules the programs can
 * exercise. */
void executor_set_calls(const uint8_t *weights);

/* Sets the bytes that the next program was decoded from. Only the name of the
 * report's C file depends on them. Borrowed until the next call; NULL: none. */
void executor_set_input(const uint8_t *bytes, size_t size);

/* Remembers an input that has run without a finding. If a later program has a
 * finding, the report writes the latest of these inputs to a folder next to its
 * C file, crash-HASH.before: the finding may depend on them. */
void executor_remember(const uint8_t *bytes, size_t size);

/* Returns what the program needs and the implementation lacks, in words; NULL
 * if the implementation has everything. Static. */
const char *executor_lacks(const struct program *program);

/* Runs the program in a fresh state. `annotations` (may be NULL) contain the
 * results that the program's text expects. Returns only if no difference was
 * found. */
void executor_run(const struct program *program,
                  const struct annotations *annotations);

/* Runs the program like executor_run(), and calls look(context) once or more,
 * after the program's last call and before the executor gives back what the
 * program left. */
void executor_run_and_look(const struct program *program,
                           void (*look)(void *context), void *context);

/* In look(): true if the program may make this call next. False for a call with
 * an empty slot as an argument, and for a result whose slot is in use. */
bool executor_permits(const struct call *call);

/* Returns the calls of the last program that were made, one bit each, the first
 * call in the lowest bit. The other calls were skipped. */
uint64_t executor_performed(void);

/* Returns how many allocations the implementation tried in the last program
 * while a failure was requested. If the first line is `fail_allocation(65535)`,
 * all allocations of the program are counted. */
size_t executor_allocations(void);

/* Prints the rules that were exercised since executor_start(), with counts, and
 * the rules that programs can exercise but did not. */
void executor_print_rules(FILE *out);

#ifdef __cplusplus
}
#endif

#endif

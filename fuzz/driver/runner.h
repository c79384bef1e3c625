/* Runs one input of a target without an engine. The runner that is linked in
 * says what an input is:
 *
 *   program_runner.c  a program for the executor: text (.prog) or binary
 *   bytes_runner.c    any bytes for the target's LLVMFuzzerTestOneInput()
 */
#ifndef FUZZ_DRIVER_RUNNER_H
#define FUZZ_DRIVER_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct runner_options {
    const char *profile;         /* as in struct executor_options */
    bool misuse;                 /* as in struct executor_options */
    bool use_malloc;             /* as there */
    bool sanitizers_only;        /* as there */
    const char *artifact_prefix; /* as there */
    const char *artifact_shown;  /* as there */
};

/* The row of a tool's flags that sets the `misuse` of these options. */
#define RUNNER_MISUSE_FLAG(options)                                            \
    {"misuse", NULL,                                                           \
     "perform also the calls that break the\ncaller's side of the contract",   \
     .enable = &(options).misuse}

/* Returns the options that the environment asks for: CAPSULE_ALLOCATOR is
 * `arena`, the default, or `malloc`, and CAPSULE_CHECKS is `all`, the default,
 * or `sanitizers`; any other value ends the program with status 2.
 * CAPSULE_PROFILE names a profile; without it, it is that of the target that is
 * linked in, if any. */
struct runner_options runner_options_from_environment(void);

/* Starts what is needed to run inputs. Returns 0, or -1 with nothing
 * started. */
int runner_start(const struct runner_options *options);

/* What a tool says if the implementation does not start; profiles.sh looks for
 * these words. */
#define RUNNER_REFUSED                                                         \
    "the implementation does not start with this profile; see CAPSULE_PROFILE"

/* The same for a tool: returns true, or false after one line on stderr. */
bool runner_starts(const char *tool, const struct runner_options *options);

/* Ends what runner_start() started. */
void runner_stop(void);

/* Loads these bytes, borrowed until the next call, as the input. Returns false,
 * and one line in `error`, if the input is malformed. */
bool runner_load(const char *path, const uint8_t *bytes, size_t size,
                 char *error, size_t error_size);

/* Loads the input in that file, or the empty input if the path is NULL. Returns
 * false, and one line in `error`, if the file cannot be read or is malformed.
 */
bool runner_load_file(const char *path, char *error, size_t error_size);

/* Returns in words what the input needs and the implementation does not have;
 * NULL if it has everything. Static. */
const char *runner_lacks(void);

/* Runs the input; returns only if there is no finding. */
void runner_run(void);

/* Prints the input for people. */
void runner_print(FILE *out);

/* Returns what the input says must be reported on that allocator (`# report
 * arena: ...`); borrowed, NULL if the input says nothing. */
const char *runner_expected_report(bool use_malloc);

/* "calls": what the size of an input is counted in, and the size. */
extern const char RUNNER_UNIT[];
size_t runner_size(void);

/* Makes the input smaller as long as keeps() returns true. */
void runner_reduce(bool (*keeps)(void *), void *context);

/* Writes the input in the form of files, and the suffix of their names. */
void runner_write(FILE *out);
extern const char RUNNER_SUFFIX[];

#endif

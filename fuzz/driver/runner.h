/* Runs one input of a target without an engine. The linked runner decides what
 * an input is:
 *
 *    program_runner.c  a program for the executor: text (.prog) or binary
 *    bytes_runner.c    any bytes for the target's LLVMFuzzerTestOneInput() */
#ifndef FUZZ_DRIVER_RUNNER_H
#define FUZZ_DRIVER_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct runner_options {
    const char *profile;         /* as in struct executor_options */
    bool misuse;                 /* as in struct executor_options */
    bool use_malloc;             /* as in struct executor_options */
    bool sanitizers_only;        /* as in struct executor_options */
    const char *artifact_prefix; /* as in struct executor_options */
    const char *artifact_shown;  /* as in struct executor_options */
};

/* The flag of a tool that sets `misuse` of these options. */
#define RUNNER_MISUSE_FLAG(options)                                            \
    {"misuse", NULL, "make also the calls that break the\ncontract",           \
     .enable = &(options).misuse}

/* Returns options from the environment. CAPSULE_ALLOCATOR is `arena` (default)
 * or `malloc`; CAPSULE_CHECKS is `all` (default) or `sanitizers`; other values
 * end the program with status 2. CAPSULE_PROFILE names a profile; if it is
 * unset, the linked target's profile is used, if any. */
struct runner_options runner_options_from_environment(void);

/* Prepares for running inputs. Returns 0, or -1 on failure. */
int runner_start(const struct runner_options *options);

/* The error message if the implementation does not start; profiles.sh searches
 * for it. */
#define RUNNER_REFUSED                                                         \
    "the implementation does not start with this profile; see CAPSULE_PROFILE"

/* Like runner_start(), for a tool: returns false after one line on stderr. */
bool runner_starts(const char *tool, const struct runner_options *options);

/* Undoes runner_start(). */
void runner_stop(void);

/* Loads the bytes as the input; they are borrowed until the next call. If the
 * input is malformed, writes one line to `error` and returns false. */
bool runner_load(const char *path, const uint8_t *bytes, size_t size,
                 char *error, size_t error_size);

/* Loads the input from the file; NULL: the empty input. If the file is
 * unreadable or malformed, writes one line to `error` and returns false. */
bool runner_load_file(const char *path, char *error, size_t error_size);

/* Returns what the input needs and the implementation lacks, in words; NULL if
 * the implementation has everything. Static. */
const char *runner_lacks(void);

/* Runs the input. Returns only if there is no finding. */
void runner_run(void);

/* Runs another input of the same kind as the loaded one, and leaves the loaded
 * input as it is. Returns only if there is no finding. */
void runner_run_earlier(const uint8_t *bytes, size_t size);

/* Reduces bytes in place while keeps() returns true; `size` is their size. The
 * bytes are another input than the loaded one. */
void runner_reduce_earlier(uint8_t *bytes, size_t *size, bool (*keeps)(void *),
                           void *context);

/* Writes the bytes of such an input to a file. */
void runner_write_earlier(FILE *out, const uint8_t *bytes, size_t size);

/* Prints the input in readable form. */
void runner_print(FILE *out);

/* Returns the report that the input requires on that allocator (`# report
 * arena: ...`); borrowed; NULL if the input requires none. */
const char *runner_expected_report(bool use_malloc);

/* The unit of an input's size, "calls" or "bytes", and the size in that
 * unit. */
extern const char RUNNER_UNIT[];
size_t runner_size(void);

/* Reduces the input while keeps() returns true. */
void runner_reduce(bool (*keeps)(void *), void *context);

/* Writes the input as a file has it, and the suffix of such a file's name. */
void runner_write(FILE *out);
extern const char RUNNER_SUFFIX[];

#endif

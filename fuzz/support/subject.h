/* What a target's inputs are run on, for the tools that run one input at a
 * time without an engine. Which one it is, is chosen by what is linked:
 *
 *   program_subject.c  programs, on the executor: text (.prog) or binary
 *   bytes_subject.c    any bytes, on the target's LLVMFuzzerTestOneInput()
 */
#ifndef FUZZ_SUPPORT_SUBJECT_H
#define FUZZ_SUPPORT_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct subject_options {
    const char *profile;         /* as in struct executor_options */
    bool misuse;                 /* as in struct executor_options */
    bool use_malloc;             /* as there */
    bool sanitizers_only;        /* as there */
    const char *artifact_prefix; /* as there */
};

/* The options that the environment asks for: CAPSULE_ALLOCATOR is `arena`, the
 * default, or `malloc`, and CAPSULE_CHECKS is `all`, the default, or
 * `sanitizers`; any other value ends the program with status 2.
 * CAPSULE_PROFILE names a profile; without it, it is that of the target that is
 * linked in, if any. */
struct subject_options subject_options_from_environment(void);

/* Starts what is needed to run inputs. Returns 0, or -1 with nothing
 * started. */
int subject_start(const struct subject_options *options);

/* Ends what subject_start() started. */
void subject_stop(void);

/* Takes these bytes, borrowed until the next call, as the input. Returns false,
 * and writes one line to `error`, for an input that is malformed. */
bool subject_load(const char *path, const uint8_t *bytes, size_t size,
                  char *error, size_t error_size);

/* What the input needs and the implementation does not have, in words; NULL
 * where there is nothing. Static. */
const char *subject_lacks(void);

/* Runs the input; returns only when all is well. */
void subject_run(void);

/* Prints the input for people. */
void subject_print(FILE *out);

/* What the input itself says must be reported when it is run on that
 * allocator, `# report arena: ...`; borrowed, NULL where it says nothing. */
const char *subject_expected_report(bool use_malloc);

/* "calls": what an input is counted in, and how many it has. */
extern const char SUBJECT_UNIT[];
size_t subject_size(void);

/* Makes the input smaller while keeps() is true of it. */
void subject_reduce(bool (*keeps)(void *), void *context);

/* Writes the input as it is kept, and how such files' names end. */
void subject_write(FILE *out);
extern const char SUBJECT_SUFFIX[];

#endif

/* Known differences. A long campaign that has reported a difference puts the
 * signature of the difference into quarantine: the executor then counts the
 * difference, leaves the rest of the program out and reports nothing, so that
 * the campaign goes on and finds other differences.
 *
 * The environment variable CAPSULE_QUARANTINE names a file of `struct
 * quarantine_entry`. An empty file is valid. If the variable is set, reports
 * also contain the signature of the difference. */
#ifndef FUZZ_EXECUTOR_QUARANTINE_H
#define FUZZ_EXECUTOR_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGNATURE_SIZE = 248 };

/* The layout of the file, little-endian; the signature is padded with NUL. The
 * file is mapped: other processes can read the counts while the run goes on. */
struct quarantine_entry {
    /* The text that quarantine_signature() writes. If the last character is
     * `*`, all signatures that begin with the text before it belong to the
     * entry. */
    char signature[SIGNATURE_SIZE];
    uint64_t count; /* how often the difference was seen and not reported */
};

/* Maps the file that CAPSULE_QUARANTINE names. Ends the process with status 2
 * if the file cannot be used. */
void quarantine_open(void);

/* True if CAPSULE_QUARANTINE is set. */
bool quarantine_is_open(void);

/* Writes the signature of a difference: the rule, the function under way and
 * the kind of difference. Numbers, slots and quoted texts are left out of
 * `expected` and `got`, so that all programs that show a defect have the same
 * signature.
 *
 *   GETP-3 PyCapsule_GetPointer: NULL, ValueError: ...; #, no exception
 */
void quarantine_signature(char signature[SIGNATURE_SIZE], const char *rule,
                          const char *function, const char *expected,
                          const char *got);

/* Counts the difference. Returns false if the signature is not in quarantine.
 */
bool quarantine_takes(const char *signature);

#endif

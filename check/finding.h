/* Reports of what is wrong or suspicious. */
#ifndef CHECK_FINDING_H
#define CHECK_FINDING_H

#include <stdint.h>

#include "capsule/contract.h"
#include "check/record.h"

enum finding_level {
    FINDING_WARNING, /* legal, but suspicious */
    FINDING_ERROR    /* broken, or gone */
};

/* Another place that a report names, in a line of its own. */
struct origin {
    const char *what; /* "the name was freed by"; NULL for none */
    uintptr_t address;
};

/* Reports a finding, or counts it if the same one was reported before: the
 * same rule, sentence, place and maker.
 *
 * `record` is the capsule in question, or NULL. `at` is the return address of
 * the call, or 0. The format makes one sentence without addresses. Neither the
 * lock nor a Python object may be held. */
void finding(enum finding_level level, enum contract_rule rule,
             const struct record *record, uintptr_t at, struct origin origin,
             const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Returns a name for a sentence: in quotes, or "NULL". The result lives until
 * the thread asks for the fourth next one. */
const char *quoted(const char *name);

/* Returns what follows the word "capsule" in a sentence: the name in quotes, as
 * it was when the capsule got it, or words. `record` may be NULL. Lives as long
 * as the result of quoted(). */
const char *capsule_name(const struct record *record);

#endif

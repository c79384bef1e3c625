/* The rules of the capsule contract: their ids and their texts.
 *
 * contract.def is the only place where a rule's text stands; tests, model and
 * tools refer to a rule by its id.
 */
#ifndef CAPSULE_CONTRACT_H
#define CAPSULE_CONTRACT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum contract_level {
    LEVEL_DOCUMENTED, /* every implementation must obey */
    LEVEL_OBSERVED,   /* what CPython does beyond the text */
    LEVEL_ADVICE      /* advice to people, which no program can test */
};

enum contract_rule {
#define RULE(ident, id, function, level, status, text, source, reason)         \
    RULE_##ident,
#include "capsule/contract.def"
#undef RULE
    RULE_COUNT
};

enum contract_status {
    STATUS_TESTED, /* at least one rule test bears its id */
    STATUS_PENDING /* its test does not exist yet */
};

struct contract_entry {
    const char *id;       /* "GETP-3" */
    const char *function; /* "PyCapsule_GetPointer", or what it speaks of */
    enum contract_level level;
    enum contract_status status;
    const char *text;   /* one sentence */
    const char *source; /* where the rule comes from */
    const char *reason; /* LEVEL_ADVICE: why it cannot be tested; else "" */
};

/* Indexed by enum contract_rule. */
extern const struct contract_entry CONTRACT[RULE_COUNT];

#ifdef __cplusplus
}
#endif

#endif

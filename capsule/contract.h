/* The rules of the capsule contract: their ids and their texts.
 *
 * The text of a rule stands in contract.def and nowhere else. Tests, model and
 * tools refer to a rule by its id. contract_json.c prints the rules for
 * programs that are not written in C.
 */
#ifndef CAPSULE_CONTRACT_H
#define CAPSULE_CONTRACT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum contract_level {
    LEVEL_DOCUMENTED, /* every implementation must obey */
    LEVEL_OBSERVED,   /* CPython does this beyond its documentation */
    LEVEL_ADVICE      /* advice to people, which no program can test */
};

enum contract_rule {
#define RULE(ident, ...) RULE_##ident,
#include "capsule/contract.def"
    RULE_COUNT
};

struct contract_entry {
    const char *id; /* "GETP-3" */
    const char
        *function; /* "PyCapsule_GetPointer", or another subject of the rule */
    enum contract_level level;
    const char *text;       /* one sentence */
    const char *source;     /* where the rule comes from */
    const char *no_program; /* why no program can exercise the rule, or "" */
};

/* Indexed by enum contract_rule. */
extern const struct contract_entry CONTRACT[RULE_COUNT];

#ifdef __cplusplus
}
#endif

#endif

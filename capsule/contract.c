/* The table of rules, made from contract.def. */
#include "capsule/contract.h"

const struct contract_entry CONTRACT[RULE_COUNT] = {
#define ANY_PROGRAM ""
#define NEEDS(...) ""
#define NO_PROGRAM(reason) reason
#define RULE(ident, id, function, level, text, source, programs, rests_on)     \
    [RULE_##ident] = {id, function, LEVEL_##level, text, source, programs},
#include "capsule/contract.def"
};

#include "capsule/contract.h"

const struct contract_entry CONTRACT[RULE_COUNT] = {
#define RULE(ident, id, function, level, status, text, source, reason)         \
    [RULE_##ident] = {id,   function, LEVEL_##level, STATUS_##status,          \
                      text, source,   reason},
#include "capsule/contract.def"
#undef RULE
};

/* Prints the contract, a rule per line: id, identifier, function, level, text,
 * source, reason, with tabs between them. */
#include <stdio.h>

#include "capsule/contract.h"

static const char *const IDENTIFIERS[RULE_COUNT] = {
#define RULE(ident, id, function, level, status, text, source, reason)         \
    [RULE_##ident] = #ident,
#include "capsule/contract.def"
#undef RULE
};

static const char *const LEVELS[] = {
    [LEVEL_DOCUMENTED] = "documented",
    [LEVEL_OBSERVED] = "observed",
    [LEVEL_ADVICE] = "advice",
};

int main(void)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct contract_entry *rule = &CONTRACT[i];
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", rule->id, IDENTIFIERS[i],
               rule->function, LEVELS[rule->level], rule->text, rule->source,
               rule->reason);
    }
    return fflush(stdout) == 0 ? 0 : 2;
}

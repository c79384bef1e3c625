/* The table of families, and functions that call every family. */
#include "fuzz/executor/family.h"

#include "fuzz/executor/executor.h"

const struct executor_family *const EXECUTOR_FAMILIES[FAMILY_COUNT] = {
#define FAMILY(ident, name) [FAMILY_##ident] = &executor_family_##name,
#include "fuzz/program/families.def"
#undef FAMILY
};

uint16_t rule_of_symptom(const struct call *call, enum symptom symptom,
                         uint16_t usual)
{
    const struct executor_family *family = family_of(call);
    uint16_t rule = family->symptom_rule
                        ? family->symptom_rule(call->op, symptom)
                        : (uint16_t)RULE_COUNT;
    return rule == RULE_COUNT ? usual : rule;
}

const char *executor_lacks(const struct program *program)
{
    for (unsigned i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        const struct executor_family *family = family_of(call);
        const char *lack =
            family->lacks ? family->lacks((enum call_op)call->op) : NULL;
        if (lack) {
            return lack;
        }
    }
    return NULL;
}

#define ASK_ALL(function)                                                      \
    void families_##function(void)                                             \
    {                                                                          \
        for (unsigned i = 0; i < FAMILY_COUNT; i++) {                          \
            if (EXECUTOR_FAMILIES[i]->function) {                              \
                EXECUTOR_FAMILIES[i]->function();                              \
            }                                                                  \
        }                                                                      \
    }
ASK_ALL(announce)
ASK_ALL(start)
ASK_ALL(stop)
ASK_ALL(end)

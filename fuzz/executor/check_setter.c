/* Checks the effect of a setter on its capsule; check_value.c checks the
 * result. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

static enum field set_by(unsigned op)
{
    return op == CALL_SET_POINTER   ? FIELD_POINTER
           : op == CALL_SET_NAME    ? FIELD_NAME
           : op == CALL_SET_CONTEXT ? FIELD_CONTEXT
                                    : FIELD_DESTRUCTOR;
}

void note_replaced(const struct call *call, int id)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    enum field field = set_by(call->op);
    if (field == FIELD_DESTRUCTOR) {
        run.replaced.address =
            (uintptr_t)destructor_function(capsule->destructor);
    } else {
        run.replaced = capsule->field[field];
    }
}

bool keeps_its_memory(const struct model_address *name)
{
    return name->address == 0 ||
           name->address == (uintptr_t)model_shared_name ||
           (name->block != NOTHING && !run.model.block[name->block].alive) ||
           block_is_live((const void *)name->address) ||
           model_is_struct_name(name->address);
}

uint16_t setter_rule(const struct call *call,
                     const struct model_capsule *capsule, enum field field,
                     uintptr_t got)
{
    if (field != set_by(call->op)) {
        return call->op == CALL_SET_CONTEXT ? RULE_SETC_1 : RULE_TYPE_2;
    }
    if (capsule->life == LIFE_DYING) {
        return RULE_DTOR_3;
    }
    if (got == run.replaced.address && model_references(capsule) > 1) {
        return RULE_SET_ALL_4; /* another reference to the capsule prevented the
                                  change */
    }
    return capsule->rule[field];
}

void check_setter(const struct call *call, int id)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    exercise(RULE_TYPE_2, WHEN_SUCCEEDS);
    if (call->op == CALL_SET_NAME) {
        exercise(RULE_SETN_2, WHEN_SUCCEEDS);
    }
    if (call->op == CALL_SET_NAME && run.replaced.address &&
        !world.options.misuse) {
        if (!keeps_its_memory(&run.replaced)) {
            violation(RULE_SETN_3, "the previous name is not freed",
                      "the previous name's memory has been freed");
        }
        exercise(RULE_SETN_3, WHEN_SUCCEEDS);
    }
    if (capsule->life == LIFE_DYING) { /* the living are compared anyway */
        uintptr_t got;
        enum field field = find_difference(capsule, &got);
        if (field != FIELD_COUNT) {
            report_difference(capsule, field, got,
                              setter_rule(call, capsule, field, got));
        }
        exercise(RULE_DTOR_3, WHEN_SUCCEEDS);
    } else if (model_references(capsule) > 1) {
        exercise(RULE_SET_ALL_4, WHEN_SUCCEEDS);
    }
}

/* Calls about tables, and checks after them. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/consumer.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

static uintptr_t new_table(const struct model_arg *args)
{
    size_t bytes = args[2].number;
    void *block = block_malloc(bytes);
    producer_fill(block, bytes, table_version(args[0].number),
                  table_size(args[1].number));
    return (uintptr_t)block;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_TABLE:
        return new_table(args);
    case CALL_BUILD_CONSUMER:
        consumer_build(table_version(args[0].number),
                       table_size(args[1].number));
        return 0;
    case CALL_TAKE_TABLE:
        return (uintptr_t)consumer_take(object_of(&args[0]), name_of(&args[1]));
    default:
        return (uintptr_t)(intptr_t)consumer_call(args[0].number,
                                                  args[1].number);
    }
}

/* True if the table is the consumer's and the capsule that led to it is
 * gone. */
static bool outlived_capsule(const struct model_table *table)
{
    const struct model_tables *tables = &run.model.tables;
    return table->block == tables->taken &&
           run.model.capsule[tables->from].life != LIFE_ALIVE;
}

/* Every table must be unchanged since its producer made it. */
static void check_bytes(void)
{
    for (unsigned i = 0; i < run.model.tables.count; i++) {
        const struct model_table *table = &run.model.tables.table[i];
        const struct model_block *block = &run.model.block[table->block];
        if (!block->alive) {
            continue;
        }
        uint16_t rule = outlived_capsule(table)   ? RULE_LIFE_1
                        : block->owner != NOTHING ? RULE_API_15
                                                  : RULE_API_12;
        if (!producer_recognises((const void *)block->address, block->size,
                                 table->version, table->size)) {
            violation(rule, "the table as its producer made it",
                      "the table was changed");
        }
        exercise(rule, WHEN_SUCCEEDS);
    }
}

/* The capsule must still return its pointer, even if a consumer refused the
 * table there. */
static void check_pointer(int id, uint16_t rule)
{
    const struct model_address *field = run.model.capsule[id].field;
    const void *got =
        PyCapsule_GetPointer((PyObject *)run.model.capsule[id].handle,
                             (const char *)field[FIELD_NAME].address);
    if (got != (const void *)field[FIELD_POINTER].address) {
        violation(rule,
                  describe_value(YIELDS_POINTER, field[FIELD_POINTER].address),
                  describe_value(YIELDS_POINTER, (uintptr_t)got));
    }
    exercise(rule, WHEN_SUCCEEDS);
}

/* A consumer that took a table must hold no reference to the capsule. */
static void check_nothing_held(int id)
{
    const struct model_capsule *capsule = &run.model.capsule[id];
    long references = (long)Py_REFCNT((PyObject *)capsule->handle);
    if (references != model_references(capsule)) {
        violation(RULE_LIFE_3,
                  describe_count("references", model_references(capsule)),
                  describe_count("references", references));
    }
    exercise(RULE_LIFE_3, WHEN_SUCCEEDS);
}

static void check_taking(const struct model_arg *args,
                         const struct prediction *p)
{
    if (!p->fails) {
        check_nothing_held(args[0].capsule);
        exercise(RULE_API_2, WHEN_SUCCEEDS);
        exercise(RULE_API_6, WHEN_SUCCEEDS);
    } else if (p->rule != RULE_API_6) {
        check_pointer(args[0].capsule, RULE_API_1);
    }
}

static void check(const struct step *step)
{
    const struct model_tables *tables = &run.model.tables;
    const struct prediction *p = &step->prediction;

    check_bytes();
    if (tables->taken != NOTHING && !run.model.block[tables->taken].alive &&
        run.model.capsule[tables->from].life == LIFE_ALIVE) {
        check_pointer(tables->from, RULE_LIFE_2);
    }
    if (step->call->op == CALL_TAKE_TABLE) {
        check_taking(step->args, p);
    } else if (step->call->op == CALL_CALL_ENTRY && !p->fails) {
        exercise(step->args[0].number % 2 ? RULE_API_8 : RULE_API_7,
                 WHEN_SUCCEEDS);
        exercise(RULE_API_5, WHEN_SUCCEEDS);
    }
}

const struct executor_family executor_family_tables = {
    .perform = perform,
    .check = check,
};

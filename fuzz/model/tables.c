/* Tables of functions: what producers and consumers of any age may do, and what
 * comes of it (API-1 to API-15). */
#include "fuzz/model/model.h"

void model_reset_tables(struct model *model)
{
    model->tables.count = 0;
    model->tables.version = CONSUMER_VERSION;
    model->tables.prefix = CONSUMER_PREFIX;
    model->tables.taken = model->tables.from = NOTHING;
}

void model_table_made(struct model *model, const struct model_arg *args)
{
    model->tables.table[model->tables.count++] = (struct model_table){
        .block = (int16_t)(model->block_count - 1),
        .version = table_version(args[0].number),
        .size = table_size(args[1].number),
    };
}

const struct model_table *model_table_in(const struct model *model, int block)
{
    for (unsigned i = 0; i < model->tables.count; i++) {
        if (model->tables.table[i].block == block) {
            return &model->tables.table[i];
        }
    }
    return NULL;
}

/* --- what must come back -------------------------------------------------- */

static void succeed(struct prediction *p, uintptr_t value, uint16_t rule)
{
    p->fails = false;
    p->value = value;
    p->rule = rule;
    p->indicator_rule = RULE_ERR_1;
}

static void fail(struct prediction *p, intptr_t value, uint16_t rule,
                 enum exception_type exception)
{
    p->fails = true;
    p->value = (uintptr_t)value;
    p->rule = p->indicator_rule = p->message_rule = rule;
    p->exception = exception;
    p->message = NULL;
}

static bool is_capsule(const struct model_arg *arg)
{
    return arg->tag == VALUE_CAPSULE && arg->capsule != NOTHING;
}

/* The capsule and the name first (API-6). */
static bool opens(const struct model *model, const struct model_arg *args)
{
    return is_capsule(&args[0]) &&
           model_names_match((const char *)model->capsule[args[0].capsule]
                                 .field[FIELD_NAME]
                                 .address,
                             (const char *)args[1].value.address);
}

static const struct model_address *pointer_of(const struct model *model,
                                              const struct model_arg *args)
{
    return &model->capsule[args[0].capsule].field[FIELD_POINTER];
}

static void predict_take(const struct model *model,
                         const struct model_arg *args, struct prediction *p)
{
    if (!opens(model, args)) {
        fail(p, 0, RULE_API_6, EXCEPTION_VALUE_ERROR);
        p->message = is_capsule(&args[0])
                         ? "PyCapsule_GetPointer called with incorrect name"
                         : "PyCapsule_GetPointer called with invalid PyCapsule "
                           "object";
        return;
    }
    const struct model_address *pointer = pointer_of(model, args);
    const struct model_table *table = model_table_in(model, pointer->block);
    size_t needed =
        model->tables.prefix > TABLE_HEAD ? model->tables.prefix : TABLE_HEAD;
    if (table == NULL || table->version != model->tables.version) {
        fail(p, 0, RULE_API_2, EXCEPTION_RUNTIME_ERROR);
    } else if (table->size < needed) {
        fail(p, 0, RULE_API_3, EXCEPTION_RUNTIME_ERROR);
    } else {
        /* Without a name any table of the layout will do. */
        bool named = args[1].value.address != 0;
        succeed(p, pointer->address, named ? RULE_API_3 : RULE_API_14);
    }
}

static void predict_entry(const struct model *model,
                          const struct model_arg *args, struct prediction *p)
{
    const struct model_table *table =
        model_table_in(model, model->tables.taken);
    unsigned entry = args[0].number;
    unsigned how = args[1].number;
    bool status = entry % 2;
    uint16_t rule = status ? RULE_API_8 : RULE_API_7;

    if (table == NULL) {
        fail(p, -1, RULE_API_2, EXCEPTION_RUNTIME_ERROR);
    } else if (!table_has(table->size, entry)) {
        fail(p, -1, RULE_API_5, EXCEPTION_RUNTIME_ERROR);
    } else if (how == FAILS) {
        fail(p, -1, rule, EXCEPTION_KEY_ERROR);
    } else if (how < RETURNS_ONE || (how == RETURNS_ONE && status)) {
        fail(p, -1, rule, EXCEPTION_SYSTEM_ERROR);
    } else {
        /* Where both are of one age, only the convention can be broken. */
        bool of_one_age = table->size == model->tables.prefix;
        succeed(p, status ? 0 : 100 + entry, of_one_age ? rule : RULE_API_4);
    }
}

void model_predict_table_call(const struct model *model,
                              const struct call *call,
                              const struct model_arg *args,
                              struct prediction *p)
{
    switch ((enum call_op)call->op) {
    case CALL_TAKE_TABLE:
        predict_take(model, args, p);
        break;
    case CALL_CALL_ENTRY:
        predict_entry(model, args, p);
        break;
    default:
        succeed(p, 0, RULE_API_1);
        break;
    }
}

/* --- what is permitted ---------------------------------------------------- */

/* A producer's table is there and has what a consumer reads before it knows
 * better: its version and, where that is the right one, its size. */
static bool permits_take(const struct model *model,
                         const struct model_arg *args)
{
    if (!opens(model, args)) {
        return true;
    }
    int block = pointer_of(model, args)->block;
    const struct model_table *table = model_table_in(model, block);
    return table && model->block[block].alive &&
           model->block[block].size >= (table->version == model->tables.version
                                            ? TABLE_HEAD
                                            : sizeof(int));
}

/* The consumer has a table that is still there (LIFE-3), whose size says the
 * truth about the entry. */
static bool permits_entry(const struct model *model,
                          const struct model_arg *args)
{
    int block = model->tables.taken;
    if (model->error.set || args[0].number >= TABLE_ENTRIES) {
        return false;
    }
    return block == NOTHING ||
           (model->block[block].alive &&
            (!table_has(model_table_in(model, block)->size, args[0].number) ||
             table_has(model->block[block].size, args[0].number)));
}

bool model_permits_table_call(const struct model *model,
                              const struct call *call,
                              const struct model_arg *args,
                              const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_TABLE:
        return model->block_count < MAX_BLOCKS &&
               model->tables.count < MAX_CALLS &&
               model->block_slot[call->result] == NOTHING &&
               args[2].number <= TABLE_LONGEST;
    case CALL_TAKE_TABLE:
        return permits_take(model, args);
    case CALL_CALL_ENTRY:
        return permits_entry(model, args);
    default:
        return true;
    }
}

/* --- the state afterwards ------------------------------------------------- */

void model_apply_table_call(struct model *model, const struct call *call,
                            const struct model_arg *args,
                            const struct prediction *prediction)
{
    struct model_tables *tables = &model->tables;

    switch ((enum call_op)call->op) {
    case CALL_BUILD_CONSUMER:
        tables->version = table_version(args[0].number);
        tables->prefix = table_size(args[1].number);
        tables->taken = tables->from = NOTHING;
        break;
    case CALL_TAKE_TABLE:
        tables->taken = tables->from = NOTHING;
        if (!prediction->fails) {
            tables->taken = pointer_of(model, args)->block;
            tables->from = args[0].capsule;
        }
        break;
    default:
        break;
    }
}

/* Tables of functions: what producers and consumers of different versions may
 * do, and what must come back (API-1 to API-15). */
#include "fuzz/model/family.h"

static void reset(struct model *model)
{
    model->tables.count = 0;
    model->tables.version = CONSUMER_VERSION;
    model->tables.prefix = CONSUMER_PREFIX;
    model->tables.taken = model->tables.from = NOTHING;
}

static void made(struct model *model, const struct call *call,
                 const struct model_arg *args, uintptr_t got)
{
    if (call->op != CALL_TABLE) {
        return;
    }
    model_allocated(model, call->result, got, args[2].number, false);
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

/* True if the name opens the capsule. Consumers check the capsule
 * and the name first (API-6). */
static bool name_opens_capsule(const struct model *model,
                               const struct model_arg *args)
{
    return capsule_in(model, &args[0]) &&
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
    if (!name_opens_capsule(model, args)) {
        predict_failure(p, 0, RULE_API_6, EXCEPTION_VALUE_ERROR, NULL);
        p->message = capsule_in(model, &args[0])
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
        predict_failure(p, 0, RULE_API_2, EXCEPTION_RUNTIME_ERROR, NULL);
    } else if (table->size < needed) {
        predict_failure(p, 0, RULE_API_3, EXCEPTION_RUNTIME_ERROR, NULL);
    } else {
        /* Without a name, a consumer accepts any table with the right layout.
         */
        bool named = args[1].value.address != 0;
        predict_success(p, pointer->address, named ? RULE_API_3 : RULE_API_14);
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
        predict_failure(p, -1, RULE_API_2, EXCEPTION_RUNTIME_ERROR, NULL);
    } else if (!table_has(table->size, entry)) {
        predict_failure(p, -1, RULE_API_5, EXCEPTION_RUNTIME_ERROR, NULL);
    } else if (how == FAILS) {
        predict_failure(p, -1, rule, EXCEPTION_KEY_ERROR, NULL);
    } else if (how < RETURNS_ONE || (how == RETURNS_ONE && status)) {
        predict_failure(p, -1, rule, EXCEPTION_SYSTEM_ERROR, NULL);
    } else {
        /* If producer and consumer have the same version, only the convention
         * for results can be broken. */
        bool of_one_age = table->size == model->tables.prefix;
        predict_success(p, status ? 0 : 100 + entry,
                        of_one_age ? rule : RULE_API_4);
    }
}

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    switch ((enum call_op)call->op) {
    case CALL_TAKE_TABLE:
        predict_take(model, args, p);
        break;
    case CALL_CALL_ENTRY:
        predict_entry(model, args, p);
        break;
    default:
        predict_success(p, 0, RULE_API_1);
        break;
    }
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* only CALL_CALL_ENTRY allocates */
    predict_no_memory(p, -1, RULE_API_7);
}

/* --- what is permitted ---------------------------------------------------- */

/* True if the capsule's table is alive and contains what a consumer reads
 * first: the version and, if the version is right, the size. */
static bool permits_take(const struct model *model,
                         const struct model_arg *args)
{
    if (!name_opens_capsule(model, args)) {
        return true;
    }
    int block = pointer_of(model, args)->block;
    const struct model_table *table = model_table_in(model, block);
    return table && model->block[block].alive &&
           model->block[block].size >= (table->version == model->tables.version
                                            ? TABLE_HEAD
                                            : sizeof(int));
}

/* True if the consumer's table is alive (LIFE-3) and its size is true for the
 * entry. */
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

static bool permits(const struct model *model, const struct call *call,
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

static void apply(struct model *model, const struct call *call,
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

const struct model_family model_family_tables = {
    .reset = reset,
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
    .apply = apply,
    .made = made,
};

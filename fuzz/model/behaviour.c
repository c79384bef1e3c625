/* Parses the programs of the destructor behaviours once and answers questions
 * about them. */
#include "fuzz/model/model.h"

static struct program programs[DESTRUCTOR_COUNT];
static bool ops_used[DESTRUCTOR_COUNT][CALL_COUNT];
static bool parsed;

static void parse_all(void)
{
    for (int i = 0; i < DESTRUCTOR_COUNT; i++) {
        program_of_destructor(&programs[i], (enum behaviour)i);
        for (unsigned k = 0; k < programs[i].call_count; k++) {
            ops_used[i][programs[i].calls[k].op] = true;
        }
    }
    parsed = true;
}

const struct program *behaviour_program(int behaviour)
{
    if (!parsed) {
        parse_all();
    }
    return &programs[behaviour];
}

bool behaviour_uses(int behaviour, enum call_op op)
{
    if (!parsed) {
        parse_all();
    }
    return behaviour != NOTHING && ops_used[behaviour][op];
}

const char *behaviour_asks_for(int behaviour)
{
    if (!behaviour_uses(behaviour, CALL_FREE_POINTER_IF)) {
        return NULL;
    }
    const struct program *program = &programs[behaviour];
    const struct call *call = program->calls;
    while (call->op != CALL_FREE_POINTER_IF) {
        call++;
    }
    return program_text(program, &call->args[1]);
}

bool model_frees_pointer(const struct model *model, int behaviour,
                         const struct model_address *name)
{
    const char *asked = behaviour_asks_for(behaviour);
    if (asked == NULL) {
        return behaviour_uses(behaviour, CALL_FREE_POINTER_OF);
    }
    return (name->block == NOTHING || model->block[name->block].alive) &&
           model_names_match(asked, (const char *)name->address);
}

/* Excludes behaviours that drop the context: only the call hold(), which stores
 * a reference in the context, installs them. Excludes the behaviour that offers
 * of structs install. */
bool behaviour_may_be_installed(int behaviour)
{
    return behaviour == NOTHING ||
           (!DESTRUCTORS[behaviour].misuse &&
            !behaviour_uses(behaviour, CALL_DROP_CONTEXT_OF) &&
            !behaviour_uses(behaviour, CALL_END_EXCHANGE));
}

bool behaviour_runs_alone(int behaviour)
{
    return !program_uses_self(behaviour_program(behaviour));
}

/* Shows the state that a program has reached to a function of the caller. */
#include "fuzz/executor/look.h"

#include "fuzz/executor/world.h"

static struct {
    void (*look)(void *context); /* NULL: nobody looks */
    void *context;
} visitor;

void look_at_state(void)
{
    if (visitor.look) {
        visitor.look(visitor.context);
    }
}

void executor_run_and_look(const struct program *program,
                           void (*look)(void *context), void *context)
{
    visitor.look = look;
    visitor.context = context;
    executor_run(program, NULL);
    visitor.look = NULL;
}

static bool is_empty_slot(const struct model_arg *arg)
{
    switch (arg->tag) {
    case VALUE_CAPSULE:
        return arg->capsule == NOTHING;
    case VALUE_PAYLOAD:
    case VALUE_BUFFER:
        return arg->value.block == NOTHING;
    default:
        return false;
    }
}

bool executor_permits(const struct call *call)
{
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;

    model_resolve(&run.model, run.program, call, args);
    for (unsigned i = 0; i < CALLS[call->op].arg_count; i++) {
        if (is_empty_slot(&args[i])) {
            return false;
        }
    }
    model_predict(&run.model, call, args, &prediction);
    return model_permits(&run.model, call, args, &prediction);
}

#include "fuzz/executor/arguments.h"

#include "fuzz/executor/blocks.h"

const char lookalike_value[] = "lookalike";

void allocate_literals(const struct call *call, struct model_arg *args)
{
    const struct call_info *info = &CALLS[call->op];
    for (unsigned i = 0; i < info->arg_count; i++) {
        if (args[i].tag == VALUE_TEXT && info->args[i] == ARG_NAME) {
            args[i].value.address =
                make_literal(name_of(&args[i]), args[i].number);
        }
    }
}

static PyObject *handle_of(int capsule)
{
    return capsule == NOTHING ? NULL
                              : (PyObject *)run.model.capsule[capsule].handle;
}

PyObject *object_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_OBJECT ? world.foreign[arg->index]
                                    : handle_of(arg->capsule);
}

/* In place of fuzz/executor/interpreters.c, for an implementation that has no
 * Py_NewInterpreter() or no modules with state: programs that need them are
 * not run. */
#include "fuzz/executor/interpreters.h"

#include <stdlib.h>

#include "fuzz/executor/family.h"

static const char *lacks(enum call_op op)
{
    (void)op;
    return "there are no subinterpreters";
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    (void)call;
    (void)args;
    abort(); /* executor_lacks() says so before */
}

const struct executor_family executor_family_interpreters = {
    .lacks = lacks,
    .perform = perform,
};

void forget_state(void) {}

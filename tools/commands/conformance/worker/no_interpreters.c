/* In place of fuzz/executor/interpreters.c, for an implementation that has no
 * Py_NewInterpreter() or no modules with state: programs that need them are
 * not run. */
#include <stdlib.h>

#include "fuzz/executor/interpreters.h"

const bool has_interpreters = false;

uintptr_t perform_in_interpreters(const struct call *call,
                                  const struct model_arg *args)
{
    (void)call;
    (void)args;
    abort(); /* executor_lacks() says so before */
}

void forget_state(void) {}

/* What a program needs and not every implementation has. */
#include "fuzz/executor/executor.h"

#include "capsule/host.h"
#include "fuzz/executor/interpreters.h"

static const char *lack_of(enum call_op op)
{
    switch (op) {
    case CALL_START_INTERPRETER:
    case CALL_NEXT_INTERPRETER:
    case CALL_END_INTERPRETER:
    case CALL_SHARE:
    case CALL_UNSHARE:
    case CALL_IMPORT_SHARED:
    case CALL_SET_STATE:
    case CALL_GET_STATE:
        return has_interpreters ? NULL : "there are no subinterpreters";
    case CALL_ANSWER:
        return host_profile()->modules_ignore_getattr
                   ? "modules have no __getattr__"
                   : NULL;
    case CALL_FAIL_ALLOCATION:
    case CALL_FAIL_ALLOCATIONS_FROM:
        return host_fail_allocation(0, HOST_FAIL_ONCE)
                   ? NULL
                   : "the host cannot make an allocation fail";
    default:
        return NULL;
    }
}

const char *executor_lacks(const struct program *program)
{
    for (unsigned i = 0; i < program->call_count; i++) {
        const char *lack = lack_of((enum call_op)program->calls[i].op);
        if (lack) {
            return lack;
        }
    }
    return NULL;
}

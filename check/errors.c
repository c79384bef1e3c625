/* Exceptions that are pending while capsule functions are called. */
#include "check/errors.h"

#include <stdio.h>

#include "check/end.h"
#include "check/finding.h"
#include "check/places.h"

const char *const function_names[FUNCTION_COUNT] = {
#define FUNCTION(name, result, parameters) "PyCapsule_" #name,
#include "check/functions.def"
#undef FUNCTION
};

struct pending pending_now(void)
{
    struct pending pending = {python.Err_Occurred(), NULL};
    if (!pending.type)
        return pending;
    if (python.Err_GetRaisedException && python.Err_SetRaisedException) {
        void *value = python.Err_GetRaisedException();
        pending.value = value;
        python.Err_SetRaisedException(value);
    } else if (python.Err_Fetch && python.Err_Restore) {
        void *type, *value, *traceback;
        python.Err_Fetch(&type, &value, &traceback);
        pending.value = value;
        python.Err_Restore(type, value, traceback);
    }
    return pending;
}

static bool can_hold(struct pending pending)
{
    return pending.value && python._IncRef && python._DecRef;
}

void pending_hold(struct pending pending)
{
    if (can_hold(pending))
        python._IncRef((void *)pending.value);
}

void pending_release(struct pending pending)
{
    if (can_hold(pending))
        python._DecRef((void *)pending.value);
}

bool pending_equal(struct pending a, struct pending b)
{
    return a.type == b.type && a.value == b.value;
}

const char *errors_why_detached(void)
{
    return interpreter_is_incomplete()
               ? "after the interpreter has ended"
               : "by a thread that does not hold the GIL";
}

static _Thread_local struct failure failure
    __attribute__((tls_model("initial-exec")));

void failure_note(enum function function, uintptr_t site, uintptr_t stack,
                  const char *name)
{
    failure = (struct failure){.function = function,
                               .set = true,
                               .site = site,
                               .stack = stack,
                               .type = python.Err_Occurred()};
    snprintf(failure.name, sizeof failure.name, "%s", quoted(name));
}

const struct failure *failure_last(void)
{
    return failure.set ? &failure : NULL;
}

const struct failure *failure_pending(void)
{
    return failure.set && failure.type && python.Err_Occurred() == failure.type
               ? &failure
               : NULL;
}

void failure_check(enum function function, const struct record *record,
                   uintptr_t site, uintptr_t stack)
{
    if (!failure.set || end_running())
        return;
    if (!failure_pending()) {
        failure.set = false;
        return;
    }
    /* Code that cleans up further out may run under the exception. A call from
     * the same frame has not looked at the result. */
    if (stack != failure.stack ||
        site_of(site)->image != site_of(failure.site)->image)
        return;
    finding(FINDING_WARNING, RULE_GETP_2, record, site,
            (struct origin){"the failed call", failure.site},
            "%s is called although %s(%s) has failed: its result was not "
            "looked at, or its exception was not cleared",
            function_names[function], function_names[failure.function],
            failure.name);
    failure.set = false;
}

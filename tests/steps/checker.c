/* Choices and exceptions as the checker has them: any value at once. */
#include "tests/steps/environment.h"
#include "tests/steps/step.h"

#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

bool nondet_bool(void);
int nondet_int(void);
size_t nondet_size(void);
void *nondet_pointer(void);

/* --- choices -------------------------------------------------------------- */

bool any_bool(const char *what)
{
    bool value = nondet_bool();
    __CPROVER_input(what, value);
    return value;
}

int any_below(const char *what, int limit)
{
    int value = nondet_int();
    __CPROVER_assume(value >= 0 && value < limit);
    __CPROVER_input(what, value);
    return value;
}

size_t any_size(const char *what)
{
    size_t value = nondet_size();
    __CPROVER_input(what, value);
    return value;
}

void *any_pointer(const char *what)
{
    void *value = nondet_pointer();
    __CPROVER_input(what, (uintptr_t)value);
    return value;
}

/* --- errors --------------------------------------------------------------- */

struct error error_now(void)
{
    PyObject *type = PyErr_Occurred();
    return (struct error){type, type ? environment_raised.number : 0};
}

bool error_says(struct error error, const char *format, const char *name)
{
    const struct exception *raised = &environment_raised;
    struct message expected = environment_message(format);
    return error.type != NULL && error.number == raised->number &&
           raised->message.size == expected.size &&
           raised->message.hash == expected.hash &&
           (name == NULL || names_equal(raised->argument, name));
}

bool state_memory_failed(void) { return environment_memory_failed; }

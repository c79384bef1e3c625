/* Choices as the checker has them: any value at once. */
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

/* --- the end of the process ----------------------------------------------- */

/* CBMC itself leaves out the states in which a source ends the process, and
 * would prove everything of a function that only calls exit(). The files
 * misuse.c and object_calls.c have abort(). */
void exit(int status)
{
    __CPROVER_assert(false, "the source does not end the process");
    __CPROVER_assume(false);
}

void _Exit(int status) { exit(status); }

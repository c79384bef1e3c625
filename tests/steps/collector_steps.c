/* The contract of what CPython 3.13 and later add to capsules for the cycle
 * collector: two callbacks. */
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

#if !defined CAPSULE_REFERENCE && PY_VERSION_HEX >= 0x030D0000
#include "tests/steps/layout.h"

PyAPI_FUNC(int)
    _PyCapsule_SetTraverse(PyObject *op, traverseproc traverse, inquiry clear);

/* The callbacks' notes of their arguments, and their result. */
static struct {
    int calls;
    PyObject *capsule;
    visitproc visit;
    void *argument;
    int result;
} seen;

static int note_traverse(PyObject *op, visitproc visit, void *argument)
{
    seen.calls++;
    seen.capsule = op;
    seen.visit = visit;
    seen.argument = argument;
    return seen.result;
}

static int note_clear(PyObject *op)
{
    seen.calls++;
    seen.capsule = op;
    return seen.result;
}

static int any_visit(PyObject *op, void *argument)
{
    (void)op;
    (void)argument;
    return 0;
}

/* A capsule that was refused is as before. */
static void check_refused(const struct world *before, int result,
                          const char *message)
{
    SAME("SET-ALL-1", result, -1, "a setter that fails returns -1");
    RAISES("SET-ALL-1", *before, PyExc_ValueError, message, NULL);
    KEEPS("SET-ALL-2", *before, NULL, NO_FIELD);
}

STEP(_PyCapsule_SetTraverse)
{
    state_begin();
    PyObject *op = any_object();
    traverseproc traverse = any_bool("traverse is NULL") ? NULL : note_traverse;
    inquiry clear = any_bool("clear is NULL") ? NULL : note_clear;
    struct world before = state_world();

    int result = _PyCapsule_SetTraverse(op, traverse, clear);

    if (state_index(op) == CAPSULES) {
        check_refused(
            &before, result,
            "_PyCapsule_SetTraverse called with invalid PyCapsule object");
    } else if (traverse == NULL || clear == NULL) {
        check_refused(&before, result,
                      "_PyCapsule_SetTraverse() called with NULL callback");
    } else {
        SAME("SET-ALL-3", result, 0, "success is 0");
        KEEPS_ERROR("SET-ALL-3", before);
        struct collected now = layout_collected(op);
        HOLDS("SET-ALL-4", now.traverse == traverse && now.clear == clear,
              "the capsule has the new callbacks");
        HOLDS("DTOR-14", now.tracked, "the collector knows the capsule");
        KEEPS("TYPE-2", before, op, COLLECTED);
    }
    SAME("DTOR-14", seen.calls, 0, "no callback runs");
    state_end();
}

/* Gives the first capsule the callbacks of this file. */
static PyObject *begin_callbacks(bool has_callbacks)
{
    state_begin();
    PyObject *op = state_capsule(FIRST);
    layout_collect(op, (struct collected){
                           .traverse = has_callbacks ? note_traverse : NULL,
                           .clear = has_callbacks ? note_clear : NULL,
                           .tracked = has_callbacks,
                       });
    seen.calls = 0;
    seen.result = any_below("the result of the callback", 3) - 1;
    return op;
}

STEP(capsule_traverse)
{
    bool has_callbacks = any_bool("the capsule has callbacks");
    PyObject *op = begin_callbacks(has_callbacks);
    void *argument = any_pointer("argument");
    struct world before = state_world();

    int result = PyCapsule_Type.tp_traverse(op, any_visit, argument);

    SAME("DTOR-14", seen.calls, has_callbacks,
         "the capsule's callback runs once, if there is one");
    SAME("DTOR-14", result, has_callbacks ? seen.result : 0,
         "the result is the callback's, or 0");
    HOLDS("DTOR-14",
          !has_callbacks || (seen.capsule == op && seen.visit == any_visit &&
                             seen.argument == argument),
          "the callback gets the capsule and both arguments");
    KEEPS_ERROR("DTOR-14", before);
    KEEPS("DTOR-14", before, NULL, NO_FIELD);
    state_end();
}

/* The collector clears what it knows, so the capsule has callbacks. */
STEP(capsule_clear)
{
    PyObject *op = begin_callbacks(true);
    struct world before = state_world();

    int result = PyCapsule_Type.tp_clear(op);

    SAME("DTOR-14", seen.calls, 1, "the capsule's callback runs once");
    SAME("DTOR-14", seen.capsule, op, "the callback gets the capsule");
    SAME("DTOR-14", result, seen.result, "the result is the callback's");
    KEEPS_ERROR("DTOR-14", before);
    KEEPS("DTOR-14", before, NULL, NO_FIELD);
    state_end();
}
#endif

/* The contract of reference counts and of the functions that make and free
 * objects, from any state: an object of any count, a dying object among them,
 * of a static type or of a heap type. */
#include STEP_SOURCE

#include <stdlib.h>

#include "tests/steps/object_calls.h"
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* The state is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

PyTypeObject PyType_Type;

/* --- the state ------------------------------------------------------------ */

/* `type` has its own tp_dealloc, or inherits that of `base`. */
static PyTypeObject type, base;

static PyObject *object, *next;
static struct {
    Py_ssize_t object, next, type;
} before;

/* Notes on an object that nobody holds any more. */
static struct {
    int runs;
    PyObject *object;
    Py_ssize_t count;
    PyObject *variable; /* that Py_CLEAR and Py_SETREF change */
} ended;

static PyObject *variable;

static void end(PyObject *op)
{
    ended.runs++;
    ended.object = op;
    ended.count = op->ob_refcnt;
    ended.variable = variable;
}

/* A count of 0 or less is that of a dying object. A static object has a count
 * of its own, which never changes. */
static Py_ssize_t any_count(const char *what)
{
    if (any_bool("the object is static")) {
        return _Py_STATIC_REFCNT;
    }
    Py_ssize_t count = (Py_ssize_t)any_size(what);
    ASSUME(count > -((Py_ssize_t)1 << 30) && count < (Py_ssize_t)1 << 30,
           "more references have no memory");
    return count;
}

static void begin(void)
{
    base = (PyTypeObject){.tp_name = "base", .tp_dealloc = end};
    type = (PyTypeObject){.tp_name = "type", .tp_base = &base};
    if (any_bool("the type has a tp_dealloc of its own")) {
        type.tp_dealloc = end;
        base.tp_dealloc = NULL;
    }
    type.tp_flags = any_bool("the type is a heap type")
                        ? Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASETYPE
                        : Py_TPFLAGS_BASETYPE;
    type.ob_base.ob_type = &PyType_Type;
    before.type = 1 + any_below("other references to the type", 1 << 30);
    type.ob_base.ob_refcnt = before.type;
    object = malloc(sizeof *object);
    next = malloc(sizeof *next);
    object->ob_type = next->ob_type = &type;
    before.object = any_count("the references to the object");
    before.next = any_count("the references to the other object");
    object->ob_refcnt = before.object;
    object_is_dying = before.object <= 0;
    next->ob_refcnt = before.next;
}

/* --- assertions ----------------------------------------------------------- */

/* The object had `count` references and got `change` more. */
static void check_count(Py_ssize_t count, int change)
{
    HOLDS("DTOR-9", count > 0,
          "the count of a dying object is reported, never changed");
    SAME("TYPE-1", object->ob_refcnt,
         count == _Py_STATIC_REFCNT ? count : count + change,
         "a reference is added or given back, but not of a static object");
}

/* A reference to the object was taken. */
static void check_taken(void)
{
    check_count(before.object, 1);
    SAME("DTOR-1", ended.runs, 0, "an object ends with its last reference");
}

/* A reference to the object was given back, perhaps the last one. */
static void check_given_back(void)
{
    check_count(before.object, -1);
    bool dies = before.object == 1;
    SAME("DTOR-1", ended.runs, dies,
         "an object ends with its last reference, and no sooner");
    if (dies) {
        SAME("DTOR-1", ended.object, object, "the object itself ends");
        SAME("DTOR-9", ended.count, 0, "the count of a dying object is 0");
    }
}

/* Everything but `object` is as before. */
static void check_rest(void)
{
    SAME("TYPE-1", next->ob_refcnt, before.next,
         "the count of another object stays");
    SAME("TYPE-1", type.ob_base.ob_refcnt, before.type,
         "the count of the type stays");
    SAME("TYPE-4", object->ob_type, &type, "an object keeps its type");
}

/* --- counts --------------------------------------------------------------- */

STEP(Py_INCREF)
{
    begin();

    Py_INCREF(object);

    check_taken();
    check_rest();
}

STEP(Py_DECREF)
{
    begin();

    Py_DECREF(object);

    check_given_back();
    check_rest();
}

/* The functions that take NULL. */
#define TAKES_NULL(function, check)                                            \
    STEP(function)                                                             \
    {                                                                          \
        begin();                                                               \
        PyObject *op = any_bool("NULL") ? NULL : object;                       \
                                                                               \
        function(op);                                                          \
                                                                               \
        if (op == NULL) {                                                      \
            SAME("TYPE-1", object->ob_refcnt, before.object,                   \
                 "NULL has no count");                                         \
        } else {                                                               \
            check();                                                           \
        }                                                                      \
        check_rest();                                                          \
    }

TAKES_NULL(Py_XINCREF, check_taken)
TAKES_NULL(Py_XDECREF, check_given_back)

STEP(Py_NewRef)
{
    begin();

    PyObject *result = Py_NewRef(object);

    SAME("TYPE-1", result, object, "the result is the object");
    check_taken();
    check_rest();
}

STEP(Py_XNewRef)
{
    begin();
    PyObject *op = any_bool("NULL") ? NULL : object;

    PyObject *result = Py_XNewRef(op);

    SAME("TYPE-1", result, op, "the result is the object, or NULL");
    if (op != NULL) {
        check_taken();
    }
    check_rest();
}

STEP(Py_CLEAR)
{
    begin();
    variable = any_bool("the variable is NULL") ? NULL : object;
    bool is_null = variable == NULL;

    Py_CLEAR(variable);

    SAME("TYPE-1", variable, NULL, "the variable is NULL");
    SAME("DTOR-6", ended.variable, NULL,
         "the variable is NULL before the object ends");
    if (!is_null) {
        check_given_back();
    }
    check_rest();
}

STEP(Py_SETREF)
{
    begin();
    variable = object;
    PyObject *value = any_bool("the value is NULL") ? NULL : next;

    Py_SETREF(variable, value);

    SAME("TYPE-1", variable, value, "the variable has the value");
    if (ended.runs > 0) {
        SAME("DTOR-6", ended.variable, value,
             "the variable has the value before the object ends");
    }
    check_given_back();
    check_rest();
}

STEP(Py_XSETREF)
{
    begin();
    variable = any_bool("the variable is NULL") ? NULL : object;
    bool is_null = variable == NULL;

    Py_XSETREF(variable, next);

    SAME("TYPE-1", variable, next, "the variable has the value");
    if (!is_null) {
        check_given_back();
    }
    check_rest();
}

/* --- objects -------------------------------------------------------------- */

STEP(_PyObject_New)
{
    begin();
    type.tp_basicsize = sizeof(PyVarObject);
    wanted_size = sizeof(PyVarObject);

    PyObject *op = _PyObject_New(&type);

    bool heap = (type.tp_flags & Py_TPFLAGS_HEAPTYPE) != 0;
    if (op == NULL) {
        HOLDS("NEW-3", no_memory_is_raised,
              "without memory there is a MemoryError");
    } else {
        SAME("NEW-1", op->ob_refcnt, 1, "the caller owns the only reference");
        SAME("TYPE-4", op->ob_type, &type, "the object is of the type");
    }
    SAME("BUG-4", blocks, op != NULL, "the object is the only block");
    SAME("TYPE-1", type.ob_base.ob_refcnt, before.type + (op && heap),
         "the object of a heap type holds a reference to the type");
    SAME("TYPE-1", object->ob_refcnt, before.object,
         "the count of another object stays");
}

STEP(object_free)
{
    begin();
    blocks = 1;
    ASSUME(before.type > 1, "somebody else holds the type");
    Py_ssize_t lost = (type.tp_flags & Py_TPFLAGS_HEAPTYPE) != 0;

    object_free(object);

    SAME("BUG-4", blocks, 0, "the block of the object is freed, once");
    SAME("BUG-4", freed, (void *)object, "no other block is freed");
    SAME("TYPE-1", type.ob_base.ob_refcnt, before.type - lost,
         "the object of a heap type gives its reference to the type back");
    SAME("TYPE-1", next->ob_refcnt, before.next,
         "the count of another object stays");
}

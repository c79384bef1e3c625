/* The state as a machine has it: built by calls of the C API. Works on any
 * implementation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsule/host.h"
#include "tests/steps/machine_input.h"
#include "tests/steps/names.h"
#include "tests/steps/step.h"

/* --- objects -------------------------------------------------------------- */

static PyObject *capsules[CAPSULES];
static struct world last; /* what state_world() saw */

/* An object that lies in memory like a capsule; its type is `object`. */
static struct {
    PyObject base;
    void *members[8];
} other, other_before;

static size_t destructions;
static void first_destructor(PyObject *op)
{
    (void)op;
    destructions++;
}
static void second_destructor(PyObject *op)
{
    first_destructor(op);
    destructions++;
}

PyCapsule_Destructor any_destructor(const char *what)
{
    int which = any_below(what, 3);
    return which == 0   ? first_destructor
           : which == 1 ? second_destructor
                        : NULL;
}

/* A capsule gets its fields from the constructor or from setters. */
static PyObject *any_capsule(void)
{
    void *pointer = any_pointer("the pointer of a capsule");
    void *first = input_below(2) ? any_pointer("the pointer before") : pointer;
    const char *name = any_name("the name of a capsule");
    PyCapsule_Destructor destructor =
        any_destructor("the destructor of a capsule");
    pointer = pointer ? pointer : (void *)1;
    bool renamed = input_below(2), changed = input_below(2);
    PyObject *capsule = PyCapsule_New(
        first ? first : (void *)1, renamed ? any_name("the name before") : name,
        changed ? NULL : destructor);
    if (capsule == NULL) {
        abort();
    }
    PyCapsule_SetPointer(capsule, pointer);
    PyCapsule_SetName(capsule, name);
    PyCapsule_SetDestructor(capsule, destructor);
    PyCapsule_SetContext(capsule, any_pointer("the context of a capsule"));
    for (int more = any_below("more references to a capsule", 4); more > 0;
         more--) {
        Py_INCREF(capsule);
    }
    return capsule;
}

static void begin_other(void)
{
    memset(&other, 0, sizeof other);
    other.base.ob_type = &PyBaseObject_Type;
    Py_SET_REFCNT(&other.base, 1);
    for (size_t i = 0; i < sizeof other.members / sizeof *other.members; i++) {
        other.members[i] = any_pointer("the other object");
    }
    other_before = other;
}

/* The number of the allocation that fails, from 1; 0: none. */
static size_t failing;
static bool memory_failed;

static size_t blocks_before;

void state_begin(void)
{
    blocks_before = host_live_blocks();
    destructions = 0;
    names_begin();
    for (int i = 0; i < CAPSULES; i++) {
        capsules[i] = any_capsule();
    }
    begin_other();
    int which = any_below("an exception is pending", 3);
    if (which == 1) {
        PyErr_SetNone(PyExc_KeyError);
    } else if (which == 2) {
        PyErr_SetString(PyExc_KeyError, "pending");
    }
    failing = (size_t)any_below("the allocation that fails", 8);
    failing = failing < 4 ? failing : 0;
    memory_failed = false;
    if (failing > 0 && !host_fail_allocation(failing, HOST_FAIL_ONCE)) {
        failing = 0;
    }
}

void state_end(void)
{
    state_memory_failed();
    PyErr_Clear();
    for (int i = 0; i < CAPSULES; i++) {
        if (capsules[i]) {
            PyCapsule_SetDestructor(capsules[i], NULL);
            for (Py_ssize_t n = Py_REFCNT(capsules[i]); n > 0; n--) {
                Py_DECREF(capsules[i]);
            }
            capsules[i] = NULL;
        }
    }
    names_end();
    if (host_keeps_nothing()) {
        SAME("BUG-4", host_live_blocks(), blocks_before,
             "no block of memory is kept or lost");
    }
}

PyObject *state_capsule(int which) { return capsules[which]; }
PyObject *state_other(void) { return &other.base; }

PyObject *any_object(void)
{
    switch (any_below("the object", 8)) {
    case 0:
        return NULL;
    case 1:
        return &other.base;
    case 2:
        return Py_None;
    case 3:
        return (PyObject *)&PyCapsule_Type;
    case 4:
        return capsules[SECOND];
    default:
        return capsules[FIRST];
    }
}

int state_index(PyObject *object)
{
    for (int i = 0; i < CAPSULES; i++) {
        if (object != NULL && object == capsules[i]) {
            return i;
        }
    }
    return CAPSULES;
}

struct fields state_fields(PyObject *capsule)
{
    const char *name = PyCapsule_GetName(capsule);
    return (struct fields){
        .pointer = PyCapsule_GetPointer(capsule, name),
        .name = name,
        .context = PyCapsule_GetContext(capsule),
        .destructor = PyCapsule_GetDestructor(capsule),
    };
}

struct collected state_collected(PyObject *capsule)
{
    (void)capsule;
    return (struct collected){0};
}

void state_last_reference(PyObject *capsule, PyCapsule_Destructor destructor)
{
    PyCapsule_SetDestructor(capsule, destructor);
    while (Py_REFCNT(capsule) > 1) {
        Py_DECREF(capsule);
    }
}

void state_destroyed(int which) { capsules[which] = NULL; }

void capsule_forget(PyObject *capsule)
{
    PyCapsule_SetDestructor(capsule, NULL);
    Py_DECREF(capsule);
}

struct world state_world(void)
{
    for (int i = 0; i < CAPSULES; i++) {
        if (capsules[i] != NULL) {
            last.fields[i] = state_fields(capsules[i]);
            last.references[i] = Py_REFCNT(capsules[i]);
        }
    }
    last.other = (uint64_t)memcmp(&other, &other_before, sizeof other);
    last.names = (uint64_t)names_changed();
    last.error = error_now();
    last.destructions = destructions;
    return last;
}

/* --- memory --------------------------------------------------------------- */

bool state_memory_failed(void)
{
    if (failing > 0) {
        memory_failed = host_allocations() >= failing;
        failing = 0;
        host_fail_allocation(0, HOST_FAIL_ONCE);
    }
    return memory_failed;
}

/* Blocks are counted once per step, in state_end(): before, the exception that
 * is pending holds some. */
bool state_counts_blocks(void) { return false; }

/* --- errors --------------------------------------------------------------- */

struct error error_now(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    struct error error = {type, (size_t)value, NULL};
    PyErr_Restore(type, value, traceback);
    return error;
}

bool error_says(struct error error, const char *format, const char *name)
{
    char expected[256];
    (void)error;
    state_memory_failed();
    snprintf(expected, sizeof expected, format, name);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *got = text ? PyUnicode_AsUTF8(text) : NULL;
    bool says = got && strcmp(got, expected) == 0;
    Py_XDECREF(text);
    PyErr_Restore(type, value, traceback);
    return says;
}

/* --- what depends on the version ------------------------------------------ */

bool state_observed(void) { return host_profile()->observed_rules; }
bool state_null_pointer_first(void)
{
    return host_profile()->set_pointer_checks_null_first;
}
bool state_destroys_at_once(void)
{
    return !host_profile()->deferred_destruction;
}

/* Calls that do one thing many times, for defects that appear at a count or a
 * size of 2^8 or 2^16. The executor calls these functions too. */
#ifndef FUZZ_PROGRAM_C_BULK_H
#define FUZZ_PROGRAM_C_BULK_H

#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The first function of the API that returned a wrong value in the last bulk
 * call; NULL if none did. */
static const char *bulk_wrong;

/* The number of times that the destructor of bulk calls has run. */
static unsigned bulk_destroyed;

/* Returns `right`; else notes the name of the function, if it is the first. */
static int bulk_check(int right, const char *function)
{
    if (!right && bulk_wrong == NULL) {
        bulk_wrong = function;
    }
    return right;
}

/* The destructor of capsules that a bulk call makes. */
static void bulk_count(PyObject *capsule)
{
    (void)capsule;
    bulk_destroyed++;
}

/* Returns a block of `count` names of one character, each at an address of its
 * own: name i begins at 2 * i. */
static char *bulk_names(unsigned count)
{
    char *names = (char *)calloc(count, 2);
    for (unsigned i = 0; i < count; i++) {
        names[2 * i] = (char)('a' + i % 26);
    }
    return names;
}

/* Returns 1 if the capsule has these fields, else 0. */
static int bulk_has(PyObject *capsule, uintptr_t number, const char *name,
                    PyCapsule_Destructor destructor)
{
    return bulk_check((uintptr_t)PyCapsule_GetPointer(capsule, name) == number,
                      "PyCapsule_GetPointer") &&
           bulk_check(PyCapsule_GetName(capsule) == name,
                      "PyCapsule_GetName") &&
           bulk_check((uintptr_t)PyCapsule_GetContext(capsule) == number + 1,
                      "PyCapsule_GetContext") &&
           bulk_check(PyCapsule_GetDestructor(capsule) == destructor,
                      "PyCapsule_GetDestructor") &&
           bulk_check(PyCapsule_IsValid(capsule, name) == 1,
                      "PyCapsule_IsValid");
}

/* Makes a capsule with the fields of number i; NULL if that fails. */
static PyObject *bulk_new(unsigned i, const char *name)
{
    PyObject *capsule =
        PyCapsule_New((void *)(uintptr_t)(i + 1), name, bulk_count);
    if (bulk_check(capsule != NULL, "PyCapsule_New")) {
        bulk_check(PyCapsule_SetContext(capsule, (void *)(uintptr_t)(i + 2)) ==
                       0,
                   "PyCapsule_SetContext");
    }
    return capsule;
}

/* Compares the capsule of number i and destroys it. Returns 1 if it had its
 * fields and its destructor ran at once, else 0. */
static int bulk_drop(PyObject *capsule, unsigned i, const char *name)
{
    unsigned before = bulk_destroyed;
    if (capsule == NULL) {
        return 0;
    }
    int right = bulk_has(capsule, i + 1, name, bulk_count);
    Py_DECREF(capsule);
    return bulk_check(bulk_destroyed == before + 1, "Py_DECREF") && right;
}

/* Takes that many references. */
static void take_references(PyObject *object, unsigned count)
{
    while (count-- > 0) {
        Py_INCREF(object);
    }
}

/* Gives up that many references. */
static void drop_references(PyObject *object, unsigned count)
{
    while (count-- > 0) {
        Py_DECREF(object);
    }
}

/* Returns the number of the i-th of `count` capsules. All capsules of the
 * second half have the same number, and so the same pointer. */
static unsigned bulk_number(unsigned i, unsigned count)
{
    return i < count / 2 ? i : 0;
}

/* Makes `count` capsules, of which at most `most` exist at a time: the oldest
 * is destroyed before a new one takes its place. Returns how many had their
 * fields at their end and their destructor called once. */
static int make_capsules(unsigned count, unsigned most)
{
    unsigned places = count < most ? count : most;
    PyObject **capsules = (PyObject **)calloc(places, sizeof *capsules);
    char *names = bulk_names(count);
    int right = 0;
    bulk_wrong = NULL;
    for (unsigned i = 0; i < count + places; i++) {
        PyObject **place = &capsules[i % places];
        if (i >= places) {
            unsigned oldest = i - places;
            right += bulk_drop(*place, bulk_number(oldest, count),
                               &names[2 * (size_t)oldest]);
        }
        if (i < count) {
            *place = bulk_new(bulk_number(i, count), &names[2 * (size_t)i]);
        }
    }
    free(names);
    free(capsules);
    return right;
}

/* Sets pointer, name, context and destructor `count` times, each time to other
 * values, and then to what they were. Returns how often all of them were read
 * back. */
static int set_fields(PyObject *capsule, unsigned count)
{
    const char *name = PyCapsule_GetName(capsule);
    void *pointer = PyCapsule_GetPointer(capsule, name);
    void *context = PyCapsule_GetContext(capsule);
    PyCapsule_Destructor destructor = PyCapsule_GetDestructor(capsule);
    char *names = bulk_names(count);
    int right = 0;
    bulk_wrong = NULL;
    for (unsigned i = 0; i < count; i++) {
        const char *other = &names[2 * (size_t)i];
        PyCapsule_Destructor function = i % 2 ? bulk_count : NULL;
        bulk_check(PyCapsule_SetName(capsule, other) == 0 &&
                       PyCapsule_GetName(capsule) == other,
                   "PyCapsule_SetName");
        bulk_check(PyCapsule_SetPointer(capsule, (void *)(uintptr_t)(i + 1)) ==
                       0,
                   "PyCapsule_SetPointer");
        bulk_check(PyCapsule_SetContext(capsule, (void *)(uintptr_t)(i + 2)) ==
                       0,
                   "PyCapsule_SetContext");
        bulk_check(PyCapsule_SetDestructor(capsule, function) == 0,
                   "PyCapsule_SetDestructor");
        right += bulk_has(capsule, i + 1, other, function);
    }
    PyCapsule_SetName(capsule, name);
    PyCapsule_SetPointer(capsule, pointer);
    PyCapsule_SetContext(capsule, context);
    PyCapsule_SetDestructor(capsule, destructor);
    free(names);
    return right;
}

/* Asks for the pointer by that name `count` times, and calls the other getters.
 * Returns how often they gave what they gave at first, an exception included.
 */
static int look(PyObject *capsule, const char *name, unsigned count)
{
    void *pointer = PyCapsule_GetPointer(capsule, name);
    int failed = PyErr_Occurred() != NULL;
    const char *own = PyCapsule_GetName(capsule);
    void *context = PyCapsule_GetContext(capsule);
    PyCapsule_Destructor destructor = PyCapsule_GetDestructor(capsule);
    int right = 0;
    bulk_wrong = NULL;
    PyErr_Clear();
    for (unsigned i = 0; i < count; i++) {
        int same =
            bulk_check(PyCapsule_IsValid(capsule, name) == !failed,
                       "PyCapsule_IsValid") &
            bulk_check(PyCapsule_GetName(capsule) == own, "PyCapsule_GetName") &
            bulk_check(PyCapsule_GetContext(capsule) == context,
                       "PyCapsule_GetContext") &
            bulk_check(PyCapsule_GetDestructor(capsule) == destructor,
                       "PyCapsule_GetDestructor");
        same &= bulk_check(PyCapsule_GetPointer(capsule, name) == pointer &&
                               (PyErr_Occurred() != NULL) == failed,
                           "PyCapsule_GetPointer");
        PyErr_Clear();
        right += same;
    }
    return right;
}

/* The destructor of a capsule whose context is the next one of a chain. */
static void bulk_drop_next(PyObject *capsule)
{
    bulk_destroyed++;
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
}

/* Makes a chain of capsules, each owned by the one before it, and drops the
 * first: destructors run inside destructors. Returns how many ran. */
static int drop_chain(unsigned count)
{
    unsigned before = bulk_destroyed;
    PyObject *first = NULL;
    bulk_wrong = NULL;
    for (unsigned i = 0; i < count; i++) {
        PyObject *capsule =
            PyCapsule_New((void *)(uintptr_t)(i + 1), "chain", bulk_drop_next);
        if (bulk_check(capsule != NULL, "PyCapsule_New")) {
            PyCapsule_SetContext(capsule, first);
            first = capsule;
        }
    }
    Py_XDECREF(first);
    bulk_check(bulk_destroyed - before == count, "Py_DECREF");
    return (int)(bulk_destroyed - before);
}

#endif

/* References, reference cycles and repr() of capsules; a producer. */
#ifndef FUZZ_PROGRAM_C_OBJECTS_H
#define FUZZ_PROGRAM_C_OBJECTS_H

#include <Python.h>

#include <stdlib.h>

/* Objects that are not capsules. */
static PyObject *an_int;

static PyObject *a_list;

/* clang-format off: it takes the macros for the types of variables. */
/* Has the layout of a capsule and the type of a list. */
struct lookalike {
    PyObject_HEAD
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

static struct lookalike lookalike = {
    PyObject_HEAD_INIT(&PyList_Type) & lookalike, NULL, NULL, NULL};
/* clang-format on */

/* Py_NewRef(), which Python 3.9 and older do not have. */
static PyObject *new_ref(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

/* Keeps `other` alive: the context of `capsule` is a new reference to `other`.
 * The destructor `drop` drops that reference. */
static void hold(PyObject *capsule, PyObject *other, PyCapsule_Destructor drop)
{
    Py_INCREF(other);
    PyCapsule_SetContext(capsule, other);
    PyCapsule_SetDestructor(capsule, drop);
}

/* Moves the caller's reference into a list that contains itself. */
static void leave_in_cycle(PyObject *capsule)
{
    PyObject *list = PyList_New(0);
    PyList_Append(list, list);
    PyList_Append(list, capsule);
    Py_DECREF(list);
    Py_DECREF(capsule);
}

/* Copies the object as copy.copy() does: `__reduce_ex__` returns a function and
 * its arguments, whose result is the copy, or a string if the object is its own
 * copy. Returns the copy, or NULL with an exception. */
static PyObject *copy_object(PyObject *object, int protocol)
{
    PyObject *reduced =
        PyObject_CallMethod(object, "__reduce_ex__", "i", protocol);
    if (reduced == NULL || !PyTuple_Check(reduced)) {
        return reduced;
    }
    PyObject *copied = PyObject_CallObject(PyTuple_GetItem(reduced, 0),
                                           PyTuple_GetItem(reduced, 1));
    Py_DECREF(reduced);
    return copied;
}

/* Returns 1 if the repr contains the capsule's name and address, else 0. */
static int check_repr(PyObject *capsule)
{
    const char *name = PyCapsule_GetName(capsule);
    const char *quote = name != NULL ? "\"" : "";
    PyObject *expected = PyUnicode_FromFormat(
        "<capsule object %s%s%s at %p>", quote, name != NULL ? name : "NULL",
        quote, (void *)capsule);
    PyObject *repr = PyObject_Repr(capsule);
    int same = repr != NULL && expected != NULL &&
               PyUnicode_Compare(repr, expected) == 0;
    Py_XDECREF(repr);
    Py_XDECREF(expected);
    return same;
}

static void free_table(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, "producer._C_API"));
}

/* Creates a module with a table and drops the module. Returns 0, or -1 if a
 * step failed. */
static int produce(void)
{
    int result = -1;
    PyObject *module = PyModule_New("producer");
    void *block = module != NULL ? malloc(16) : NULL;
    PyObject *capsule =
        block != NULL ? PyCapsule_New(block, "producer._C_API", free_table)
                      : NULL;
    if (capsule == NULL) {
        free(block);
    } else if (PyModule_AddObject(module, "_C_API", capsule) < 0) {
        Py_DECREF(capsule);
    } else {
        result = 0;
    }
    Py_XDECREF(module);
    return result;
}

#endif

/* Python 2.7's header and those functions of Python 3 that the tests and the
 * executor use. */
#ifndef CAPSULE_CPYTHON_PYTHON2_PYTHON_H
#define CAPSULE_CPYTHON_PYTHON2_PYTHON_H

#include_next <Python.h>

#define PyUnicode_AsUTF8 PyString_AsString
#undef PyUnicode_FromString
#define PyUnicode_FromString PyString_FromString
#define PyLong_FromLong PyInt_FromLong
#define PyLong_AsLong PyInt_AsLong

#define Py_NewRef(object) capsule_new_ref((PyObject *)(object))
static inline PyObject *capsule_new_ref(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

typedef long Py_hash_t;

/* Types that are made at run time, as far as tests make any: a size, what
 * destroys an object, what calls it. */
typedef struct {
    int slot;
    void *pfunc;
} PyType_Slot;

typedef struct {
    const char *name;
    int basicsize, itemsize;
    unsigned flags;
    PyType_Slot *slots;
} PyType_Spec;

#define Py_tp_call 50
#define Py_tp_dealloc 52

#ifdef __cplusplus
extern "C" {
#endif

/* New reference; NULL with an exception where there is no memory. */
PyObject *PyType_FromSpec(PyType_Spec *spec);

#ifdef __cplusplus
}
#endif

#endif

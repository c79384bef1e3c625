/* Python 2.7's header, with the Python 3 functions that the tests and the
 * executor use. */
#ifndef CAPSULE_CPYTHON_PYTHON2_PYTHON_H
#define CAPSULE_CPYTHON_PYTHON2_PYTHON_H

/* C++17 has no keyword `register`, which Python 2.7's header uses.
 * PyImport_AppendInittab gets another type below: its init functions return the
 * module, as in Python 3. */
#ifdef __cplusplus
#define register
#endif
#pragma push_macro("PyImport_AppendInittab")
#undef PyImport_AppendInittab
#include_next <Python.h>
#pragma pop_macro("PyImport_AppendInittab")
#undef register

#define PyUnicode_AsUTF8 PyString_AsString
#undef PyUnicode_FromString
#define PyUnicode_FromString PyString_FromString
#define PyLong_FromLong PyInt_FromLong
#define PyLong_AsLong PyInt_AsLong
#define PyExc_ModuleNotFoundError PyExc_ImportError

#define Py_NewRef(object) capsule_new_ref((PyObject *)(object))
static inline PyObject *capsule_new_ref(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

/* Python 2.7's macros evaluate their argument more than once; these functions
 * evaluate it once. */
static inline void capsule_drop(PyObject *object) { Py_DECREF(object); }
static inline void capsule_drop_any(PyObject *object) { Py_XDECREF(object); }
#undef Py_DECREF
#undef Py_XDECREF
#define Py_DECREF(object) capsule_drop((PyObject *)(object))
#define Py_XDECREF(object) capsule_drop_any((PyObject *)(object))

typedef long Py_hash_t;

/* Heap types, as far as the tests use them: a size, tp_dealloc and tp_call. */
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

/* Modules with single-phase or multi-phase initialisation, without module
 * state. */
typedef struct {
    PyObject_HEAD
} PyModuleDef_Base;

#define PyModuleDef_HEAD_INIT {PyObject_HEAD_INIT(NULL)}

typedef struct {
    int slot;
    void *value;
} PyModuleDef_Slot;

#define Py_mod_exec 2

typedef struct PyModuleDef {
    PyModuleDef_Base m_base;
    const char *m_name;
    const char *m_doc;
    Py_ssize_t m_size;
    PyMethodDef *m_methods;
    PyModuleDef_Slot *m_slots;
    traverseproc m_traverse;
    inquiry m_clear;
    freefunc m_free;
} PyModuleDef;

#ifdef __cplusplus
extern "C" {
#endif

/* Return new references; NULL with an exception if there is no memory. */
PyObject *PyModuleDef_Init(PyModuleDef *def);
PyObject *PyModule_Create(PyModuleDef *def);

/* Runs the second phase of initialisation. Returns 0, or -1 with an
 * exception. */
int PyModule_ExecDef(PyObject *module, PyModuleDef *def);

/* Defined by the worker of tools/conformance, which has its own table of
 * modules. */
int PyImport_AppendInittab(const char *name, PyObject *(*init)(void));

/* Returns a new reference; NULL with an exception if there is no memory. */
PyObject *PyType_FromSpec(PyType_Spec *spec);

#ifdef __cplusplus
}
#endif

#endif

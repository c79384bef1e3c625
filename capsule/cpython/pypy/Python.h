/* PyPy's header, with the additions that the tests need. */
#ifndef CAPSULE_CPYTHON_PYPY_PYTHON_H
#define CAPSULE_CPYTHON_PYPY_PYTHON_H

#include_next <Python.h>

/* PyPy adds a large number to the count while it holds a reference itself. This
 * removes that number. */
#undef Py_REFCNT
#define Py_REFCNT(object)                                                      \
    (((PyObject *)(object))->ob_refcnt & (((Py_ssize_t)1 << 60) - 1))

/* PyPy is not embedded here: PyPy is running already when it loads the
 * extension module. */
static inline void Py_InitializeEx(int initsigs) { (void)initsigs; }
static inline void Py_Finalize(void) {}

#ifdef __cplusplus
extern "C" {
#endif

/* Defined by the worker of tools/conformance, which has its own table of
 * modules. */
int PyImport_AppendInittab(const char *name, PyObject *(*init)(void));

#ifdef __cplusplus
}
#endif

#endif

/* PyPy's header and what the tests need beyond it. */
#ifndef CAPSULE_CPYTHON_PYPY_PYTHON_H
#define CAPSULE_CPYTHON_PYPY_PYTHON_H

#include_next <Python.h>

/* Without what PyPy adds for a reference of its own. */
#undef Py_REFCNT
#define Py_REFCNT(object)                                                      \
    (((PyObject *)(object))->ob_refcnt & (((Py_ssize_t)1 << 60) - 1))

/* PyPy is never embedded here: it runs before its extension modules do. */
static inline void Py_InitializeEx(int initsigs) { (void)initsigs; }
static inline void Py_Finalize(void) {}

#ifdef __cplusplus
extern "C" {
#endif

/* In the worker, which has modules of its own. */
int PyImport_AppendInittab(const char *name, PyObject *(*init)(void));

#ifdef __cplusplus
}
#endif

#endif

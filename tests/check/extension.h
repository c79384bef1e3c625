/* Shared by the small extension modules of this folder. Each is one file: its
 * functions, then EXTENSION(METHOD(first), METHOD(second)). */
#ifndef TESTS_CHECK_EXTENSION_H
#define TESTS_CHECK_EXTENSION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

/* A function of the module; `args` is the tuple of its arguments. */
#define FUNCTION(name) static PyObject *name(PyObject *self, PyObject *args)
#define METHOD(name) {#name, name, METH_VARARGS, NULL}

/* The first argument, borrowed. */
#define ARGUMENT PyTuple_GET_ITEM(args, 0)

/* Returns None or, if `failed` is true, the pending exception. */
static inline PyObject *done(int failed)
{
    if (failed)
        return NULL;
    Py_INCREF(Py_None);
    return Py_None;
}

/* A name in a block of its own. */
static inline char *heap_name(const char *name)
{
    return strcpy((char *)malloc(strlen(name) + 1), name);
}

#ifdef Py_GIL_DISABLED
#define WITHOUT_GIL(module)                                                    \
    PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED)
#else
#define WITHOUT_GIL(module) (void)(module)
#endif

#if PY_MAJOR_VERSION >= 3
#define EXTENSION(...)                                                         \
    static PyMethodDef methods[] = {__VA_ARGS__, {NULL, NULL, 0, NULL}};       \
    static struct PyModuleDef definition = {                                   \
        PyModuleDef_HEAD_INIT, "extension", NULL, -1, methods, 0, 0, 0, 0};    \
    PyMODINIT_FUNC PyInit_extension(void)                                      \
    {                                                                          \
        PyObject *module = PyModule_Create(&definition);                       \
        WITHOUT_GIL(module);                                                   \
        return module;                                                         \
    }
#else
#define EXTENSION(...)                                                         \
    static PyMethodDef methods[] = {__VA_ARGS__, {NULL, NULL, 0, NULL}};       \
    PyMODINIT_FUNC initextension(void) { Py_InitModule("extension", methods); }
#endif

#endif

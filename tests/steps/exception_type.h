/* A type of exceptions of the checker's Python, which is known by its address
 * alone. */
#ifndef TESTS_STEPS_EXCEPTION_TYPE_H
#define TESTS_STEPS_EXCEPTION_TYPE_H

#include <Python.h>

/* Defines PyExc_NAME. */
#define EXCEPTION(name)                                                        \
    static PyTypeObject type_##name;                                           \
    PyObject *PyExc_##name = (PyObject *)&type_##name;

#endif

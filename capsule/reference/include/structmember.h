/* Members: fields of a C struct that are attributes in Python. CPython 3.12 and
 * newer declare the names with Py_ in <Python.h>; older versions have only the
 * names without, in this header. */
#ifndef Py_STRUCTMEMBER_H
#define Py_STRUCTMEMBER_H

#define T_INT Py_T_INT
#define T_DOUBLE Py_T_DOUBLE
#define T_OBJECT_EX Py_T_OBJECT_EX
#define T_PYSSIZET Py_T_PYSSIZET
#define READONLY Py_READONLY

#endif

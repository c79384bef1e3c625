/* C functions as objects, and the conversion of argument lists. */
#ifndef Py_MODSUPPORT_H
#define Py_MODSUPPORT_H

typedef PyObject *(*PyCFunction)(PyObject *self, PyObject *args);
typedef PyObject *(*PyCFunctionWithKeywords)(PyObject *self, PyObject *args,
                                             PyObject *kwargs);

#define METH_VARARGS 0x0001
#define METH_KEYWORDS 0x0002
#define METH_NOARGS 0x0004
#define METH_O 0x0008

typedef struct PyMethodDef {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} PyMethodDef;

PyAPI_DATA(PyTypeObject) PyCFunction_Type;
#define PyCFunction_Check(op) Py_IS_TYPE(op, &PyCFunction_Type)
/* A callable that passes `self` (own reference; may be NULL) and its arguments
 * to def->ml_meth; `def` must outlive it. New reference. */
PyAPI_FUNC(PyObject *) PyCFunction_New(PyMethodDef *def, PyObject *self);

/* An object from C values: O S N (steals) s z i l n k K L p d-less subset, and
 * (...) [...] {...} around them. "" gives None, one value that value, several a
 * tuple. New reference. */
PyAPI_FUNC(PyObject *) Py_BuildValue(const char *format, ...);
PyAPI_FUNC(PyObject *) Py_VaBuildValue(const char *format, va_list arguments);

/* C values from the tuple `args`: one unit of `format` for each argument,
 * stored through the pointers that follow.
 *
 *   O  PyObject **, borrowed         s  const char **, from a str; borrowed
 *   O! PyTypeObject *, PyObject **   z  the same, NULL from None
 *   U  PyObject **, a str; borrowed  p  int *, 1 or 0: whether it is true
 *   i  int *                         l  long *; n: Py_ssize_t *
 *   |  what follows may be missing: its targets stay as they are
 *   :  the rest names the function in messages
 *   ;  the rest is the message of TypeErrors
 *
 * 1, or 0 and an exception: TypeError for the wrong number or type of
 * arguments, OverflowError for an int out of range, ValueError for a NUL in a
 * string, SystemError for a format or `args` that is none. Targets before the
 * one that failed are set then. */
PyAPI_FUNC(int) PyArg_ParseTuple(PyObject *args, const char *format, ...);
PyAPI_FUNC(int)
    PyArg_VaParse(PyObject *args, const char *format, va_list values);

#endif

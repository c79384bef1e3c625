/* C functions as objects, and the conversion of their arguments. */
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

/* A member of the objects of a type: the field at `offset`. */
typedef struct PyMemberDef {
    const char *name;
    int type; /* a Py_T_* constant */
    Py_ssize_t offset;
    int flags; /* 0 or Py_READONLY */
    const char *doc;
} PyMemberDef;

#define Py_T_INT 1
#define Py_T_DOUBLE 4
#define Py_T_OBJECT_EX 16 /* PyObject *; NULL reads as a missing attribute */
#define Py_T_PYSSIZET 19
#define Py_READONLY 1

PyAPI_DATA(PyTypeObject) PyCFunction_Type;
#define PyCFunction_Check(op) Py_IS_TYPE(op, &PyCFunction_Type)
/* Returns a callable that calls def->ml_meth with `self` and the arguments.
 * `self` may be NULL; the callable takes a reference to it. `def` must outlive
 * the callable. New reference. */
PyAPI_FUNC(PyObject *) PyCFunction_New(PyMethodDef *def, PyObject *self);

/* Builds an object from C values. Units: O, S and N (which steals) take an
 * object; s, z and U a string, or a string and a size with '#'; b, h, i, I, l,
 * k, L and n an integer; d a double; p a truth value; (...), [...] and {...}
 * make a tuple, a list and a dict. "" gives None, one unit gives its value,
 * several units give a tuple. New reference. */
PyAPI_FUNC(PyObject *) Py_BuildValue(const char *format, ...);
PyAPI_FUNC(PyObject *) Py_VaBuildValue(const char *format, va_list arguments);

/* Converts the items of the tuple `args` to C values. `format` has one unit per
 * argument; each value is stored through the next pointer.
 *
 *   O  PyObject **, borrowed         s  const char **, from a str; borrowed
 *   O! PyTypeObject *, PyObject **   z  like s; None gives NULL
 *   U  PyObject **, a str; borrowed  p  int *, the truth value: 1 or 0
 *   i  int *                         l  long *; n: Py_ssize_t *
 *   d  double *, from a float or an int
 *   |  the following arguments are optional: their targets stay unchanged
 *   :  the rest names the function in messages
 *   ;  the rest is the message of TypeErrors
 *
 * Returns 1, or 0 with an exception: TypeError for the wrong number or type of
 * arguments, OverflowError for an int out of range, ValueError for a NUL in a
 * string, SystemError for a bad format or if `args` is not a tuple. Targets of
 * earlier arguments are set even if a later one fails.
 */
PyAPI_FUNC(int) PyArg_ParseTuple(PyObject *args, const char *format, ...);
/* The same for positional and keyword arguments. `keywords` has a name for each
 * unit of `format` and ends with NULL; an empty name is of a positional
 * argument. `kwargs` is a dict or NULL. After a $ in the format, arguments are
 * keyword-only. */
PyAPI_FUNC(int)
    PyArg_ParseTupleAndKeywords(PyObject *args, PyObject *kwargs,
                                const char *format, char **keywords, ...);
PyAPI_FUNC(int)
    PyArg_VaParse(PyObject *args, const char *format, va_list values);

#endif

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

#endif

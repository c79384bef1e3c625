/* int, bool, float, bytes, str, list, tuple and dict, as far as code that uses
 * capsules needs them. */
#ifndef Py_BASICTYPES_H
#define Py_BASICTYPES_H

PyAPI_DATA(PyTypeObject) PyLong_Type;
PyAPI_DATA(PyTypeObject) PyBool_Type;
PyAPI_DATA(PyTypeObject) PyFloat_Type;
PyAPI_DATA(PyTypeObject) PyBytes_Type;
PyAPI_DATA(PyTypeObject) PyUnicode_Type;
PyAPI_DATA(PyTypeObject) PyList_Type;
PyAPI_DATA(PyTypeObject) PyTuple_Type;
PyAPI_DATA(PyTypeObject) PyDict_Type;

/* --- int: 64 bits here ---------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    long value;
} PyLongObject;

#define PyLong_Check(op) PyObject_TypeCheck(op, &PyLong_Type)
#define PyLong_CheckExact(op) Py_IS_TYPE(op, &PyLong_Type)
PyAPI_FUNC(PyObject *) PyLong_FromLong(long value); /* new reference */
PyAPI_FUNC(PyObject *) PyLong_FromSsize_t(Py_ssize_t value);
PyAPI_FUNC(PyObject *) PyLong_FromLongLong(long long value);
/* OverflowError above LONG_MAX. */
PyAPI_FUNC(PyObject *) PyLong_FromUnsignedLong(unsigned long value);
PyAPI_FUNC(PyObject *) PyLong_FromSize_t(size_t value);
PyAPI_FUNC(PyObject *) PyLong_FromVoidPtr(void *pointer);
/* Return the value; -1 with TypeError if `op` is not an int. */
PyAPI_FUNC(long) PyLong_AsLong(PyObject *op);
PyAPI_FUNC(Py_ssize_t) PyLong_AsSsize_t(PyObject *op);

PyAPI_DATA(PyLongObject) _Py_TrueStruct;
PyAPI_DATA(PyLongObject) _Py_FalseStruct;
#define Py_True ((PyObject *)&_Py_TrueStruct)
#define Py_False ((PyObject *)&_Py_FalseStruct)
#define PyBool_Check(op) Py_IS_TYPE(op, &PyBool_Type)
PyAPI_FUNC(PyObject *) PyBool_FromLong(long value); /* new reference */
#define Py_RETURN_TRUE return Py_NewRef(Py_True)
#define Py_RETURN_FALSE return Py_NewRef(Py_False)

/* --- float and bytes -------------------------------------------------------
 */

#define PyFloat_Check(op) PyObject_TypeCheck(op, &PyFloat_Type)
PyAPI_FUNC(PyObject *) PyFloat_FromDouble(double value); /* new reference */
/* Returns the value of a float or an int; -1 with TypeError for another object.
 */
PyAPI_FUNC(double) PyFloat_AsDouble(PyObject *op);

#define PyBytes_Check(op) PyObject_TypeCheck(op, &PyBytes_Type)
/* Returns a new bytes object with a copy of the bytes; if `bytes` is NULL, the
 * caller fills the object before others see it. New reference. */
PyAPI_FUNC(PyObject *)
    PyBytes_FromStringAndSize(const char *bytes, Py_ssize_t size);
/* Return the size, and the bytes, which end with a NUL and belong to `op`. -1
 * or NULL with TypeError if `op` is not bytes. */
PyAPI_FUNC(Py_ssize_t) PyBytes_Size(PyObject *op);
PyAPI_FUNC(char *) PyBytes_AsString(PyObject *op);

/* --- str: valid UTF-8 inside, or any bytes as in Python 2 (profile.h) ---- */

#define PyUnicode_Check(op) PyObject_TypeCheck(op, &PyUnicode_Type)
#define PyUnicode_CheckExact(op) Py_IS_TYPE(op, &PyUnicode_Type)
/* New reference; NULL with UnicodeDecodeError if the bytes are not UTF-8. */
PyAPI_FUNC(PyObject *) PyUnicode_FromString(const char *utf8);
PyAPI_FUNC(PyObject *)
    PyUnicode_FromStringAndSize(const char *utf8, Py_ssize_t size);
/* Returns the UTF-8 bytes, NUL-terminated; borrowed from `op`. NULL with
 * TypeError if `op` is not a str. */
PyAPI_FUNC(const char *) PyUnicode_AsUTF8(PyObject *op);
PyAPI_FUNC(const char *)
    PyUnicode_AsUTF8AndSize(PyObject *op, Py_ssize_t *size);
/* Returns the number of code points; -1 on failure. */
PyAPI_FUNC(Py_ssize_t) PyUnicode_GetLength(PyObject *op);
/* Compare bytes. Return a negative number, 0 or a positive number. */
PyAPI_FUNC(int)
    PyUnicode_CompareWithASCIIString(PyObject *op, const char *ascii);
PyAPI_FUNC(int) PyUnicode_Compare(PyObject *a, PyObject *b);
/* printf for str. Knows %% %c %d %i %u %x %ld %lu %zd %zu %lld %llu %p %s %U %S
 * %R %A, with width and precision for %s and the numbers. Bytes of a %s
 * argument that are not UTF-8 become U+FFFD. New reference. */
PyAPI_FUNC(PyObject *) PyUnicode_FromFormat(const char *format, ...);
PyAPI_FUNC(PyObject *)
    PyUnicode_FromFormatV(const char *format, va_list arguments);

/* --- list ----------------------------------------------------------------- */

#define PyList_Check(op) PyObject_TypeCheck(op, &PyList_Type)
PyAPI_FUNC(PyObject *) PyList_New(Py_ssize_t size); /* new reference */
PyAPI_FUNC(Py_ssize_t) PyList_Size(PyObject *list); /* -1 on failure */
PyAPI_FUNC(PyObject *)
    PyList_GetItem(PyObject *list, Py_ssize_t i); /* borrowed */
PyAPI_FUNC(int)
    PyList_Append(PyObject *list, PyObject *item); /* takes a new reference */
#define PyList_GET_SIZE(list) PyList_Size(_PyObject_CAST(list))
#define PyList_GET_ITEM(list, i) PyList_GetItem(_PyObject_CAST(list), i)

/* --- tuple ---------------------------------------------------------------- */

#define PyTuple_Check(op) PyObject_TypeCheck(op, &PyTuple_Type)
PyAPI_FUNC(PyObject *) PyTuple_New(Py_ssize_t size);  /* new reference */
PyAPI_FUNC(Py_ssize_t) PyTuple_Size(PyObject *tuple); /* -1 on failure */
PyAPI_FUNC(PyObject *)
    PyTuple_GetItem(PyObject *tuple, Py_ssize_t i); /* borrowed */
PyAPI_FUNC(int)
    PyTuple_SetItem(PyObject *tuple, Py_ssize_t i,
                    PyObject *item); /* steals `item`, also on failure */
/* Returns a tuple of the `n` objects that follow, each with a new reference. */
PyAPI_FUNC(PyObject *) PyTuple_Pack(Py_ssize_t n, ...);
#define PyTuple_GET_SIZE(tuple) PyTuple_Size(_PyObject_CAST(tuple))
#define PyTuple_GET_ITEM(tuple, i) PyTuple_GetItem(_PyObject_CAST(tuple), i)
#define PyTuple_SET_ITEM(tuple, i, v)                                          \
    ((void)PyTuple_SetItem(_PyObject_CAST(tuple), i, v))

/* --- dict: in order of insertion ------------------------------------------ */

#define PyDict_Check(op) PyObject_TypeCheck(op, &PyDict_Type)
PyAPI_FUNC(PyObject *) PyDict_New(void); /* new reference */
PyAPI_FUNC(Py_ssize_t) PyDict_Size(PyObject *dict);
/* Borrowed; NULL without an exception if the key is missing. */
PyAPI_FUNC(PyObject *) PyDict_GetItem(PyObject *dict, PyObject *key);
PyAPI_FUNC(PyObject *) PyDict_GetItemWithError(PyObject *dict, PyObject *key);
PyAPI_FUNC(PyObject *) PyDict_GetItemString(PyObject *dict, const char *key);
/* Take new references to key and value. Return 0, or -1 on failure. */
PyAPI_FUNC(int) PyDict_SetItem(PyObject *dict, PyObject *key, PyObject *value);
PyAPI_FUNC(int)
    PyDict_SetItemString(PyObject *dict, const char *key, PyObject *value);
PyAPI_FUNC(int) PyDict_DelItem(PyObject *dict, PyObject *key); /* KeyError */
PyAPI_FUNC(int) PyDict_DelItemString(PyObject *dict, const char *key);
PyAPI_FUNC(int) PyDict_Contains(PyObject *dict, PyObject *key);
PyAPI_FUNC(void) PyDict_Clear(PyObject *dict);
/* Iterates over the items. Start with *position = 0. Returns 0 at the end. Key
 * and value are borrowed. */
PyAPI_FUNC(int) PyDict_Next(PyObject *dict, Py_ssize_t *position,
                            PyObject **key, PyObject **value);

#endif

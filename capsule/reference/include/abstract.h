/* Operations on objects of any type. Each raises TypeError if the type does not
 * support the operation. */
#ifndef Py_ABSTRACT_H
#define Py_ABSTRACT_H

/* repr(o) and str(o): new reference. NULL gives "<NULL>". */
PyAPI_FUNC(PyObject *) PyObject_Repr(PyObject *o);
PyAPI_FUNC(PyObject *) PyObject_Str(PyObject *o);
#define PyObject_ASCII PyObject_Repr

/* hash(o); -1 on failure. */
PyAPI_FUNC(Py_hash_t) PyObject_Hash(PyObject *o);

/* bool(o) as 1 or 0; -1 on failure. */
PyAPI_FUNC(int) PyObject_IsTrue(PyObject *o);

#define Py_LT 0
#define Py_LE 1
#define Py_EQ 2
#define Py_NE 3
#define Py_GT 4
#define Py_GE 5

/* a OP b: new reference. Objects without a comparison are equal if they are
 * identical. */
PyAPI_FUNC(PyObject *) PyObject_RichCompare(PyObject *a, PyObject *b, int op);
/* a OP b as 1 or 0; -1 on failure. An object equals itself without a
 * comparison. */
PyAPI_FUNC(int) PyObject_RichCompareBool(PyObject *a, PyObject *b, int op);

/* o.name: new reference. o.name = value and del o.name: 0, or -1 on failure. */
PyAPI_FUNC(PyObject *) PyObject_GetAttr(PyObject *o, PyObject *name);
PyAPI_FUNC(PyObject *) PyObject_GetAttrString(PyObject *o, const char *name);
PyAPI_FUNC(int) PyObject_SetAttr(PyObject *o, PyObject *name, PyObject *value);
PyAPI_FUNC(int)
    PyObject_SetAttrString(PyObject *o, const char *name, PyObject *value);
PyAPI_FUNC(int) PyObject_DelAttrString(PyObject *o, const char *name);
/* Returns 1 or 0; clears every exception of the lookup. */
PyAPI_FUNC(int) PyObject_HasAttrString(PyObject *o, const char *name);
/* The default lookup: finds methods of the type and of its bases. */
PyAPI_FUNC(PyObject *) PyObject_GenericGetAttr(PyObject *o, PyObject *name);

/* len(o); -1 on failure. */
PyAPI_FUNC(Py_ssize_t) PyObject_Size(PyObject *o);
#define PyObject_Length PyObject_Size
/* o[key]: new reference. */
PyAPI_FUNC(PyObject *) PyObject_GetItem(PyObject *o, PyObject *key);
/* iter(o) and next(iterator): new references. At the end PyIter_Next returns
 * NULL without an exception. */
PyAPI_FUNC(PyObject *) PyObject_GetIter(PyObject *o);
PyAPI_FUNC(PyObject *) PyIter_Next(PyObject *iterator);
/* a + b: new reference. */
PyAPI_FUNC(PyObject *) PyNumber_Add(PyObject *a, PyObject *b);

/* True if the type of `o` can be called. Never fails. */
PyAPI_FUNC(int) PyCallable_Check(PyObject *o);
/* callable(*args, **kwargs): new reference. `args` is a tuple (for
 * PyObject_CallObject also NULL), `kwargs` a dict or NULL. Raises SystemError
 * if the callable returns NULL without an exception, or an object with one. */
PyAPI_FUNC(PyObject *)
    PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs);
PyAPI_FUNC(PyObject *) PyObject_CallObject(PyObject *callable, PyObject *args);
PyAPI_FUNC(PyObject *) PyObject_CallNoArgs(PyObject *callable);
PyAPI_FUNC(PyObject *) PyObject_CallOneArg(PyObject *callable, PyObject *arg);
/* Calls with the arguments that a Py_BuildValue format describes. NULL or ""
 * means no arguments. */
PyAPI_FUNC(PyObject *)
    PyObject_CallFunction(PyObject *callable, const char *format, ...);
PyAPI_FUNC(PyObject *)
    PyObject_CallMethod(PyObject *o, const char *name, const char *format, ...);

/* There are no weak references here: always raises TypeError and returns
 * NULL. */
PyAPI_FUNC(PyObject *) PyWeakref_NewRef(PyObject *o, PyObject *callback);

#endif

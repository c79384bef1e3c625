/* PyCObject: the predecessor of capsules in Python 2, still present beside them
 * in Python 2.7.
 *
 * A PyCObject carries a pointer and a second pointer called its description. It
 * has no name, so code cannot check what the pointer is. Capsules replaced
 * PyCObject; Python 3.2 removed it.
 *
 * A function that succeeds leaves a pending exception alone. A function that
 * fails raises TypeError unless its comment says otherwise.
 */
#ifndef Py_COBJECT_H
#define Py_COBJECT_H

/* Tells code written for several versions that PyCObject exists. */
#define HAVE_PYCOBJECT 1

PyAPI_DATA(PyTypeObject) PyCObject_Type;

/* True for a PyCObject; false for any other object, capsules too (COBJ-1). `op`
 * must not be NULL. */
PyAPI_FUNC(void) _PyCObject_CheckedNull(void) __attribute__((noreturn, cold));
static inline int _PyCObject_Check(PyObject *op)
{
    if (__builtin_expect(op == NULL, 0)) {
        _PyCObject_CheckedNull();
    }
    return Py_IS_TYPE(op, &PyCObject_Type);
}
#define PyCObject_Check(op) _PyCObject_Check(_PyObject_CAST(op))

/* Returns a new PyCObject that holds `cobj`, which may be NULL: new reference
 * (COBJ-2). `destruct` may be NULL; else it is called with `cobj`, once, when
 * the last reference is gone.
 *
 * If Py_Py3kWarningFlag is set, both functions first signal a
 * DeprecationWarning, and fail if a filter turns the warning into an exception.
 * NULL with MemoryError if there is no memory.
 */
PyAPI_FUNC(PyObject *)
    PyCObject_FromVoidPtr(void *cobj, void (*destruct)(void *));
/* Like PyCObject_FromVoidPtr(), with a description, which must not be NULL
 * (COBJ-3). The destructor receives the description as its second argument. */
PyAPI_FUNC(PyObject *)
    PyCObject_FromVoidPtrAndDesc(void *cobj, void *desc,
                                 void (*destruct)(void *, void *));

/* Returns the pointer of a PyCObject (COBJ-4) or of a capsule of any name
 * (W27-2). NULL may be the stored pointer or a failure; PyErr_Occurred() tells
 * which. PyCObject_AsVoidPtr(NULL) fails and keeps an exception that was
 * pending (COBJ-8).
 *
 * In profiles that say so, first signals a PendingDeprecationWarning (W27-3).
 */
PyAPI_FUNC(void *) PyCObject_AsVoidPtr(PyObject *self);

/* Returns the description, or NULL if the object has none. Fails for capsules
 * (COBJ-5). Failures and a NULL argument are as for PyCObject_AsVoidPtr(). */
PyAPI_FUNC(void *) PyCObject_GetDesc(PyObject *self);

/* Replaces the pointer of a PyCObject that has no destructor. Returns 1
 * (COBJ-6). Note: on failure it returns 0, and nothing has changed. */
PyAPI_FUNC(int) PyCObject_SetVoidPtr(PyObject *self, void *cobj);

/* Imports the module and returns the pointer, as PyCObject_AsVoidPtr() does, of
 * its attribute `name` (COBJ-7). Exceptions of the import, of the attribute
 * lookup and of PyCObject_AsVoidPtr() pass through. No exception may be
 * pending. */
PyAPI_FUNC(void *) PyCObject_Import(char *module_name, char *name);

#endif

/* PyCObject: what Python 2 had before capsules, and Python 2.7 beside them.
 *
 * An object that carries a pointer, a second one called its description, and
 * no name, so that nothing can tell one from another. Deprecated by capsules;
 * gone from Python 3.2.
 *
 * Common to all functions: success leaves a pending exception alone. Failure is
 * TypeError unless the function says otherwise.
 */
#ifndef Py_COBJECT_H
#define Py_COBJECT_H

/* Tells code for several versions that there is a PyCObject. */
#define HAVE_PYCOBJECT 1

PyAPI_DATA(PyTypeObject) PyCObject_Type;

/* 1 for a PyCObject, 0 for any other object, capsules too (COBJ-1). `op` must
 * not be NULL. */
PyAPI_FUNC(void) _PyCObject_CheckedNull(void) __attribute__((noreturn, cold));
static inline int _PyCObject_Check(PyObject *op)
{
    if (__builtin_expect(op == NULL, 0)) {
        _PyCObject_CheckedNull();
    }
    return Py_IS_TYPE(op, &PyCObject_Type);
}
#define PyCObject_Check(op) _PyCObject_Check(_PyObject_CAST(op))

/* A PyCObject around `cobj`, which may be NULL: new reference (COBJ-2).
 * `destruct`, unless NULL, is called with it, once, when the last reference is
 * gone.
 *
 * Where Py_Py3kWarningFlag is set, both functions signal a DeprecationWarning
 * before they do anything else, and fail with it where a filter makes it an
 * exception. NULL and MemoryError when there is no memory. */
PyAPI_FUNC(PyObject *)
    PyCObject_FromVoidPtr(void *cobj, void (*destruct)(void *));
/* The same with a description, which must not be NULL (COBJ-3) and which the
 * destructor gets as its second argument. */
PyAPI_FUNC(PyObject *)
    PyCObject_FromVoidPtrAndDesc(void *cobj, void *desc,
                                 void (*destruct)(void *, void *));

/* The pointer of a PyCObject (COBJ-4) or of a capsule of any name (W27-2). NULL
 * on failure, but it may as well be the pointer: ask PyErr_Occurred(). For NULL
 * as argument an exception that is pending stays as it is (COBJ-8).
 *
 * Where the profile says so, a PendingDeprecationWarning is signalled before
 * anything else (W27-3). */
PyAPI_FUNC(void *) PyCObject_AsVoidPtr(PyObject *self);

/* The description, NULL where there is none; no capsules (COBJ-5). Failure and
 * NULL as argument as for PyCObject_AsVoidPtr(). */
PyAPI_FUNC(void *) PyCObject_GetDesc(PyObject *self);

/* Replaces the pointer of a PyCObject without destructor: 1 (COBJ-6). Beware:
 * failure is 0, and then nothing was changed. */
PyAPI_FUNC(int) PyCObject_SetVoidPtr(PyObject *self, void *cobj);

/* The pointer, as of PyCObject_AsVoidPtr(), of the attribute `name` of the
 * module (COBJ-7). Every exception of the import, of the attribute and of
 * PyCObject_AsVoidPtr() passes through. No exception may be pending. */
PyAPI_FUNC(void *) PyCObject_Import(char *module_name, char *name);

#endif

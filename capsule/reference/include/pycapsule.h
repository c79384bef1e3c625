/* Capsules: an object that carries a pointer from one piece of C to another.
 *
 * Common to all functions but PyCapsule_Import: a call that succeeds leaves the
 * error indicator as it was, one that fails replaces it by its own exception
 * (ERR-1, ERR-2). The capsule argument may be NULL or any object; those that
 * need a capsule then fail with ValueError (GET-ALL-1, SET-ALL-1). Of these
 * functions only PyCapsule_New allocates anything unless it fails.
 */
#ifndef Py_PYCAPSULE_H
#define Py_PYCAPSULE_H

PyAPI_DATA(PyTypeObject) PyCapsule_Type;

/* Called with the capsule, once, when the last reference is gone. Its count is
 * 0 then and must stay so (DTOR-8, DTOR-9); every accessor works (DTOR-2). The
 * error indicator is the caller's and must be left as it was (DTOR-6). */
typedef void (*PyCapsule_Destructor)(PyObject *);

/* 1 for a capsule, 0 for any other object. `op` must not be NULL (TYPE-3). */
PyAPI_FUNC(void) _PyCapsule_CheckedNull(void) __attribute__((noreturn, cold));
static inline int _PyCapsule_CheckExact(PyObject *op)
{
    if (__builtin_expect(op == NULL, 0)) {
        _PyCapsule_CheckedNull();
    }
    return Py_IS_TYPE(op, &PyCapsule_Type);
}
#define PyCapsule_CheckExact(op) _PyCapsule_CheckExact(_PyObject_CAST(op))

/* A new capsule around `pointer`, with context NULL: new reference (NEW-1).
 * `pointer` is never followed (NEW-11); NULL is refused with ValueError
 * (NEW-2). `name` may be NULL; it is kept, not copied, and must outlive the
 * capsule, its destructor excepted (NEW-5, NEW-6). `destructor` may be NULL.
 * NULL and MemoryError when there is no memory (NEW-3). */
PyAPI_FUNC(PyObject *) PyCapsule_New(void *pointer, const char *name,
                                     PyCapsule_Destructor destructor);

/* The pointer, when `name` equals the stored name byte by byte or both are
 * NULL; else NULL and ValueError (GETP-1..6). Borrowed from whoever owns it. */
PyAPI_FUNC(void *) PyCapsule_GetPointer(PyObject *capsule, const char *name);

/* The field as it is now. NULL is a legal value: it means failure only when an
 * exception is set (GETD-2, GETC-2, GETN-2). The name is the very pointer that
 * was stored (GETN-3). */
PyAPI_FUNC(PyCapsule_Destructor) PyCapsule_GetDestructor(PyObject *capsule);
PyAPI_FUNC(const char *) PyCapsule_GetName(PyObject *capsule);
PyAPI_FUNC(void *) PyCapsule_GetContext(PyObject *capsule);

/* 1 when `capsule` is a capsule whose name equals `name` as for
 * PyCapsule_GetPointer, so that every getter will succeed; else 0. Never fails
 * and never touches the error indicator (VAL-1..6). */
PyAPI_FUNC(int) PyCapsule_IsValid(PyObject *capsule, const char *name);

/* Replace one field: 0, or -1 and ValueError with nothing changed. The old
 * value is neither freed nor called (SETN-3, SETD-1, SETC-1). Only the pointer
 * may not be NULL (SETP-2). */
PyAPI_FUNC(int) PyCapsule_SetPointer(PyObject *capsule, void *pointer);
PyAPI_FUNC(int)
    PyCapsule_SetDestructor(PyObject *capsule, PyCapsule_Destructor destructor);
PyAPI_FUNC(int) PyCapsule_SetName(PyObject *capsule, const char *name);
PyAPI_FUNC(int) PyCapsule_SetContext(PyObject *capsule, void *context);

/* The pointer of the capsule at `name`, a path like `module.attribute` or
 * `package.attribute.attribute`: imports the first component and looks the
 * others up as attributes, so that submodules are found only if somebody
 * imported them (IMP-1, IMP-3, IMP-4). The capsule's own name must equal the
 * whole path (IMP-2). Borrowed like that of PyCapsule_GetPointer: no reference
 * to module or capsule is kept (IMP-9). `name` is needed only during the call
 * and not changed (IMP-15); `no_block` is ignored but in profiles of CPython
 * before 3.11, where it leaves the import's exception as it is (IMP-8).
 *
 * NULL with ImportError, whatever the import raised (IMP-6); with the exception
 * of an attribute lookup (IMP-7); with AttributeError for what is no capsule of
 * that name; with MemoryError (IMP-16).
 *
 * Undefined in CPython, one line and abort() here: a name that is NULL
 * (IMP-13), and a call while an exception is pending, which imports would run
 * into. */
PyAPI_FUNC(void *) PyCapsule_Import(const char *name, int no_block);

#endif

/* Capsules: an object that carries a pointer from one piece of C to another.
 *
 * Common to all functions but PyCapsule_Import: a call that succeeds leaves the
 * error indicator alone; a call that fails replaces it by its own exception
 * (ERR-1, ERR-2). The capsule argument may be NULL or any object; a function
 * that needs a capsule then fails with ValueError (GET-ALL-1, SET-ALL-1). Apart
 * from PyCapsule_New, these functions allocate only when they fail.
 */
#ifndef Py_PYCAPSULE_H
#define Py_PYCAPSULE_H

PyAPI_DATA(PyTypeObject) PyCapsule_Type;

/* Called with the capsule, once, when the last reference is gone. The reference
 * count is 0 and must stay 0 (DTOR-8, DTOR-9); every getter and setter works
 * (DTOR-2). The error indicator belongs to the caller: the destructor must
 * leave it as it was (DTOR-6). */
typedef void (*PyCapsule_Destructor)(PyObject *);

/* True for a capsule, false for any other object. `op` must not be NULL
 * (TYPE-3). */
PyAPI_FUNC(void) _PyCapsule_CheckedNull(void) __attribute__((noreturn, cold));
static inline int _PyCapsule_CheckExact(PyObject *op)
{
    if (__builtin_expect(op == NULL, 0)) {
        _PyCapsule_CheckedNull();
    }
    return Py_IS_TYPE(op, &PyCapsule_Type);
}
#define PyCapsule_CheckExact(op) _PyCapsule_CheckExact(_PyObject_CAST(op))

/* Returns a new capsule that holds `pointer`, with context NULL: new reference
 * (NEW-1). `pointer` is never dereferenced (NEW-11); NULL is refused with
 * ValueError (NEW-2). `name` may be NULL; the string is kept, not copied. It
 * must outlive the capsule, but the destructor may free it (NEW-5, NEW-6).
 * `destructor` may be NULL. NULL with MemoryError if there is no memory
 * (NEW-3). */
PyAPI_FUNC(PyObject *) PyCapsule_New(void *pointer, const char *name,
                                     PyCapsule_Destructor destructor);

/* Returns the pointer if `name` equals the stored name byte by byte, or if both
 * are NULL; else NULL with ValueError (GETP-1..6). The pointer is borrowed: its
 * owner decides how long it is valid. */
PyAPI_FUNC(void *) PyCapsule_GetPointer(PyObject *capsule, const char *name);

/* Return the current value of the field. NULL is a legal value; it means
 * failure only if an exception is set (GETD-2, GETC-2, GETN-2). The name is the
 * same pointer that was stored (GETN-3). */
PyAPI_FUNC(PyCapsule_Destructor) PyCapsule_GetDestructor(PyObject *capsule);
PyAPI_FUNC(const char *) PyCapsule_GetName(PyObject *capsule);
PyAPI_FUNC(void *) PyCapsule_GetContext(PyObject *capsule);

/* True if `capsule` is a capsule whose name equals `name`, compared as in
 * PyCapsule_GetPointer; then every getter succeeds. Never fails and never
 * changes the error indicator (VAL-1..6). */
PyAPI_FUNC(int) PyCapsule_IsValid(PyObject *capsule, const char *name);

/* Replace one field. Return 0, or -1 with ValueError and no change. The old
 * value is neither freed nor called (SETN-3, SETD-1, SETC-1). Only the pointer
 * must not be NULL (SETP-2). */
PyAPI_FUNC(int) PyCapsule_SetPointer(PyObject *capsule, void *pointer);
PyAPI_FUNC(int)
    PyCapsule_SetDestructor(PyObject *capsule, PyCapsule_Destructor destructor);
PyAPI_FUNC(int) PyCapsule_SetName(PyObject *capsule, const char *name);
PyAPI_FUNC(int) PyCapsule_SetContext(PyObject *capsule, void *context);

/* Returns the pointer of the capsule at `name`, a path like `module.attribute`
 * or `package.attribute.attribute`. Imports the first component and looks up
 * each further component as an attribute; a submodule is found only if other
 * code has imported it (IMP-1, IMP-3, IMP-4). The capsule's own name must equal
 * the whole path (IMP-2). The pointer is borrowed, as from
 * PyCapsule_GetPointer: the function keeps no reference to module or capsule
 * (IMP-9). It needs `name` only during the call and does not change it
 * (IMP-15). `no_block` is ignored, except in profiles of CPython before 3.11,
 * where it leaves the import's exception in place (IMP-8).
 *
 * Returns NULL with ImportError if the import fails, for whatever reason
 * (IMP-6); with the exception of an attribute lookup (IMP-7); with
 * AttributeError if the object is not a capsule of that name; with MemoryError
 * (IMP-16).
 *
 * Two misuses are undefined in CPython; here they print one line and abort: a
 * NULL name (IMP-13), and a call while an exception is pending, because imports
 * run code that must not see one.
 */
PyAPI_FUNC(void *) PyCapsule_Import(const char *name, int no_block);

#endif

/* The error indicator and the exception types. */
#ifndef Py_PYERRORS_H
#define Py_PYERRORS_H

/* An exception instance. */
typedef struct {
    PyObject_HEAD
    PyObject
        *value; /* the only argument, a tuple of several arguments, or NULL */
} PyBaseExceptionObject;

/* EXCEPTION(name, base), one row per exception type. */
#define _Py_EXCEPTIONS(EXCEPTION)                                              \
    EXCEPTION(SystemExit, BaseException)                                       \
    EXCEPTION(KeyboardInterrupt, BaseException)                                \
    EXCEPTION(GeneratorExit, BaseException)                                    \
    EXCEPTION(Exception, BaseException)                                        \
    EXCEPTION(StopIteration, Exception)                                        \
    EXCEPTION(ArithmeticError, Exception)                                      \
    EXCEPTION(OverflowError, ArithmeticError)                                  \
    EXCEPTION(ZeroDivisionError, ArithmeticError)                              \
    EXCEPTION(AssertionError, Exception)                                       \
    EXCEPTION(AttributeError, Exception)                                       \
    EXCEPTION(BufferError, Exception)                                          \
    EXCEPTION(EOFError, Exception)                                             \
    EXCEPTION(ImportError, Exception)                                          \
    EXCEPTION(ModuleNotFoundError, ImportError)                                \
    EXCEPTION(LookupError, Exception)                                          \
    EXCEPTION(IndexError, LookupError)                                         \
    EXCEPTION(KeyError, LookupError)                                           \
    EXCEPTION(MemoryError, Exception)                                          \
    EXCEPTION(NameError, Exception)                                            \
    EXCEPTION(OSError, Exception)                                              \
    EXCEPTION(ReferenceError, Exception)                                       \
    EXCEPTION(RuntimeError, Exception)                                         \
    EXCEPTION(NotImplementedError, RuntimeError)                               \
    EXCEPTION(RecursionError, RuntimeError)                                    \
    EXCEPTION(SystemError, Exception)                                          \
    EXCEPTION(TypeError, Exception)                                            \
    EXCEPTION(ValueError, Exception)                                           \
    EXCEPTION(UnicodeError, ValueError)                                        \
    EXCEPTION(UnicodeDecodeError, UnicodeError)                                \
    EXCEPTION(UnicodeEncodeError, UnicodeError)                                \
    EXCEPTION(Warning, Exception)                                              \
    EXCEPTION(DeprecationWarning, Warning)                                     \
    EXCEPTION(PendingDeprecationWarning, Warning)                              \
    EXCEPTION(RuntimeWarning, Warning)                                         \
    EXCEPTION(UserWarning, Warning)

#define _Py_DECLARE_EXCEPTION(name, base) PyAPI_DATA(PyObject *) PyExc_##name;
_Py_DECLARE_EXCEPTION(BaseException, object)
    _Py_EXCEPTIONS(_Py_DECLARE_EXCEPTION)
#undef _Py_DECLARE_EXCEPTION

#define PyExceptionClass_Check(x)                                              \
    (PyType_Check(x) && PyType_IsSubtype((PyTypeObject *)(x),                  \
                                         (PyTypeObject *)PyExc_BaseException))
#define PyExceptionInstance_Check(x)                                           \
    PyType_IsSubtype(Py_TYPE(x), (PyTypeObject *)PyExc_BaseException)
#define PyExceptionInstance_Class(x) ((PyObject *)Py_TYPE(x))

/* Returns a new exception type. `name` is "module.Name"; `base` is the base
 * type, NULL for Exception; `dict` must be NULL here. New reference. */
PyAPI_FUNC(PyObject *)
    PyErr_NewException(const char *name, PyObject *base, PyObject *dict);

/* Set the error indicator and replace what it held; arguments are borrowed. If
 * there is no memory for the exception, MemoryError is set instead.
 * PyErr_Format always returns NULL; PyUnicode_FromFormat lists its formats.
 */
PyAPI_FUNC(void) PyErr_SetNone(PyObject *type);
PyAPI_FUNC(void) PyErr_SetObject(PyObject *type, PyObject *value);
PyAPI_FUNC(void) PyErr_SetString(PyObject *type, const char *message);
PyAPI_FUNC(PyObject *) PyErr_Format(PyObject *type, const char *format, ...);
PyAPI_FUNC(PyObject *)
    PyErr_FormatV(PyObject *type, const char *format, va_list arguments);
/* Sets MemoryError without allocating; returns NULL. */
PyAPI_FUNC(PyObject *) PyErr_NoMemory(void);
PyAPI_FUNC(int) PyErr_BadArgument(void); /* TypeError; returns 0 */
PyAPI_FUNC(void) _PyErr_BadInternalCall(const char *file, int line);
#define PyErr_BadInternalCall() _PyErr_BadInternalCall(__FILE__, __LINE__)

/* Returns the type of the pending exception, borrowed, or NULL. */
PyAPI_FUNC(PyObject *) PyErr_Occurred(void);
PyAPI_FUNC(void) PyErr_Clear(void);
/* True if the pending (or given) exception, an instance or a type, is of the
 * type `exc` or inherits from it. If `exc` is a tuple of types, one of them
 * must match. */
PyAPI_FUNC(int) PyErr_ExceptionMatches(PyObject *exc);
PyAPI_FUNC(int) PyErr_GivenExceptionMatches(PyObject *given, PyObject *exc);

/* Fetch and GetRaisedException take the pending exception away: new references,
 * NULL for none. Restore and SetRaisedException put an exception back and steal
 * the references. In between, the error indicator is empty. */
PyAPI_FUNC(void)
    PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback);
PyAPI_FUNC(void)
    PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback);
PyAPI_FUNC(PyObject *) PyErr_GetRaisedException(void);
PyAPI_FUNC(void) PyErr_SetRaisedException(PyObject *exception);
/* Makes *value an instance of *type if it is not an instance yet. */
PyAPI_FUNC(void) PyErr_NormalizeException(PyObject **type, PyObject **value,
                                          PyObject **traceback);

/* Prints the pending exception on stderr as one that cannot be raised, with
 * `object`, which may be NULL, as its origin, and clears the exception. Does
 * nothing if no exception is set. Takes a reference to `object` meanwhile, so a
 * destructor must not pass its own capsule (DTOR-9). */
PyAPI_FUNC(void) PyErr_WriteUnraisable(PyObject *object);
/* Prints the pending exception on stderr and clears it. */
PyAPI_FUNC(void) PyErr_Print(void);

/* Prints `Fatal Python error: FUNCTION: MESSAGE` and aborts. */
PyAPI_FUNC(void) _Py_FatalErrorFunc(const char *function, const char *message)
    __attribute__((noreturn, cold));
#define Py_FatalError(message) _Py_FatalErrorFunc(__func__, (message))

#endif

/* Objects, types and reference counts. */
#ifndef Py_OBJECT_H
#define Py_OBJECT_H

typedef struct _object PyObject;
typedef struct _typeobject PyTypeObject;

struct _object {
    Py_ssize_t ob_refcnt;
    PyTypeObject *ob_type;
};

typedef struct {
    PyObject ob_base;
    Py_ssize_t ob_size;
} PyVarObject;

#define PyObject_HEAD PyObject ob_base;
#define PyObject_VAR_HEAD PyVarObject ob_base;

/* The reference count of static objects. It never changes, so that all
 * interpreters and threads can share these objects. */
#define _Py_STATIC_REFCNT ((Py_ssize_t)1 << 40)
#define PyObject_HEAD_INIT(type) {_Py_STATIC_REFCNT, type},
#define PyVarObject_HEAD_INIT(type, size) {{_Py_STATIC_REFCNT, type}, size},

typedef PyObject *(*unaryfunc)(PyObject *);
typedef PyObject *(*binaryfunc)(PyObject *, PyObject *);
typedef PyObject *(*ternaryfunc)(PyObject *, PyObject *, PyObject *);
typedef int (*inquiry)(PyObject *);
typedef Py_ssize_t (*lenfunc)(PyObject *);
typedef int (*objobjargproc)(PyObject *, PyObject *, PyObject *);
typedef int (*visitproc)(PyObject *, void *);
typedef int (*traverseproc)(PyObject *, visitproc, void *);
typedef void (*destructor)(PyObject *);
typedef PyObject *(*reprfunc)(PyObject *);
typedef Py_hash_t (*hashfunc)(PyObject *);
typedef PyObject *(*richcmpfunc)(PyObject *, PyObject *, int);
typedef PyObject *(*getattrofunc)(PyObject *, PyObject *);
typedef int (*setattrofunc)(PyObject *, PyObject *, PyObject *);
typedef PyObject *(*allocfunc)(PyTypeObject *, Py_ssize_t);
typedef void (*freefunc)(void *);
typedef PyObject *(*newfunc)(PyTypeObject *, PyObject *, PyObject *);
typedef PyObject *(*getiterfunc)(PyObject *);
typedef int (*initproc)(PyObject *, PyObject *, PyObject *);

struct PyMethodDef;
struct PyMemberDef;

/* The slots of a type. A NULL slot is inherited from tp_base, or the operation
 * raises TypeError. CPython's struct has another layout: initialise the members
 * by name, never by position. */
struct _typeobject {
    PyObject ob_base;
    const char *tp_name; /* "module.Name", or "Name" for a built-in type */
    Py_ssize_t tp_basicsize;
    PyTypeObject *tp_base;
    unsigned long tp_flags;
    destructor tp_dealloc;
    reprfunc tp_repr;
    reprfunc tp_str;
    hashfunc tp_hash;
    richcmpfunc tp_richcompare;
    inquiry tp_bool;
    ternaryfunc tp_call;
    getattrofunc tp_getattro;
    setattrofunc tp_setattro; /* a NULL value deletes */
    lenfunc tp_length;
    binaryfunc tp_subscript;
    objobjargproc tp_ass_subscript;
    binaryfunc tp_add;
    getiterfunc tp_iter;
    traverseproc tp_traverse;
    inquiry tp_clear;
    allocfunc tp_alloc; /* set for heap types */
    freefunc tp_free;   /* set for heap types */
    newfunc tp_new;
    initproc tp_init; /* called by a type with what tp_new returned */
    struct PyMethodDef *tp_methods;
    struct PyMemberDef *tp_members;
};

#define Py_TPFLAGS_DEFAULT 0UL
#define Py_TPFLAGS_IMMUTABLETYPE (1UL << 8) /* every type has it */
#define Py_TPFLAGS_HEAPTYPE (1UL << 9)
#define Py_TPFLAGS_BASETYPE (1UL << 10)
#define Py_TPFLAGS_HAVE_GC (1UL << 14)

PyAPI_DATA(PyTypeObject) PyBaseObject_Type; /* object */
PyAPI_DATA(PyTypeObject) PyType_Type;       /* type */
PyAPI_DATA(PyObject) _Py_NoneStruct;
PyAPI_DATA(PyObject) _Py_NotImplementedStruct;
#define Py_None (&_Py_NoneStruct)
#define Py_NotImplemented (&_Py_NotImplementedStruct)
#define Py_RETURN_NONE return Py_NewRef(Py_None)
#define Py_RETURN_NOTIMPLEMENTED return Py_NewRef(Py_NotImplemented)
#define Py_IsNone(x) ((PyObject *)(x) == Py_None)

#define _PyObject_CAST(op) ((PyObject *)(op))
#define Py_Is(x, y) ((PyObject *)(x) == (PyObject *)(y))

/* --- reference counts ----------------------------------------------------- */

/* Calls the type's tp_dealloc for an object whose count just became 0. */
PyAPI_FUNC(void) _Py_Dealloc(PyObject *op);

/* Prints the call that met a count that is not positive, and aborts: the object
 * is being destroyed (DTOR-8, DTOR-9). */
PyAPI_FUNC(void) _Py_ReferenceMisuse(const char *call, PyObject *op)
    __attribute__((noreturn, cold));

static inline Py_ssize_t _Py_REFCNT(PyObject *op) { return op->ob_refcnt; }
static inline PyTypeObject *_Py_TYPE(PyObject *op) { return op->ob_type; }
static inline void _Py_SET_REFCNT(PyObject *op, Py_ssize_t n)
{
    op->ob_refcnt = n;
}

/* True if Py_INCREF and Py_DECREF change this object's count. */
static inline int _Py_IsCounted(const char *call, PyObject *op)
{
    Py_ssize_t count = op->ob_refcnt;
    if (__builtin_expect(count <= 0, 0)) {
        _Py_ReferenceMisuse(call, op);
    }
    return count != _Py_STATIC_REFCNT;
}

static inline void _Py_INCREF(PyObject *op)
{
    if (_Py_IsCounted("Py_INCREF", op)) {
        op->ob_refcnt++;
    }
}

static inline void _Py_DECREF(PyObject *op)
{
    if (_Py_IsCounted("Py_DECREF", op) && --op->ob_refcnt == 0) {
        _Py_Dealloc(op);
    }
}

static inline void _Py_XINCREF(PyObject *op)
{
    if (op) {
        _Py_INCREF(op);
    }
}

static inline void _Py_XDECREF(PyObject *op)
{
    if (op) {
        _Py_DECREF(op);
    }
}

static inline PyObject *_Py_NewRef(PyObject *op)
{
    _Py_INCREF(op);
    return op;
}

static inline PyObject *_Py_XNewRef(PyObject *op)
{
    _Py_XINCREF(op);
    return op;
}

/* The number of references to `op`. */
#define Py_REFCNT(op) _Py_REFCNT(_PyObject_CAST(op))
#define Py_SET_REFCNT(op, n) _Py_SET_REFCNT(_PyObject_CAST(op), n)
/* The type of `op`; borrowed. */
#define Py_TYPE(op) _Py_TYPE(_PyObject_CAST(op))
#define Py_IS_TYPE(op, type) (Py_TYPE(op) == (type))
#define Py_SIZE(op) (((PyVarObject *)(op))->ob_size)

/* Take and drop a reference. `op` must not be NULL, except for the X forms, and
 * must not be in its destruction. */
#define Py_INCREF(op) _Py_INCREF(_PyObject_CAST(op))
#define Py_DECREF(op) _Py_DECREF(_PyObject_CAST(op))
#define Py_XINCREF(op) _Py_XINCREF(_PyObject_CAST(op))
#define Py_XDECREF(op) _Py_XDECREF(_PyObject_CAST(op))
/* Takes a reference and returns `op`: new reference. */
#define Py_NewRef(op) _Py_NewRef(_PyObject_CAST(op))
#define Py_XNewRef(op) _Py_XNewRef(_PyObject_CAST(op))

/* Sets the variable to NULL before dropping the reference, so that a destructor
 * never sees a dangling pointer. */
#define Py_CLEAR(op)                                                           \
    do {                                                                       \
        PyObject *_py_old = _PyObject_CAST(op);                                \
        if (_py_old) {                                                         \
            (op) = NULL;                                                       \
            Py_DECREF(_py_old);                                                \
        }                                                                      \
    } while (0)

/* Stores `src`, stealing its reference, and then drops the old value. */
#define Py_SETREF(dst, src)                                                    \
    do {                                                                       \
        PyObject *_py_old = _PyObject_CAST(dst);                               \
        (dst) = (src);                                                         \
        Py_DECREF(_py_old);                                                    \
    } while (0)
#define Py_XSETREF(dst, src)                                                   \
    do {                                                                       \
        PyObject *_py_old = _PyObject_CAST(dst);                               \
        (dst) = (src);                                                         \
        Py_XDECREF(_py_old);                                                   \
    } while (0)

/* --- making objects ------------------------------------------------------- */

/* Returns a new object of `type` with count 1. All fields after the head are
 * uninitialised. New reference; NULL with MemoryError on failure. */
PyAPI_FUNC(PyObject *) _PyObject_New(PyTypeObject *type);
#define PyObject_New(T, type) ((T *)_PyObject_New(type))

/* The same for types with Py_TPFLAGS_HAVE_GC: puts the collector's head before
 * the object. */
PyAPI_FUNC(PyObject *) _PyObject_GC_New(PyTypeObject *type);
#define PyObject_GC_New(T, type) ((T *)_PyObject_GC_New(type))
PyAPI_FUNC(void) PyObject_GC_Track(void *op);
PyAPI_FUNC(void) PyObject_GC_UnTrack(void *op);
PyAPI_FUNC(int) PyObject_GC_IsTracked(PyObject *op);
PyAPI_FUNC(void) PyObject_GC_Del(void *op);

/* Destroys unreachable cycles. Returns the number of objects in them and leaves
 * the error indicator alone. */
PyAPI_FUNC(Py_ssize_t) PyGC_Collect(void);

#define Py_VISIT(op)                                                           \
    do {                                                                       \
        if (op) {                                                              \
            int _py_result = visit(_PyObject_CAST(op), arg);                   \
            if (_py_result) {                                                  \
                return _py_result;                                             \
            }                                                                  \
        }                                                                      \
    } while (0)

/* --- types ---------------------------------------------------------------- */

typedef struct {
    int slot; /* a Py_tp_* constant */
    void *pfunc;
} PyType_Slot;

typedef struct {
    const char *name;
    int basicsize;
    int itemsize;
    unsigned int flags;
    PyType_Slot *slots; /* ended by {0, NULL} */
} PyType_Spec;

/* The slots that PyType_FromSpec knows, with CPython's numbers. */
#define Py_tp_alloc 47
#define Py_tp_call 50
#define Py_tp_dealloc 52
#define Py_tp_doc 56
#define Py_tp_free 74
#define Py_tp_init 60
#define Py_tp_members 72
#define Py_tp_methods 64
#define Py_tp_new 65
#define Py_tp_repr 66
#define Py_tp_str 70

/* Returns a new heap type. New reference; SystemError for a slot that is not
 * listed above. */
PyAPI_FUNC(PyObject *) PyType_FromSpec(PyType_Spec *spec);
/* The same for a type that belongs to `module` and keeps it alive. `bases` is
 * NULL, a type, or a tuple of one type. */
PyAPI_FUNC(PyObject *)
    PyType_FromModuleAndSpec(PyObject *module, PyType_Spec *spec,
                             PyObject *bases);
/* Returns the state of the module that the type belongs to. NULL with TypeError
 * if it belongs to none. */
PyAPI_FUNC(void *) PyType_GetModuleState(PyTypeObject *type);
/* Return a new object of `type` whose fields are all zero. New reference. */
PyAPI_FUNC(PyObject *)
    PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t nitems);
PyAPI_FUNC(PyObject *)
    PyType_GenericNew(PyTypeObject *type, PyObject *args, PyObject *kwargs);
/* True if `a` is `b` or inherits from it. Never fails. */
PyAPI_FUNC(int) PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b);
#define PyType_Check(op) PyObject_TypeCheck(op, &PyType_Type)
#define PyObject_TypeCheck(op, type)                                           \
    (Py_IS_TYPE(op, type) || PyType_IsSubtype(Py_TYPE(op), type))

#endif

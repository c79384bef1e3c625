/* PyCObject: one function per call of the API, in the order of the header. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    void *pointer; /* may be NULL */
    void *desc;    /* NULL if PyCObject_FromVoidPtr made the object */
    /* At most one of these is set. CPython stores both kinds in one member and
     * calls it through the wrong type, which is undefined behaviour in C. */
    void (*destructor)(void *);
    void (*destructor_with_desc)(void *, void *);
} PyCObject;

void _PyCObject_CheckedNull(void)
{
    fputs("capsule reference: PyCObject_Check(NULL); the argument must not be "
          "NULL (COBJ-1)\n",
          stderr);
    abort();
}

static int warn_of_python_3(void)
{
    return PyErr_WarnPy3k("CObject type is not supported in 3.x. "
                          "Please use capsule objects instead.",
                          1);
}

/* Returns a new PyCObject without a destructor: new reference. */
static PyCObject *new_cobject(void *pointer, void *desc)
{
    PyCObject *self = PyObject_New(PyCObject, &PyCObject_Type);
    if (self) {
        self->pointer = pointer;
        self->desc = desc;
        self->destructor = NULL;
        self->destructor_with_desc = NULL;
    }
    return self;
}

PyObject *PyCObject_FromVoidPtr(void *cobj, void (*destruct)(void *))
{
    if (warn_of_python_3() < 0) {
        return NULL;
    }
    PyCObject *self = new_cobject(cobj, NULL);
    if (self) {
        self->destructor = destruct;
    }
    return (PyObject *)self;
}

PyObject *PyCObject_FromVoidPtrAndDesc(void *cobj, void *desc,
                                       void (*destruct)(void *, void *))
{
    if (warn_of_python_3() < 0) {
        return NULL;
    }
    if (desc == NULL) {
        PyErr_SetString(PyExc_TypeError,
                        "PyCObject_FromVoidPtrAndDesc called with null "
                        "description");
        return NULL;
    }
    PyCObject *self = new_cobject(cobj, desc);
    if (self) {
        self->destructor_with_desc = destruct;
    }
    return (PyObject *)self;
}

/* True if `op` is a PyCObject. If not, sets an exception; if `op` is NULL, an
 * exception that was pending stays (COBJ-8). */
static bool is_cobject(PyObject *op, const char *function)
{
    if (op && PyCObject_Check(op)) {
        return true;
    }
    if (op) {
        PyErr_Format(PyExc_TypeError, "%s with non-C-object", function);
    } else if (!PyErr_Occurred()) {
        PyErr_Format(PyExc_TypeError, "%s called with null pointer", function);
    }
    return false;
}

/* Signals the warning that the documentation of PyCObject_AsVoidPtr promises,
 * in profiles that have it (W27-3). Returns 0, or -1 with an exception. */
static int warn_of_use(void)
{
    if (!reference_profile->as_void_ptr_warns) {
        return 0;
    }
    return PyErr_WarnEx(PyExc_PendingDeprecationWarning,
                        "The CObject type is marked Pending Deprecation in "
                        "Python 2.7.  Please use capsule objects instead.",
                        1);
}

void *PyCObject_AsVoidPtr(PyObject *op)
{
    if (warn_of_use() < 0) {
        return NULL;
    }
    if (op && PyCapsule_CheckExact(op)) {
        return PyCapsule_GetPointer(op, PyCapsule_GetName(op));
    }
    return is_cobject(op, "PyCObject_AsVoidPtr") ? ((PyCObject *)op)->pointer
                                                 : NULL;
}

void *PyCObject_GetDesc(PyObject *op)
{
    return is_cobject(op, "PyCObject_GetDesc") ? ((PyCObject *)op)->desc : NULL;
}

int PyCObject_SetVoidPtr(PyObject *op, void *cobj)
{
    PyCObject *self = (PyCObject *)op;
    if (op == NULL || !PyCObject_Check(op) || self->destructor ||
        self->destructor_with_desc) {
        PyErr_SetString(PyExc_TypeError,
                        "Invalid call to PyCObject_SetVoidPtr");
        return 0;
    }
    self->pointer = cobj;
    return 1;
}

void *PyCObject_Import(char *module_name, char *name)
{
    if (PyErr_Occurred()) {
        fputs("capsule reference: PyCObject_Import with an exception pending; "
              "it must be taken away before (COBJ-7)\n",
              stderr);
        abort();
    }
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *object = module ? PyObject_GetAttrString(module, name) : NULL;
    void *pointer = object ? PyCObject_AsVoidPtr(object) : NULL;
    Py_XDECREF(object);
    Py_XDECREF(module);
    return pointer;
}

/* --- the type ------------------------------------------------------------- */

/* Calls the destructor with the pointer. As with capsules, an exception may be
 * pending: that of the code that dropped the last reference. Unlike a capsule's
 * destructor, a PyCObject's does not receive the object. */
static void cobject_dealloc(PyObject *op)
{
    PyCObject *self = (PyCObject *)op;
    if (self->destructor) {
        self->destructor(self->pointer);
    }
    if (self->destructor_with_desc) {
        self->destructor_with_desc(self->pointer, self->desc);
    }
    PyObject_Free(op);
}

PyTypeObject PyCObject_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "PyCObject",
    .tp_basicsize = sizeof(PyCObject),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = cobject_dealloc,
};

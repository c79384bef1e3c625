/* PyCapsule: one function per call of the API, in the order of its header. */
#include "capsule/reference/internal.h"

typedef struct {
    PyObject_HEAD
    void *pointer; /* never NULL */
    const char *name; /* not owned; NULL for an unnamed capsule */
    void *context;
    PyCapsule_Destructor destructor;
} PyCapsule;

/* Raises ValueError and returns false for what is not a legal capsule. */
static bool is_legal(PyObject *op, const char *message)
{
    if (op == NULL || !PyCapsule_CheckExact(op) ||
        ((PyCapsule *)op)->pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, message);
        return false;
    }
    return true;
}

#define IS_LEGAL(op, function)                                                 \
    is_legal(op, function " called with invalid PyCapsule object")

static bool names_match(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return strcmp(a, b) == 0;
}

PyObject *PyCapsule_New(void *pointer, const char *name,
                        PyCapsule_Destructor destructor)
{
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError,
                        "PyCapsule_New called with null pointer");
        return NULL;
    }
    PyCapsule *capsule = PyObject_New(PyCapsule, &PyCapsule_Type);
    if (capsule == NULL) {
        return NULL;
    }
    capsule->pointer = pointer;
    capsule->name = name;
    capsule->context = NULL;
    capsule->destructor = destructor;
    return (PyObject *)capsule;
}

void *PyCapsule_GetPointer(PyObject *op, const char *name)
{
    if (!IS_LEGAL(op, "PyCapsule_GetPointer")) {
        return NULL;
    }
    PyCapsule *capsule = (PyCapsule *)op;
    if (!names_match(name, capsule->name)) {
        PyErr_SetString(PyExc_ValueError,
                        "PyCapsule_GetPointer called with incorrect name");
        return NULL;
    }
    return capsule->pointer;
}

PyCapsule_Destructor PyCapsule_GetDestructor(PyObject *op)
{
    if (!IS_LEGAL(op, "PyCapsule_GetDestructor")) {
        return NULL;
    }
    return ((PyCapsule *)op)->destructor;
}

const char *PyCapsule_GetName(PyObject *op)
{
    if (!IS_LEGAL(op, "PyCapsule_GetName")) {
        return NULL;
    }
    return ((PyCapsule *)op)->name;
}

void *PyCapsule_GetContext(PyObject *op)
{
    if (!IS_LEGAL(op, "PyCapsule_GetContext")) {
        return NULL;
    }
    return ((PyCapsule *)op)->context;
}

int PyCapsule_IsValid(PyObject *op, const char *name)
{
    PyCapsule *capsule = (PyCapsule *)op;
    return capsule != NULL && PyCapsule_CheckExact(capsule) &&
           capsule->pointer != NULL && names_match(capsule->name, name);
}

int PyCapsule_SetPointer(PyObject *op, void *pointer)
{
    static const char null_pointer[] =
        "PyCapsule_SetPointer called with null pointer";

    /* CPython up to 3.12 looks at the pointer first, 3.13 and later at the
     * capsule (ERR-4). */
    if (pointer == NULL && reference_profile->set_pointer_checks_null_first) {
        PyErr_SetString(PyExc_ValueError, null_pointer);
        return -1;
    }
    if (!IS_LEGAL(op, "PyCapsule_SetPointer")) {
        return -1;
    }
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, null_pointer);
        return -1;
    }
    ((PyCapsule *)op)->pointer = pointer;
    return 0;
}

int PyCapsule_SetDestructor(PyObject *op, PyCapsule_Destructor destructor)
{
    if (!IS_LEGAL(op, "PyCapsule_SetDestructor")) {
        return -1;
    }
    ((PyCapsule *)op)->destructor = destructor;
    return 0;
}

int PyCapsule_SetName(PyObject *op, const char *name)
{
    if (!IS_LEGAL(op, "PyCapsule_SetName")) {
        return -1;
    }
    ((PyCapsule *)op)->name = name;
    return 0;
}

int PyCapsule_SetContext(PyObject *op, void *context)
{
    if (!IS_LEGAL(op, "PyCapsule_SetContext")) {
        return -1;
    }
    ((PyCapsule *)op)->context = context;
    return 0;
}

void _PyCapsule_CheckedNull(void)
{
    fputs("capsule reference: PyCapsule_CheckExact(NULL); the argument must "
          "not be NULL (TYPE-3)\n",
          stderr);
    abort();
}

/* The destructor meets the capsule as its last user left it; nothing is read
 * from it afterwards, as the destructor may have freed the name. */
static void capsule_dealloc(PyObject *op)
{
    PyCapsule *capsule = (PyCapsule *)op;
    if (capsule->destructor) {
        capsule->destructor(op);
    }
    PyObject_Free(op);
}

static PyObject *capsule_repr(PyObject *op)
{
    PyCapsule *capsule = (PyCapsule *)op;
    if (capsule->name == NULL) {
        return PyUnicode_FromFormat("<capsule object NULL at %p>", op);
    }
    return PyUnicode_FromFormat("<capsule object \"%s\" at %p>", capsule->name,
                                op);
}

PyTypeObject PyCapsule_Type = {
    PyObject_HEAD_INIT(&PyType_Type)
    .tp_name = "PyCapsule",
    .tp_basicsize = sizeof(PyCapsule),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = capsule_dealloc,
    .tp_repr = capsule_repr,
};

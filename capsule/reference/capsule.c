/* PyCapsule: one function per call of the API, in the order of the header. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    void *pointer;    /* never NULL */
    const char *name; /* not owned; NULL for an unnamed capsule */
    void *context;
    PyCapsule_Destructor destructor;
} PyCapsule;

/* True for a capsule. The check needs no look at the pointer: PyCapsule_New and
 * PyCapsule_SetPointer refuse NULL (NEW-2, SETP-2). */
static bool is_capsule(PyObject *op)
{
    return op != NULL && PyCapsule_CheckExact(op);
}

/* A separate function, so that is_legal() calls nothing when it succeeds. */
__attribute__((cold, noinline)) static void refuse(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
}

/* Returns true for a capsule; else raises ValueError and returns false. */
static inline bool is_legal(PyObject *op, const char *message)
{
    if (is_capsule(op)) {
        return true;
    }
    refuse(message);
    return false;
}

#define IS_LEGAL(op, function)                                                 \
    is_legal(op, function " called with invalid PyCapsule object")

static bool names_match(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
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
    return is_capsule(op) && names_match(((PyCapsule *)op)->name, name);
}

int PyCapsule_SetPointer(PyObject *op, void *pointer)
{
    static const char null_pointer[] =
        "PyCapsule_SetPointer called with null pointer";

    /* CPython up to 3.12 checks the pointer before the capsule; 3.13 and later
     * check the capsule first (ERR-4). */
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

/* --- PyCapsule_Import ----------------------------------------------------- */

/* Aborts on two misuses that CPython's versions answer differently: with a
 * crash, a lost exception or a failure. */
static void check_import(const char *name)
{
    const char *misuse =
        name == NULL ? "PyCapsule_Import(NULL); the name must not be NULL "
                       "(IMP-13)"
        : PyErr_Occurred()
            ? "PyCapsule_Import with an exception pending; it must be taken "
              "away before (ERR-1)"
            : NULL;
    if (misuse) {
        fprintf(stderr, "capsule reference: %s\n", misuse);
        abort();
    }
}

/* Imports the first module of the path. On failure raises ImportError in place
 * of the original exception, except in profiles that honour no_block (IMP-8).
 * Returns a new reference. */
static PyObject *import_first(const char *component, int no_block)
{
    PyObject *module = PyImport_ImportModule(component);
    if (module == NULL &&
        !(no_block && reference_profile->import_no_block_is_unwrapped)) {
        PyErr_Format(PyExc_ImportError,
                     "PyCapsule_Import could not import module \"%s\"",
                     component);
    }
    return module;
}

/* Returns the object at a dotted path: imports the first component and looks up
 * each further component as an attribute (IMP-3). Overwrites the dots of `path`
 * with NUL. Returns a new reference. */
static PyObject *find_object(char *path, int no_block)
{
    PyObject *object = NULL;
    for (char *dot; path; path = dot) {
        dot = strchr(path, '.');
        if (dot) {
            *dot++ = '\0';
        }
        PyObject *next = object ? PyObject_GetAttrString(object, path)
                                : import_first(path, no_block);
        Py_XDECREF(object);
        if (next == NULL) {
            return NULL;
        }
        object = next;
    }
    return object;
}

void *PyCapsule_Import(const char *name, int no_block)
{
    check_import(name);
    size_t size = strlen(name) + 1;
    char *path = PyMem_Malloc(size);
    if (path == NULL) {
        if (!reference_profile->import_lacks_memory_error) {
            PyErr_NoMemory();
        }
        return NULL;
    }
    PyObject *object = find_object(memcpy(path, name, size), no_block);
    PyMem_Free(path);
    if (object == NULL) {
        return NULL;
    }
    void *pointer = NULL;
    if (PyCapsule_IsValid(object, name)) {
        pointer = ((PyCapsule *)object)->pointer;
    } else {
        PyErr_Format(PyExc_AttributeError,
                     "PyCapsule_Import \"%s\" is not valid", name);
    }
    Py_DECREF(object);
    return pointer;
}

/* --- the type ------------------------------------------------------------- */

void _PyCapsule_CheckedNull(void)
{
    fputs("capsule reference: PyCapsule_CheckExact(NULL); the argument must "
          "not be NULL (TYPE-3)\n",
          stderr);
    abort();
}

/* Calls the destructor while all fields still have their last values. Reads no
 * field afterwards, because the destructor may have freed the name. */
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
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "PyCapsule",
    .tp_basicsize = sizeof(PyCapsule),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = capsule_dealloc,
    .tp_repr = capsule_repr,
};

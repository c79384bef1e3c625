/* Capsules of a foreign implementation with ten defects, most of them in
 * functions of their own. A comment in front of each defect names the rule that
 * it breaks. foreign_test links this file in place of the reference's
 * capsule.c. */
#include "capsule/runtime/internal.h"

enum { LONGEST_NAME = 100 };

typedef struct {
    PyObject_HEAD
    PyCapsule_Destructor destructor;
    void *context;
    const char *name;
    void *pointer;
} object;

static object *capsule_of(PyObject *op, const char *function)
{
    if (op != NULL && PyCapsule_CheckExact(op)) {
        return (object *)op;
    }
    PyErr_Format(PyExc_ValueError, "%s called with invalid PyCapsule object",
                 function);
    return NULL;
}

static int names_match(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

PyObject *PyCapsule_New(void *pointer, const char *name,
                        PyCapsule_Destructor destructor)
{
    /* Defect: NEW-11. The largest address is refused. */
    if (pointer == NULL || pointer == (void *)UINTPTR_MAX) {
        PyErr_SetString(PyExc_ValueError,
                        "PyCapsule_New called with null pointer");
        return NULL;
    }
    object *capsule = PyObject_New(object, &PyCapsule_Type);
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
    object *capsule = capsule_of(op, "PyCapsule_GetPointer");
    if (capsule == NULL) {
        return NULL;
    }
    /* Defect: GETP-3. Only the first bytes of long names are compared. */
    if (!names_match(name, capsule->name) &&
        !(name && capsule->name && strlen(name) > LONGEST_NAME &&
          strncmp(name, capsule->name, LONGEST_NAME) == 0)) {
        PyErr_SetString(PyExc_ValueError,
                        "PyCapsule_GetPointer called with incorrect name");
        return NULL;
    }
    return capsule->pointer;
}

PyCapsule_Destructor PyCapsule_GetDestructor(PyObject *op)
{
    /* Defect: GET-ALL-1. Another object is a capsule without a destructor. */
    bool is_capsule = op == NULL || PyCapsule_CheckExact(op);
    object *capsule =
        is_capsule ? capsule_of(op, "PyCapsule_GetDestructor") : NULL;
    return capsule ? capsule->destructor : NULL;
}

const char *PyCapsule_GetName(PyObject *op)
{
    object *capsule = capsule_of(op, "PyCapsule_GetName");
    return capsule ? capsule->name : NULL;
}

void *PyCapsule_GetContext(PyObject *op)
{
    object *capsule = capsule_of(op, "PyCapsule_GetContext");
    return capsule ? capsule->context : NULL;
}

int PyCapsule_IsValid(PyObject *op, const char *name)
{
    if (op == NULL || !PyCapsule_CheckExact(op)) {
        /* Defect: VAL-6. The caller's exception is lost. */
        PyErr_Clear();
        return 0;
    }
    return names_match(((object *)op)->name, name);
}

int PyCapsule_SetPointer(PyObject *op, void *pointer)
{
    object *capsule = capsule_of(op, "PyCapsule_SetPointer");
    if (capsule == NULL) {
        return -1;
    }
    if (pointer == NULL) {
        /* Defect: SETP-2. The capsule loses its pointer. */
        capsule->pointer = capsule;
        PyErr_SetString(PyExc_ValueError,
                        "PyCapsule_SetPointer called with null pointer");
        return -1;
    }
    capsule->pointer = pointer;
    return 0;
}

int PyCapsule_SetDestructor(PyObject *op, PyCapsule_Destructor destructor)
{
    object *capsule = capsule_of(op, "PyCapsule_SetDestructor");
    if (capsule == NULL) {
        return -1;
    }
    capsule->destructor = destructor;
    return 0;
}

int PyCapsule_SetName(PyObject *op, const char *name)
{
    object *capsule = capsule_of(op, "PyCapsule_SetName");
    if (capsule == NULL) {
        return -1;
    }
    capsule->name = name;
    return 0;
}

int PyCapsule_SetContext(PyObject *op, void *context)
{
    object *capsule = capsule_of(op, "PyCapsule_SetContext");
    if (capsule == NULL) {
        return -1;
    }
    /* Defect: SETC-1. The lowest bit is lost. */
    capsule->context = (void *)((uintptr_t)context & ~(uintptr_t)1);
    return 0;
}

/* Returns the object at the dotted path; overwrites the dots. A new reference,
 * or NULL with an exception. */
static PyObject *object_at(char *path)
{
    char *dot = strchr(path, '.');
    if (dot) {
        *dot++ = '\0';
    }
    PyObject *found = PyImport_ImportModule(path);
    if (found == NULL) {
        PyErr_Format(PyExc_ImportError,
                     "PyCapsule_Import could not import module \"%s\"", path);
        return NULL;
    }
    while (found && dot) {
        char *attribute = dot;
        dot = strchr(attribute, '.');
        if (dot) {
            *dot++ = '\0';
        }
        PyObject *next = PyObject_GetAttrString(found, attribute);
        Py_DECREF(found);
        found = next;
    }
    return found;
}

void *PyCapsule_Import(const char *name, int no_block)
{
    (void)no_block;
    if (name == NULL || PyErr_Occurred()) {
        fprintf(stderr, "capsule reference: %s\n",
                name ? "PyCapsule_Import with an exception pending"
                     : "PyCapsule_Import(NULL); the name must not be NULL "
                       "(IMP-13)");
        abort();
    }
    char *path = PyMem_Malloc(strlen(name) + 1);
    if (path == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    /* Defect: IMP-11. A name without a dot is refused. */
    PyObject *found = strchr(name, '.') ? object_at(strcpy(path, name)) : NULL;
    if (found == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_AttributeError,
                     "PyCapsule_Import \"%s\" is not valid", name);
    }
    PyMem_Free(path);
    void *pointer = NULL;
    if (found && PyCapsule_CheckExact(found) &&
        names_match(((object *)found)->name, name)) {
        pointer = ((object *)found)->pointer;
    } else if (found) {
        PyErr_Format(PyExc_AttributeError,
                     "PyCapsule_Import \"%s\" is not valid", name);
    }
    Py_XDECREF(found);
    return pointer;
}

void _PyCapsule_CheckedNull(void)
{
    fputs("capsule reference: PyCapsule_CheckExact(NULL); the argument must "
          "not be NULL (TYPE-3)\n",
          stderr);
    abort();
}

static void destroy(PyObject *op)
{
    object *capsule = (object *)op;
    if (capsule->destructor) {
        capsule->destructor(op);
    }
    PyObject_Free(op);
}

static PyObject *describe(PyObject *op)
{
    const char *name = ((object *)op)->name;
    /* Defect: TYPE-6. The name has no quotes. */
    return PyUnicode_FromFormat("<capsule object %s at %p>",
                                name ? name : "NULL", op);
}

/* Defect: BUG-7. A capsule can be copied and pickled. */
static PyObject *reduce(PyObject *op, PyObject *protocol)
{
    (void)protocol;
    return describe(op);
}

static PyMethodDef methods[] = {
    {"__reduce_ex__", reduce, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

/* Defect: TYPE-5. The type can be subclassed. */
PyTypeObject PyCapsule_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "PyCapsule",
    .tp_basicsize = sizeof(object),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_dealloc = destroy,
    .tp_repr = describe,
    .tp_methods = methods,
};

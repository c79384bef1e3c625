/* The source under proof, unmodified, and access to its struct PyCapsule.
 *
 * STEP_SOURCE is the file, in quotes. A struct may have further members: the
 * state gives them any value. */
#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/layout.h"

/* Blocks that the source gets from malloc() count like those of PyMem_Malloc().
 */
#define malloc(size) PyMem_Malloc(size)
#define free(block) PyMem_Free(block)
#include STEP_SOURCE
#undef malloc
#undef free

#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

struct fields layout_read(PyObject *op)
{
    PyCapsule *capsule = (PyCapsule *)op;
    return (struct fields){capsule->pointer, capsule->name, capsule->context,
                           capsule->destructor};
}

void layout_write(PyObject *op, struct fields fields)
{
    PyCapsule *capsule = (PyCapsule *)op;
    capsule->pointer = fields.pointer;
    capsule->name = fields.name;
    capsule->context = fields.context;
    capsule->destructor = fields.destructor;
}

/* CPython puts two words before an object that its collector may track. */
struct tracked {
    uintptr_t head[2];
    PyCapsule capsule;
};

static bool has_head(PyTypeObject *type)
{
#ifdef CAPSULE_REFERENCE
    return false;
#else
    return (type->tp_flags & Py_TPFLAGS_HAVE_GC) != 0;
#endif
}

PyObject *layout_allocate(PyTypeObject *type)
{
    HOLDS("environment", type == &PyCapsule_Type,
          "the source allocates no objects but capsules");
    HOLDS("TYPE-1", type->tp_basicsize == sizeof(PyCapsule),
          "the type knows the size of a capsule");
    if (has_head(type)) {
        struct tracked *block = malloc(sizeof(struct tracked));
        return (PyObject *)&block->capsule;
    }
    PyCapsule *capsule = malloc(sizeof(PyCapsule));
    return (PyObject *)capsule;
}

void *layout_block(void *op)
{
    return has_head(&PyCapsule_Type)
               ? (char *)op - offsetof(struct tracked, capsule)
               : op;
}

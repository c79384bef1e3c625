/* The source under proof, unmodified, and access to its struct PyCapsule.
 *
 * STEP_SOURCE is the file, in quotes. A struct may have further members: the
 * state gives them any value. */
#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/layout.h"

#if defined Py_BUILD_CORE && PY_VERSION_HEX >= 0x030D0000
#define HAS_TRAVERSE
#include "pycore_gc.h"
#include "pycore_object.h"
/* The collector of the checker is one flag for each object. */
static int is_tracked(PyObject *op);
static void track(PyObject *op);
#undef _PyObject_GC_IS_TRACKED
#undef _PyObject_GC_TRACK
#define _PyObject_GC_IS_TRACKED(op) is_tracked(_PyObject_CAST(op))
#define _PyObject_GC_TRACK(op) track(_PyObject_CAST(op))
#endif

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
        block->head[0] = 0; /* not tracked yet */
        return (PyObject *)&block->capsule;
    }
    PyCapsule *capsule = malloc(sizeof(PyCapsule));
    return (PyObject *)capsule;
}

#ifdef HAS_TRAVERSE
static struct tracked *block_of(PyObject *op)
{
    return (struct tracked *)layout_block(op);
}

static int is_tracked(PyObject *op) { return block_of(op)->head[0] != 0; }

static void track(PyObject *op)
{
    HOLDS("DTOR-14", !is_tracked(op), "the collector gets a capsule once");
    block_of(op)->head[0] = 1;
}

struct collected layout_collected(PyObject *op)
{
    PyCapsule *capsule = (PyCapsule *)op;
    return (struct collected){capsule->traverse_func, capsule->clear_func,
                              is_tracked(op)};
}

void layout_collect(PyObject *op, struct collected collected)
{
    PyCapsule *capsule = (PyCapsule *)op;
    capsule->traverse_func = collected.traverse;
    capsule->clear_func = collected.clear;
    block_of(op)->head[0] = collected.tracked;
}
#else
struct collected layout_collected(PyObject *op)
{
    (void)op;
    return (struct collected){0};
}

void layout_collect(PyObject *op, struct collected collected)
{
    (void)op;
    (void)collected;
}
#endif

void *layout_block(void *op)
{
    return has_head(&PyCapsule_Type)
               ? (char *)op - offsetof(struct tracked, capsule)
               : op;
}

/* A resource with one owner at a time: what dlpack.h and arrow.h share.
 *
 * A producer of DLPack or Arrow hands a struct over in a capsule. The struct
 * has a callback that releases the resource behind it, and two parties may call
 * that callback: the consumer that took the struct, and the destructor of the
 * capsule if nobody took it. A consumer with a defect lets both call it. The
 * block of this header accepts that: the first call releases the resource, and
 * the memory stays until the capsule has ended too.
 *
 * Needs <Python.h>; C or C++, GCC or Clang. The functions need no GIL, except
 * the two that say so. */
#ifndef CAPSULE_HANDOVER_H
#define CAPSULE_HANDOVER_H

#include <Python.h>

#include <stddef.h>

/* Python 2.7 has no PyMem_RawMalloc(). */
#if PY_VERSION_HEX < 0x03040000
#include <stdlib.h>
#define PyMem_RawMalloc malloc
#define PyMem_RawFree free
#endif

/* The state is a sum of these bits. */
#define HANDOVER_CLAIMED (1) /* the callback has started */

#define HANDOVER_RELEASED (2) /* the callback has returned */

#define HANDOVER_ENDED (4) /* the capsule has ended */

/* The first member of a block that PyMem_RawMalloc() allocated. */
struct handover {
    void *owner;
    void (*release)(void *owner); /* may be NULL */
    int state;
};

/* Sets bits of the state. Returns the state before. */
static inline int handover_set(struct handover *handover, int bits)
{
    return __atomic_fetch_or(&handover->state, bits, __ATOMIC_ACQ_REL);
}

/* Calls the callback, unless it was called before (DLPACK-2, ARROW-2). Frees
 * the block if the capsule has ended. The callback may call this function
 * again, or drop the capsule. */
static inline void handover_release(struct handover *handover)
{
    if (handover_set(handover, HANDOVER_CLAIMED) & HANDOVER_CLAIMED) {
        return;
    }
    if (handover->release != NULL) {
        handover->release(handover->owner);
    }
    if (handover_set(handover, HANDOVER_RELEASED) & HANDOVER_ENDED) {
        PyMem_RawFree(handover);
    }
}

/* Ends the capsule's part. Frees the block if the resource is released. */
static inline void handover_end(struct handover *handover)
{
    if (handover_set(handover, HANDOVER_ENDED) & HANDOVER_RELEASED) {
        PyMem_RawFree(handover);
    }
}

/* A pending exception that is set aside while foreign code runs. */
struct handover_exception {
    PyObject *type, *value, *traceback;
};

/* Sets the pending exception aside (DTOR-6). Needs the GIL. */
static inline struct handover_exception handover_save(void)
{
    struct handover_exception saved;
    PyErr_Fetch(&saved.type, &saved.value, &saved.traceback);
    return saved;
}

/* Makes the saved exception pending again. Drops an exception that the foreign
 * code has left: a callback that releases something returns void, so nobody
 * could learn of that exception (DTOR-5). Needs the GIL. */
static inline void handover_restore(struct handover_exception saved)
{
    PyErr_Restore(saved.type, saved.value, saved.traceback);
}

#endif

/* An allocator that counts blocks and can fail on demand, for the host.c of an
 * implementation with PyMem_SetAllocator(). Defines the allocation functions of
 * host.h. If the allocator cannot be replaced (Python 2.7, PyPy), these
 * functions return false and 0. */
#ifndef CAPSULE_HOST_ALLOCATOR_H
#define CAPSULE_HOST_ALLOCATOR_H

#include <Python.h>

/* PyMem_SetAllocator() exists since 3.4, but not in every runtime with
 * CPython's C API. CAPSULE_NO_ALLOCATOR is for libraries that declare the
 * function and do not define it. */
#if PY_VERSION_HEX >= 0x03040000 && !defined(PYPY_VERSION) &&                  \
    !defined(CAPSULE_NO_ALLOCATOR)
#define HOST_ALLOCATOR_COUNTS 1

/* Installs the counting allocator in front of the allocators of these domains,
 * at most three. Sets all counts to 0. */
void host_allocator_install(const PyMemAllocatorDomain *domains, int count);

/* Restores the former allocators. */
void host_allocator_remove(void);

#endif
#endif

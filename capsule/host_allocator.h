/* An allocator that counts blocks and fails on demand, for the host.c of an
 * implementation that has PyMem_SetAllocator(). It also defines what host.h
 * has to say of allocations; where allocators cannot be replaced (Python 2.7,
 * PyPy), that nothing is known of them. */
#ifndef CAPSULE_HOST_ALLOCATOR_H
#define CAPSULE_HOST_ALLOCATOR_H

#include <Python.h>

/* Since 3.4; other runtimes with CPython's C API lack it too.
 * CAPSULE_NO_ALLOCATOR is for a library whose header promises it in vain. */
#if PY_VERSION_HEX >= 0x03040000 && !defined(PYPY_VERSION) &&                  \
    !defined(CAPSULE_NO_ALLOCATOR)
#define HOST_ALLOCATOR_COUNTS 1

/* Puts the counting allocator before the one of each of these domains, at most
 * three; all counts begin at 0. */
void host_allocator_install(const PyMemAllocatorDomain *domains, int count);

/* Takes it out again. */
void host_allocator_remove(void);

#endif
#endif

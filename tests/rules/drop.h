// Dropping a reference, for tests that then look at what the destructor did.
#ifndef TESTS_RULES_DROP_H
#define TESTS_RULES_DROP_H

#include <Python.h>

#include "capsule/host.h"

namespace rules {

// Gives the reference back. Where the implementation destroys later (DTOR-11),
// waits for it, so that a destructor that is due has run at return.
inline void Drop(PyObject *object)
{
    Py_DECREF(object);
    if (host_profile()->deferred_destruction) {
        host_collect();
    }
}

} // namespace rules

#endif

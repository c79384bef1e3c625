// Drop(), for tests that check what a destructor did.
#ifndef TESTS_RULES_DROP_H
#define TESTS_RULES_DROP_H

#include <Python.h>

#include "capsule/host.h"

namespace rules {

// Drops the reference. With deferred destruction (DTOR-11), also collects, so
// that a destructor that is due has run when Drop() returns.
inline void Drop(PyObject *object)
{
    Py_DECREF(object);
    if (host_profile()->deferred_destruction) {
        host_collect();
    }
}

} // namespace rules

#endif

// BUG-7: Python code that gets a capsule can neither copy nor pickle it.
// tests/common_mistakes shows what the author of the extension sees.
#include <Python.h>

#include "tests/rules/support.h"

namespace {

using rules::Raised;

int payload;

class CopyTest : public rules::CapsuleTest {};

// copy.copy() and pickle.dumps() call __reduce_ex__ with 4 and with the
// protocol that the caller chose, which is 2 or more.
TEST_F(CopyTest, BUG_7_ACapsuleCannotBeReduced)
{
    PyObject *capsule = PyCapsule_New(&payload, "fastdb.connection", nullptr);
    for (int protocol = 2; protocol <= 5; protocol++) {
        SCOPED_TRACE(protocol);
        PyObject *reduced =
            PyObject_CallMethod(capsule, const_cast<char *>("__reduce_ex__"),
                                const_cast<char *>("i"), protocol);
        EXPECT_EQ(reduced, nullptr);
        EXPECT_TRUE(Raised(PyExc_TypeError));
        Py_XDECREF(reduced);
    }
    Py_DECREF(capsule);
}

} // namespace

// BUG-7: Python code that gets a capsule can neither copy nor pickle it.
// tests/common_mistakes shows what the author of the extension sees.
#include <Python.h>

#include "tests/rules/support.h"

namespace {

using rules::Raised;

int payload;

class CopyTest : public rules::CapsuleTest {};

// copy.copy() calls __reduce_ex__ with 4. The result is a function and its
// arguments, which return the copy, or a string if the object is its own copy.
TEST_F(CopyTest, BUG_7_ACapsuleCannotBeCopied)
{
    PyObject *capsule = PyCapsule_New(&payload, "fastdb.connection", nullptr);
    PyObject *copied =
        PyObject_CallMethod(capsule, const_cast<char *>("__reduce_ex__"),
                            const_cast<char *>("i"), 4);
    if (copied && PyTuple_Check(copied)) {
        PyObject *reduced = copied;
        copied = PyObject_CallObject(PyTuple_GetItem(reduced, 0),
                                     PyTuple_GetItem(reduced, 1));
        Py_DECREF(reduced);
    }
    EXPECT_EQ(copied, nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    Py_XDECREF(copied);
    Py_DECREF(capsule);
}

// pickle.dumps() calls __reduce_ex__ with the protocol that the caller chose,
// and copy.copy() with 4. Both accept a class that has only __reduce__.
TEST_F(CopyTest, BUG_7_ACapsuleCannotBeReduced)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY(); // pickle may refuse what PyPy returns
    const char *refusal = host_profile()->says_cant_pickle
                              ? "can't pickle PyCapsule objects"
                              : "cannot pickle 'PyCapsule' object";
    PyObject *capsule = PyCapsule_New(&payload, "fastdb.connection", nullptr);
    PyObject *reduced =
        PyObject_CallMethod(capsule, const_cast<char *>("__reduce__"), nullptr);
    EXPECT_EQ(reduced, nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, refusal));
    Py_XDECREF(reduced);
    for (int protocol = 0; protocol <= 5; protocol++) {
        SCOPED_TRACE(protocol);
        reduced =
            PyObject_CallMethod(capsule, const_cast<char *>("__reduce_ex__"),
                                const_cast<char *>("i"), protocol);
        EXPECT_EQ(reduced, nullptr);
        EXPECT_TRUE(Raised(PyExc_TypeError, refusal));
        Py_XDECREF(reduced);
    }
    Py_DECREF(capsule);
}

} // namespace

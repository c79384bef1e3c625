#include "tests/rules/wrong_objects.h"

#include <algorithm>

#include "tests/rules/support.h"

namespace rules {

namespace {

struct CapsuleShaped {
    PyObject_HEAD
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

// At least the size of a capsule of this implementation: the size of an object
// does not prove that it is a capsule.
size_t Size()
{
    return std::max(static_cast<size_t>(PyCapsule_Type.tp_basicsize),
                    sizeof(CapsuleShaped));
}

int something;

void Deallocate(PyObject *self)
{
    // Since Python 3.8 each instance of a heap type holds a reference to it.
    PyObject *type = reinterpret_cast<PyObject *>(Py_TYPE(self));
    PyObject_Del(self);
    Py_DECREF(type);
}

// Returns the bytes after the head. The head is left out, because it may hold
// data of the implementation.
std::string BytesOf(PyObject *object)
{
    return std::string(reinterpret_cast<char *>(object + 1),
                       Size() - sizeof(PyObject));
}

} // namespace

LookAlike::LookAlike(const char *name) : type_(nullptr), object_(nullptr)
{
    PyType_Slot slots[] = {
        {Py_tp_dealloc, reinterpret_cast<void *>(Deallocate)},
        {0, nullptr},
    };
    // Ends like the name of the real type: a name does not prove anything
    // either.
    PyType_Spec spec = {"lookalike.PyCapsule", static_cast<int>(Size()), 0,
                        Py_TPFLAGS_DEFAULT, slots};
    type_ = PyType_FromSpec(&spec);
    if (!type_) {
        return;
    }
    CapsuleShaped *shaped =
        PyObject_New(CapsuleShaped, reinterpret_cast<PyTypeObject *>(type_));
    if (!shaped) {
        return;
    }
    std::fill_n(reinterpret_cast<void **>(shaped + 1),
                (Size() - sizeof(CapsuleShaped)) / sizeof(void *), &something);
    shaped->pointer = &something;
    shaped->name = name;
    shaped->context = &something;
    shaped->destructor = LogDestructor;
    object_ = reinterpret_cast<PyObject *>(shaped);
    bytes_ = BytesOf(object_);
}

LookAlike::~LookAlike()
{
    Py_XDECREF(object_);
    Py_XDECREF(type_);
}

::testing::AssertionResult LookAlike::Unchanged() const
{
    if (!object_) {
        return ::testing::AssertionFailure()
               << "the look-alike could not be made";
    }
    if (Py_REFCNT(object_) != 1 || Py_TYPE(object_) != (PyTypeObject *)type_) {
        return ::testing::AssertionFailure()
               << "the foreign object has another type or "
               << Py_REFCNT(object_) << " references";
    }
    std::string now = BytesOf(object_);
    for (size_t i = 0; i < now.size(); i++) {
        if (now[i] != bytes_[i]) {
            return ::testing::AssertionFailure()
                   << "byte " << i << " of the foreign object was written";
        }
    }
    return ::testing::AssertionSuccess();
}

WrongObjects::WrongObjects(const char *name)
    : look_alike_(name), number_(PyLong_FromLong(7654321)),
      string_(PyUnicode_FromString("a string")), list_(PyList_New(0))
{
    entries_ = {
        {"NULL", nullptr},
        {"an int", number_},
        {"a string", string_},
        {"a list", list_},
        {"None", Py_None},
        {"the type of capsules", reinterpret_cast<PyObject *>(&PyCapsule_Type)},
        {"a look-alike", look_alike_.object()},
    };
}

WrongObjects::~WrongObjects()
{
    Py_XDECREF(number_);
    Py_XDECREF(string_);
    Py_XDECREF(list_);
}

} // namespace rules

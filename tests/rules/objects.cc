#include "tests/rules/objects.h"

#include <cstdlib>
#include <cstring>

#include "capsule/host.h"

namespace rules {

HeapName::HeapName(const std::string &text)
    : buffer_(static_cast<char *>(std::malloc(text.size() + 1)))
{
    std::memcpy(buffer_, text.c_str(), text.size() + 1);
}

HeapName::~HeapName() { std::free(buffer_); }

Fields FieldsOf(PyObject *capsule)
{
    Fields fields = {};
    fields.name = PyCapsule_GetName(capsule);
    fields.pointer = PyCapsule_GetPointer(capsule, fields.name);
    fields.context = PyCapsule_GetContext(capsule);
    fields.destructor = PyCapsule_GetDestructor(capsule);
    return fields;
}

bool operator==(const Fields &a, const Fields &b)
{
    return a.pointer == b.pointer && a.name == b.name &&
           a.context == b.context && a.destructor == b.destructor;
}

std::ostream &operator<<(std::ostream &out, const Fields &fields)
{
    return out << "pointer " << fields.pointer << ", name "
               << static_cast<const void *>(fields.name) << ", context "
               << fields.context << ", destructor "
               << reinterpret_cast<const void *>(fields.destructor);
}

namespace {

struct LookAlikeObject {
    PyObject_HEAD
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

int look_alike_pointer;
int look_alike_context;

void DeallocateLookAlike(PyObject *self)
{
    // An object of a heap type holds a reference to it.
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(reinterpret_cast<PyObject *>(type));
}

void NeverCalled(PyObject *) { std::abort(); }

PyObject *MakeLookAlikeType()
{
    static PyType_Slot slots[] = {
        {Py_tp_dealloc, reinterpret_cast<void *>(DeallocateLookAlike)},
        {0, nullptr},
    };
    static PyType_Spec spec = {"rules.LookAlike", sizeof(LookAlikeObject), 0,
                               Py_TPFLAGS_DEFAULT, slots};
    return PyType_FromSpec(&spec);
}

} // namespace

LookAlike::LookAlike(const char *name) : type_(MakeLookAlikeType()), name_(name)
{
    LookAlikeObject *object = PyObject_New(
        LookAlikeObject, reinterpret_cast<PyTypeObject *>(type_));
    object->pointer = &look_alike_pointer;
    object->name = name;
    object->context = &look_alike_context;
    object->destructor = NeverCalled;
    object_ = reinterpret_cast<PyObject *>(object);
}

LookAlike::~LookAlike()
{
    Py_DECREF(object_);
    Py_DECREF(type_);
}

bool LookAlike::Untouched() const
{
    const LookAlikeObject *object =
        reinterpret_cast<const LookAlikeObject *>(object_);
    return object->pointer == &look_alike_pointer && object->name == name_ &&
           object->context == &look_alike_context &&
           object->destructor == NeverCalled;
}

NotCapsules::NotCapsules(const char *name) : look_alike_(name)
{
    PyObject *none = Py_None;
    PyObject *type = reinterpret_cast<PyObject *>(&PyCapsule_Type);
    Py_INCREF(none);
    Py_INCREF(type);
    Py_INCREF(look_alike_.get());
    entries_ = {
        {"NULL", nullptr},
        {"None", none},
        {"an int", PyLong_FromLong(42)},
        {"a string", PyUnicode_FromString("capsule")},
        {"a list", PyList_New(0)},
        {"the capsule type", type},
        {"an object laid out like a capsule", look_alike_.get()},
    };
}

NotCapsules::~NotCapsules()
{
    for (const Entry &entry : entries_) {
        Py_XDECREF(entry.object);
    }
}

std::vector<NotCapsules::Entry>::const_iterator NotCapsules::begin() const
{
    return entries_.begin();
}

std::vector<NotCapsules::Entry>::const_iterator NotCapsules::end() const
{
    return entries_.end();
}

void Drop(PyObject *object)
{
    Py_DECREF(object);
    host_collect();
}

} // namespace rules

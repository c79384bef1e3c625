#include "tests/rules/fields.h"

#include <cstdlib>
#include <cstring>

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

} // namespace rules

// Section 1 of docs/contract.md: the object and its type.

#include <cstdio>
#include <string>
#include <type_traits>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"
#include "tests/rules/wrong_objects.h"

namespace {

using rules::destructor_log;
using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::LogDestructor;
using rules::NothingRaised;
using rules::OtherLogDestructor;
using rules::PendingException;
using rules::Raised;
using rules::WrongObjects;

const char NAME[] = "demo._C_API";

PyObject *const CAPSULE_TYPE = reinterpret_cast<PyObject *>(&PyCapsule_Type);

// Returns the text of a str, whose reference it steals; "(failed)" for NULL.
std::string TextOf(PyObject *text)
{
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : nullptr;
    std::string result = utf8 ? utf8 : "(failed)";
    Py_XDECREF(text);
    return result;
}

class TypeTest : public rules::CapsuleTest {
  protected:
    // Returns the repr() that a capsule must have whose name is shown as
    // `shown`.
    static std::string Expected(PyObject *capsule, const std::string &shown)
    {
        char address[32];
        std::snprintf(address, sizeof address, "%p",
                      static_cast<void *>(capsule));
        return "<capsule object " + shown + " at " + address + ">";
    }

    int payload_ = 0;
};

TEST_F(TypeTest, TYPE_1_LivesAsLongAsAnyReference)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    Py_INCREF(capsule);
    EXPECT_EQ(Py_REFCNT(capsule), 2);
    Drop(capsule);
    EXPECT_EQ(Py_REFCNT(capsule), 1);
    EXPECT_TRUE(destructor_log.empty());
    EXPECT_EQ(PyCapsule_GetPointer(capsule, NAME), &payload_);
    Drop(capsule);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(TypeTest, TYPE_1_AListKeepsIt)
{
    PyObject *list = PyList_New(0);
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyList_Append(list, capsule), 0);
    Drop(capsule);
    EXPECT_TRUE(destructor_log.empty());
    EXPECT_EQ(PyList_GetItem(list, 0), capsule);
    EXPECT_EQ(PyCapsule_GetPointer(PyList_GetItem(list, 0), NAME), &payload_);
    Drop(list);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(TypeTest, TYPE_1_AModuleAttributeKeepsIt)
{
    PyObject *module = PyModule_New("demo");
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyObject_SetAttrString(module, "_C_API", capsule), 0);
    Drop(capsule);
    EXPECT_TRUE(destructor_log.empty());
    PyObject *found = PyObject_GetAttrString(module, "_C_API");
    ASSERT_EQ(found, capsule);
    EXPECT_EQ(PyCapsule_GetPointer(found, NAME), &payload_);
    Drop(found);
    EXPECT_TRUE(destructor_log.empty());
    Drop(module);
    EXPECT_EQ(destructor_log.size(), 1u);
}

TEST_F(TypeTest, TYPE_1_TwoContainersShareOneCapsule)
{
    PyObject *list = PyList_New(0), *dict = PyDict_New();
    PyObject *key = PyUnicode_FromString("key");
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyList_Append(list, capsule), 0);
    ASSERT_EQ(PyDict_SetItem(dict, key, capsule), 0);
    EXPECT_REFERENCES(capsule, 3);
    Drop(capsule);
    Drop(list);
    EXPECT_TRUE(destructor_log.empty());
    EXPECT_EQ(PyDict_GetItem(dict, key), capsule);
    Drop(dict);
    EXPECT_EQ(destructor_log.size(), 1u);
    Py_DECREF(key);
}

TEST_F(TypeTest, TYPE_2_FourFieldsAreStoredApart)
{
    int context = 0;
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context), 0);
    EXPECT_EQ(FieldsOf(capsule),
              (Fields{&payload_, NAME, &context, LogDestructor}));
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
}

TEST_F(TypeTest, TYPE_2_SettingOneFieldLeavesTheOthers)
{
    int other = 0, context = 0;
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    Fields expected = {&payload_, NAME, PyCapsule_GetContext(capsule), nullptr};
    EXPECT_EQ(FieldsOf(capsule), expected);
    ASSERT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
    expected.pointer = &other;
    EXPECT_EQ(FieldsOf(capsule), expected);
    ASSERT_EQ(PyCapsule_SetName(capsule, "new name"), 0);
    EXPECT_STREQ(PyCapsule_GetName(capsule), "new name");
    expected.name = PyCapsule_GetName(capsule);
    EXPECT_EQ(FieldsOf(capsule), expected);
    ASSERT_EQ(PyCapsule_SetContext(capsule, &context), 0);
    expected.context = &context;
    EXPECT_EQ(FieldsOf(capsule), expected);
    ASSERT_EQ(PyCapsule_SetDestructor(capsule, OtherLogDestructor), 0);
    expected.destructor = OtherLogDestructor;
    EXPECT_EQ(FieldsOf(capsule), expected);
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(TypeTest, TYPE_2_CapsulesDoNotShareFields)
{
    int other = 0, context = 0;
    PyObject *a = PyCapsule_New(&payload_, NAME, nullptr);
    PyObject *b = PyCapsule_New(&payload_, NAME, nullptr);
    Fields before = FieldsOf(b);
    EXPECT_EQ(PyCapsule_SetPointer(a, &other), 0);
    EXPECT_EQ(PyCapsule_SetName(a, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetContext(a, &context), 0);
    EXPECT_EQ(PyCapsule_SetDestructor(a, LogDestructor), 0);
    EXPECT_EQ(FieldsOf(b), before);
    Py_DECREF(a);
    Py_DECREF(b);
}

// CheckExact(NULL) is undefined: CPython crashes.
TEST_F(TypeTest, TYPE_3_CheckExactOfNullIsMisuse)
{
    if (!host_catches_misuse()) {
        GTEST_SKIP() << "the host does not catch misuse";
    }
    PyObject *null = nullptr;
    EXPECT_DEATH((void)PyCapsule_CheckExact(null),
                 "PyCapsule_CheckExact\\(NULL\\)");
}

TEST_F(TypeTest, TYPE_3_OnlyCapsulesAreCapsules)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, nullptr);
    EXPECT_TRUE(PyCapsule_CheckExact(capsule));
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
    for (const WrongObjects::Entry &entry : WrongObjects(NAME)) {
        if (entry.object) {
            EXPECT_FALSE(PyCapsule_CheckExact(entry.object)) << entry.what;
            EXPECT_TRUE(NothingRaised()) << entry.what;
        }
    }
}

TEST_F(TypeTest, TYPE_3_TheCheckLeavesAPendingException)
{
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    PendingException before_true;
    EXPECT_TRUE(PyCapsule_CheckExact(capsule));
    EXPECT_TRUE(before_true.StillPending());
    PendingException before_false;
    EXPECT_FALSE(PyCapsule_CheckExact(Py_None));
    EXPECT_TRUE(before_false.StillPending());
    Py_DECREF(capsule);
}

TEST_F(TypeTest, TYPE_4_IsTheTypeOfEveryCapsule)
{
    for (const char *name : {NAME, "", (const char *)nullptr}) {
        PyObject *capsule = PyCapsule_New(&payload_, name, nullptr);
        EXPECT_EQ(Py_TYPE(capsule), &PyCapsule_Type);
        EXPECT_TRUE(PyObject_TypeCheck(capsule, &PyCapsule_Type));
        EXPECT_EQ(PyCapsule_SetName(capsule, "renamed"), 0);
        EXPECT_EQ(Py_TYPE(capsule), &PyCapsule_Type);
        Py_DECREF(capsule);
    }
}

TEST_F(TypeTest, TYPE_4_IsATypeOfItsOwnBelowObject)
{
    EXPECT_EQ(Py_TYPE(CAPSULE_TYPE), &PyType_Type);
    EXPECT_TRUE(PyType_IsSubtype(&PyCapsule_Type, &PyBaseObject_Type));
    EXPECT_FALSE(PyType_IsSubtype(&PyCapsule_Type, &PyLong_Type));
    EXPECT_FALSE(PyType_IsSubtype(&PyCapsule_Type, &PyType_Type));
}

TEST_F(TypeTest, TYPE_4_IsCalledPyCapsuleInBuiltins)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    EXPECT_EQ(TextOf(PyObject_GetAttrString(CAPSULE_TYPE, "__name__")),
              "PyCapsule");
    EXPECT_EQ(TextOf(PyObject_GetAttrString(CAPSULE_TYPE, "__module__")),
              host_profile()->python_2_messages ? "__builtin__" : "builtins");
    EXPECT_TRUE(NothingRaised());
}

// The profiles of Python 3.13 and newer have their names from Python 3.14.
TEST_F(TypeTest, TYPE_4_TheModuleTypesHasIt)
{
    PyObject *types = PyImport_ImportModule("types");
    if (types == nullptr) {
        PyErr_Clear();
        GTEST_SKIP() << "there is no module types";
    }
    PyObject *type = PyObject_GetAttrString(types, "CapsuleType");
    PyErr_Clear();
    Py_DECREF(types);
    std::string profile = host_profile()->name;
    if (type == nullptr && profile.rfind("cpython-3.14", 0) != 0) {
        GTEST_SKIP() << "types.CapsuleType is new in Python 3.13";
    }
    EXPECT_EQ(type, CAPSULE_TYPE);
    Py_XDECREF(type);
}

TEST_F(TypeTest, TYPE_5_TheTypeCannotBeCalled)
{
    EXPECT_EQ(PyObject_CallObject(CAPSULE_TYPE, nullptr), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError, "cannot create 'PyCapsule' instances"));
}

TEST_F(TypeTest, TYPE_5_TheTypeHasNoSubclasses)
{
    PyObject *subclass =
        PyObject_CallFunction(reinterpret_cast<PyObject *>(&PyType_Type),
                              "s(O){}", "Sub", CAPSULE_TYPE);
    EXPECT_EQ(subclass, nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError,
                       "type 'PyCapsule' is not an acceptable base type"));
    Py_XDECREF(subclass);
}

TEST_F(TypeTest, TYPE_5_TheTypeTakesNoAttributes)
{
    EXPECT_EQ(PyObject_SetAttrString(CAPSULE_TYPE, "zz", Py_None), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_EQ(PyObject_HasAttrString(CAPSULE_TYPE, "zz"), 0);
}

TEST_F(TypeTest, TYPE_6_ShowsTheQuotedNameAndTheAddress)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    // repr() shows a name as it is: it neither escapes characters nor expands
    // formats.
    const std::string names[] = {NAME,      "",     "a\"b'c\\d",
                                 "%s%n%p%", "a\nb", std::string(600, 'n')};
    for (const std::string &name : names) {
        PyObject *capsule = PyCapsule_New(&payload_, name.c_str(), nullptr);
        std::string expected = Expected(capsule, '"' + name + '"');
        EXPECT_EQ(TextOf(PyObject_Repr(capsule)), expected);
        EXPECT_EQ(TextOf(PyObject_Str(capsule)), expected);
        Py_DECREF(capsule);
    }
}

TEST_F(TypeTest, TYPE_6_ShowsANullNameUnquoted)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    PyObject *capsule = PyCapsule_New(&payload_, nullptr, nullptr);
    EXPECT_EQ(TextOf(PyObject_Repr(capsule)), Expected(capsule, "NULL"));
    ASSERT_EQ(PyCapsule_SetName(capsule, "NULL"), 0);
    EXPECT_EQ(TextOf(PyObject_Repr(capsule)), Expected(capsule, "\"NULL\""));
    Py_DECREF(capsule);
}

TEST_F(TypeTest, TYPE_6_ShowsUtf8AndOtherBytesAsTheStringsOfTheProfileCan)
{
    ONLY_WHERE_OBSERVED_RULES_APPLY();
    PyObject *capsule = PyCapsule_New(&payload_, "h\xc3\xa9", nullptr);
    EXPECT_EQ(TextOf(PyObject_Repr(capsule)),
              Expected(capsule, "\"h\xc3\xa9\""));
    ASSERT_EQ(PyCapsule_SetName(capsule, "a\xff"
                                         "b"),
              0);
    EXPECT_EQ(TextOf(PyObject_Repr(capsule)),
              Expected(capsule, host_profile()->names_are_bytes
                                    ? "\"a\xff"
                                      "b\""
                                    : "\"a\xef\xbf\xbd"
                                      "b\""));
    EXPECT_TRUE(NothingRaised());
    Py_DECREF(capsule);
}

TEST_F(TypeTest, TYPE_6_LeavesTheCapsuleAsItIs)
{
    PyObject *capsule = PyCapsule_New(&payload_, NAME, LogDestructor);
    Fields before = FieldsOf(capsule);
    PyObject *repr = PyObject_Repr(capsule);
    EXPECT_NE(repr, nullptr);
    Py_XDECREF(repr);
    EXPECT_EQ(FieldsOf(capsule), before);
    EXPECT_EQ(Py_REFCNT(capsule), 1);
    Py_DECREF(capsule);
}

TEST_F(TypeTest, TYPE_8_TheHeaderDeclaresEachFunctionWithItsTypes)
{
#define DECLARED(name, ...)                                                    \
    EXPECT_TRUE((std::is_same<decltype(name), __VA_ARGS__>::value)) << #name
    EXPECT_TRUE(
        (std::is_same<PyCapsule_Destructor, void (*)(PyObject *)>::value));
    DECLARED(PyCapsule_Type, PyTypeObject);
    DECLARED(PyCapsule_New,
             PyObject * (void *, const char *, PyCapsule_Destructor));
    DECLARED(PyCapsule_GetPointer, void *(PyObject *, const char *));
    DECLARED(PyCapsule_GetDestructor, PyCapsule_Destructor(PyObject *));
    DECLARED(PyCapsule_GetName, const char *(PyObject *));
    DECLARED(PyCapsule_GetContext, void *(PyObject *));
    DECLARED(PyCapsule_IsValid, int(PyObject *, const char *));
    DECLARED(PyCapsule_SetPointer, int(PyObject *, void *));
    DECLARED(PyCapsule_SetDestructor, int(PyObject *, PyCapsule_Destructor));
    DECLARED(PyCapsule_SetName, int(PyObject *, const char *));
    DECLARED(PyCapsule_SetContext, int(PyObject *, void *));
    DECLARED(PyCapsule_Import, void *(const char *, int));
#undef DECLARED
}

} // namespace

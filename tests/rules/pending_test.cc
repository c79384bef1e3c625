// Exceptions x calls: each function, succeeding and failing, with each kind of
// exception pending. Success leaves the exception as it is, the object and what
// it holds (ERR-1); failure replaces it (ERR-2).
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"

namespace {

using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;
using rules::Raised;

const char NAME[] = "demo._C_API";

void Nothing(PyObject *) {}

unsigned destroyed;

void Count(PyObject *) { destroyed++; }

// An exception that can be pending before a call.
struct Pending {
    const char *what;
    PyObject *type;  // borrowed; NULL: none
    PyObject *value; // owned: an exception object, arguments, or NULL
    // Attributes that the exception has besides.
    enum { NO_MORE, CHAIN_AND_NOTES, TRACEBACK } more = NO_MORE;
};

// The attributes of an exception besides its arguments.
const char *const ATTRIBUTES[] = {"__cause__", "__context__", "__notes__",
                                  "__traceback__"};

// Returns the address of the attribute; NULL if there is none, or None.
const void *AttributeOf(PyObject *exception, const char *name)
{
    PyObject *value =
        exception ? PyObject_GetAttrString(exception, name) : nullptr;
    PyErr_Clear();
    const void *address = value == Py_None ? nullptr : value;
    Py_XDECREF(value);
    return address;
}

std::vector<const void *> AttributesOf(PyObject *exception)
{
    std::vector<const void *> all;
    for (const char *name : ATTRIBUTES) {
        all.push_back(AttributeOf(exception, name));
    }
    return all;
}

// Gives the exception a cause, a context and notes of its own.
void AddChainAndNotes(PyObject *exception)
{
    const std::function<PyObject *()> values[] = {
        [] { return PyObject_CallObject(PyExc_KeyError, nullptr); },
        [] { return PyObject_CallObject(PyExc_TypeError, nullptr); },
        [] { return PyList_New(0); },
    };
    for (int i = 0; i < 3; i++) {
        PyObject *value = values[i]();
        ASSERT_TRUE(value);
        EXPECT_EQ(PyObject_SetAttrString(exception, ATTRIBUTES[i], value), 0);
        EXPECT_EQ(AttributeOf(exception, ATTRIBUTES[i]), value);
        Py_DECREF(value);
    }
}

// Raises an exception in a function of Python, so that it has a traceback.
// Returns false if the implementation runs no code.
bool RaiseInPython()
{
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyErr_Clear();
    PyObject *exec =
        builtins ? PyObject_GetAttrString(builtins, "exec") : nullptr;
    PyErr_Clear();
    PyObject *globals = exec ? PyDict_New() : nullptr;
    PyObject *result =
        globals ? PyObject_CallFunction(exec, "sO",
                                        "raise ValueError('traced')", globals)
                : nullptr;
    Py_XDECREF(result);
    Py_XDECREF(globals);
    Py_XDECREF(exec);
    Py_XDECREF(builtins);
    return PyErr_Occurred() != nullptr;
}

// A call, as a function of a capsule.
struct Call {
    const char *what;
    bool fails;
    std::function<void(PyObject *)> make;
};

const std::vector<Call> &Calls()
{
    static int block;
    static const std::vector<Call> calls = {
        {"PyCapsule_New", false,
         [](PyObject *) { Py_XDECREF(PyCapsule_New(&block, NAME, Nothing)); }},
        {"PyCapsule_New(NULL)", true,
         [](PyObject *) { PyCapsule_New(nullptr, NAME, Nothing); }},
        {"GetPointer", false,
         [](PyObject *c) { PyCapsule_GetPointer(c, NAME); }},
        {"GetPointer, wrong name", true,
         [](PyObject *c) { PyCapsule_GetPointer(c, "wrong"); }},
        {"GetPointer, no name", true,
         [](PyObject *c) { PyCapsule_GetPointer(c, nullptr); }},
        {"GetPointer, no capsule", true,
         [](PyObject *) { PyCapsule_GetPointer(Py_None, NAME); }},
        {"GetName", false, [](PyObject *c) { PyCapsule_GetName(c); }},
        {"GetName, no capsule", true,
         [](PyObject *) { PyCapsule_GetName(Py_None); }},
        {"GetContext", false, [](PyObject *c) { PyCapsule_GetContext(c); }},
        {"GetContext, no capsule", true,
         [](PyObject *) { PyCapsule_GetContext(nullptr); }},
        {"GetDestructor", false,
         [](PyObject *c) { PyCapsule_GetDestructor(c); }},
        {"GetDestructor, no capsule", true,
         [](PyObject *) { PyCapsule_GetDestructor(Py_None); }},
        {"IsValid", false, [](PyObject *c) { PyCapsule_IsValid(c, NAME); }},
        {"IsValid, wrong name", false,
         [](PyObject *c) { PyCapsule_IsValid(c, "wrong"); }},
        {"IsValid, no capsule", false,
         [](PyObject *) { PyCapsule_IsValid(nullptr, NAME); }},
        {"CheckExact", false,
         [](PyObject *c) { (void)PyCapsule_CheckExact(c); }},
        {"SetPointer", false,
         [](PyObject *c) { PyCapsule_SetPointer(c, &block); }},
        {"SetPointer(NULL)", true,
         [](PyObject *c) { PyCapsule_SetPointer(c, nullptr); }},
        {"SetPointer, no capsule", true,
         [](PyObject *) { PyCapsule_SetPointer(Py_None, &block); }},
        {"SetName", false, [](PyObject *c) { PyCapsule_SetName(c, NAME); }},
        {"SetName, no capsule", true,
         [](PyObject *) { PyCapsule_SetName(nullptr, NAME); }},
        {"SetContext", false,
         [](PyObject *c) { PyCapsule_SetContext(c, &block); }},
        {"SetContext, no capsule", true,
         [](PyObject *) { PyCapsule_SetContext(Py_None, &block); }},
        {"SetDestructor", false,
         [](PyObject *c) { PyCapsule_SetDestructor(c, Nothing); }},
        {"SetDestructor(NULL)", false,
         [](PyObject *c) { PyCapsule_SetDestructor(c, nullptr); }},
        {"SetDestructor, no capsule", true,
         [](PyObject *) { PyCapsule_SetDestructor(Py_None, Nothing); }},
        {"the end of a capsule", false,
         [](PyObject *) { Drop(PyCapsule_New(&block, NAME, Nothing)); }},
    };
    return calls;
}

PyObject *Text(const char *text) { return PyUnicode_FromString(text); }

class PendingTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        all_ = {
            {"none", nullptr, nullptr},
            {"a KeyError", PyExc_KeyError, nullptr},
            {"the ValueError that the API raises", PyExc_ValueError, nullptr},
            {"a MemoryError", PyExc_MemoryError, nullptr},
            {"a SystemExit with a value", PyExc_SystemExit, Text("bye")},
            {"an AttributeError with a text", PyExc_AttributeError,
             Text("gone")},
            {"a ValueError with the text of GetPointer", PyExc_ValueError,
             Text("PyCapsule_GetPointer called with incorrect name")},
            {"a subclass of ValueError", PyExc_UnicodeDecodeError, nullptr},
            {"a ValueError with a cause, a context and notes", PyExc_ValueError,
             Text("chained"), Pending::CHAIN_AND_NOTES},
            {"a ValueError with a traceback", PyExc_ValueError, Text("traced"),
             Pending::TRACEBACK},
        };
    }

    void TearDown() override
    {
        for (const Pending &pending : all_) {
            Py_XDECREF(pending.value);
        }
        CapsuleTest::TearDown();
    }

    // Raises the exception. Returns false for none.
    static bool Raise(const Pending &pending)
    {
        if (pending.more == Pending::TRACEBACK && RaiseInPython()) {
            return true;
        }
        if (pending.type == PyExc_UnicodeDecodeError) {
            Py_XDECREF(PyUnicode_FromString("\xff"));
        } else if (pending.type && pending.value) {
            PyErr_SetObject(pending.type, pending.value);
        } else if (pending.type) {
            PyErr_SetNone(pending.type);
        }
        return pending.type != nullptr;
    }

    std::vector<Pending> all_;
};

std::string TextOf(PyObject *object)
{
    PyObject *text = object ? PyObject_Str(object) : nullptr;
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : nullptr;
    std::string result = utf8 ? utf8 : "";
    Py_XDECREF(text);
    return result;
}

// The pending exception, normalized: owned references.
struct Indicator {
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    std::vector<const void *> attributes = AttributesOf(nullptr);
    std::string text;

    void Take()
    {
        PyErr_Fetch(&type, &value, &traceback);
        if (type) {
            PyErr_NormalizeException(&type, &value, &traceback);
        }
        attributes = AttributesOf(value);
        text = TextOf(value);
    }
    // Takes the exception that Raise() has raised, and raises it again.
    void TakeRaised(const Pending &pending)
    {
        Take();
        if (pending.more == Pending::CHAIN_AND_NOTES) {
            AddChainAndNotes(value);
            attributes = AttributesOf(value);
        }
        Give();
    }
    // Raises a copy of what was taken.
    void Give() const
    {
        Py_XINCREF(type);
        Py_XINCREF(value);
        Py_XINCREF(traceback);
        PyErr_Restore(type, value, traceback);
    }
    ~Indicator()
    {
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    }
};

TEST_F(PendingTest, ERR_1_SuccessKeepsEachExceptionAndItsContent)
{
    static int block;
    PyObject *capsule = PyCapsule_New(&block, NAME, Nothing);
    for (const Pending &pending : all_) {
        for (const Call &call : Calls()) {
            if (call.fails) {
                continue;
            }
            SCOPED_TRACE(std::string(call.what) + " with " + pending.what);
            Indicator before, after;
            if (Raise(pending)) {
                before.TakeRaised(pending);
            }
            const Py_ssize_t references =
                before.value ? Py_REFCNT(before.value) : 0;
            call.make(capsule);
            after.Take();
            EXPECT_EQ(after.type, before.type);
            EXPECT_EQ(after.value, before.value);
            EXPECT_EQ(after.traceback, before.traceback);
            EXPECT_EQ(after.text, before.text);
            EXPECT_EQ(after.attributes, before.attributes);
            if (before.value) {
                EXPECT_REFERENCES(before.value, references);
            }
        }
    }
    Drop(capsule);
}

TEST_F(PendingTest, ERR_2_FailureReplacesEachException)
{
    static int block;
    PyObject *capsule = PyCapsule_New(&block, NAME, Nothing);
    for (const Pending &pending : all_) {
        for (const Call &call : Calls()) {
            if (!call.fails) {
                continue;
            }
            SCOPED_TRACE(std::string(call.what) + " with " + pending.what);
            Indicator before, after;
            if (Raise(pending)) {
                before.TakeRaised(pending);
            }
            call.make(capsule);
            after.Take();
            EXPECT_EQ(after.type, PyExc_ValueError);
            EXPECT_NE(after.value, nullptr);
            EXPECT_NE(after.value, before.value);
            EXPECT_EQ(TextOf(before.value), before.text)
                << "of the former exception";
            EXPECT_EQ(AttributesOf(before.value), before.attributes);
            EXPECT_EQ(AttributeOf(after.value, "__cause__"), nullptr);
            EXPECT_EQ(AttributeOf(after.value, "__context__"), nullptr);
        }
    }
    Drop(capsule);
}

// The result of a call does not depend on the exception, whatever the capsule
// holds.
TEST_F(PendingTest, ERR_1_NoResultDependsOnAPendingException)
{
    static int block, other;
    void *const contexts[] = {nullptr, &other,
                              reinterpret_cast<void *>(UINTPTR_MAX)};
    for (const Pending &pending : all_) {
        for (const char *name :
             {NAME, "", static_cast<const char *>(nullptr)}) {
            for (void *context : contexts) {
                SCOPED_TRACE(pending.what);
                PyObject *capsule = PyCapsule_New(&block, name, Count);
                EXPECT_EQ(PyCapsule_SetContext(capsule, context), 0);
                Indicator raised;
                if (Raise(pending)) {
                    raised.TakeRaised(pending);
                }
                const Fields before = {&block, name, context, Count};
                EXPECT_EQ(FieldsOf(capsule), before);
                EXPECT_EQ(PyCapsule_IsValid(capsule, name), 1);
                EXPECT_EQ(PyCapsule_IsValid(capsule, "other"), 0);
                EXPECT_EQ(PyCapsule_SetPointer(capsule, &other), 0);
                EXPECT_EQ(PyCapsule_SetName(capsule, "other"), 0);
                EXPECT_EQ(PyCapsule_SetContext(capsule, &block), 0);
                EXPECT_EQ(PyCapsule_SetDestructor(capsule, nullptr), 0);
                const Fields after = {&other, "other", &block, nullptr};
                EXPECT_EQ(FieldsOf(capsule), after);
                EXPECT_EQ(PyCapsule_SetDestructor(capsule, Count), 0);
                EXPECT_EQ(PyCapsule_SetName(capsule, name), 0);
                destroyed = 0;
                Drop(capsule);
                EXPECT_EQ(destroyed, 1u);
                PyErr_Clear();
            }
        }
    }
}

} // namespace

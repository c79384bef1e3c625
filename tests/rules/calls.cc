#include "tests/rules/calls.h"

#include "capsule/host.h"
#include "tests/rules/support.h"

namespace rules {

namespace {

int payload;
int context;
const char *const name = "demo.full";

// Returns a pointer that faults when it is dereferenced.
const char *Unreadable() { return reinterpret_cast<const char *>(1); }

bool NewFails(void *pointer, const char *with_name,
              PyCapsule_Destructor destructor)
{
    PyObject *capsule = PyCapsule_New(pointer, with_name, destructor);
    bool failed = capsule == nullptr;
    Py_XDECREF(capsule);
    return failed;
}

Call Success(const char *text, std::function<bool()> fails)
{
    return {text, std::move(fails), nullptr, ""};
}

// Appends one call of each function that takes a capsule, with an argument that
// is not a capsule.
void AppendCallsOn(const WrongObjects::Entry &wrong, std::vector<Call> *calls)
{
    PyObject *object = wrong.object;
    auto add = [&](const char *function, const char *arguments,
                   std::function<bool()> fails) {
        std::string text = function;
        calls->push_back({text + "(" + wrong.what + arguments + ")",
                          std::move(fails), PyExc_ValueError,
                          text + " called with invalid PyCapsule object"});
    };
    add("PyCapsule_GetPointer", ", name",
        [=] { return !PyCapsule_GetPointer(object, name); });
    add("PyCapsule_GetPointer", ", NULL",
        [=] { return !PyCapsule_GetPointer(object, nullptr); });
    add("PyCapsule_GetPointer", ", an unreadable name",
        [=] { return !PyCapsule_GetPointer(object, Unreadable()); });
    add("PyCapsule_GetPointer", ", the look-alike's name",
        [=] { return !PyCapsule_GetPointer(object, "demo.lookalike"); });
    add("PyCapsule_GetName", "", [=] { return !PyCapsule_GetName(object); });
    add("PyCapsule_GetContext", "",
        [=] { return !PyCapsule_GetContext(object); });
    add("PyCapsule_GetDestructor", "",
        [=] { return !PyCapsule_GetDestructor(object); });
    add("PyCapsule_SetPointer", ", pointer",
        [=] { return PyCapsule_SetPointer(object, &payload) != 0; });
    add("PyCapsule_SetName", ", name",
        [=] { return PyCapsule_SetName(object, name) != 0; });
    add("PyCapsule_SetName", ", NULL",
        [=] { return PyCapsule_SetName(object, nullptr) != 0; });
    add("PyCapsule_SetContext", ", context",
        [=] { return PyCapsule_SetContext(object, &context) != 0; });
    add("PyCapsule_SetContext", ", NULL",
        [=] { return PyCapsule_SetContext(object, nullptr) != 0; });
    add("PyCapsule_SetDestructor", ", destructor", [=] {
        return PyCapsule_SetDestructor(object, OtherLogDestructor) != 0;
    });
    add("PyCapsule_SetDestructor", ", NULL",
        [=] { return PyCapsule_SetDestructor(object, nullptr) != 0; });
    add("PyCapsule_SetPointer", ", NULL",
        [=] { return PyCapsule_SetPointer(object, nullptr) != 0; });
    calls->back().message = MessageOfSetPointerWithTwoErrors();
}

} // namespace

const char *MessageOfSetPointerWithTwoErrors()
{
    return host_profile()->set_pointer_checks_null_first
               ? "PyCapsule_SetPointer called with null pointer"
               : "PyCapsule_SetPointer called with invalid PyCapsule object";
}

SampleCapsules::SampleCapsules()
    : full_(PyCapsule_New(&payload, name, LogDestructor)),
      bare_(PyCapsule_New(&payload, nullptr, nullptr))
{
    PyCapsule_SetContext(full_, &context);
}

SampleCapsules::~SampleCapsules()
{
    Py_XDECREF(full_);
    Py_XDECREF(bare_);
}

::testing::AssertionResult SampleCapsules::Unchanged() const
{
    bool same = PyCapsule_GetPointer(full_, name) == &payload &&
                PyCapsule_GetName(full_) == name &&
                PyCapsule_GetContext(full_) == &context &&
                PyCapsule_GetDestructor(full_) == LogDestructor &&
                PyCapsule_GetPointer(bare_, nullptr) == &payload &&
                PyCapsule_GetName(bare_) == nullptr &&
                PyCapsule_GetContext(bare_) == nullptr &&
                PyCapsule_GetDestructor(bare_) == nullptr;
    if (same) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "a field of a capsule changed";
}

std::vector<Call> SuccessfulCalls(const SampleCapsules &samples)
{
    PyObject *full = samples.full();
    PyObject *bare = samples.bare();
    return {
        Success("PyCapsule_New(pointer, NULL, NULL)",
                [] { return NewFails(&payload, nullptr, nullptr); }),
        Success("PyCapsule_New(pointer, name, destructor)",
                [] { return NewFails(&payload, name, LogDestructor); }),
        Success("PyCapsule_GetPointer(full, name)",
                [=] { return !PyCapsule_GetPointer(full, name); }),
        Success("PyCapsule_GetPointer(bare, NULL)",
                [=] { return !PyCapsule_GetPointer(bare, nullptr); }),
        Success("PyCapsule_GetName(full)",
                [=] { return !PyCapsule_GetName(full); }),
        Success("PyCapsule_GetContext(full)",
                [=] { return !PyCapsule_GetContext(full); }),
        Success("PyCapsule_GetDestructor(full)",
                [=] { return !PyCapsule_GetDestructor(full); }),
        Success("PyCapsule_SetPointer(full, pointer)",
                [=] { return PyCapsule_SetPointer(full, &payload) != 0; }),
        Success("PyCapsule_SetName(full, name)",
                [=] { return PyCapsule_SetName(full, name) != 0; }),
        Success("PyCapsule_SetName(bare, NULL)",
                [=] { return PyCapsule_SetName(bare, nullptr) != 0; }),
        Success("PyCapsule_SetContext(full, context)",
                [=] { return PyCapsule_SetContext(full, &context) != 0; }),
        Success("PyCapsule_SetContext(bare, NULL)",
                [=] { return PyCapsule_SetContext(bare, nullptr) != 0; }),
        Success(
            "PyCapsule_SetDestructor(full, destructor)",
            [=] { return PyCapsule_SetDestructor(full, LogDestructor) != 0; }),
        Success("PyCapsule_SetDestructor(bare, NULL)",
                [=] { return PyCapsule_SetDestructor(bare, nullptr) != 0; }),
    };
}

std::vector<Call> SuccessfulCallsThatReturnNull(const SampleCapsules &samples,
                                                const WrongObjects &wrong)
{
    PyObject *full = samples.full();
    PyObject *bare = samples.bare();
    std::vector<Call> calls = {
        Success("PyCapsule_GetName(bare)",
                [=] { return PyCapsule_GetName(bare) != nullptr; }),
        Success("PyCapsule_GetContext(bare)",
                [=] { return PyCapsule_GetContext(bare) != nullptr; }),
        Success("PyCapsule_GetDestructor(bare)",
                [=] { return PyCapsule_GetDestructor(bare) != nullptr; }),
        Success("PyCapsule_IsValid(full, name)",
                [=] { return PyCapsule_IsValid(full, name) == 0; }),
        Success("PyCapsule_IsValid(full, another name)",
                [=] { return PyCapsule_IsValid(full, "demo.ful") != 0; }),
        Success("PyCapsule_IsValid(full, NULL)",
                [=] { return PyCapsule_IsValid(full, nullptr) != 0; }),
        Success("PyCapsule_IsValid(bare, NULL)",
                [=] { return PyCapsule_IsValid(bare, nullptr) == 0; }),
        Success("PyCapsule_IsValid(bare, name)",
                [=] { return PyCapsule_IsValid(bare, name) != 0; }),
        Success("PyCapsule_CheckExact(full)",
                [=] { return !PyCapsule_CheckExact(full); }),
    };
    for (const WrongObjects::Entry &entry : wrong.entries()) {
        PyObject *object = entry.object;
        std::string what = entry.what;
        calls.push_back({"PyCapsule_IsValid(" + what + ", name)",
                         [=] { return PyCapsule_IsValid(object, name) != 0; },
                         nullptr, ""});
        if (object) { // CheckExact(NULL) is not allowed (TYPE-3)
            calls.push_back({"PyCapsule_CheckExact(" + what + ")",
                             [=] { return PyCapsule_CheckExact(object) != 0; },
                             nullptr, ""});
        }
    }
    return calls;
}

std::vector<Call> FailingCalls(const SampleCapsules &samples,
                               const WrongObjects &wrong)
{
    PyObject *full = samples.full();
    PyObject *bare = samples.bare();
    std::vector<Call> calls;
    auto add = [&](const char *text, const char *message,
                   std::function<bool()> fails) {
        calls.push_back({text, std::move(fails), PyExc_ValueError, message});
    };
    const char *null_new = "PyCapsule_New called with null pointer";
    add("PyCapsule_New(NULL, NULL, NULL)", null_new,
        [] { return NewFails(nullptr, nullptr, nullptr); });
    add("PyCapsule_New(NULL, name, destructor)", null_new,
        [] { return NewFails(nullptr, name, LogDestructor); });
    add("PyCapsule_New(NULL, an unreadable name, NULL)", null_new,
        [] { return NewFails(nullptr, Unreadable(), nullptr); });
    const char *incorrect = "PyCapsule_GetPointer called with incorrect name";
    add("PyCapsule_GetPointer(full, another name)", incorrect,
        [=] { return !PyCapsule_GetPointer(full, "demo.ful"); });
    add("PyCapsule_GetPointer(full, \"\")", incorrect,
        [=] { return !PyCapsule_GetPointer(full, ""); });
    add("PyCapsule_GetPointer(full, NULL)", incorrect,
        [=] { return !PyCapsule_GetPointer(full, nullptr); });
    add("PyCapsule_GetPointer(bare, name)", incorrect,
        [=] { return !PyCapsule_GetPointer(bare, name); });
    add("PyCapsule_GetPointer(bare, \"\")", incorrect,
        [=] { return !PyCapsule_GetPointer(bare, ""); });
    add("PyCapsule_SetPointer(full, NULL)",
        "PyCapsule_SetPointer called with null pointer",
        [=] { return PyCapsule_SetPointer(full, nullptr) != 0; });
    for (const WrongObjects::Entry &entry : wrong.entries()) {
        AppendCallsOn(entry, &calls);
    }
    return calls;
}

} // namespace rules

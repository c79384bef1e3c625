// The fixture and the assertions that all rule tests share.
#include "tests/rules/support.h"

namespace rules {

std::vector<DestructorCall> destructor_log;

std::string About(contract_rule rule)
{
    return std::string(" [") + CONTRACT[rule].id + "]";
}

namespace {

// Returns the message of the exception, or "?" if it has no readable message.
std::string MessageOf(PyObject *exception)
{
    PyObject *text = PyObject_Str(exception);
    const char *utf8 = text ? PyUnicode_AsUTF8(text) : nullptr;
    std::string message = utf8 ? utf8 : "?";
    Py_XDECREF(text);
    PyErr_Clear();
    return message;
}

// Takes the pending exception away and returns it: new reference. NULL if none
// is pending.
PyObject *TakeException()
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type) {
        PyErr_NormalizeException(&type, &value, &traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

std::string Describe(PyObject *exception)
{
    return std::string(Py_TYPE(exception)->tp_name) + ": " +
           MessageOf(exception);
}

void Log(PyObject *capsule)
{
    DestructorCall call = {};
    call.capsule = capsule;
    call.refcount = Py_REFCNT(capsule);
    call.exception_pending = PyErr_Occurred() != nullptr;
    const char *name = PyCapsule_GetName(capsule);
    call.name = name ? name : "NULL";
    call.is_valid = PyCapsule_IsValid(capsule, name);
    call.pointer = PyCapsule_GetPointer(capsule, name);
    call.context = PyCapsule_GetContext(capsule);
    call.destructor = PyCapsule_GetDestructor(capsule);
    destructor_log.push_back(call);
}

// The functions to call before the start. A function-local static, because
// objects in other files register before main(), in any order.
std::vector<void (*)()> &FunctionsBeforeStart()
{
    static std::vector<void (*)()> functions;
    return functions;
}

} // namespace

void LogDestructor(PyObject *capsule) { Log(capsule); }

void OtherLogDestructor(PyObject *capsule) { Log(capsule); }

::testing::AssertionResult Raised(PyObject *type, const std::string &message)
{
    if (!PyErr_Occurred()) {
        return ::testing::AssertionFailure() << "no exception is pending";
    }
    bool right_type = PyErr_Occurred() == type;
    PyObject *exception = TakeException();
    std::string got = Describe(exception);
    bool right = right_type && MessageOf(exception) == message;
    Py_DECREF(exception);
    if (right || !host_profile()->observed_rules) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << "expected " << reinterpret_cast<PyTypeObject *>(type)->tp_name
           << ": " << message << "\n  pending is " << got << About(RULE_ERR_5);
}

::testing::AssertionResult Raised(PyObject *type)
{
    if (!PyErr_Occurred()) {
        return ::testing::AssertionFailure() << "no exception is pending";
    }
    bool right = PyErr_Occurred() == type || !host_profile()->observed_rules;
    PyObject *exception = TakeException();
    std::string got = Describe(exception);
    Py_DECREF(exception);
    if (right) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << "expected " << reinterpret_cast<PyTypeObject *>(type)->tp_name
           << "\n  pending is " << got;
}

::testing::AssertionResult NothingRaised()
{
    if (!PyErr_Occurred()) {
        return ::testing::AssertionSuccess();
    }
    PyObject *exception = TakeException();
    std::string got = Describe(exception);
    Py_DECREF(exception);
    return ::testing::AssertionFailure() << "pending is " << got;
}

PendingException::PendingException()
{
    PyErr_SetString(PyExc_KeyError, "was here before");
    exception_ = TakeException();
    PyErr_SetObject(PyExc_KeyError, exception_);
}

PendingException::~PendingException() { Py_DECREF(exception_); }

::testing::AssertionResult PendingException::StillPending()
{
    if (!PyErr_Occurred()) {
        return ::testing::AssertionFailure()
               << "the exception that was pending is gone";
    }
    PyObject *exception = TakeException();
    bool same = exception == exception_;
    std::string got = Describe(exception);
    Py_DECREF(exception);
    if (same) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << "another exception is pending: " << got;
}

void CapsuleTest::SetUp()
{
    destructor_log.clear();
    ended_an_interpreter = false;
    live_blocks_ = host_live_blocks();
}

void CapsuleTest::TearDown()
{
    host_fail_allocation(0, HOST_FAIL_ONCE);
    EXPECT_TRUE(NothingRaised())
        << "at the end of the test" << About(RULE_ERR_1);
    host_collect();
    left_blocks_ = static_cast<long>(host_live_blocks() - live_blocks_);
    if (ended_an_interpreter && !host_keeps_nothing()) {
        return;
    }
    if (runs_ == 1) {
        while (MayBeACache()) {
            RunAgain();
        }
        EXPECT_EQ(left_blocks_, 0)
            << "blocks of the implementation that the test left behind"
            << About(RULE_TYPE_1);
    }
}

// True if another run can tell a leak from a cache.
bool CapsuleTest::MayBeACache() const
{
    const int enough_runs = 4;
    return left_blocks_ != 0 && !host_keeps_nothing() && runs_ < enough_runs &&
           !HasFailure();
}

void CapsuleTest::RunAgain()
{
    runs_++;
    SetUp();
    TestBody();
    TearDown();
}

void Python2Test::SetUp()
{
    CapsuleTest::SetUp();
    if (!host_profile()->has_cobject) {
        GTEST_SKIP() << "a rule of Python 2.7";
    }
}

bool inside_another_program = false;
bool ended_an_interpreter = false;

BeforeStart::BeforeStart(void (*function)())
{
    FunctionsBeforeStart().push_back(function);
}

void CallFunctionsBeforeStart()
{
    for (void (*function)() : FunctionsBeforeStart()) {
        function();
    }
}

} // namespace rules

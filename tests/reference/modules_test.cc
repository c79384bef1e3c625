// Modules: definitions, state, attributes.

#include <string>

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::NothingRaised;
using rules::Put;
using rules::Raised;

class ModulesTest : public rules::CapsuleTest {};

PyObject *ReturnSelf(PyObject *self, PyObject *)
{
    Py_INCREF(self);
    return self;
}

PyMethodDef methods[] = {
    {"itself", ReturnSelf, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

// --- definitions -------------------------------------------------------------

TEST_F(ModulesTest, ADefinitionGivesNameTextAndFunctions)
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "whole",
                              "Its text.",
                              -1,
                              methods,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    PyObject *module = PyModule_Create(&def);
    ASSERT_NE(module, nullptr);
    EXPECT_STREQ(PyModule_GetName(module), "whole");
    EXPECT_EQ(PyModule_GetDef(module), &def);
    EXPECT_EQ(PyModule_GetState(module), nullptr);
    EXPECT_TRUE(NothingRaised());
    PyObject *doc = PyObject_GetAttrString(module, "__doc__");
    EXPECT_EQ(rules::TextOf(doc), "Its text.");
    Py_XDECREF(doc);
    PyObject *self = PyObject_CallMethod(module, "itself", nullptr);
    EXPECT_EQ(self, module);
    Py_XDECREF(self);
    Py_DECREF(module);
}

TEST_F(ModulesTest, InitialisationInPhasesIsRefused)
{
    static PyModuleDef_Slot slots[] = {{0, nullptr}};
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "phases",
                              nullptr,
                              0,
                              nullptr,
                              slots,
                              nullptr,
                              nullptr,
                              nullptr};
    EXPECT_EQ(PyModule_Create(&def), nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError,
                       "module phases: PyModule_Create is incompatible with "
                       "m_slots"));
}

TEST_F(ModulesTest, AModuleWithoutADefinitionHasNoState)
{
    PyObject *module = PyModule_New("bare");
    EXPECT_EQ(PyModule_GetState(module), nullptr);
    EXPECT_EQ(PyModule_GetDef(module), nullptr);
    EXPECT_TRUE(NothingRaised());
    PyObject *doc = PyObject_GetAttrString(module, "__doc__");
    EXPECT_EQ(doc, Py_None);
    Py_XDECREF(doc);
    Py_DECREF(module);
    EXPECT_EQ(PyModule_GetState(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_EQ(PyModule_GetDef(Py_None), nullptr);
    EXPECT_TRUE(Raised(PyExc_TypeError));
}

// --- state -------------------------------------------------------------------

struct State {
    PyObject *object;
    int number;
};

int freed;

State *StateOf(PyObject *module)
{
    return static_cast<State *>(PyModule_GetState(module));
}

int TraverseState(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(StateOf(module)->object);
    return 0;
}

int ClearState(PyObject *module)
{
    Py_CLEAR(StateOf(module)->object);
    return 0;
}

void FreeState(void *module)
{
    ClearState(static_cast<PyObject *>(module));
    freed++;
}

PyModuleDef stateful = {PyModuleDef_HEAD_INIT, "stateful", nullptr,
                        sizeof(State),         nullptr,    nullptr,
                        TraverseState,         ClearState, FreeState};

TEST_F(ModulesTest, EachModuleHasAStateOfItsOwn)
{
    freed = 0;
    PyObject *a = PyModule_Create(&stateful), *b = PyModule_Create(&stateful);
    ASSERT_NE(a, nullptr);
    ASSERT_NE(b, nullptr);
    EXPECT_NE(StateOf(a), StateOf(b));
    EXPECT_EQ(StateOf(a)->object, nullptr);
    EXPECT_EQ(StateOf(a)->number, 0);
    StateOf(a)->object = PyList_New(0);
    StateOf(a)->number = 1;
    EXPECT_EQ(StateOf(b)->number, 0);
    Py_DECREF(a);
    EXPECT_EQ(freed, 1);
    Py_DECREF(b);
    EXPECT_EQ(freed, 2);
}

TEST_F(ModulesTest, ACycleThroughTheStateIsCollected)
{
    freed = 0;
    PyObject *module = PyModule_Create(&stateful);
    Py_INCREF(module);
    StateOf(module)->object = module;
    Py_DECREF(module);
    EXPECT_EQ(freed, 0);
    host_collect();
    EXPECT_EQ(freed, 1);
}

TEST_F(ModulesTest, WhereverMemoryEndsNoHalfAModuleIsLeft)
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT, "short",    "Its text.",
                              sizeof(State),         methods,    nullptr,
                              TraverseState,         ClearState, FreeState};
    for (size_t nth = 1;; nth++) {
        ASSERT_LT(nth, 1000u);
        ASSERT_TRUE(host_fail_allocation(nth, HOST_FAIL_ONCE));
        PyObject *module = PyModule_Create(&def);
        bool failed = host_allocations() >= nth;
        host_fail_allocation(0, HOST_FAIL_ONCE);
        if (module) {
            EXPECT_TRUE(NothingRaised());
            Py_DECREF(module);
        } else {
            EXPECT_TRUE(Raised(PyExc_MemoryError)) << "allocation " << nth;
        }
        if (!failed) {
            break;
        }
    }
}

// --- attributes --------------------------------------------------------------

TEST_F(ModulesTest, ConstantsBecomeAttributes)
{
    PyObject *module = PyModule_New("constants");
    EXPECT_EQ(PyModule_AddIntConstant(module, "number", 42), 0);
    EXPECT_EQ(PyModule_AddStringConstant(module, "text", "forty-two"), 0);
    EXPECT_EQ(PyModule_AddFunctions(module, methods), 0);
    PyObject *dict = PyModule_GetDict(module);
    EXPECT_EQ(PyLong_AsLong(PyDict_GetItemString(dict, "number")), 42);
    EXPECT_EQ(rules::TextOf(PyDict_GetItemString(dict, "text")), "forty-two");
    EXPECT_TRUE(PyCallable_Check(PyDict_GetItemString(dict, "itself")));
    Py_DECREF(module);
}

TEST_F(ModulesTest, NoModuleTakesNoAttributes)
{
    EXPECT_EQ(PyModule_AddIntConstant(Py_None, "number", 42), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
    EXPECT_EQ(PyModule_AddStringConstant(Py_None, "text", "text"), -1);
    EXPECT_TRUE(Raised(PyExc_TypeError));
}

PyObject *NameInCapitals(PyObject *, PyObject *name)
{
    std::string text = rules::TextOf(name);
    if (text == "broken") {
        PyErr_SetString(PyExc_KeyError, "broken");
        return nullptr;
    }
    for (char &c : text) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return PyUnicode_FromString(text.c_str());
}

TEST_F(ModulesTest, TheHookIsCalledForMissingAttributes)
{
    static PyMethodDef hook = {"__getattr__", NameInCapitals, METH_O, nullptr};
    PyObject *module = PyModule_New("hooked");
    Put(module, "there", PyUnicode_FromString("here"));
    rules::AskForMissingAttributes(module, &hook);
    for (auto pair : {std::make_pair("there", "here"),
                      std::make_pair("elsewhere", "ELSEWHERE")}) {
        PyObject *value = PyObject_GetAttrString(module, pair.first);
        EXPECT_EQ(rules::TextOf(value), pair.second);
        Py_XDECREF(value);
    }
    EXPECT_EQ(PyObject_GetAttrString(module, "broken"), nullptr);
    EXPECT_TRUE(Raised(PyExc_KeyError));
    Py_DECREF(module);
}

TEST_F(ModulesTest, AModuleCanLoseItsName)
{
    PyObject *module = PyModule_New("named");
    EXPECT_EQ(PyObject_DelAttrString(module, "__name__"), 0);
    EXPECT_EQ(PyModule_GetName(module), nullptr);
    EXPECT_TRUE(Raised(PyExc_SystemError, "nameless module"));
    EXPECT_EQ(PyObject_GetAttrString(module, "x"), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError, "module has no attribute 'x'"));
    EXPECT_EQ(PyObject_DelAttrString(module, "x"), -1);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
    Py_DECREF(module);
}

} // namespace

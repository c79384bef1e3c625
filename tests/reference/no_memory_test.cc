// Lack of memory: a function that cannot allocate must fail with a MemoryError,
// leak nothing and leave everything usable. For capsules, programs of the
// corpus do the same (//fuzz:*_sweep).

#include <initializer_list>
#include <string>

#include "tests/reference/ref.h"
#include "tests/reference/sweep.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"
#include "tests/rules/warning_filters.h"

namespace {

using reference::Ref;
using reference::SweepBoth;

class NoMemoryTest : public rules::CapsuleTest {};

// --- objects -----------------------------------------------------------------

TEST_F(NoMemoryTest, Numbers)
{
    SweepBoth([] {
        Ref number(PyLong_FromLong(1234567));
        Ref text(number ? PyObject_Repr(number) : nullptr);
        Ref pointer(text ? PyLong_FromVoidPtr(&text) : nullptr);
        Ref sum(pointer ? PyNumber_Add(number, pointer) : nullptr);
        return sum != nullptr;
    });
}

TEST_F(NoMemoryTest, Text)
{
    SweepBoth([] {
        Ref text(PyUnicode_FromString("it's \n \\ \x01 \xc3\xa4"));
        Ref repr(text ? PyObject_Repr(text) : nullptr);
        Ref both(repr ? PyNumber_Add(text, repr) : nullptr);
        return both != nullptr;
    });
}

TEST_F(NoMemoryTest, AFormatIsWholeOrFails)
{
    static const std::string filler(300, 'x');
    SweepBoth([] {
        Ref none(PyUnicode_FromFormat("%s %d %R %s", filler.c_str(), 12,
                                      Py_None, filler.c_str()));
        if (!none) {
            return false;
        }
        EXPECT_EQ(rules::TextOf(none), filler + " 12 None " + filler);
        return true;
    });
}

TEST_F(NoMemoryTest, Lists)
{
    SweepBoth([] {
        Ref list(PyList_New(0));
        for (long i = 0; list && i < 20; i++) {
            Ref item(PyLong_FromLong(1000 + i));
            if (!item || PyList_Append(list, item) < 0) {
                return false;
            }
        }
        Ref repr(list ? PyObject_Repr(list) : nullptr);
        Ref iterator(repr ? PyObject_GetIter(list) : nullptr);
        Ref first(iterator ? PyIter_Next(iterator) : nullptr);
        Ref filled(first ? PyList_New(3) : nullptr);
        return filled != nullptr;
    });
}

TEST_F(NoMemoryTest, AListKeepsItsItemsWhenItCannotGrow)
{
    SweepBoth([] {
        Ref list(PyList_New(0));
        Ref item(list ? PyLong_FromLong(1000) : nullptr);
        Py_ssize_t size = 0;
        while (item && size < 20 && PyList_Append(list, item) == 0) {
            size++;
        }
        EXPECT_EQ(list ? PyList_Size(list) : 0, size);
        for (Py_ssize_t i = 0; i < size; i++) {
            EXPECT_EQ(PyList_GetItem(list, i), item);
        }
        return size == 20;
    });
}

TEST_F(NoMemoryTest, Tuples)
{
    SweepBoth([] {
        Ref name(PyUnicode_FromString("name"));
        Ref pair(name ? PyTuple_Pack(2, name.operator PyObject *(), Py_None)
                      : nullptr);
        Ref repr(pair ? PyObject_Repr(pair) : nullptr);
        Ref built(repr ? Py_BuildValue("(is[ii]{s:i}O)", 5000, "text", 6000,
                                       7000, "key", 8000,
                                       pair.operator PyObject *())
                       : nullptr);
        return built != nullptr;
    });
}

TEST_F(NoMemoryTest, ADictionaryKeepsItsItemsWhenItCannotGrow)
{
    SweepBoth([] {
        Ref dict(PyDict_New());
        Ref value(dict ? PyLong_FromLong(1000) : nullptr);
        Py_ssize_t size = 0;
        for (; value && size < 30; size++) {
            std::string key = "key" + std::to_string(size);
            if (PyDict_SetItemString(dict, key.c_str(), value) < 0) {
                break;
            }
        }
        EXPECT_EQ(dict ? PyDict_Size(dict) : 0, size);
        EXPECT_EQ(value ? Py_REFCNT(value.operator PyObject *()) : 1, size + 1);
        Ref repr(size == 30 ? PyObject_Repr(dict) : nullptr);
        return repr && PyDict_DelItemString(dict, "key7") == 0;
    });
}

// --- types, functions, modules -----------------------------------------------

TEST_F(NoMemoryTest, Types)
{
    static PyType_Slot slots[] = {{0, nullptr}};
    static PyType_Spec spec = {"tests.Made", sizeof(PyObject), 0,
                               Py_TPFLAGS_DEFAULT, slots};
    SweepBoth([] {
        Ref type(PyType_FromSpec(&spec));
        Ref object(type ? PyObject_CallNoArgs(type) : nullptr);
        Ref repr(object ? PyObject_Repr(object) : nullptr);
        Ref of_type(repr ? PyObject_Repr(type) : nullptr);
        return of_type != nullptr;
    });
}

PyObject *ReturnArguments(PyObject *, PyObject *arguments)
{
    Py_INCREF(arguments);
    return arguments;
}

PyMethodDef methods[] = {
    {"echo", ReturnArguments, METH_VARARGS, "Its text."},
    {nullptr, nullptr, 0, nullptr},
};

TEST_F(NoMemoryTest, Functions)
{
    SweepBoth([] {
        Ref function(PyCFunction_New(methods, nullptr));
        Ref echo(function ? PyObject_CallFunction(function, "(iis)", 5000, 6000,
                                                  "text")
                          : nullptr);
        Ref one(echo ? PyObject_CallOneArg(function, echo) : nullptr);
        Ref repr(one ? PyObject_Repr(function) : nullptr);
        return repr != nullptr;
    });
}

TEST_F(NoMemoryTest, Modules)
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "made",
                              "Its text.",
                              64,
                              methods,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    SweepBoth([] {
        Ref module(PyModule_Create(&def));
        EXPECT_TRUE(!module || PyModule_GetState(module));
        if (!module || PyModule_AddIntConstant(module, "number", 5000) < 0 ||
            PyModule_AddStringConstant(module, "text", "text") < 0) {
            return false;
        }
        Ref value(PyLong_FromLong(6000));
        if (!value) {
            return false;
        }
        if (PyModule_AddObject(module, "value", value) < 0) {
            return false; // the caller still owns the reference
        }
        value.release();
        Ref got(PyObject_GetAttrString(module, "value"));
        Ref echo(got ? PyObject_CallMethod(module, "echo", "(i)", 7000)
                     : nullptr);
        Ref repr(echo ? PyObject_Repr(module) : nullptr);
        return repr != nullptr;
    });
}

TEST_F(NoMemoryTest, ModulesThatAreFoundByName)
{
    SweepBoth(
        [] {
            PyObject *added = PyImport_AddModule("no_memory"); // borrowed
            Ref imported(added ? PyImport_ImportModule("no_memory") : nullptr);
            return imported != nullptr;
        },
        [] { rules::Forget("no_memory"); });
}

TEST_F(NoMemoryTest, ModulesOfPackages)
{
    SweepBoth(
        [] {
            Ref module(PyImport_ImportModule("no_memory_pack.sub"));
            return module != nullptr;
        },
        [] {
            rules::Forget("no_memory_pack.sub");
            rules::Forget("no_memory_pack");
        });
}

int AddNumber(PyObject *module)
{
    return PyModule_AddIntConstant(module, "number", 5000);
}

PyModuleDef_Slot phases[] = {
    {Py_mod_exec, reinterpret_cast<void *>(AddNumber)},
    {0, nullptr},
};
PyModuleDef phases_def = {PyModuleDef_HEAD_INIT,
                          "no_memory_phases",
                          nullptr,
                          64,
                          methods,
                          phases,
                          nullptr,
                          nullptr,
                          nullptr};

PyObject *InitPhases() { return PyModuleDef_Init(&phases_def); }

PyObject *InitPackage()
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "no_memory_pack",
                              nullptr,
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    PyObject *package = PyModule_Create(&def);
    if (package && PyModule_AddIntConstant(package, "__path__", 0) < 0) {
        Py_CLEAR(package);
    }
    return package;
}

rules::BeforeStart announce([] {
    PyImport_AppendInittab("no_memory_pack", InitPackage);
    PyImport_AppendInittab("no_memory_pack.sub", InitPhases);
    PyImport_AppendInittab("no_memory_phases", InitPhases);
});

TEST_F(NoMemoryTest, ModulesThatBeginInPhases)
{
    SweepBoth(
        [] {
            Ref module(PyImport_ImportModule("no_memory_phases"));
            return module != nullptr;
        },
        [] { rules::Forget("no_memory_phases"); });
}

// Py_NewInterpreter() returns NULL without an exception: there is no thread
// state to hold one.
TEST_F(NoMemoryTest, Interpreters)
{
    PyThreadState *own = PyThreadState_Get();
    SweepBoth([own] {
        PyThreadState *made = Py_NewInterpreter();
        if (made) {
            EXPECT_NE(PyImport_GetModuleDict(), nullptr);
            Py_EndInterpreter(made);
        }
        PyThreadState_Swap(own);
        if (!made) {
            EXPECT_TRUE(rules::NothingRaised());
            PyErr_NoMemory();
        }
        return made != nullptr;
    });
}

// --- exceptions and warnings -------------------------------------------------

TEST_F(NoMemoryTest, Exceptions)
{
    SweepBoth([] {
        Ref plain(PyObject_CallFunction(PyExc_ValueError, "(s)", "text"));
        Ref many(plain ? PyObject_CallFunction(PyExc_KeyError, "(ss)", "a", "b")
                       : nullptr);
        Ref text(many ? PyObject_Str(many) : nullptr);
        Ref repr(text ? PyObject_Repr(plain) : nullptr);
        Ref arguments(repr ? PyObject_GetAttrString(plain, "args") : nullptr);
        return arguments != nullptr;
    });
}

TEST_F(NoMemoryTest, RaisingGivesTheExceptionOrAMemoryError)
{
    SweepBoth([] {
        PyErr_Format(PyExc_KeyError, "%s and %d", "text", 5000);
        bool raised = PyErr_ExceptionMatches(PyExc_KeyError);
        if (raised) {
            PyErr_SetString(PyExc_TypeError, "text");
            raised = PyErr_ExceptionMatches(PyExc_TypeError);
        }
        if (raised) {
            PyErr_Clear();
            Ref missing(PyObject_GetAttrString(Py_None, "no_such_attribute"));
            raised = PyErr_ExceptionMatches(PyExc_AttributeError);
        }
        if (raised) {
            PyErr_Clear();
        }
        return raised;
    });
}

class NoMemoryForWarningsTest : public rules::WarningsTest {};

TEST_F(NoMemoryForWarningsTest, AWarningIsShownOrAMemoryError)
{
    rules::RemoveWarningFilters();
    rules::WrittenBy([] {
        SweepBoth(
            [] {
                return PyErr_WarnFormat(PyExc_UserWarning, 1, "%s", "text") ==
                       0;
            },
            rules::RemoveWarningFilters); // forgets shown warnings
    });
}

TEST_F(NoMemoryForWarningsTest, AFilterIsThereOrAMemoryError)
{
    rules::RemoveWarningFilters();
    Ref warnings(PyImport_ImportModule("warnings"));
    SweepBoth(
        [&warnings] {
            Ref none(PyObject_CallMethod(warnings, "simplefilter", "(sO)",
                                         "error", PyExc_UserWarning));
            return none != nullptr;
        },
        rules::RemoveWarningFilters);
}

// --- capsules ----------------------------------------------------------------

TEST_F(NoMemoryTest, CapsulesThatAreImported)
{
    static int payload;
    static const char name[] = "no_memory.table";
    SweepBoth(
        [] {
            PyObject *module = PyImport_AddModule("no_memory"); // borrowed
            Ref capsule(module ? PyCapsule_New(&payload, name, nullptr)
                               : nullptr);
            if (!capsule || PyModule_AddObject(module, "table", capsule) < 0) {
                return false;
            }
            capsule.release();
            if (PyCapsule_Import(name, 0) == &payload) {
                return true;
            }
            // Importing the module raises ImportError, which may hide the
            // MemoryError.
            if (PyErr_ExceptionMatches(PyExc_ImportError)) {
                PyErr_NoMemory();
            }
            return false;
        },
        [] { rules::Forget("no_memory"); });
}

} // namespace

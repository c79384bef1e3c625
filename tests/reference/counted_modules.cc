#include "tests/reference/counted_modules.h"

#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace reference {

std::vector<std::string> events;
int executed, initialised;
bool fail_to_execute, import_itself;

void Note(PyObject *capsule) { events.push_back(PyCapsule_GetName(capsule)); }

void ResetModules()
{
    events.clear();
    executed = initialised = 0;
    fail_to_execute = import_itself = false;
}

namespace {

// Returns the definition of a module without functions and state.
PyModuleDef Definition(const char *name, PyModuleDef_Slot *slots)
{
    PyModuleDef_Base base = PyModuleDef_HEAD_INIT;
    PyModuleDef definition = {};
    definition.m_base = base;
    definition.m_name = name;
    definition.m_slots = slots;
    return definition;
}

int Execute(PyObject *module)
{
    executed++;
    PyObject *same = PyImport_ImportModule("phased");
    EXPECT_EQ(same, module);
    Py_XDECREF(same);
    static_cast<State *>(PyModule_GetState(module))->value = 7;
    static int table;
    rules::Put(module, "cap", PyCapsule_New(&table, "phased.cap", Note));
    if (fail_to_execute) {
        PyErr_SetString(PyExc_ValueError, "not today");
        return -1;
    }
    return 0;
}

void Free(void *) { events.push_back("free"); }

PyObject *InitPhased()
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, reinterpret_cast<void *>(Execute)}, {0, nullptr}};
    static PyModuleDef def = Definition("phased", slots);
    def.m_doc = "in phases";
    def.m_size = sizeof(State);
    def.m_free = Free;
    return PyModuleDef_Init(&def);
}

PyObject *Create(PyObject *spec, PyModuleDef *)
{
    return PyObject_GetAttrString(spec, "name");
}

// Py_mod_create returns the module's name, a str, as the module.
PyObject *InitCreated()
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_create, reinterpret_cast<void *>(Create)}, {0, nullptr}};
    static PyModuleDef def = Definition("created", slots);
    return PyModuleDef_Init(&def);
}

int ExecuteSilently(PyObject *) { return -1; }

PyObject *InitSilent()
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, reinterpret_cast<void *>(ExecuteSilently)}, {0, nullptr}};
    static PyModuleDef def = Definition("silently", slots);
    return PyModuleDef_Init(&def);
}

} // namespace

PyModuleDef single_def = Definition("single", nullptr);

PyObject *InitSingle()
{
    initialised++;
    if (import_itself) {
        PyObject *module = PyImport_ImportModule("single");
        if (!module) {
            return nullptr;
        }
        Py_DECREF(module);
    }
    return PyModule_Create(&single_def);
}

namespace {

const rules::BeforeStart announce([] {
    PyImport_AppendInittab("phased", InitPhased);
    PyImport_AppendInittab("created", InitCreated);
    PyImport_AppendInittab("silently", InitSilent);
    PyImport_AppendInittab("single", InitSingle);
});

} // namespace

} // namespace reference

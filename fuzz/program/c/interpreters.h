/* Several interpreters, and what each of them publishes. */
#ifndef FUZZ_PROGRAM_C_INTERPRETERS_H
#define FUZZ_PROGRAM_C_INTERPRETERS_H

#include <Python.h>

/* The running interpreters; the first one is the main interpreter. */
static PyThreadState *interpreters[8];

/* The index of the interpreter that the thread is in. */
static int in_interpreter;

static void start_interpreter(void)
{
    int i = 1;
    while (i < 8 && interpreters[i] != NULL) {
        i++;
    }
    if (i < 8) {
        interpreters[in_interpreter] = PyThreadState_Get();
        interpreters[i] = Py_NewInterpreter();
        in_interpreter = i;
    }
}

static void next_interpreter(void)
{
    int i = in_interpreter;
    do {
        i = (i + 1) % 8;
    } while (interpreters[i] == NULL && i != in_interpreter);
    if (i != in_interpreter) {
        PyThreadState_Swap(interpreters[i]);
        in_interpreter = i;
    }
}

/* Ends the interpreter that the thread is in, unless it is the main one, and
 * returns to the main one. */
static void end_interpreter(void)
{
    if (in_interpreter != 0) {
        Py_EndInterpreter(interpreters[in_interpreter]);
        interpreters[in_interpreter] = NULL;
        in_interpreter = 0;
        PyThreadState_Swap(interpreters[0]);
    }
}

static void end_interpreters(void)
{
    do {
        PyErr_Clear();
        end_interpreter();
        next_interpreter();
    } while (in_interpreter != 0);
}

/* Publishes the capsule as here.cap in this interpreter. */
static void share(PyObject *capsule)
{
    PyObject *module = PyImport_AddModule("here");
    PyCapsule_SetName(capsule, "here.cap");
    PyObject_SetAttrString(module, "cap", capsule);
}

/* Removes the module "here" from this interpreter. */
static void end_share(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_GetItemString(modules, "here") != NULL) {
        PyDict_DelItemString(modules, "here");
    }
}

/* Returns the pointer of here.cap, or NULL without an exception. */
static void *import_share(void)
{
    void *pointer = PyCapsule_Import("here.cap", 0);
    if (pointer == NULL) {
        PyErr_Clear();
    }
    return pointer;
}

static void set_number(PyObject *module, int number)
{
    *(int *)PyModule_GetState(module) = number;
}

static int get_number(PyObject *module)
{
    return *(int *)PyModule_GetState(module);
}

/* Functions for the module "state" of any interpreter. */
struct state_table {
    void (*set)(PyObject *module, int number);
    int (*get)(PyObject *module);
};

/* The only table: all interpreters share it. */
static struct state_table the_state_table = {set_number, get_number};

static int publish_state_table(PyObject *module)
{
    return PyModule_AddObject(
        module, "table", PyCapsule_New(&the_state_table, "state.table", NULL));
}

/* Returns the module "state" of this interpreter, borrowed. Creates the module
 * at the first call in an interpreter. */
static PyObject *state_module(void)
{
    static PyModuleDef_Slot slots[] = {
        {Py_mod_exec, (void *)publish_state_table}, {0, NULL}};
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "state",
                              NULL,
                              sizeof(int),
                              NULL,
                              slots,
                              NULL,
                              NULL,
                              NULL};
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = PyDict_GetItemString(modules, "state");
    if (module == NULL) {
        PyObject *spec = PyModule_New("spec");
        PyModule_AddStringConstant(spec, "name", "state");
        module = PyModule_FromDefAndSpec(&def, spec);
        Py_DECREF(spec);
        PyModule_ExecDef(module, &def);
        PyDict_SetItemString(modules, "state", module);
        Py_DECREF(module);
    }
    return module;
}

static struct state_table *import_state_table(void)
{
    return (struct state_table *)PyCapsule_Import("state.table", 0);
}

static void set_state(int number)
{
    PyObject *module = state_module();
    import_state_table()->set(module, number);
}

static int get_state(void)
{
    PyObject *module = state_module();
    return import_state_table()->get(module);
}

static void forget_state(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_GetItemString(modules, "state") != NULL) {
        PyDict_DelItemString(modules, "state");
    }
}

#endif

/* Starts, enters and ends interpreters, and publishes capsules and state in
 * them. */
#include "fuzz/executor/interpreters.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

#include <stdlib.h>

static PyThreadState *states[INTERPRETERS];
static int entered; /* the interpreter of the current thread state */

/* --- starting and ending -------------------------------------------------- */

/* Makes the interpreter's thread state current. `former` is the thread state
 * that must be current before; NULL: none. */
static void enter(int id, PyThreadState *former)
{
    entered = id;
    if (PyThreadState_Swap(states[entered]) != former) {
        violation(RULE_SUB_2, "the interpreter that the thread was in",
                  "another interpreter");
    }
}

static void start_interpreter(void)
{
    states[entered] = PyThreadState_Get();
    entered = run.model.current;
    states[entered] = Py_NewInterpreter();
    if (states[entered] == NULL) {
        violation(RULE_SUB_2, "an interpreter", "NULL");
    }
}

/* Ends the current interpreter. First drops the references to exceptions:
 * CPython 3.12 crashes when an exception of an ended interpreter is freed. */
static void end_interpreter(void)
{
    forget_exceptions_here();
    Py_EndInterpreter(states[entered]);
    enter(0, NULL); /* the model goes there after the call */
}

/* --- what is published ---------------------------------------------------- */

static void require(int condition)
{
    if (!condition) {
        fputs("executor: no memory for a module\n", stderr);
        abort();
    }
}

static void share(PyObject *capsule)
{
    PyObject *module = PyImport_AddModule("here");
    require(module != NULL &&
            PyCapsule_SetName(capsule, model_shared_name) == 0 &&
            PyObject_SetAttrString(module, "cap", capsule) == 0);
}

/* Removes a module from this interpreter. If the module stays alive
 * nevertheless, first takes away the capsule that it holds. */
static void forget_module(const char *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = PyDict_GetItemString(modules, name); /* borrowed */
    if (module == NULL) {
        return;
    }
    if (host_profile()->modules_are_immortal) {
        PyDict_Clear(PyModule_GetDict(module));
    }
    require(PyDict_DelItemString(modules, name) == 0);
}

/* Imports the published capsule. Other families compare the exceptions of
 * imports; here every expected failure returns 0 and clears the exception. */
static uintptr_t import_shared(void)
{
    void *pointer = PyCapsule_Import(model_shared_name, 0);
    if (pointer == NULL && !(PyErr_ExceptionMatches(PyExc_ImportError) ||
                             (PyErr_ExceptionMatches(PyExc_AttributeError) &&
                              !run.model.ending))) {
        violation(run.model.ending ? RULE_DTOR_10 : RULE_SUB_2,
                  "NULL, ImportError or AttributeError",
                  describe_expected("NULL", describe_pending()));
    }
    if (pointer == NULL) {
        PyErr_Clear();
    }
    return (uintptr_t)pointer;
}

/* --- the module "state" --------------------------------------------------- */

/* The state of the module. */
struct memory {
    int number;
};

/* Contains functions only, so that all interpreters can share the table
 * (SUB-1). */
struct table {
    void (*set)(PyObject *module, int number);
    int (*get)(PyObject *module);
};

static const char table_name[] = "state.table";

static void set_number(PyObject *module, int number)
{
    ((struct memory *)PyModule_GetState(module))->number = number;
}

static int get_number(PyObject *module)
{
    return ((struct memory *)PyModule_GetState(module))->number;
}

static const struct table table = {set_number, get_number};

static int publish_table(PyObject *module)
{
    return PyModule_AddObject(module, "table",
                              PyCapsule_New((void *)&table, table_name, NULL));
}

static PyObject *make_state_module(void)
{
    static PyModuleDef_Slot slots[] = {{Py_mod_exec, publish_table}, {0, NULL}};
    static PyModuleDef def = {
        PyModuleDef_HEAD_INIT,
        .m_name = "state",
        .m_size = sizeof(struct memory),
        .m_slots = slots,
    };
    PyObject *spec = PyModule_New("spec");
    PyObject *name = PyUnicode_FromString("state");
    require(spec && name && PyObject_SetAttrString(spec, "name", name) == 0);
    PyObject *module = PyModule_FromDefAndSpec(&def, spec);
    Py_DECREF(name);
    Py_DECREF(spec);
    require(module && PyModule_ExecDef(module, &def) == 0 &&
            PyDict_SetItemString(PyImport_GetModuleDict(), "state", module) ==
                0);
    Py_DECREF(module);
    return module;
}

/* Returns this interpreter's module "state" (borrowed); creates it if
 * needed. */
static PyObject *state_module(void)
{
    PyObject *module = PyDict_GetItemString(PyImport_GetModuleDict(), "state");
    return module ? module : make_state_module();
}

/* Imports the table as a consumer does: all interpreters must get the same
 * one. */
static const struct table *import_table(void)
{
    const void *found = PyCapsule_Import(table_name, 0);
    if (found != &table) {
        violation(RULE_SUB_1, "the table that all interpreters share",
                  found ? "another pointer"
                        : describe_expected("NULL", describe_pending()));
    }
    exercise(RULE_SUB_1, run.model.current ? WHEN_SUCCEEDS : WHEN_FAILS);
    return found;
}

static uintptr_t set_state(int number)
{
    PyObject *module = state_module();
    import_table()->set(module, number);
    return 0;
}

static uintptr_t get_state(void)
{
    PyObject *module = state_module();
    return (uintptr_t)(intptr_t)import_table()->get(module);
}

/* --- the family ----------------------------------------------------------- */

/* Cancels a requested allocation failure: these calls must not meet one. */
static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    fail_allocations(0, HOST_FAIL_ONCE);
    switch ((enum call_op)call->op) {
    case CALL_START_INTERPRETER:
        start_interpreter();
        return 0;
    case CALL_NEXT_INTERPRETER:
        enter(run.model.current, states[entered]);
        return 0;
    case CALL_END_INTERPRETER:
        end_interpreter();
        return 0;
    case CALL_SHARE:
        share(object_of(&args[0]));
        return 0;
    case CALL_UNSHARE:
        forget_module("here");
        return 0;
    case CALL_IMPORT_SHARED:
        return import_shared();
    case CALL_SET_STATE:
        return set_state(args[0].number);
    default:
        return get_state();
    }
}

void forget_state(void)
{
    if (run.model.interpreter[0].has_state) {
        run.model.interpreter[0].has_state = false;
        forget_module("state");
    }
}

static uint16_t symptom_rule(enum call_op op, enum symptom symptom)
{
    return op == CALL_END_INTERPRETER && symptom == WRONG_REFERENCES
               ? RULE_DTOR_10
               : RULE_COUNT;
}

const struct executor_family executor_family_interpreters = {
    .perform = perform,
    .symptom_rule = symptom_rule,
};

/* The modules that programs import. They are in the table of built-in modules.
 * Their initialisation does what the program has requested so far. */
#include "fuzz/executor/modules.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/published.h"

#include <stdlib.h>
#include <string.h>

static struct {
    uint8_t outcome[MODULE_COUNT]; /* as in struct model_module */
    unsigned initialised[MODULE_COUNT];
    bool used; /* this program has made a call about modules */
} modules;

/* --- initialisation ------------------------------------------------------- */

/* Executes the module: the second phase of its initialisation. */
static int execute(unsigned id, PyObject *module)
{
    unsigned outcome = modules.outcome[id];
    modules.initialised[id]++;
    switch (outcome) {
    case INIT_WORKS:
        if (published_fill(module, id) < 0) {
            return -1;
        }
        if (model_parent_of(id) == NOTHING) { /* Python initialises it */
            run_inside(id);
        }
        return 0;
    case INIT_SILENT:
        return -1;
    case INIT_UNREPORTED:
        PyErr_SetString(PyExc_KeyError, "refused");
        return 0;
    default:
        PyErr_SetString(world.exception_type[outcome - INIT_COUNT], "refused");
        return -1;
    }
}

#define MODULE(ident, name)                                                    \
    static int execute_##ident(PyObject *module)                               \
    {                                                                          \
        return execute(MODULE_##ident, module);                                \
    }                                                                          \
    static PyObject *init_##ident(void)                                        \
    {                                                                          \
        static PyModuleDef_Slot slots[] = {                                    \
            {Py_mod_exec, (void *)execute_##ident}, {0, NULL}};                \
        static PyModuleDef def = {PyModuleDef_HEAD_INIT,                       \
                                  name,                                        \
                                  NULL,                                        \
                                  0,                                           \
                                  NULL,                                        \
                                  slots,                                       \
                                  NULL,                                        \
                                  NULL,                                        \
                                  NULL};                                       \
        return PyModuleDef_Init(&def);                                         \
    }
#include "fuzz/program/modules.def"
#undef MODULE

static void announce(void)
{
#define MODULE(ident, name)                                                    \
    must(PyImport_AppendInittab(name, init_##ident) == 0);
#include "fuzz/program/modules.def"
#undef MODULE
}

static void start(void) { must(host_import_only(MODULE_NAMES, MODULE_COUNT)); }

unsigned module_initialised(unsigned module)
{
    return modules.initialised[module];
}

static void end(void)
{
    if (!modules.used) {
        return;
    }
    published_end();
    memset(modules.outcome, 0, sizeof(modules.outcome));
    memset(modules.initialised, 0, sizeof(modules.initialised));
    modules.used = false;
}

/* --- the calls ------------------------------------------------------------ */

/* Deletes the package's attribute if it is the module. */
static void unlink_from_parent(unsigned id, PyObject *module)
{
    int parent = model_parent_of(id);
    PyObject *owner =
        parent == NOTHING ? NULL : module_in_sys_modules((unsigned)parent);
    const char *name = strrchr(MODULE_NAMES[id], '.') + 1;
    PyObject *dict =
        owner && PyModule_Check(owner) ? PyModule_GetDict(owner) : NULL;
    if (dict && PyDict_GetItemString(dict, name) == module) {
        must(PyDict_DelItemString(dict, name) == 0);
    }
}

static void forget_module(unsigned id)
{
    PyObject *module = module_in_sys_modules(id);
    published_drop(id);
    if (module == NULL) {
        return;
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (model_parent_of(i) == (int)id) {
            forget_module(i);
        }
    }
    if (strchr(MODULE_NAMES[id], '.')) {
        unlink_from_parent(id, module);
    }
    if (PyModule_Check(module)) {
        PyDict_Clear(PyModule_GetDict(module));
    }
    must(PyDict_DelItemString(PyImport_GetModuleDict(), MODULE_NAMES[id]) == 0);
}

void modules_forget(void)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        forget_module(i);
    }
}

static void do_forget(const struct model_arg *arg)
{
    if (arg->tag == VALUE_MODULE) {
        forget_module(arg->index);
        return;
    }
    PyObject *space = published_owner(arg);
    PyDict_Clear(PyModule_GetDict(space));
    must(PyModule_AddStringConstant(space, "__name__", "space") == 0);
}

/* Imports a submodule into its imported package; returns a new reference. Does
 * the work itself: some versions of CPython do not look for built-in
 * submodules. */
static PyObject *import_below(unsigned id, PyObject *parent)
{
    PyObject *dict = PyImport_GetModuleDict();
    PyObject *module = PyModule_New(MODULE_NAMES[id]);
    must(module && PyDict_SetItemString(dict, MODULE_NAMES[id], module) == 0);
    int status = execute(id, module);
    if (status == 0 && !PyErr_Occurred()) {
        must(PyObject_SetAttrString(parent, strrchr(MODULE_NAMES[id], '.') + 1,
                                    module) == 0);
        return module;
    }
    if (status == 0 || !PyErr_Occurred()) {
        PyErr_SetString(
            PyExc_SystemError,
            "the initialisation's result contradicts its exception");
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    must(PyDict_DelItemString(dict, MODULE_NAMES[id]) == 0);
    PyErr_Restore(type, value, traceback);
    Py_DECREF(module);
    return NULL;
}

/* Imports the module; returns a new reference, or NULL with an exception. */
static PyObject *import(unsigned id)
{
    int parent_id = model_parent_of(id);
    if (parent_id == NOTHING || module_in_sys_modules(id)) {
        return PyImport_ImportModule(MODULE_NAMES[id]);
    }
    PyObject *parent = PyImport_ImportModule(MODULE_NAMES[parent_id]);
    PyObject *module = parent ? import_below(id, parent) : NULL;
    Py_XDECREF(parent);
    return module;
}

static uintptr_t do_import_module(unsigned module)
{
    PyObject *imported = import(module);
    published_drop_waiting();
    Py_XDECREF(imported);
    return imported != NULL;
}

/* The consumer of section 66.5, without the check for NULL at its end. */
static uintptr_t do_consume(const struct model_arg *args)
{
    PyObject *module = import(args[0].index);
    PyObject *capsule =
        module ? PyObject_GetAttrString(module, name_of(&args[1])) : NULL;
    published_drop_waiting();
    Py_XDECREF(module);
    void *pointer =
        capsule ? PyCapsule_GetPointer(capsule, name_of(&args[2])) : NULL;
    Py_XDECREF(capsule);
    return (uintptr_t)pointer;
}

static uintptr_t do_add_object(const struct model_arg *args)
{
    PyObject *target = args[0].tag == VALUE_OBJECT ? object_of(&args[0])
                                                   : published_owner(&args[0]);
    if (args[0].tag == VALUE_MODULE && target == NULL) {
        return (uintptr_t)-1; /* the import failed, contrary to the model */
    }
    allocations_begin();
    int status =
        PyModule_AddObject(target, name_of(&args[1]), object_of(&args[2]));
    allocations_end();
    return (uintptr_t)(intptr_t)status;
}

static uintptr_t do_import(const struct model_arg *args)
{
    allocations_begin();
    void *pointer = PyCapsule_Import(name_of(&args[0]), (int)args[1].number);
    allocations_end();
    published_drop_waiting();
    return (uintptr_t)pointer;
}

uintptr_t perform_module_call(const struct call *call,
                              const struct model_arg *args)
{
    modules.used = true;
    switch (call->op) {
    case CALL_SET_INIT:
        modules.outcome[args[0].index] =
            run.model.modules.module[args[0].index].outcome;
        return 0;
    case CALL_PUBLISH:
        published_set(&args[0], name_of(&args[1]), published_value(&args[2]));
        return 0;
    case CALL_ANSWER:
        publish_answer(args);
        return 0;
    case CALL_REPLACE_MODULE:
        must(PyDict_SetItemString(PyImport_GetModuleDict(),
                                  MODULE_NAMES[args[0].index],
                                  published_value(&args[1])) == 0);
        return 0;
    case CALL_FORGET:
        do_forget(&args[0]);
        return 0;
    case CALL_RUN_INSIDE:
        return 0; /* the model remembers the program */
    case CALL_IMPORT_MODULE:
        return do_import_module(args[0].index);
    case CALL_ADD_OBJECT:
        return do_add_object(args);
    case CALL_CONSUME:
        return do_consume(args);
    default:
        return do_import(args);
    }
}

/* --- the family ----------------------------------------------------------- */

static const char *lacks(enum call_op op)
{
    return op == CALL_ANSWER && host_profile()->modules_ignore_getattr
               ? "modules have no __getattr__"
               : NULL;
}

static uint16_t broken_rule(const struct step *step, bool raised)
{
    (void)raised;
    return step->call->op == CALL_IMPORT && !step->prediction.fails &&
                   step->got == 0
               ? refused_import_rule(&step->prediction)
               : step->prediction.rule;
}

static uint16_t blame_import(enum symptom symptom)
{
    switch (symptom) {
    case WRONG_REFERENCES:
        return RULE_IMP_9;
    case WRONG_FIELD:
        return RULE_PUB_1;
    case WRONG_SIGNAL:
        return RULE_IMP_5;
    default:
        return RULE_COUNT;
    }
}

static uint16_t symptom_rule(enum call_op op, enum symptom symptom)
{
    switch (op) {
    case CALL_IMPORT:
        return blame_import(symptom);
    case CALL_CONSUME:
        return symptom == WRONG_REFERENCES ? RULE_API_11 : RULE_COUNT;
    case CALL_ADD_OBJECT:
        return symptom == WRONG_REFERENCES || symptom == WRONG_FOREIGN_OBJECT
                   ? RULE_API_10
                   : RULE_COUNT;
    default:
        return RULE_COUNT;
    }
}

const struct executor_family executor_family_modules = {
    .lacks = lacks,
    .announce = announce,
    .start = start,
    .end = end,
    .begin = import_begin,
    .perform_step = import_perform,
    .check_after = import_check,
    .broken_rule = broken_rule,
    .symptom_rule = symptom_rule,
};

/* Compares the state after an import with the model. */
#include <stdio.h>
#include <string.h>

#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/modules.h"
#include "fuzz/executor/published.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"
#include "fuzz/executor/world.h"

/* import_begin() saves the name and the reference counts here, for each level:
 * an import may run code that imports. */
static struct before {
    char name[MAX_NAME + 1];
    Py_ssize_t references[OWNERS]; /* 0 if the object does not exist */
} saved[MAX_FRAMES];

static struct before *before(void) { return &saved[run.level_count - 1]; }

/* True if code of a module is running: the import that runs the code holds
 * references to modules. */
static bool is_inside_import(void)
{
    for (unsigned i = 1; i < run.level_count; i++) {
        if (run.level[i].module) {
            return true;
        }
    }
    return false;
}

/* True for calls that import a module and keep no reference. */
static bool imports(unsigned op)
{
    return op == CALL_IMPORT || op == CALL_IMPORT_MODULE || op == CALL_CONSUME;
}

static const char *given_name(const struct model_arg *args)
{
    return (const char *)args[0].value.address;
}

static void look_before(const struct call *call, const struct model_arg *args)
{
    if (!imports(call->op)) {
        return;
    }
    if (call->op == CALL_IMPORT && given_name(args)) {
        strcpy(before()->name, given_name(args));
    }
    for (unsigned i = 0; i < OWNERS; i++) {
        PyObject *object = owner_object(i);
        before()->references[i] = object ? Py_REFCNT(object) : 0;
    }
}

/* --- sys.modules ---------------------------------------------------------- */

/* Returns the rule that is broken if the module is wrongly in sys.modules
 * (`there`) or wrongly absent. */
static uint16_t presence_rule(unsigned module, bool there)
{
    return model_parent_of(module) != NOTHING ? RULE_IMP_4
           : there                            ? RULE_IMP_6
                                              : RULE_IMP_3;
}

static void check_presence(unsigned module)
{
    const struct model_module *m = &run.model.modules.module[module];
    char expected[80], got[80];
    bool there = module_in_sys_modules(module) != NULL;
    if (there != (m->state != MODULE_ABSENT)) {
        snprintf(expected, sizeof(expected), "%s is %sin sys.modules",
                 MODULE_NAMES[module], there ? "not " : "");
        snprintf(got, sizeof(got), "it is %s", there ? "there" : "not there");
        violation(presence_rule(module, there), expected, got);
    }
    if (module_initialised(module) != m->initialised) {
        snprintf(expected, sizeof(expected), "%s was initialised %u times",
                 MODULE_NAMES[module], m->initialised);
        snprintf(got, sizeof(got), "%u times", module_initialised(module));
        violation(presence_rule(module, true), expected, got);
    }
}

/* --- references ----------------------------------------------------------- */

/* Compares the references to a module or namespace. One reference belongs to
 * sys.modules (for a namespace, to the executor); the others belong to
 * attributes. An implementation may keep further references to a module, but no
 * more after the import than before. */
static void check_owner(unsigned owner, uint16_t rule)
{
    const struct model_modules *modules = &run.model.modules;
    PyObject *object = owner_object(owner);
    if (object == NULL || (owner < MODULE_COUNT &&
                           modules->module[owner].state != MODULE_IMPORTED)) {
        return;
    }
    long expected = 1 + model_owner_references(&run.model, owner);
    if ((owner < MODULE_COUNT && !host_keeps_nothing()) || is_inside_import()) {
        expected = before()->references[owner];
    }
    if (expected && counts_mean_something() &&
        (long)Py_REFCNT(object) != expected) {
        violation(rule, describe_count("references to the module", expected),
                  describe_count("references to the module",
                                 (long)Py_REFCNT(object)));
    }
}

/* Returns the rule that a failed import has broken although it must succeed. A
 * capsule with the name module.attribute must be found (NEW-9). */
uint16_t refused_import_rule(const struct prediction *p)
{
    return p->rule == RULE_IMP_1 ? RULE_NEW_9 : p->rule;
}

static void check_imported_name(const struct model_arg *args)
{
    if (strcmp(before()->name, given_name(args)) != 0) {
        violation(RULE_IMP_15, "the name is unchanged",
                  "the name was written to");
    }
    exercise(RULE_IMP_15, WHEN_SUCCEEDS);
}

static void exercise_import(const struct model_arg *args,
                            const struct prediction *p)
{
    enum outcome outcome = p->fails ? WHEN_FAILS : WHEN_SUCCEEDS;
    exercise(RULE_IMP_9, outcome);
    if (p->rule == RULE_IMP_16) {
        return;
    }
    exercise(RULE_IMP_3, outcome);
    if (args[1].number != 0) {
        exercise(RULE_IMP_8, outcome);
    }
    if (!p->fails) {
        exercise(RULE_IMP_1, WHEN_SUCCEEDS);
        exercise(RULE_NEW_9, WHEN_SUCCEEDS);
        exercise(RULE_PUB_1, WHEN_SUCCEEDS);
    }
}

void import_check(const struct step *step)
{
    unsigned op = step->call->op;
    uint16_t rule = op == CALL_IMPORT ? RULE_IMP_9 : RULE_API_11;
    if (!imports(op)) {
        return;
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        check_presence(i);
    }
    for (unsigned i = 0; i < OWNERS; i++) {
        check_owner(i, rule);
    }
    check_foreign_objects(rule);
    if (op == CALL_IMPORT) {
        check_imported_name(step->args);
        exercise_import(step->args, &step->prediction);
    }
}

/* --- the call ------------------------------------------------------------- */

/* True if the call's allocations may fail when the program requests a failure.
 * False if destructors may run, or if the harness itself does the work. */
static bool may_lack_memory(const struct call *call,
                            const struct model_arg *args,
                            const struct prediction *p)
{
    if (call->op == CALL_ADD_OBJECT && !p->fails) {
        unsigned owner = model_owner_of(&args[0]);
        const char *name = (const char *)args[1].value.address;
        return owner_object(owner) &&
               model_attribute_of(&run.model, owner, name, strlen(name)) ==
                   NULL;
    }
    return call->op == CALL_IMPORT;
}

/* Corrects the prediction: clears the modules that were not initialised or are
 * not in sys.modules. */
static void observe_modules(struct prediction *p)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        uint8_t bit = (uint8_t)(1 << i);
        if (module_initialised(i) == run.model.modules.module[i].initialised) {
            p->initialises &= (uint8_t)~bit;
        }
        if (module_in_sys_modules(i) == NULL) {
            p->imports &= (uint8_t)~bit;
        }
    }
}

/* Returns the exception of an import that lacked memory: MemoryError, an
 * ImportError that replaced it, or the exception that was predicted anyway.
 * CPython's decoder raises LookupError, because it takes the lack of memory for
 * a missing error handler. */
static enum exception_type exception_without_memory(const struct prediction *p)
{
    PyObject *raised = PyErr_Occurred();
    if (p->fails && raised == world.exception_type[p->exception]) {
        return (enum exception_type)p->exception;
    }
    if (p->fails && p->exception == EXCEPTION_UNICODE_DECODE_ERROR &&
        raised == PyExc_LookupError) {
        return EXCEPTION_LOOKUP_ERROR;
    }
    return raised == PyExc_ImportError ? EXCEPTION_IMPORT_ERROR
                                       : EXCEPTION_MEMORY_ERROR;
}

/* Corrects the prediction after an allocation failed. `at_once`: it was the
 * first allocation of the call, which for an import is the copy of the name. */
static void correct_prediction(const struct call *call, struct prediction *p,
                               bool at_once, uintptr_t got)
{
    bool is_import = call->op == CALL_IMPORT;
    if (is_import) {
        observe_modules(p);
    }
    if (is_import ? got != 0 : got == 0) {
        return; /* the implementation recovered */
    }
    p->exception = at_once || !is_import ? EXCEPTION_MEMORY_ERROR
                                         : (uint8_t)exception_without_memory(p);
    p->fails =
        !(is_import && at_once && run.model.profile->import_lacks_memory_error);
    p->value = is_import ? 0 : (uintptr_t)-1;
    p->rule = is_import ? RULE_IMP_16 : RULE_API_10;
    p->indicator_rule = p->message_rule = p->rule;
    p->message = NULL;
}

/* CPython's AttributeError holds a reference to the object without the
 * attribute. Removes that reference, so that reference counts can be
 * compared. */
static void drop_object_of_error(void)
{
    PyObject *type, *value, *traceback;
    if (host_keeps_nothing() || PyErr_Occurred() != PyExc_AttributeError) {
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    if (value && PyObject_HasAttrString(value, "obj") &&
        PyObject_SetAttrString(value, "obj", Py_None) < 0) {
        PyErr_Clear();
    }
    PyErr_Restore(type, value, traceback);
}

/* True if code of a module runs a program in the middle of the call. */
static bool runs_programs(const struct prediction *p)
{
    return p->inits_inside || p->lookups_inside;
}

void import_begin(struct step *step)
{
    look_before(step->call, step->args);
    step->observed =
        runs_programs(&step->prediction) ||
        (run.allocations.left > 0 &&
         may_lack_memory(step->call, step->args, &step->prediction));
}

uintptr_t import_perform(struct step *step)
{
    size_t left = run.allocations.left;
    bool inside = runs_programs(&step->prediction);
    bool may_fail = step->observed && !inside;
    if (!may_fail) {
        run.allocations.left = 0;
    }
    uintptr_t got = perform_module_call(step->call, step->args);
    if (!may_fail) {
        run.allocations.left = left;
    }
    drop_object_of_error();
    if (inside) { /* the programs have changed the state */
        model_predict(&run.model, step->call, step->args, &step->prediction);
    }
    if (may_fail && current_level()->lacked_memory) {
        correct_prediction(step->call, &step->prediction, left == 1, got);
    }
    return got;
}

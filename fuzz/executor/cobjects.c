/* Calls about PyCObject, and checks after them. */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/rules.h"

#if defined(HAVE_PYCOBJECT) || PY_MAJOR_VERSION < 3

static struct {
    PyObject *warnings; /* the module; a reference for the process's lifetime */
    bool filtering;     /* this program may have set a warnings filter */
    PyObject *object;
    /* The calls of the two kinds of destructors since the last check, and the
     * arguments of the last call. */
    unsigned plain, described;
    void *pointer, *desc;
} cobjects;

/* --- destructors ---------------------------------------------------------- */

static void log_plain(void *pointer)
{
    cobjects.plain++;
    cobjects.pointer = pointer;
}

static void log_described(void *pointer, void *desc)
{
    cobjects.described++;
    cobjects.pointer = pointer;
    cobjects.desc = desc;
}

/* --- warnings ------------------------------------------------------------- */

/* Forgets the warnings that were shown or ignored once: Python does not check
 * the filters for them again. Since Python 3.4, a change of the filters does
 * this. */
static void forget_warnings(void)
{
#if PY_VERSION_HEX < 0x03040000
    PyObject *globals = PyEval_GetGlobals();
    if (globals && PyDict_GetItemString(globals, "__warningregistry__")) {
        PyDict_DelItemString(globals, "__warningregistry__");
    }
#endif
}

/* Calls the function of the module "warnings"; `action` may be NULL. */
static void change_filters(const char *function, const char *action)
{
    PyObject *result =
        action ? PyObject_CallMethod(cobjects.warnings, (char *)function,
                                     (char *)"s", action)
               : PyObject_CallMethod(cobjects.warnings, (char *)function, NULL);
    if (result == NULL) {
        fputs("executor: the implementation's warnings have no filters\n",
              stderr);
        abort();
    }
    Py_DECREF(result);
    forget_warnings();
}

static void start(void)
{
    if (!host_profile()->has_cobject) {
        return;
    }
    cobjects.warnings = PyImport_ImportModule("warnings");
    change_filters("resetwarnings", NULL);
}

static void stop(void) { Py_CLEAR(cobjects.warnings); }

/* Programs start with all warnings ignored: a shown warning goes to stderr. */
static void begin_filtering(void)
{
    if (!cobjects.filtering) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        change_filters("simplefilter", "ignore");
        PyErr_Restore(type, value, traceback);
        cobjects.filtering = true;
    }
}

/* --- calls ---------------------------------------------------------------- */

static PyObject *object_in(const struct model_arg *arg)
{
    return arg->tag == VALUE_COBJECT ? cobjects.object : object_of(arg);
}

/* Imports the object from a temporary module. Allocations fail only within
 * PyCObject_Import(). */
static uintptr_t do_import(PyObject *object, bool there)
{
    static char module_name[] = COBJECT_MODULE, name[] = COBJECT_ATTRIBUTE;
    PyObject *type, *value, *traceback;

    allocations_end();
    if (there) {
        PyObject *module = PyImport_AddModule(module_name);
        if (object) {
            PyObject_SetAttrString(module, name, object);
        }
    }
    allocations_begin();
    void *pointer = PyCObject_Import(module_name, name);
    allocations_end();
    if (there) {
        PyErr_Fetch(&type, &value, &traceback);
        PyDict_DelItemString(PyImport_GetModuleDict(), module_name);
        PyErr_Restore(type, value, traceback);
    }
    return (uintptr_t)pointer;
}

/* If the PyCObject was destroyed, its destructor must have been called once;
 * otherwise no destructor may have been called. */
static void check_destructors(bool ended)
{
    const struct model_cobject *cobject = &run.model.cobject;
    bool due = ended && cobject->has_destructor;
    bool described = cobject->desc != 0;
    uint16_t rule = described ? RULE_COBJ_3 : RULE_COBJ_2;

    if (cobjects.plain != (due && !described) ||
        cobjects.described != (due && described)) {
        violation(rule,
                  due ? "its own destructor is called, once"
                      : "no destructor is called",
                  describe_count("calls of destructors",
                                 (long)(cobjects.plain + cobjects.described)));
    }
    if (due && ((uintptr_t)cobjects.pointer != cobject->pointer ||
                (described && (uintptr_t)cobjects.desc != cobject->desc))) {
        violation(rule, "the destructor gets the PyCObject's pointer and desc",
                  "the destructor got other values");
    }
    cobjects.plain = cobjects.described = 0;
}

static void drop_cobject(void)
{
    if (cobjects.object) {
        Py_CLEAR(cobjects.object);
        check_destructors(true);
    }
}

static PyObject *make_cobject(void *pointer, void *desc, unsigned how)
{
    return how % 4 < 2
               ? PyCObject_FromVoidPtr(pointer, how % 2 ? log_plain : NULL)
               : PyCObject_FromVoidPtrAndDesc(pointer, desc,
                                              how % 2 ? log_described : NULL);
}

/* PyCObject_Check() must recognise the argument. Checked before the call,
 * because the call may depend on it. */
static void check_type(const struct model_arg *arg)
{
    PyObject *object = object_in(arg);
    if (object == NULL) {
        return;
    }
    bool is = arg->tag == VALUE_COBJECT;
    int got = PyCObject_Check(object);
    if ((got != 0) != is) {
        violation(RULE_COBJ_1, describe_value(YIELDS_INT, is),
                  describe_value(YIELDS_INT, (uintptr_t)got));
    }
    exercise(RULE_COBJ_1, is ? WHEN_SUCCEEDS : WHEN_FAILS);
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    void *first = (void *)args[0].value.address;
    PyObject *object = object_in(&args[0]);

    allocations_end();
    begin_filtering();
    if (CALLS[call->op].args[0] == ARG_COBJECT) {
        check_type(&args[0]);
    }
    allocations_begin();
    switch ((enum call_op)call->op) {
    case CALL_COBJECT_NEW:
        drop_cobject();
        cobjects.object =
            make_cobject(first, (void *)args[1].value.address, args[2].number);
        return cobjects.object != NULL;
    case CALL_COBJECT_AS_POINTER:
        return (uintptr_t)PyCObject_AsVoidPtr(object);
    case CALL_COBJECT_GET_DESC:
        return (uintptr_t)PyCObject_GetDesc(object);
    case CALL_COBJECT_SET_POINTER:
        return (uintptr_t)(intptr_t)PyCObject_SetVoidPtr(
            object, (void *)args[1].value.address);
    case CALL_COBJECT_IMPORT:
        return do_import(object, args[1].number != 0);
    default: /* CALL_SET_WARNINGS */
        allocations_end();
        Py_Py3kWarningFlag = args[0].number != 0;
        change_filters("simplefilter", args[1].number ? "error" : "ignore");
        return 0;
    }
}

/* --- checks --------------------------------------------------------------- */

static void check(const struct step *step)
{
    check_destructors(false);
    if (cobjects.object && Py_REFCNT(cobjects.object) != 1) {
        violation(
            step->prediction.rule, describe_count("references", 1),
            describe_count("references", (long)Py_REFCNT(cobjects.object)));
    }
}

static void end(void)
{
    drop_cobject();
    if (cobjects.filtering) {
        change_filters("resetwarnings", NULL);
        cobjects.filtering = false;
    }
    Py_Py3kWarningFlag = 0;
}

const struct executor_family executor_family_cobjects = {
    .start = start,
    .stop = stop,
    .end = end,
    .perform = perform,
    .check = check,
};

#else /* no PyCObject here: the model permits none of its calls */

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    (void)call, (void)args;
    return 0;
}

const struct executor_family executor_family_cobjects = {
    .perform = perform,
};

#endif

/* Sets what programs publish: the attributes of modules and namespaces, and the
 * answers of a module's __getattr__. */
#include "fuzz/executor/published.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/modules.h"
#include "fuzz/executor/world.h"

#include <stdlib.h>
#include <string.h>

/* Attributes that modules get when they are imported. Each entry owns its
 * value. Stored here because the arena would free a dict between programs. */
struct waiting {
    unsigned module;
    const char *name;
    PyObject *value;
};

static struct waiting waiting[MAX_ATTRIBUTES];
static unsigned waiting_count;

static PyObject *space[SPACES];

void must(bool done)
{
    if (!done) {
        fputs("executor: the implementation cannot create an object that the "
              "program needs\n",
              stderr);
        abort();
    }
}

/* --- attributes that wait for an import ----------------------------------- */

/* Drops the attributes that wait for the module: all, or the one with that
 * name. */
static void drop_waiting(unsigned module, const char *name)
{
    for (unsigned i = waiting_count; i-- > 0;) {
        struct waiting *w = &waiting[i];
        if (i < waiting_count && w->module == module &&
            (name == NULL || strcmp(w->name, name) == 0)) {
            PyObject *value = w->value;
            *w = waiting[--waiting_count];
            Py_DECREF(value);
        }
    }
}

int published_fill(PyObject *module, unsigned id)
{
    PyObject *path = PyList_New(0);
    int status = path ? PyObject_SetAttrString(module, "__path__", path) : -1;
    Py_XDECREF(path);
    for (unsigned i = 0; status == 0 && i < waiting_count; i++) {
        const struct waiting *w = &waiting[i];
        if (w->module == id) {
            status = PyObject_SetAttrString(module, w->name, w->value);
        }
    }
    return status;
}

void published_drop_waiting(void)
{
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        if (run.model.modules.module[i].state != MODULE_REPLACED &&
            module_in_sys_modules(i)) {
            drop_waiting(i, NULL);
        }
    }
}

void published_drop(unsigned module) { drop_waiting(module, NULL); }

/* --- owners of attributes ------------------------------------------------- */

PyObject *module_in_sys_modules(unsigned module)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *found =
        PyDict_GetItemString(PyImport_GetModuleDict(), MODULE_NAMES[module]);
    PyErr_Restore(type, value, traceback);
    return found;
}

PyObject *owner_object(unsigned owner)
{
    return owner < MODULE_COUNT ? module_in_sys_modules(owner)
                                : space[owner - MODULE_COUNT];
}

PyObject *published_owner(const struct model_arg *arg)
{
    if (arg->tag == VALUE_SPACE && space[arg->index] == NULL) {
        space[arg->index] = PyModule_New("space");
        must(space[arg->index] != NULL);
    }
    return arg->tag == VALUE_SPACE ? space[arg->index]
                                   : module_in_sys_modules(arg->index);
}

PyObject *published_value(const struct model_arg *arg)
{
    return arg->tag == VALUE_SPACE       ? published_owner(arg)
           : arg->tag == VALUE_EXCEPTION ? world.exception_type[arg->index]
                                         : object_of(arg);
}

void published_set(const struct model_arg *owner, const char *name,
                   PyObject *value)
{
    PyObject *object = published_owner(owner);
    if (object) {
        must((value ? PyObject_SetAttrString(object, name, value)
                    : PyObject_DelAttrString(object, name)) == 0);
        return;
    }
    Py_XINCREF(value);
    drop_waiting(owner->index, name);
    if (value) {
        must(waiting_count < MAX_ATTRIBUTES);
        waiting[waiting_count++] = (struct waiting){owner->index, name, value};
    }
}

/* --- a module's __getattr__ ----------------------------------------------- */

/* The function behind __getattr__. `self` is a list: the number of the module,
 * and the exception to raise or the object to return. A number n means: return
 * a new capsule, named after module n. */
static PyObject *give_answer(PyObject *self, PyObject *name)
{
    static const char *const fresh[] = {
#define MODULE(ident, name) name ".fresh",
#include "fuzz/program/modules.def"
#undef MODULE
    };
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL || strncmp(text, "__", 2) == 0) {
        PyErr_SetObject(PyExc_AttributeError, name);
        return NULL;
    }
    run_inside((unsigned)PyLong_AsLong(PyList_GetItem(self, 0)));
    PyObject *answer = PyList_GetItem(self, 1);
    if (PyLong_Check(answer)) {
        return PyCapsule_New((void *)ADDRESSES[0], fresh[PyLong_AsLong(answer)],
                             NULL);
    }
    if (PyType_Check(answer)) {
        PyErr_SetString(answer, "refused");
        return NULL;
    }
    Py_INCREF(answer);
    return answer;
}

void publish_answer(const struct model_arg *args)
{
    static PyMethodDef function = {"__getattr__", give_answer, METH_O, NULL};
    if (args[1].tag == VALUE_NULL) {
        published_set(&args[0], function.ml_name, NULL);
        return;
    }
    PyObject *module = PyLong_FromLong(args[0].index);
    PyObject *answer = published_value(&args[1]);
    PyObject *self = PyList_New(0);
    must(module && self && PyList_Append(self, module) == 0 &&
         PyList_Append(self, answer == (PyObject *)&PyCapsule_Type
                                 ? module
                                 : answer) == 0);
    Py_DECREF(module);
    PyObject *hook = PyCFunction_New(&function, self);
    must(hook != NULL);
    Py_DECREF(self);
    published_set(&args[0], function.ml_name, hook);
    Py_DECREF(hook);
}

void published_end(void)
{
    for (int i = 0; i < SPACES; i++) {
        Py_CLEAR(space[i]);
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        drop_waiting(i, NULL);
    }
}

/* Ends the modules of an interpreter, in CPython's order: first the modules
 * that only sys.modules holds, then the contents of modules that other code
 * holds. */
#include "capsule/runtime/interpreter.h"

/* Replaces each module in sys.modules by None, in order. Destroys the modules
 * that no other code holds. */
static void take_modules_out(PyObject *modules)
{
    Py_ssize_t position = 0, rank = 0;
    PyObject *key, *value;
    while (PyDict_Next(modules, &position, &key, &value)) {
        if (PyModule_Check(value)) {
            module_set_rank(value, ++rank);
            Py_INCREF(key); /* a destructor may delete the entry */
            PyDict_SetItem(modules, key, Py_None);
            Py_DECREF(key);
        }
    }
}

/* True for names like `_name`, but not `__name__`. A module drops these
 * first. */
static bool is_private(const char *name)
{
    return name && name[0] == '_' && name[1] != '_';
}

static void clear_names(PyObject *dict, bool private_ones)
{
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (value != Py_None && PyUnicode_Check(key) &&
            (!private_ones || is_private(PyUnicode_AsUTF8(key)))) {
            Py_INCREF(key);
            PyDict_SetItem(dict, key, Py_None);
            Py_DECREF(key);
        }
    }
}

/* Returns the module that left sys.modules last and is still alive, or NULL. */
static PyObject *last_survivor(void)
{
    PyObject *last = NULL;
    Py_ssize_t rank = 0;
    for (PyObject *op = gc_next(NULL); op; op = gc_next(op)) {
        if (module_rank(op) > rank) {
            last = op;
            rank = module_rank(op);
        }
    }
    return last;
}

static void clear_survivors(void)
{
    for (PyObject *module; (module = last_survivor()) != NULL;) {
        PyObject *dict = Py_NewRef(PyModule_GetDict(module));
        module_set_rank(module, 0);
        clear_names(dict, true);
        clear_names(dict, false);
        Py_DECREF(dict);
    }
}

void import_stop(void)
{
    struct import_state *import = &interpreter()->import;
    if (import->modules == NULL) {
        return;
    }
    import->ending = true;
    take_modules_out(import->modules);
    PyDict_Clear(import->modules);
    PyGC_Collect();
    clear_survivors();
    Py_CLEAR(import->modules);
    PyGC_Collect();
}

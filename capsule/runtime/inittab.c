/* The announced modules, and how a module is initialised. */
#include "capsule/runtime/inittab.h"

#include "capsule/runtime/interpreter.h"

/* Belongs to the process and outlives all interpreters, so it does not come
 * from their allocator. Grows only while no interpreter runs, so that pointers
 * to entries stay valid. */
static struct announced *inittab;
static size_t inittab_size;

int PyImport_AppendInittab(const char *name, PyObject *(*init)(void))
{
    if (Py_IsInitialized()) {
        Py_FatalError("PyImport_AppendInittab() may not be called after "
                      "Py_Initialize()");
    }
    struct announced *grown =
        realloc(inittab, (inittab_size + 1) * sizeof(struct announced));
    if (grown == NULL) {
        return -1;
    }
    inittab = grown;
    inittab[inittab_size++] = (struct announced){name, init};
    return 0;
}

const struct announced *inittab_find(PyObject *name)
{
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(name, &size);
    for (size_t i = 0; i < inittab_size; i++) {
        if (strlen(inittab[i].name) == (size_t)size &&
            memcmp(inittab[i].name, utf8, (size_t)size) == 0) {
            return &inittab[i];
        }
    }
    return NULL;
}

/* Checks the result of an init function. Returns an object that can serve as
 * the module, or NULL with an exception. Steals `result`, returns a new
 * reference. */
static PyObject *check_result(PyObject *result, PyObject *name)
{
    const char *complaint = NULL;
    if (result == NULL) {
        if (PyErr_Occurred()) {
            return NULL;
        }
        complaint = "failed without raising an exception";
    } else if (PyErr_Occurred()) {
        complaint = "raised unreported exception";
    } else if (!Py_IS_TYPE(result, &PyModuleDef_Type) &&
               (!PyModule_Check(result) || PyModule_GetDef(result) == NULL)) {
        complaint = "did not return an extension module";
    }
    if (complaint) {
        Py_XDECREF(result);
        return PyErr_Format(PyExc_SystemError, "initialization of %U %s", name,
                            complaint);
    }
    return result;
}

static PyObject *initialise(const struct announced *entry, PyObject *name)
{
    PyObject *result = check_result(entry->init(), name);
    if (result && Py_IS_TYPE(result, &PyModuleDef_Type)) {
        return module_initialise_in_phases((PyModuleDef *)result, name);
    }
    if (result && PyDict_SetItem(PyImport_GetModuleDict(), name, result) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

PyObject *module_initialise(const struct announced *entry, PyObject *name)
{
    /* The limit of nested initialisations: an init function that imports its
     * own module is called again, without end. */
    enum { DEEPEST = 100 };
    struct import_state *import = &interpreter()->import;
    if (import->initialisations == DEEPEST) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded");
        return NULL;
    }
    import->initialisations++;
    PyObject *module = initialise(entry, name);
    import->initialisations--;
    return module;
}

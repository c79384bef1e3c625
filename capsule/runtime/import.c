/* Importing: sys.modules, and modules that are initialised by their first
 * import. */
#include "capsule/runtime/inittab.h"
#include "capsule/runtime/interpreter.h"

/* Returns sys.modules, borrowed; NULL once it is gone. Its values may be any
 * objects. */
static PyObject *modules(void) { return interpreter()->import.modules; }

/* --- failures ------------------------------------------------------------- */

static PyObject *raise_not_found(PyObject *name)
{
    if (reference_profile->python_2_messages) {
        const char *utf8 = PyUnicode_AsUTF8(name);
        const char *dot = strrchr(utf8, '.');
        return PyErr_Format(PyExc_ImportError, "No module named %s",
                            dot ? dot + 1 : utf8);
    }
    return PyErr_Format(PyExc_ModuleNotFoundError, "No module named %R", name);
}

static PyObject *raise_not_a_package(PyObject *name, PyObject *parent)
{
    if (reference_profile->python_2_messages) {
        return raise_not_found(name);
    }
    return PyErr_Format(PyExc_ModuleNotFoundError,
                        "No module named %R; %R is not a package", name,
                        parent);
}

static PyObject *raise_shutting_down(void)
{
    PyErr_SetString(PyExc_ImportError,
                    "sys.meta_path is None, Python is likely shutting down");
    return NULL;
}

static PyObject *raise_halted(PyObject *name)
{
    if (reference_profile->python_2_messages) {
        return raise_not_found(name);
    }
    return PyErr_Format(PyExc_ModuleNotFoundError,
                        "import of %U halted; None in sys.modules", name);
}

/* --- importing ------------------------------------------------------------ */

/* Returns sys.modules[name]: new reference. If the entry is missing, returns
 * NULL without an exception; on failure, NULL with one. */
static PyObject *find_module(PyObject *name)
{
    if (interpreter()->import.ending) {
        return raise_shutting_down();
    }
    PyObject *module = PyDict_GetItemWithError(modules(), name);
    if (module == Py_None) {
        return raise_halted(name);
    }
    return Py_XNewRef(module);
}

/* Initialises the module that was announced with this name: new reference. */
static PyObject *load(PyObject *name)
{
    const struct announced *entry = inittab_find(name);
    return entry ? module_initialise(entry, name) : raise_not_found(name);
}

/* True if `parent` can have submodules. If not, sets an exception. */
static bool is_package(PyObject *parent, PyObject *parent_name, PyObject *name)
{
    PyObject *path = PyObject_GetAttrString(parent, "__path__");
    if (path == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        raise_not_a_package(name, parent_name);
    }
    Py_XDECREF(path);
    return path != NULL;
}

/* Sets parent.child = module. Returns 0, or -1 with an exception. Ignores an
 * AttributeError, because the module can still be found in sys.modules. */
static int publish_in(PyObject *parent, const char *child, PyObject *module)
{
    if (PyObject_SetAttrString(parent, child, module) < 0) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return -1;
        }
        PyErr_Clear();
    }
    return 0;
}

static PyObject *import_name(PyObject *name);

/* Imports the submodule `name`, which is `parent_name`.`child`: new
 * reference. */
static PyObject *load_below(PyObject *parent_name, const char *child,
                            PyObject *name)
{
    PyObject *parent = import_name(parent_name);
    if (parent == NULL) {
        return NULL;
    }
    /* The import of the parent may have imported its child. An entry None
     * counts as well. */
    PyObject *module = Py_XNewRef(PyDict_GetItemWithError(modules(), name));
    if (module == NULL && is_package(parent, parent_name, name)) {
        module = load(name);
        if (module && publish_in(parent, child, module) < 0) {
            Py_DECREF(module);
            module = NULL;
        }
    }
    Py_DECREF(parent);
    return module;
}

static PyObject *import_name(PyObject *name)
{
    PyObject *module = find_module(name);
    if (module || PyErr_Occurred()) {
        return module;
    }
    const char *utf8 = PyUnicode_AsUTF8(name);
    const char *dot = strrchr(utf8, '.');
    if (dot == NULL || dot == utf8) {
        return load(name);
    }
    PyObject *parent = PyUnicode_FromStringAndSize(utf8, dot - utf8);
    if (parent) {
        module = load_below(parent, dot + 1, name);
        Py_DECREF(parent);
    }
    return module;
}

/* Checks that the first component of a dotted name can be imported, even if the
 * import did not need it. Returns false with an exception if not. */
static bool import_front(PyObject *name)
{
    const char *utf8 = PyUnicode_AsUTF8(name);
    const char *dot = strchr(utf8, '.');
    if (dot == NULL) {
        return true;
    }
    PyObject *front = PyUnicode_FromStringAndSize(utf8, dot - utf8);
    PyObject *module = front ? import_name(front) : NULL;
    Py_XDECREF(front);
    Py_XDECREF(module);
    return module != NULL;
}

PyObject *PyImport_Import(PyObject *name)
{
    Py_ssize_t size;
    if (PyUnicode_AsUTF8AndSize(name, &size) == NULL) {
        return NULL;
    }
    if (size == 0) {
        PyErr_SetString(PyExc_ValueError, "Empty module name");
        return NULL;
    }
    PyObject *module = import_name(name);
    if (module && !import_front(name)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

PyObject *PyImport_ImportModule(const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    if (text == NULL) {
        return NULL;
    }
    PyObject *module = PyImport_Import(text);
    Py_DECREF(text);
    return module;
}

/* --- sys.modules ---------------------------------------------------------- */

PyObject *PyImport_GetModuleDict(void)
{
    if (modules() == NULL) {
        Py_FatalError("interpreter has no modules dictionary");
    }
    return modules();
}

PyObject *PyImport_GetModule(PyObject *name)
{
    return Py_XNewRef(PyDict_GetItemWithError(PyImport_GetModuleDict(), name));
}

/* Returns the module, and adds an empty one if it is missing: new reference. */
static PyObject *add_module(PyObject *name)
{
    PyObject *module = PyImport_GetModule(name);
    if (module && PyModule_Check(module)) {
        return module;
    }
    Py_XDECREF(module);
    const char *utf8 = PyUnicode_AsUTF8(name);
    module = utf8 ? PyModule_New(utf8) : NULL;
    if (module && PyDict_SetItem(modules(), name, module) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

PyObject *PyImport_AddModuleObject(PyObject *name)
{
    PyObject *module = add_module(name);
    Py_XDECREF(module); /* sys.modules holds its own reference */
    return module;
}

PyObject *PyImport_AddModuleRef(const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    PyObject *module = text ? add_module(text) : NULL;
    Py_XDECREF(text);
    return module;
}

PyObject *PyImport_AddModule(const char *name)
{
    PyObject *module = PyImport_AddModuleRef(name);
    Py_XDECREF(module); /* sys.modules holds its own reference */
    return module;
}

/* --- the start ------------------------------------------------------------ */

bool import_start(void)
{
    interpreter()->import.modules = PyDict_New();
    return modules() != NULL;
}

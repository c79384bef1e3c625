/* Modules and namespaces, and the attributes of both. The modules are in the
 * table of built-in modules until the program imports them. */
#ifndef FUZZ_PROGRAM_C_MODULES_H
#define FUZZ_PROGRAM_C_MODULES_H

#include <Python.h>

#include <stdio.h>
#include <string.h>

/* A module, or a namespace, which cannot be imported. */
struct owner {
    const char *name;
    char fresh_name[64]; /* the name of capsules that __getattr__ creates */
    PyObject *outcome;   /* of a module: the argument of set_init(); borrowed */
    PyObject *space;     /* of a namespace, once it exists; owned */
    PyCapsule_Destructor inside; /* of a module: see run_inside() */
};

/* The modules, then the namespaces, then an owner without a name. */
static struct owner owners[32];

static int module_count;

static int owner_count;

static void add_space(const char *name)
{
    struct owner *owner = &owners[owner_count++];
    owner->name = name;
    snprintf(owner->fresh_name, sizeof owner->fresh_name, "%s.fresh", name);
}

/* Adds a module, which `init` initialises. Call before Python starts and before
 * add_space(). */
static void add_module(const char *name, PyObject *(*init)(void))
{
    add_space(name);
    module_count++;
    PyImport_AppendInittab(name, init);
}

static struct owner *owner_of(const char *name)
{
    struct owner *owner = owners;
    while (strcmp(owner->name, name) != 0) {
        owner++;
    }
    return owner;
}

/* Returns the module or namespace, borrowed; NULL for a module that is not
 * imported. */
static PyObject *object_at(const char *name)
{
    struct owner *owner = owner_of(name);
    if (owner - owners < module_count) {
        return PyDict_GetItemString(PyImport_GetModuleDict(), name);
    }
    if (owner->space == NULL) {
        owner->space = PyModule_New("space");
    }
    return owner->space;
}

/* Attributes of modules that are not initialised yet. */
struct attribute {
    struct owner *owner;
    const char *name;
    PyObject *value; /* owned */
};

static struct attribute waiting[64];

static int waiting_count;

/* Removes the owner's waiting attribute of that name; all of them for NULL. */
static void remove_waiting(struct owner *owner, const char *name)
{
    for (int i = waiting_count; i-- > 0;) {
        struct attribute old = waiting[i];
        if (old.owner == owner &&
            (name == NULL || strcmp(old.name, name) == 0)) {
            waiting[i] = waiting[--waiting_count];
            Py_DECREF(old.value);
        }
    }
}

/* Sets the attribute; NULL removes it. A module that is not initialised gets
 * the attribute at its initialisation. */
static void set_attribute(const char *name, const char *attribute,
                          PyObject *value)
{
    PyObject *object = object_at(name);
    if (object != NULL) {
        PyObject_SetAttrString(object, attribute, value);
        return;
    }
    remove_waiting(owner_of(name), attribute);
    if (value != NULL) {
        struct attribute added = {owner_of(name), attribute, value};
        Py_INCREF(value);
        waiting[waiting_count++] = added;
    }
}

/* Runs the program of the owner's code, unless it is running. */
static void run_code(struct owner *owner)
{
    PyCapsule_Destructor program = owner->inside;
    if (program != NULL) {
        owner->inside = NULL;
        program(NULL);
        owner->inside = program;
    }
}

/* The second phase of a module's initialisation. */
static int execute(struct owner *owner, PyObject *module)
{
    PyObject *outcome = owner->outcome;
    if (outcome == Py_None) {
        return -1;
    }
    if (outcome == (PyObject *)&PyModule_Type) {
        PyErr_SetString(PyExc_KeyError, "refused");
        return 0;
    }
    if (outcome != NULL) {
        PyErr_SetString(outcome, "refused");
        return -1;
    }
    PyModule_AddObject(module, "__path__", PyList_New(0));
    for (int i = 0; i < waiting_count; i++) {
        if (waiting[i].owner == owner) {
            PyObject_SetAttrString(module, waiting[i].name, waiting[i].value);
        }
    }
    remove_waiting(owner, NULL);
    if (strchr(owner->name, '.') == NULL) {
        run_code(owner);
    }
    return 0;
}

/* Defines init_<number>(), the initialisation of that owner. */
#define DEFINE_INIT(number, module_name)                                       \
    static int execute_##number(PyObject *module)                              \
    {                                                                          \
        return execute(&owners[number], module);                               \
    }                                                                          \
    static PyObject *init_##number(void)                                       \
    {                                                                          \
        static PyModuleDef_Slot slots[] = {                                    \
            {Py_mod_exec, (void *)execute_##number}, {0, NULL}};               \
        static PyModuleDef def = {PyModuleDef_HEAD_INIT,                       \
                                  module_name,                                 \
                                  NULL,                                        \
                                  0,                                           \
                                  NULL,                                        \
                                  slots,                                       \
                                  NULL,                                        \
                                  NULL,                                        \
                                  NULL};                                       \
        return PyModuleDef_Init(&def);                                         \
    }

/* Removes the module or namespace and everything that was published in it. */
static void forget(const char *name)
{
    struct owner *owner = owner_of(name);
    PyObject *object = object_at(name), *modules;
    remove_waiting(owner, NULL);
    if (object == NULL) {
        return;
    }
    if (owner->space != NULL) {
        PyDict_Clear(PyModule_GetDict(object));
        PyModule_AddStringConstant(object, "__name__", "space");
        return;
    }
    modules = PyImport_GetModuleDict();
    for (int i = 0; i < module_count; i++) {
        const char *below = owners[i].name;
        size_t length = strlen(name);
        PyObject *parent;
        if (strncmp(below, name, length) == 0 && below[length] == '.') {
            forget(below);
        }
        length = strlen(below);
        if (strncmp(name, below, length) == 0 && name[length] == '.' &&
            (parent = object_at(below)) != NULL) {
            PyObject *attribute =
                PyObject_GetAttrString(parent, name + length + 1);
            if (attribute == object) {
                PyObject_SetAttrString(parent, name + length + 1, NULL);
            }
            Py_XDECREF(attribute);
            PyErr_Clear();
        }
    }
    if (PyModule_Check(object)) {
        PyDict_Clear(PyModule_GetDict(object));
    }
    PyDict_DelItemString(modules, name);
}

static void forget_modules(void)
{
    for (struct owner *owner = owners; owner->name; owner++) {
        if (owner->space != NULL || owner - owners < module_count) {
            forget(owner->name);
        }
        Py_CLEAR(owner->space);
        owner->outcome = NULL;
        owner->inside = NULL;
    }
}

/* Sets the outcome of the module's initialisation. NULL: success. An exception:
 * raises that. None: returns NULL without an exception. The type of modules:
 * returns a module and raises. */
static void set_init(const char *name, PyObject *outcome)
{
    owner_of(name)->outcome = outcome;
}

/* The module's initialisation, after it has set the attributes, and the
 * module's __getattr__, before it answers, call `program`, except while
 * `program` runs. NULL: nothing. Python does not initialise submodules. */
static void run_inside(const char *name, PyCapsule_Destructor program)
{
    owner_of(name)->inside = program;
}

/* Sets name.attribute now or, for a module that is not initialised, at its
 * initialisation. NULL removes the attribute. */
static void publish(const char *name, const char *attribute, PyObject *value)
{
    set_attribute(name, attribute, value);
}

/* The module's __getattr__. `self` is a list: the number of the owner, and the
 * exception to raise or the object to return. A number n: returns a new
 * capsule, named after module n. */
static PyObject *give_answer(PyObject *self, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    PyObject *with = PyList_GetItem(self, 1);
    if (text == NULL || strncmp(text, "__", 2) == 0) {
        PyErr_SetObject(PyExc_AttributeError, name);
        return NULL;
    }
    run_code(&owners[PyLong_AsLong(PyList_GetItem(self, 0))]);
    if (PyLong_Check(with)) {
        return PyCapsule_New((void *)1, owners[PyLong_AsLong(with)].fresh_name,
                             NULL);
    }
    if (PyType_Check(with)) {
        PyErr_SetString(with, "refused");
        return NULL;
    }
    Py_INCREF(with);
    return with;
}

/* Gives the module a __getattr__ that returns or raises `with`; NULL removes
 * the __getattr__. The type of capsules: it returns new capsules. */
static void answer(const char *name, PyObject *with)
{
    static PyMethodDef function = {"__getattr__", give_answer, METH_O, NULL};
    PyObject *self, *number, *hook;
    if (with == NULL) {
        set_attribute(name, "__getattr__", NULL);
        return;
    }
    self = PyList_New(0);
    number = PyLong_FromLong((long)(owner_of(name) - owners));
    PyList_Append(self, number);
    PyList_Append(self, with == (PyObject *)&PyCapsule_Type ? number : with);
    hook = PyCFunction_New(&function, self);
    set_attribute(name, "__getattr__", hook);
    Py_DECREF(hook);
    Py_DECREF(self);
    Py_DECREF(number);
}

/* Imports the module and returns a new reference. Imports a submodule itself:
 * some versions of Python do not look for built-in modules in a package. */
static PyObject *new_import(const char *name)
{
    const char *dot = strrchr(name, '.');
    PyObject *modules = PyImport_GetModuleDict(), *parent, *module;
    char parent_name[64] = "";
    if (dot == NULL || object_at(name) != NULL) {
        return PyImport_ImportModule(name);
    }
    strncat(parent_name, name, (size_t)(dot - name));
    if ((parent = PyImport_ImportModule(parent_name)) == NULL) {
        return NULL;
    }
    module = PyModule_New(name);
    PyDict_SetItemString(modules, name, module);
    if (execute(owner_of(name), module) < 0 || PyErr_Occurred()) {
        PyObject *type, *value, *traceback;
        PyObject *outcome = owner_of(name)->outcome;
        if (!PyExceptionClass_Check(outcome)) {
            PyErr_SetString(PyExc_SystemError, "initialisation");
        }
        PyErr_Fetch(&type, &value, &traceback);
        PyDict_DelItemString(modules, name);
        PyErr_Restore(type, value, traceback);
        Py_CLEAR(module);
    } else {
        PyObject_SetAttrString(parent, dot + 1, module);
    }
    Py_DECREF(parent);
    return module;
}

/* Returns 1 if the module can be imported, else 0. */
static int import_module(const char *name)
{
    PyObject *module = new_import(name);
    Py_XDECREF(module);
    return module != NULL;
}

/* Returns the pointer as a consumer does that does not use
 * PyCapsule_Import(). */
static void *consume(const char *module_name, const char *attribute,
                     const char *name)
{
    PyObject *module = new_import(module_name);
    PyObject *capsule =
        module ? PyObject_GetAttrString(module, attribute) : NULL;
    void *pointer;
    Py_XDECREF(module);
    pointer = capsule ? PyCapsule_GetPointer(capsule, name) : NULL;
    Py_XDECREF(capsule);
    return pointer;
}

#endif

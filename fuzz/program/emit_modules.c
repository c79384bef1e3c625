/* The modules of a program in C: each waits in the table of built-in modules
 * until somebody imports it. */
#include "fuzz/program/emit.h"

#include <string.h>

static const char OWNERS[] =
    "/* What has attributes: modules, and namespaces that nobody can import. "
    "*/\n"
    "static struct owner {\n"
    "    const char *name;\n"
    "    PyObject *outcome; /* of a module: see set_init(); borrowed */\n"
    "    PyObject *space;   /* of a namespace, once there is one */\n"
    "} owners[] = {\n";

static const char ATTRIBUTES[] =
    "static struct owner *owner_of(const char *name)\n"
    "{\n"
    "    struct owner *owner = owners;\n"
    "    while (strcmp(owner->name, name) != 0) {\n"
    "        owner++;\n"
    "    }\n"
    "    return owner;\n"
    "}\n"
    "\n"
    "/* The module or namespace, borrowed; NULL for a module that is not\n"
    " * imported. */\n"
    "static PyObject *object_at(const char *name)\n"
    "{\n"
    "    struct owner *owner = owner_of(name);\n"
    "    if (owner - owners < MODULES) {\n"
    "        return PyDict_GetItemString(PyImport_GetModuleDict(), name);\n"
    "    }\n"
    "    if (owner->space == NULL) {\n"
    "        owner->space = PyModule_New(\"space\");\n"
    "    }\n"
    "    return owner->space;\n"
    "}\n"
    "\n"
    "/* Attributes of modules that are not initialised yet. */\n"
    "static struct attribute {\n"
    "    struct owner *owner;\n"
    "    const char *name;\n"
    "    PyObject *value;\n"
    "} waiting[64];\n"
    "static int waiting_count;\n"
    "\n"
    "/* Removes those of the owner, and of that name unless it is NULL. */\n"
    "static void remove_waiting(struct owner *owner, const char *name)\n"
    "{\n"
    "    for (int i = waiting_count; i-- > 0;) {\n"
    "        struct attribute old = waiting[i];\n"
    "        if (old.owner == owner &&\n"
    "            (name == NULL || strcmp(old.name, name) == 0)) {\n"
    "            waiting[i] = waiting[--waiting_count];\n"
    "            Py_DECREF(old.value);\n"
    "        }\n"
    "    }\n"
    "}\n"
    "\n";

static const char SET_ATTRIBUTE[] =
    "static void set_attribute(const char *name, const char *attribute,\n"
    "                          PyObject *value)\n"
    "{\n"
    "    PyObject *object = object_at(name);\n"
    "    if (object != NULL) {\n"
    "        PyObject_SetAttrString(object, attribute, value);\n"
    "        return;\n"
    "    }\n"
    "    remove_waiting(owner_of(name), attribute);\n"
    "    if (value != NULL) {\n"
    "        struct attribute added = {owner_of(name), attribute, value};\n"
    "        Py_INCREF(value);\n"
    "        waiting[waiting_count++] = added;\n"
    "    }\n"
    "}\n"
    "\n";

static const char EXECUTE[] =
    "/* The second phase of its initialisation. */\n"
    "static int execute(struct owner *owner, PyObject *module)\n"
    "{\n"
    "    PyObject *outcome = owner->outcome;\n"
    "    if (outcome == Py_None) {\n"
    "        return -1;\n"
    "    }\n"
    "    if (outcome == (PyObject *)&PyModule_Type) {\n"
    "        PyErr_SetString(PyExc_KeyError, \"refused\");\n"
    "        return 0;\n"
    "    }\n"
    "    if (outcome != NULL) {\n"
    "        PyErr_SetString(outcome, \"refused\");\n"
    "        return -1;\n"
    "    }\n"
    "    PyModule_AddObject(module, \"__path__\", PyList_New(0));\n"
    "    for (int i = 0; i < waiting_count; i++) {\n"
    "        if (waiting[i].owner == owner) {\n"
    "            PyObject_SetAttrString(module, waiting[i].name,\n"
    "                                   waiting[i].value);\n"
    "        }\n"
    "    }\n"
    "    remove_waiting(owner, NULL);\n"
    "    return 0;\n"
    "}\n"
    "\n";

/* For each module: its number, three times, its name, its number. */
static const char INIT_OF[] =
    "static int execute_%u(PyObject *module)\n"
    "{\n"
    "    return execute(&owners[%u], module);\n"
    "}\n"
    "\n"
    "static PyObject *init_%u(void)\n"
    "{\n"
    "    static PyModuleDef_Slot slots[] = {\n"
    "        {Py_mod_exec, (void *)execute_%u}, {0, NULL}};\n"
    "    static PyModuleDef def = {\n"
    "        PyModuleDef_HEAD_INIT, \"%s\", NULL, 0, NULL, slots, NULL, NULL,\n"
    "        NULL};\n"
    "    return PyModuleDef_Init(&def);\n"
    "}\n"
    "\n";

static const char FORGET[] =
    "/* As if nobody had imported it or published anything in it. */\n"
    "static void forget(const char *name)\n"
    "{\n"
    "    struct owner *owner = owner_of(name);\n"
    "    PyObject *object = object_at(name), *modules;\n"
    "    remove_waiting(owner, NULL);\n"
    "    if (object == NULL) {\n"
    "        return;\n"
    "    }\n"
    "    if (owner->space != NULL) {\n"
    "        PyDict_Clear(PyModule_GetDict(object));\n"
    "        PyModule_AddStringConstant(object, \"__name__\", \"space\");\n"
    "        return;\n"
    "    }\n"
    "    modules = PyImport_GetModuleDict();\n"
    "    for (int i = 0; i < MODULES; i++) {\n"
    "        const char *below = owners[i].name;\n"
    "        size_t length = strlen(name);\n"
    "        PyObject *parent;\n"
    "        if (strncmp(below, name, length) == 0 && below[length] == '.') {\n"
    "            forget(below);\n"
    "        }\n"
    "        length = strlen(below);\n"
    "        if (strncmp(name, below, length) == 0 && name[length] == '.' &&\n"
    "            (parent = object_at(below)) != NULL) {\n"
    "            PyObject *attribute =\n"
    "                PyObject_GetAttrString(parent, name + length + 1);\n"
    "            if (attribute == object) {\n"
    "                PyObject_SetAttrString(parent, name + length + 1, NULL);\n"
    "            }\n"
    "            Py_XDECREF(attribute);\n"
    "            PyErr_Clear();\n"
    "        }\n"
    "    }\n"
    "    if (PyModule_Check(object)) {\n"
    "        PyDict_Clear(PyModule_GetDict(object));\n"
    "    }\n"
    "    PyDict_DelItemString(modules, name);\n"
    "}\n"
    "\n"
    "static void forget_modules(void)\n"
    "{\n"
    "    for (struct owner *owner = owners; owner->name; owner++) {\n"
    "        if (owner->space != NULL || owner - owners < MODULES) {\n"
    "            forget(owner->name);\n"
    "        }\n"
    "        Py_CLEAR(owner->space);\n"
    "        owner->outcome = NULL;\n"
    "    }\n"
    "}\n"
    "\n"
    "/* Before Python is started. */\n"
    "static void announce_modules(void)\n"
    "{\n";

void emit_modules(struct emitter *e)
{
    if (!e->modules) {
        return;
    }
    fprintf(e->out, "enum { MODULES = %d };\n\n%s", MODULE_COUNT, OWNERS);
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        fprintf(e->out, "    {\"%s\", NULL, NULL},\n", MODULE_NAMES[i]);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        fprintf(e->out, "    {\"s%u\", NULL, NULL},\n", i);
    }
    fprintf(e->out, "    {NULL, NULL, NULL}};\n\n%s", ATTRIBUTES);
    if (e->calls[CALL_PUBLISH] || e->calls[CALL_ANSWER]) {
        fputs(SET_ATTRIBUTE, e->out);
    }
    if (e->calls[CALL_ANSWER]) {
        fputs("/* Of the capsules that __getattr__ makes. */\n"
              "static const char *const fresh_names[] = {\n",
              e->out);
        for (unsigned i = 0; i < MODULE_COUNT; i++) {
            fprintf(e->out, "    \"%s.fresh\",\n", MODULE_NAMES[i]);
        }
        fputs("};\n\n", e->out);
    }
    fputs(EXECUTE, e->out);
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        fprintf(e->out, INIT_OF, i, i, i, i, MODULE_NAMES[i]);
    }
    fputs(FORGET, e->out);
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        fprintf(e->out, "    PyImport_AppendInittab(\"%s\", init_%u);\n",
                MODULE_NAMES[i], i);
    }
    fputs("}\n\n", e->out);
}

/* Modules: an object with a dict of attributes and, where its PyModuleDef asks
 * for it, a block of memory of its own. */
#ifndef Py_MODULEOBJECT_H
#define Py_MODULEOBJECT_H

PyAPI_DATA(PyTypeObject) PyModule_Type;
#define PyModule_Check(op) PyObject_TypeCheck(op, &PyModule_Type)
#define PyModule_CheckExact(op) Py_IS_TYPE(op, &PyModule_Type)

typedef struct PyModuleDef_Base {
    PyObject_HEAD
    PyObject *(*m_init)(void);
    Py_ssize_t m_index;
    PyObject *m_copy;
} PyModuleDef_Base;

#define PyModuleDef_HEAD_INIT {PyObject_HEAD_INIT(NULL) NULL, 0, NULL}

typedef struct PyModuleDef_Slot {
    int slot; /* Py_mod_*; 0 ends the list */
    void *value;
} PyModuleDef_Slot;

/* PyObject *(PyObject *spec, PyModuleDef *def) makes the module, which may be
 * any object, as a new reference; `spec` has the attribute `name`. At most one;
 * without it, an ordinary module is made. */
#define Py_mod_create 1
/* int (PyObject *module) fills it: 0, or -1 with an exception. Called when the
 * module is in sys.modules already, so that it can import itself. */
#define Py_mod_exec 2
/* Accepted, and without effect: there is no lock, and no interpreter that would
 * refuse the module. */
#define Py_mod_multiple_interpreters 3
#define Py_mod_gil 4
#define Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED ((void *)0)
#define Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED ((void *)1)
#define Py_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#define Py_MOD_GIL_USED ((void *)0)
#define Py_MOD_GIL_NOT_USED ((void *)1)

/* What modules are made from, one or many: each has its own state (MODST-1).
 * Must outlive them. */
typedef struct PyModuleDef {
    PyModuleDef_Base m_base; /* PyModuleDef_HEAD_INIT */
    const char *m_name;
    const char *m_doc;         /* the attribute __doc__; NULL for None */
    Py_ssize_t m_size;         /* bytes of state; 0 or -1: none */
    PyMethodDef *m_methods;    /* functions, ended by a name NULL; or NULL */
    PyModuleDef_Slot *m_slots; /* for initialisation in phases, or NULL */
    traverseproc m_traverse;   /* visits the objects in the state, or NULL */
    inquiry m_clear;           /* gives them back in a cycle, or NULL */
    freefunc m_free;           /* called with the module as it dies, or NULL */
} PyModuleDef;

#define PYTHON_API_VERSION 1013
#define PYTHON_ABI_VERSION 3

/* A module as `def` describes it, its state zeroed; not in sys.modules. New
 * reference. SystemError where m_slots is set. `api_version` is ignored. */
PyAPI_FUNC(PyObject *) PyModule_Create2(PyModuleDef *def, int api_version);
#define PyModule_Create(def) PyModule_Create2(def, PYTHON_API_VERSION)

/* Returns `def` itself, borrowed: what an init function gives back to have its
 * module initialised in phases. */
PyAPI_DATA(PyTypeObject) PyModuleDef_Type;
PyAPI_FUNC(PyObject *) PyModuleDef_Init(PyModuleDef *def);

/* The two phases, for those who import without PyImport_ImportModule(). The
 * first one makes the module, its state zeroed: new reference. The second one
 * calls the functions of Py_mod_exec in turn: 0, or -1 as soon as one fails. A
 * slot that does not exist, or a function that breaks its word, is SystemError.
 */
PyAPI_FUNC(PyObject *)
    PyModule_FromDefAndSpec2(PyModuleDef *def, PyObject *spec, int api_version);
#define PyModule_FromDefAndSpec(def, spec)                                     \
    PyModule_FromDefAndSpec2(def, spec, PYTHON_API_VERSION)
PyAPI_FUNC(int) PyModule_ExecDef(PyObject *module, PyModuleDef *def);

/* The module in sys.modules of the current interpreter that PyModule_Create
 * made from `def`: borrowed. NULL without an exception where there is none, and
 * always for a definition with m_slots, whose modules may be many. (CPython
 * finds also one that was taken out of sys.modules.) */
PyAPI_FUNC(PyObject *) PyState_FindModule(PyModuleDef *def);

/* An empty module of that name, not in sys.modules. New reference. */
PyAPI_FUNC(PyObject *) PyModule_New(const char *name);

PyAPI_FUNC(PyObject *) PyModule_GetDict(PyObject *module); /* borrowed */
/* __name__, borrowed; SystemError where it is no str. */
PyAPI_FUNC(const char *) PyModule_GetName(PyObject *module);
/* The state, owned by the module, and the def: NULL without an exception where
 * the module has none, with TypeError for what is no module. */
PyAPI_FUNC(void *) PyModule_GetState(PyObject *module);
PyAPI_FUNC(PyModuleDef *) PyModule_GetDef(PyObject *module);

/* Each of the following sets attributes: 0, or -1 on failure. */

/* module.name = value. The three differ in what happens to the caller's
 * reference to `value`: AddObject steals it on success only, so that a caller
 * has to give it back on failure (API-10); AddObjectRef never does; Add always
 * does. A `value` of NULL is -1 and the pending exception, SystemError where
 * none is pending. */
PyAPI_FUNC(int)
    PyModule_AddObject(PyObject *module, const char *name, PyObject *value);
PyAPI_FUNC(int)
    PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value);
PyAPI_FUNC(int)
    PyModule_Add(PyObject *module, const char *name, PyObject *value);
PyAPI_FUNC(int)
    PyModule_AddIntConstant(PyObject *module, const char *name, long value);
PyAPI_FUNC(int) PyModule_AddStringConstant(PyObject *module, const char *name,
                                           const char *value);
#define PyModule_AddIntMacro(module, macro)                                    \
    PyModule_AddIntConstant(module, #macro, macro)
#define PyModule_AddStringMacro(module, macro)                                 \
    PyModule_AddStringConstant(module, #macro, macro)
/* The functions up to a name NULL, with the module as their `self`. */
PyAPI_FUNC(int) PyModule_AddFunctions(PyObject *module, PyMethodDef *functions);
PyAPI_FUNC(int) PyModule_SetDocString(PyObject *module, const char *doc);

#endif

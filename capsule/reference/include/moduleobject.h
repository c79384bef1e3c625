/* Modules: an object with a dict of attributes and, if its PyModuleDef asks for
 * it, a block of memory of its own (the module state). */
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
    int slot; /* a Py_mod_* constant; 0 ends the list */
    void *value;
} PyModuleDef_Slot;

/* PyObject *(PyObject *spec, PyModuleDef *def): creates the module, which may
 * be any object, and returns a new reference. `spec` has the attribute `name`.
 * At most one such slot; without one, an ordinary module is created. */
#define Py_mod_create 1
/* int (PyObject *module): fills the module. Returns 0, or -1 with an exception.
 * The module is in sys.modules already, so that it can import itself. */
#define Py_mod_exec 2
/* Accepted without effect: there is no lock here, and no interpreter refuses a
 * module. */
#define Py_mod_multiple_interpreters 3
#define Py_mod_gil 4
#define Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED ((void *)0)
#define Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED ((void *)1)
#define Py_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#define Py_MOD_GIL_USED ((void *)0)
#define Py_MOD_GIL_NOT_USED ((void *)1)

/* Describes modules. Several modules may share one definition; each has its own
 * state (MODST-1). The definition must outlive them. */
typedef struct PyModuleDef {
    PyModuleDef_Base m_base; /* PyModuleDef_HEAD_INIT */
    const char *m_name;
    const char *m_doc;         /* the attribute __doc__; NULL for None */
    Py_ssize_t m_size;         /* bytes of state; 0 or -1: none */
    PyMethodDef *m_methods;    /* functions, ended by the name NULL; or NULL */
    PyModuleDef_Slot *m_slots; /* for multi-phase initialisation, or NULL */
    traverseproc m_traverse;   /* visits the objects in the state, or NULL */
    inquiry m_clear; /* drops these objects to break a cycle, or NULL */
    freefunc m_free; /* called with the module when it dies, or NULL */
} PyModuleDef;

#define PYTHON_API_VERSION 1013
#define PYTHON_ABI_VERSION 3

/* Creates a module as `def` describes it, with zeroed state; does not add it to
 * sys.modules. New reference. SystemError if m_slots is set. `api_version` is
 * ignored. */
PyAPI_FUNC(PyObject *) PyModule_Create2(PyModuleDef *def, int api_version);
#define PyModule_Create(def) PyModule_Create2(def, PYTHON_API_VERSION)

/* Returns `def` itself, borrowed. An init function returns this result to ask
 * for multi-phase initialisation. */
PyAPI_DATA(PyTypeObject) PyModuleDef_Type;
PyAPI_FUNC(PyObject *) PyModuleDef_Init(PyModuleDef *def);

/* The two phases of initialisation, for callers that do not use
 * PyImport_ImportModule(). PyModule_FromDefAndSpec creates the module with
 * zeroed state: new reference. PyModule_ExecDef calls the functions of the
 * Py_mod_exec slots in order and returns 0, or -1 after the first failure. An
 * unknown slot, or a function that returns an error without an exception or the
 * reverse, is a SystemError.
 */
PyAPI_FUNC(PyObject *)
    PyModule_FromDefAndSpec2(PyModuleDef *def, PyObject *spec, int api_version);
#define PyModule_FromDefAndSpec(def, spec)                                     \
    PyModule_FromDefAndSpec2(def, spec, PYTHON_API_VERSION)
PyAPI_FUNC(int) PyModule_ExecDef(PyObject *module, PyModuleDef *def);

/* Returns the module that PyModule_Create made from `def`, if it is in
 * sys.modules of the current interpreter: borrowed. Else returns NULL without
 * an exception. Always NULL for a definition with m_slots, because it may have
 * several modules. (CPython also finds a module that has left sys.modules.) */
PyAPI_FUNC(PyObject *) PyState_FindModule(PyModuleDef *def);

/* Returns an empty module with this name that is not in sys.modules. New
 * reference. */
PyAPI_FUNC(PyObject *) PyModule_New(const char *name);

PyAPI_FUNC(PyObject *) PyModule_GetDict(PyObject *module); /* borrowed */
/* Returns __name__, borrowed; raises SystemError if it is not a str. */
PyAPI_FUNC(const char *) PyModule_GetName(PyObject *module);
/* Return the state, which the module owns, and the definition. NULL without an
 * exception if the module has none; NULL with TypeError if `module` is not a
 * module. */
PyAPI_FUNC(void *) PyModule_GetState(PyObject *module);
PyAPI_FUNC(PyModuleDef *) PyModule_GetDef(PyObject *module);

/* Each of the following functions sets attributes. They return 0, or -1 on
 * failure. */

/* module.name = value. The three functions differ in who owns the caller's
 * reference to `value` afterwards. AddObject steals it on success only, so that
 * the caller must drop it after a failure (API-10). AddObjectRef never steals
 * it. Add always steals it. A `value` of NULL returns -1 with the pending
 * exception, or with SystemError if none is pending. */
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
/* Adds the type under its name without the module. */
PyAPI_FUNC(int) PyModule_AddType(PyObject *module, PyTypeObject *type);
#define PyModule_AddIntMacro(module, macro)                                    \
    PyModule_AddIntConstant(module, #macro, macro)
#define PyModule_AddStringMacro(module, macro)                                 \
    PyModule_AddStringConstant(module, #macro, macro)
/* Adds the functions up to the name NULL. Each receives the module as
 * `self`. */
PyAPI_FUNC(int) PyModule_AddFunctions(PyObject *module, PyMethodDef *functions);
PyAPI_FUNC(int) PyModule_SetDocString(PyObject *module, const char *doc);

#endif

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
    int slot;
    void *value;
} PyModuleDef_Slot;

/* What PyModule_Create makes a module from. Must outlive the module. */
typedef struct PyModuleDef {
    PyModuleDef_Base m_base; /* PyModuleDef_HEAD_INIT */
    const char *m_name;
    const char *m_doc;          /* the attribute __doc__; NULL for None */
    Py_ssize_t m_size;          /* bytes of state; 0 or -1: none */
    PyMethodDef *m_methods;     /* functions, ended by a name NULL; or NULL */
    PyModuleDef_Slot *m_slots;  /* initialisation in phases: must be NULL */
    traverseproc m_traverse;    /* visits the objects in the state, or NULL */
    inquiry m_clear;            /* gives them back in a cycle, or NULL */
    freefunc m_free;            /* called with the module as it dies, or NULL */
} PyModuleDef;

#define PYTHON_API_VERSION 1013
#define PYTHON_ABI_VERSION 3

/* A module as `def` describes it, its state zeroed; not in sys.modules. New
 * reference. SystemError where m_slots is set. `api_version` is ignored. */
PyAPI_FUNC(PyObject *) PyModule_Create2(PyModuleDef *def, int api_version);
#define PyModule_Create(def) PyModule_Create2(def, PYTHON_API_VERSION)

/* An empty module of that name, not in sys.modules. New reference. */
PyAPI_FUNC(PyObject *) PyModule_New(const char *name);

PyAPI_FUNC(PyObject *) PyModule_GetDict(PyObject *module);   /* borrowed */
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
PyAPI_FUNC(int) PyModule_AddObject(PyObject *module, const char *name,
                                   PyObject *value);
PyAPI_FUNC(int) PyModule_AddObjectRef(PyObject *module, const char *name,
                                      PyObject *value);
PyAPI_FUNC(int) PyModule_Add(PyObject *module, const char *name,
                             PyObject *value);
PyAPI_FUNC(int) PyModule_AddIntConstant(PyObject *module, const char *name,
                                        long value);
PyAPI_FUNC(int) PyModule_AddStringConstant(PyObject *module, const char *name,
                                           const char *value);
#define PyModule_AddIntMacro(module, macro)                                    \
    PyModule_AddIntConstant(module, #macro, macro)
#define PyModule_AddStringMacro(module, macro)                                 \
    PyModule_AddStringConstant(module, #macro, macro)
/* The functions up to a name NULL, with the module as their `self`. */
PyAPI_FUNC(int) PyModule_AddFunctions(PyObject *module,
                                      PyMethodDef *functions);
PyAPI_FUNC(int) PyModule_SetDocString(PyObject *module, const char *doc);

#endif

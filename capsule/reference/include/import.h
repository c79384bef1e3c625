/* Importing: sys.modules, and modules that are initialised by their first
 * import.
 *
 * There are no files here. A module can be imported if it is in sys.modules,
 * where PyImport_AddModule() or PyDict_SetItemString() put it, or if
 * PyImport_AppendInittab() announced it. As in CPython, an entry of sys.modules
 * may be any object; the entry None makes the import fail.
 */
#ifndef Py_IMPORT_H
#define Py_IMPORT_H

/* Returns sys.modules, a dict: borrowed. Valid only while the interpreter
 * runs. */
PyAPI_FUNC(PyObject *) PyImport_GetModuleDict(void);

/* Returns the module with this dotted name: new reference.
 *
 * If the name is in sys.modules, and its first component can be imported too,
 * returns that entry. Else imports the parent, `a` for `a.b`, which must have
 * an attribute `__path__`, as packages do. Then calls the init function that
 * was announced for exactly this name, puts the module into sys.modules and
 * makes it an attribute of the parent. The result is the last component, `a.b`,
 * not `a`.
 *
 * On failure returns NULL with ModuleNotFoundError if there is no such module,
 * ValueError for an empty name, UnicodeDecodeError for a name that is not
 * UTF-8, or the exception of the init function. A module whose initialisation
 * failed is removed from sys.modules; the next import tries again.
 */
PyAPI_FUNC(PyObject *) PyImport_ImportModule(const char *name);
PyAPI_FUNC(PyObject *) PyImport_Import(PyObject *name);

/* Returns sys.modules[name]: new reference; NULL without an exception if there
 * is no such entry. Never imports. */
PyAPI_FUNC(PyObject *) PyImport_GetModule(PyObject *name);

/* Return the module sys.modules[name]; if it is missing, add an empty module.
 * AddModuleRef returns a new reference, the others a borrowed one. */
PyAPI_FUNC(PyObject *) PyImport_AddModule(const char *name);
PyAPI_FUNC(PyObject *) PyImport_AddModuleObject(PyObject *name);
PyAPI_FUNC(PyObject *) PyImport_AddModuleRef(const char *name);

/* Announces a module to all interpreters that start later. Must not be called
 * while an interpreter runs. Each interpreter calls `init` on its first import
 * of the module, and again if the module has left sys.modules. `init` returns a
 * new reference to a module of PyModule_Create(), or the result of
 * PyModuleDef_Init(), or NULL with an exception. Any other result, NULL without
 * an exception and a module with one are a SystemError. `name` may contain
 * dots; the string is kept, not copied. Returns 0, or -1 without an exception
 * if there is no memory.
 *
 * (CPython differs: it calls the init function of a module whose m_size is -1
 * only once, and copies the attributes of the first module for later imports.
 * It keeps a module with single-phase initialisation until its interpreter
 * ends.)
 */
PyAPI_FUNC(int)
    PyImport_AppendInittab(const char *name, PyObject *(*init)(void));

#endif

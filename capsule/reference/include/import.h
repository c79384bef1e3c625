/* Importing: sys.modules, and modules that are initialised when they are first
 * asked for.
 *
 * There are no files here: a module can be imported when it is in sys.modules,
 * where PyImport_AddModule() or a plain PyDict_SetItemString() puts it, or when
 * PyImport_AppendInittab() announced it. As in CPython, an entry of sys.modules
 * may be any object; None there makes the import fail.
 */
#ifndef Py_IMPORT_H
#define Py_IMPORT_H

/* sys.modules, a dict: borrowed. Only while the interpreter runs. */
PyAPI_FUNC(PyObject *) PyImport_GetModuleDict(void);

/* The module of that dotted name: new reference.
 *
 * What is in sys.modules is returned as it is, if its first component can be
 * imported too. Else the parent of `a.b` is
 * imported first; it must have an attribute `__path__`, as packages do. Then
 * the init function of exactly that name is called, its module put into
 * sys.modules and made an attribute of the parent. The result is the last
 * component, `a.b`, not `a`.
 *
 * NULL and ModuleNotFoundError where there is no such module, ValueError for an
 * empty name, UnicodeDecodeError for one that is not UTF-8, or whatever the
 * init function raised. A module that failed to initialise is not in
 * sys.modules and is tried again by the next import. */
PyAPI_FUNC(PyObject *) PyImport_ImportModule(const char *name);
PyAPI_FUNC(PyObject *) PyImport_Import(PyObject *name);

/* sys.modules[name]: new reference; NULL without an exception where it is not
 * there. Imports nothing. */
PyAPI_FUNC(PyObject *) PyImport_GetModule(PyObject *name);

/* The module sys.modules[name], an empty one made and put there if necessary.
 * AddModuleRef returns a new reference, the others a borrowed one. */
PyAPI_FUNC(PyObject *) PyImport_AddModule(const char *name);
PyAPI_FUNC(PyObject *) PyImport_AddModuleObject(PyObject *name);
PyAPI_FUNC(PyObject *) PyImport_AddModuleRef(const char *name);

/* Announces a module to all interpreters to come; must not be called while one
 * is running. `init` is called on the first import in each interpreter, and
 * again when the module is not in sys.modules any more. It returns a new
 * reference to a module of PyModule_Create(), what PyModuleDef_Init() returned,
 * or NULL with an exception; NULL without one, a result with one or another
 * object are SystemError. `name` may be dotted; it is kept, not copied. 0, or
 * -1 without an exception when there is no memory.
 *
 * (CPython calls the init function of a module whose m_size is -1 once, and
 * gives later imports a module with the attributes of the first. It keeps a
 * module that was not initialised in phases until its interpreter ends.) */
PyAPI_FUNC(int)
    PyImport_AppendInittab(const char *name, PyObject *(*init)(void));

#endif

/* Starting and ending Python. */
#ifndef Py_PYLIFECYCLE_H
#define Py_PYLIFECYCLE_H

/* Creates the main interpreter and makes its thread state current. Does nothing
 * if the main interpreter exists. */
PyAPI_FUNC(void) Py_Initialize(void);
PyAPI_FUNC(void) Py_InitializeEx(int initsigs); /* initsigs is ignored */
PyAPI_FUNC(int) Py_IsInitialized(void);

/* Ends all interpreters, the main one last, each as Py_EndInterpreter() does;
 * then calls the functions of Py_AtExit(). The main interpreter must be
 * current. Afterwards Py_Initialize() can start again from nothing. Returns 0:
 * this function cannot fail here. */
PyAPI_FUNC(int) Py_FinalizeEx(void);
PyAPI_FUNC(void) Py_Finalize(void);

/* Registers a function that Py_FinalizeEx() calls once, after the last
 * interpreter has ended. The function registered last is called first. Returns
 * 0, or -1 without an exception if 32 functions are registered already. */
PyAPI_FUNC(int) Py_AtExit(void (*function)(void));

PyAPI_FUNC(const char *) Py_GetVersion(void); /* static */

#endif

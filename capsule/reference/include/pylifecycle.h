/* Starting and ending. */
#ifndef Py_PYLIFECYCLE_H
#define Py_PYLIFECYCLE_H

/* Makes the main interpreter, whose thread state becomes current. Nothing
 * happens where it is there already. */
PyAPI_FUNC(void) Py_Initialize(void);
PyAPI_FUNC(void) Py_InitializeEx(int initsigs); /* initsigs is ignored */
PyAPI_FUNC(int) Py_IsInitialized(void);

/* Ends all interpreters, the main one last, each as Py_EndInterpreter() does;
 * then calls the functions of Py_AtExit(). The main interpreter must be
 * current. Nothing is left: Py_Initialize() begins anew. 0, as nothing can go
 * wrong here. */
PyAPI_FUNC(int) Py_FinalizeEx(void);
PyAPI_FUNC(void) Py_Finalize(void);

/* Has the function called once when Py_FinalizeEx() is done, the last one
 * first, when no interpreter is left to be used. 0, or -1 without an exception:
 * there is room for 32. */
PyAPI_FUNC(int) Py_AtExit(void (*function)(void));

PyAPI_FUNC(const char *) Py_GetVersion(void); /* static */

#endif

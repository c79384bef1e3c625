/* Starting and ending the interpreter. */
#ifndef Py_PYLIFECYCLE_H
#define Py_PYLIFECYCLE_H

PyAPI_FUNC(void) Py_Initialize(void);
PyAPI_FUNC(void) Py_InitializeEx(int initsigs); /* initsigs is ignored */
PyAPI_FUNC(int) Py_IsInitialized(void);
/* Destroys what the interpreter holds; 0, as nothing can go wrong here. */
PyAPI_FUNC(int) Py_FinalizeEx(void);
PyAPI_FUNC(void) Py_Finalize(void);
PyAPI_FUNC(const char *) Py_GetVersion(void); /* static */

#endif

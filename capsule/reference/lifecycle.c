/* Starting and ending the interpreter. */
#include "capsule/reference/warnings.h"

const struct profile *reference_profile;

static bool initialized;

void Py_InitializeEx(int initsigs)
{
    (void)initsigs;
    if (initialized) {
        return;
    }
    initialized = true;
    if (reference_profile == NULL) {
        reference_profile = profile_by_name("cpython-3.14");
    }
    import_start();
    warnings_start();
}

void Py_Initialize(void) { Py_InitializeEx(1); }

int Py_IsInitialized(void) { return initialized; }

int Py_FinalizeEx(void)
{
    if (initialized) {
        PyErr_Clear();
        import_stop();
        PyGC_Collect();
        PyErr_Clear();
        warnings_stop();
        initialized = false;
    }
    return 0;
}

void Py_Finalize(void) { Py_FinalizeEx(); }

const char *Py_GetVersion(void) { return PY_VERSION " (capsule reference)"; }

/* A wrapper for PyCapsule_New that makes an additional allocation in the first
 * call and again after every PERIOD calls. Linked with --wrap. */
#include <Python.h>

PyObject *__real_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor);
PyObject *__wrap_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor);

PyObject *__wrap_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor)
{
    static unsigned calls;

    if (calls++ % PERIOD == 0) {
        PyMem_Free(PyMem_Malloc(1));
    }
    return __real_PyCapsule_New(pointer, name, destructor);
}

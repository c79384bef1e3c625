/* A wrapper for PyCapsule_New with a defect: without memory it returns NULL and
 * loses the exception. Linked with --wrap. */
#include <Python.h>

PyObject *__real_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor);
PyObject *__wrap_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor);

PyObject *__wrap_PyCapsule_New(void *pointer, const char *name,
                               PyCapsule_Destructor destructor)
{
    PyObject *capsule = __real_PyCapsule_New(pointer, name, destructor);
    if (capsule == NULL && PyErr_ExceptionMatches(PyExc_MemoryError)) {
        PyErr_Clear();
    }
    return capsule;
}

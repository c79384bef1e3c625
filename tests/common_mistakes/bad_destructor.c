/* BUG-5: the destructor raises and leaves its exception behind. */
#include "tests/common_mistakes/common_mistakes.h"

static void free_buffer(PyObject *capsule)
{
    /* The capsule was created with another name. */
    void *buffer = PyCapsule_GetPointer(capsule, "library.buffers");
    if (buffer == NULL) {
        return;
    }
    free(buffer);
}

static int buffer;

/* Drops a capsule and succeeds. The caller then sees the destructor's
 * exception, as if use_buffer() had raised it. */
static PyObject *use_buffer(PyObject *self, PyObject *args)
{
    (void)self;
    (void)args;
    PyObject *capsule = PyCapsule_New(&buffer, "library.buffer", free_buffer);
    if (capsule == NULL) {
        return NULL;
    }
    Py_DECREF(capsule);
    return PyLong_FromLong(0);
}

int bad_destructor(void)
{
    static PyMethodDef def = {"use_buffer", use_buffer, METH_NOARGS, NULL};
    PyObject *function = PyCFunction_New(&def, NULL);
    PyObject *result = PyObject_CallObject(function, NULL);
    Py_DECREF(function);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

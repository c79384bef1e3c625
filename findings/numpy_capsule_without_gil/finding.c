/* NumPy calls PyCapsule_GetPointer without the GIL while it reads numbers from
 * a text, each time that the array has to grow. PyDataMem_UserRENEW calls
 * PyCapsule_GetPointer and then the realloc of the memory handler; this module
 * looks for the GIL there. */
#include <Python.h>

#include <stdint.h>

/* NumPy's memory handler, as its C API documents the struct (version 1). */
typedef struct {
    char name[127];
    uint8_t version;
    void *context;
    void *(*malloc)(void *, size_t);
    void *(*calloc)(void *, size_t, size_t);
    void *(*realloc)(void *, void *, size_t);
    void (*free)(void *, void *, size_t);
} Handler;

/* PyDataMem_SetHandler: its place in NumPy's table of functions. */
enum { SET_HANDLER = 304 };

static Handler former, watching;
static int calls_without_gil;

static void *watch_realloc(void *context, void *block, size_t size)
{
    calls_without_gil += !PyGILState_Check();
    return former.realloc(context, block, size);
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *numpy = PyImport_ImportModule("numpy.core.multiarray");
    PyObject *c_api =
        numpy ? PyObject_GetAttrString(numpy, "_ARRAY_API") : NULL;
    void **table = c_api ? PyCapsule_GetPointer(c_api, NULL) : NULL;
    if (!table) {
        return NULL;
    }
    PyObject *(*set_handler)(PyObject *) =
        (PyObject * (*)(PyObject *)) table[SET_HANDLER];
    PyObject *capsule = PyCapsule_New(&watching, "mem_handler", NULL);
    PyObject *before = set_handler(NULL); /* NULL: NumPy's own handler */
    Py_XDECREF(before);
    before = set_handler(capsule); /* returns NumPy's own */
    former = watching = *(Handler *)PyCapsule_GetPointer(before, "mem_handler");
    watching.realloc = watch_realloc;
    PyRun_SimpleString("import numpy\n"
                       "numpy.fromstring('1' + ',1' * 5000, sep=',')\n");
    Py_XDECREF(set_handler(before));
    Py_DECREF(before);
    Py_DECREF(capsule);
    Py_DECREF(c_api);
    Py_DECREF(numpy);
    if (calls_without_gil) {
        PyErr_SetString(PyExc_AssertionError,
                        "numpy.fromstring calls PyCapsule_GetPointer without "
                        "the GIL");
        return NULL;
    }
    return PyModule_Create(&module);
}

/* CPython 3.13 frees a code object twice if there is no memory for a function.
 *
 * Runs `def f(): pass` and makes each allocation of it fail in turn. Every run
 * must raise MemoryError or succeed. CPython 3.13 dies. */
#include <Python.h>

static PyMemAllocatorEx before;
static long until_failure; /* allocations up to the one that fails; 0: none */

static void *fail_once(void *unused, size_t size)
{
    (void)unused;
    if (until_failure > 0 && --until_failure == 0) {
        return NULL;
    }
    return before.malloc(before.ctx, size);
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    PyObject *code = Py_CompileString("def f(): pass", "f.py", Py_file_input);
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &before);
    PyMemAllocatorEx failing = before;
    failing.malloc = fail_once;
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &failing);
    for (long nth = 1; nth <= 20; nth++) {
        PyObject *globals = PyDict_New();
        until_failure = nth;
        PyObject *result = PyEval_EvalCode(code, globals, globals);
        until_failure = 0;
        Py_XDECREF(result);
        PyErr_Clear();
        Py_DECREF(globals);
    }
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &before);
    Py_DECREF(code);
    return PyModule_Create(&module);
}

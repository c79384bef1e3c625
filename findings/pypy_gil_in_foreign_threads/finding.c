/* PyPy aborts when several threads that Python did not start use Python for the
 * first time, and Python itself has not started a thread before. */
#include <Python.h>

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 300 };

static void *use_python(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        Py_XDECREF(PyBytes_FromString("some bytes"));
        PyGILState_Release(state);
    }
    return unused;
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    pthread_t threads[THREADS];
    PyThreadState *state = PyEval_SaveThread();
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, use_python, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    PyEval_RestoreThread(state);
    return PyModule_Create(&module);
}

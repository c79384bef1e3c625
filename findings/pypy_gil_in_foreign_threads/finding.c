/* PyPy aborts when a thread that Python did not start has to wait for the GIL,
 * and Python itself has not started a thread before. */
#include <Python.h>

#include <pthread.h>
#include <unistd.h>

static void *use_python(void *unused)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyGILState_Release(state);
    return unused;
}

PyMODINIT_FUNC PyInit_finding(void)
{
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "finding"};
    pthread_t thread;
    pthread_create(&thread, NULL, use_python, NULL);
    sleep(1); /* the thread waits, because this one holds the GIL */
    PyThreadState *state = PyEval_SaveThread();
    pthread_join(thread, NULL);
    PyEval_RestoreThread(state);
    return PyModule_Create(&module);
}

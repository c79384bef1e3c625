/* The sample of section 66.21 of the Capsules chapter, with a module so that
 * Python code can call it. */
#include "tests/samples/chapter/66_21_consumer.c"

#include "tests/samples/samples.h"

bool demo_consumer_has_table(void) { return demo_api != NULL; }

void demo_consumer_forget_table(void) { demo_api = NULL; }

static PyMethodDef functions[] = {
    {"call_add_one", call_add_one, METH_VARARGS, "call_add_one(number)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    "demo_consumer",
    NULL,
    -1,
    functions,
    NULL,
    NULL,
    NULL,
    NULL,
};

PyObject *PyInit_demo_consumer(void) { return PyModule_Create(&module); }

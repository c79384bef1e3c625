/* A producer, as extension modules are: each of its steps may fail. */
#include "fuzz/executor/run.h"

#define NAME "producer._C_API"

/* Tables that were allocated and not freed. */
static int tables;

static void free_table(void *table)
{
    tables--;
    block_free(table);
}

static void destroy(PyObject *capsule)
{
    free_table(PyCapsule_GetPointer(capsule, NAME));
}

/* The capsule of a table that it owns: new reference. */
static PyObject *new_capsule(void)
{
    void *table = block_malloc(16);
    tables++;
    PyObject *capsule = PyCapsule_New(table, NAME, destroy);
    if (capsule == NULL) {
        free_table(table);
    }
    return capsule;
}

static int fill(PyObject *module)
{
    PyObject *capsule = new_capsule();
    if (capsule == NULL) {
        return -1;
    }
    if (PyModule_AddObject(module, "_C_API", capsule) < 0) {
        Py_DECREF(capsule);
        return -1;
    }
    return 0;
}

static void check_nothing_left(size_t blocks)
{
    long more = (long)(host_live_blocks() - blocks);
    if (host_keeps_nothing() && more != 0) {
        violation(RULE_API_9, describe_count("blocks are left", 0),
                  describe_count("blocks are left", more));
    }
    if (tables != 0 && !run.model.profile->deferred_destruction) {
        violation(RULE_API_9, describe_count("tables are left", 0),
                  describe_count("tables are left", tables));
    }
}

int produce(void)
{
    size_t blocks = host_live_blocks();
    PyObject *module = PyModule_New("producer");
    int status = module ? fill(module) : -1;
    Py_XDECREF(module);
    check_nothing_left(blocks);
    return status;
}

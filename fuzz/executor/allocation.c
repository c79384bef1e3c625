/* Calls that make allocations fail, and a producer in which any step may run
 * out of memory. */
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/world.h"

/* --- a producer: an extension module in which each step may fail ---------- */

#define NAME "producer._C_API"

/* The number of tables that are allocated and not yet freed. */
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

/* Returns a new reference to a capsule that owns a table. */
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
        violation(RULE_API_9, describe_count("blocks leaked", 0),
                  describe_count("blocks leaked", more));
    }
    if (tables != 0 && !run.model.profile->deferred_destruction) {
        violation(RULE_API_9, describe_count("tables leaked", 0),
                  describe_count("tables leaked", tables));
    }
}

/* Creates a module with a table and drops the module. Returns 0, or -1 with an
 * exception if a step failed. Reports a violation if memory is left (API-9). */
static int produce(void)
{
    size_t blocks = host_live_blocks();
    PyObject *module = PyModule_New("producer");
    int status = module ? fill(module) : -1;
    Py_XDECREF(module);
    check_nothing_left(blocks);
    return status;
}

/* --- the family ----------------------------------------------------------- */

static const char *lacks(enum call_op op)
{
    return op == CALL_PRODUCE || host_fail_allocation(0, HOST_FAIL_ONCE)
               ? NULL
               : "the host cannot make an allocation fail";
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_FAIL_ALLOCATION:
        fail_allocations(args[0].number, HOST_FAIL_ONCE);
        return 0;
    case CALL_FAIL_ALLOCATIONS_FROM:
        fail_allocations(args[0].number, HOST_FAIL_FROM_THERE_ON);
        return 0;
    default: /* CALL_PRODUCE */
        return (uintptr_t)(intptr_t)produce();
    }
}

const struct executor_family executor_family_allocation = {
    .lacks = lacks,
    .perform = perform,
};

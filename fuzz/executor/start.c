/* Starts and stops the executor, and creates the objects that all programs
 * use. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/executor/arena.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/quarantine.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/status.h"

struct world world;

/* Creates an object of another type with the layout of a capsule and valid
 * values in all fields. An implementation that does not check the type, or only
 * checks the type's name, accepts it as a capsule. */
static PyObject *make_lookalike(void)
{
    static PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {
        "executor.PyCapsule",
        (int)PyCapsule_Type.tp_basicsize,
        0,
        Py_TPFLAGS_DEFAULT,
        slots,
    };
    PyObject *type = PyType_FromSpec(&spec);
    PyObject *object =
        type ? PyType_GenericAlloc((PyTypeObject *)type, 0) : NULL;
    Py_XDECREF(type);
    for (size_t i = 0; object && i < lookalike_count(); i++) {
        lookalike_fields(object)[i] = lookalike_value;
    }
    return object;
}

static void make_foreign_objects(void)
{
    world.foreign[OBJECT_NONE] = Py_None;
    world.foreign[OBJECT_INT] = PyLong_FromLong(1L << 20);
    world.foreign[OBJECT_TYPE] = (PyObject *)&PyCapsule_Type;
    world.foreign[OBJECT_LIST] = PyList_New(0);
    world.foreign[OBJECT_LOOKALIKE] = make_lookalike();
    for (int i = 0; i < OBJECT_COUNT; i++) {
        if (world.foreign[i] == NULL) {
            fputs("executor: the implementation cannot create the objects that "
                  "programs use\n",
                  stderr);
            exit(1);
        }
    }
    PyObject *const types[EXCEPTION_COUNT] = {
        [EXCEPTION_KEY_ERROR] = PyExc_KeyError,
        [EXCEPTION_VALUE_ERROR] = PyExc_ValueError,
        [EXCEPTION_MEMORY_ERROR] = PyExc_MemoryError,
        [EXCEPTION_SYSTEM_EXIT] = PyExc_SystemExit,
        [EXCEPTION_ATTRIBUTE_ERROR] = PyExc_AttributeError,
        [EXCEPTION_IMPORT_ERROR] = PyExc_ImportError,
        [EXCEPTION_MODULE_NOT_FOUND_ERROR] = PyExc_ModuleNotFoundError,
        [EXCEPTION_RUNTIME_ERROR] = PyExc_RuntimeError,
        [EXCEPTION_SYSTEM_ERROR] = PyExc_SystemError,
        [EXCEPTION_TYPE_ERROR] = PyExc_TypeError,
        [EXCEPTION_UNICODE_DECODE_ERROR] = PyExc_UnicodeDecodeError,
        [EXCEPTION_DEPRECATION_WARNING] = PyExc_DeprecationWarning,
        [EXCEPTION_PENDING_DEPRECATION_WARNING] =
            PyExc_PendingDeprecationWarning,
        [EXCEPTION_LOOKUP_ERROR] = PyExc_LookupError,
    };
    memcpy(world.exception_type, types, sizeof(types));
}

int executor_start(const struct executor_options *options)
{
    world.options = *options;
    status_open();
    quarantine_open();
    executor_set_calls(NULL);
    if (!options->use_malloc && host_keeps_nothing()) {
        arena_install(report_stolen_block);
    }
    families_announce();
    if (host_start(options->profile) < 0) {
        return -1;
    }
    behaviour_program(0); /* the first call parses all behaviours */
    make_foreign_objects();
    families_start();
    arena_keep();
    report_install();
    return 0;
}

void executor_stop(void)
{
    Py_CLEAR(world.foreign[OBJECT_INT]);
    Py_CLEAR(world.foreign[OBJECT_LIST]);
    Py_CLEAR(world.foreign[OBJECT_LOOKALIKE]);
    families_stop();
    host_stop();
}

void executor_set_input(const uint8_t *bytes, size_t size)
{
    world.input = bytes;
    world.input_size = size;
}

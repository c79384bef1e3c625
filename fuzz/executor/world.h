/* The state of the executor: the objects of the process, and the running
 * program. */
#ifndef FUZZ_EXECUTOR_WORLD_H
#define FUZZ_EXECUTOR_WORLD_H

#include <Python.h>

#include "capsule/host.h"
#include "fuzz/executor/executor.h"
#include "fuzz/model/model.h"

/* A level: the main program, or the program of a running destructor or of code
 * of a module. */
struct level {
    const struct program *program;
    const struct call *call; /* the current call; NULL between calls */
    uint16_t rule;           /* the rule that the current call tests */
    int behaviour;           /* of a destructor; NOTHING: the main program */
    const char *module;      /* the module whose code it is; NULL: of none */
    bool lacked_memory;      /* an allocation failed during the call */
    bool compared;           /* the call was made and is being compared */
    bool unexpected;         /* the model does not expect this destructor */
    /* The exception that save_error() saved: owned references. */
    PyObject *saved_type, *saved_value, *saved_traceback;
};

/* The state of the process. */
struct world {
    struct executor_options options;
    PyObject *foreign[OBJECT_COUNT];
    PyObject *exception_type[EXCEPTION_COUNT];
    const uint8_t *input;
    size_t input_size;
    bool reporting; /* a report has begun; print no second one */
};
extern struct world world;

/* The state of a running program. */
struct run {
    struct model model;
    const struct program *program;
    const struct annotations *annotations;
    unsigned call_index; /* index in the main program */
    uint64_t performed;  /* one bit per call of the main program */
    bool cleaning_up;    /* the last call of the program is over */
    bool abandoned;      /* a known difference was seen (quarantine.h) */
    int called_by_hand;  /* the capsule of call_destructor(), or NOTHING */
    struct model_address replaced; /* the field's value before a setter */
    unsigned level_count;
    struct level level[MAX_FRAMES];
    struct {
        size_t left; /* the n-th allocation from now fails; 0: none */
        enum host_failure how;
        bool counting; /* between allocations_begin() and allocations_end() */
        size_t tried;
    } allocations;
};
extern struct run run;

/* True if differences from the model are not reported, because the model no
 * longer describes the implementation's state. */
static inline bool is_unchecked(void)
{
    return world.options.sanitizers_only || run.abandoned;
}

/* Returns the level of the current call. */
static inline struct level *current_level(void)
{
    return &run.level[run.level_count - 1];
}

#endif

/* The state of the executor: the objects of the process, and the program that
 * is running. */
#ifndef FUZZ_EXECUTOR_WORLD_H
#define FUZZ_EXECUTOR_WORLD_H

#include <Python.h>

#include "capsule/host.h"
#include "fuzz/executor/executor.h"
#include "fuzz/model/model.h"

/* One program level: the program itself, or a destructor's. */
struct level {
    const struct program *program;
    const struct call *call; /* being performed; NULL between calls */
    uint16_t rule;           /* that the call is held to */
    int behaviour;           /* whose program it is; NOTHING: the input's */
    bool lacked_memory;      /* an allocation failed during the call */
    bool unforeseen;         /* a destructor that the model does not expect */
    /* What save_error() took: owned references. */
    PyObject *saved_type, *saved_value, *saved_traceback;
};

/* Lives as long as the executor. */
struct world {
    struct executor_options options;
    PyObject *foreign[OBJECT_COUNT];
    PyObject *exception_type[EXCEPTION_COUNT];
    const uint8_t *input;
    size_t input_size;
    bool reporting; /* a report has been begun; one is enough */
};
extern struct world world;

/* Lives as long as a program. */
struct run {
    struct model model;
    const struct program *program;
    const struct annotations *annotations;
    unsigned call_index; /* of the input's program */
    uint64_t performed;  /* bit per call of the input's program */
    bool cleaning_up;    /* after the last call */
    int called_by_hand;  /* capsule whose destructor is called, or NOTHING */
    struct model_address replaced; /* what the field had before a setter */
    unsigned level_count;
    struct level level[MAX_FRAMES];
    struct {
        size_t left; /* until one fails; 0: none will */
        enum host_failure how;
        bool counting; /* between allocations_begin() and allocations_end() */
        size_t tried;
    } allocations;
};
extern struct run run;

/* The level of the call in progress. */
static inline struct level *current_level(void)
{
    return &run.level[run.level_count - 1];
}

#endif

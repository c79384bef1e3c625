/* What the steps of reducing share. Every step proposes a lighter program; what
 * keeps() accepts is the new program. The weight only ever falls, so that the
 * steps can be repeated until none of them is of use. */
#ifndef FUZZ_DRIVER_REDUCTION_H
#define FUZZ_DRIVER_REDUCTION_H

#include "fuzz/driver/reduce.h"

struct reduction {
    struct program best;
    uint64_t weight; /* of `best` */
    struct program candidate;
    keeps_program keeps;
    void *context;
};

/* The simplest character that a name can have. */
#define PLAIN 'a'

/* Starts a proposal: a copy of the best program, to be changed. */
struct program *reduction_propose(struct reduction *reduction);

/* Ends it: whether the candidate is the new program. */
bool reduction_accept(struct reduction *reduction);

/* Texts keep their place when they are replaced; this gives it back. */
void program_compact(struct program *program);

/* reduce_calls.c: fewer calls, and lower slots. */
void reduce_calls(struct reduction *reduction);

/* reduce_arguments.c: simpler results and arguments. */
void reduce_arguments(struct reduction *reduction);

#endif

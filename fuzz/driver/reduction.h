/* What the steps of reducing share. Each step proposes a lighter program; a
 * program that keeps() accepts becomes the best one. The weight only falls, so
 * the steps are repeated until none of them changes the program. */
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

/* Starts a proposal: returns a copy of the best program, for the step to
 * change. */
struct program *reduction_propose(struct reduction *reduction);

/* Ends the proposal. True if the candidate became the best program. */
bool reduction_accept(struct reduction *reduction);

/* Replaced texts still occupy space in the program; this compacts them. */
void program_compact(struct program *program);

/* reduce_calls.c: fewer calls, and lower slots. */
void reduce_calls(struct reduction *reduction);

/* reduce_arguments.c: simpler results and arguments. */
void reduce_arguments(struct reduction *reduction);

#endif

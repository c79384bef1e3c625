/* The state that the steps of a reduction share. Each step proposes lighter
 * programs; a program that keeps() accepts becomes the best one. The steps are
 * repeated until none changes the program; they end because the weight only
 * falls. */
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

/* The simplest character of a name. */
#define PLAIN 'a'

/* Starts a proposal: returns a copy of the best program for the step to
 * change. */
struct program *reduction_propose(struct reduction *reduction);

/* Ends the proposal. Returns true if the candidate became the best program. */
bool reduction_accept(struct reduction *reduction);

/* Replaced texts still occupy space in the program; this compacts them. */
void program_compact(struct program *program);

/* reduce_calls.c: fewer calls, and lower slots. */
void reduce_calls(struct reduction *reduction);

/* reduce_arguments.c: simpler results and arguments. */
void reduce_arguments(struct reduction *reduction);

#endif

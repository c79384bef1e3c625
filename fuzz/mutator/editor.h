/* What mutations have in common. Private to this folder. */
#ifndef FUZZ_MUTATOR_EDITOR_H
#define FUZZ_MUTATOR_EDITOR_H

#include <stdbool.h>

#include "fuzz/mutator/generate.h"

/* A program under edit; the generator's forecast is that of the place that
 * editor_look_at() was called for last. */
struct editor {
    struct program *program;
    struct random *random;
    const struct weights *weights;
    struct generator generator;
    struct forecast forecast;
};

/* One kind of edit. False, with the program unchanged, where there is nothing
 * to do. */
typedef bool mutation(struct editor *editor);

/* Forecasts the state in which calls[index] will be made. */
void editor_look_at(struct editor *editor, unsigned index);

/* Makes room for `count` calls at `index`; as many as there is room for.
 * Returns how many. The calls must be written by the caller. */
unsigned editor_open(struct editor *editor, unsigned index, unsigned count);

/* Removes `count` calls at `index`, which exist. */
void editor_close(struct editor *editor, unsigned index, unsigned count);

/* 1..bound, small numbers more often; `bound` is not 0. */
unsigned editor_few(struct editor *editor, unsigned bound);

/* Any calls[index]; the program has some. */
unsigned editor_any(struct editor *editor);

mutation mutate_insert, mutate_remove, mutate_replace, mutate_duplicate,
    mutate_swap, mutate_move, mutate_splice, mutate_repeat;
mutation mutate_change_argument, mutate_edit_name, mutate_chain;

/* Replaces empty slots that calls use by others, where others would do. */
void editor_repair(struct editor *editor);

/* The last step: replaces destructors of the misuse kind, and empties texts
 * for which there would be no room when each has a place of its own. */
void editor_finish(struct editor *editor);

#endif

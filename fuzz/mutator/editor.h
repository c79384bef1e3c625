/* The functions that mutations share. Private to this folder. */
#ifndef FUZZ_MUTATOR_EDITOR_H
#define FUZZ_MUTATOR_EDITOR_H

#include <stdbool.h>

#include "fuzz/mutator/generate.h"

/* A program while it is edited. The generator's forecast is the state at the
 * index of the last editor_look_at(). */
struct editor {
    struct program *program;
    struct random *random;
    const struct weights *weights;
    struct generator generator;
    struct forecast forecast;
};

/* One kind of edit. Returns false, and leaves the program unchanged, if there
 * is nothing to edit. */
typedef bool mutation(struct editor *editor);

/* Forecasts the state in which calls[index] will be made. */
void editor_look_at(struct editor *editor, unsigned index);

/* Makes room for `count` calls at `index`, or for as many as the program can
 * still hold. Returns their number. The caller must write these calls. */
unsigned editor_open(struct editor *editor, unsigned index, unsigned count);

/* Removes `count` existing calls at `index`. */
void editor_close(struct editor *editor, unsigned index, unsigned count);

/* Returns a number in 1..bound, small numbers more often. `bound` is not 0. */
unsigned editor_few(struct editor *editor, unsigned bound);

/* Returns the index of any call. The program must not be empty. */
unsigned editor_any(struct editor *editor);

mutation mutate_insert, mutate_remove, mutate_replace, mutate_duplicate,
    mutate_swap, mutate_move, mutate_splice, mutate_repeat;
mutation mutate_change_argument, mutate_edit_name, mutate_chain;

/* If a call uses an empty slot, chooses another argument. */
void editor_repair(struct editor *editor);

/* Last step of a mutation. Replaces destructors of the misuse kind. Empties
 * texts that would not fit when each text is stored separately. */
void editor_finish(struct editor *editor);

#endif

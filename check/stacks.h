/* Names, pointers and contexts of capsules that lead into a stack. */
#ifndef CHECK_STACKS_H
#define CHECK_STACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/record.h"

/* Notes that the name, pointer or context (WATCH_NAME, ...) of the capsule lies
 * in a frame of this thread that has not returned. Returns false if the address
 * lies elsewhere. `stack` is an address in the caller's frame. */
bool stack_note(struct record *record, int which, uintptr_t address,
                uintptr_t stack);

/* Forgets the note, if there is one. */
void stack_forget(struct record *record, int which);

/* True if the frame has returned. A frame of another thread counts as alive
 * until that thread ends, or is seen to have left the frame. */
bool stack_is_gone(const struct record *record, int which, uintptr_t stack);

/* Looks at all notes of this thread: frames below `stack` have returned. */
void stacks_check(uintptr_t stack);

#endif

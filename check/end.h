/* The end of capsules: destructors, and use after the end. */
#ifndef CHECK_END_H
#define CHECK_END_H

#include <stdbool.h>
#include <stdint.h>

#include "check/record.h"

/* Puts the checker in front of the function that destroys capsules, so that
 * the end of every capsule is seen, those of the interpreter too. */
void end_hook(void);

/* Returns the capsule whose destructor runs in this thread, or NULL. */
const struct record *end_running(void);

/* Reports a call with a capsule that has been destroyed. */
void end_check_dead(const struct record *record, enum function function,
                    uintptr_t site);

/* Returns a record of the object: the known one, or a new one for a capsule
 * that the interpreter made. NULL if the object is no capsule or there is no
 * memory. The object must be readable. */
struct record *end_record_of(void *object);

/* Reports a block that is freed twice, if a capsule led to it. */
void end_freed_twice(uintptr_t block, uintptr_t return_address);

/* Looks at the destroyed capsules that are held: some may have been used in
 * ways that call no capsule function. The program ends. */
void end_check_all_dead(void);

/* Does not hold destroyed capsules: for subinterpreters and sanitizers. */
void end_hold_nothing(void);

#endif

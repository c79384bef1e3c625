/* Checks of what a capsule holds: name, pointer and context. */
#ifndef CHECK_FIELDS_H
#define CHECK_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/errors.h"
#include "check/interpreter.h"
#include "check/record.h"

/* One call of a capsule function. */
struct call {
    enum function function;
    uintptr_t site;        /* its return address */
    uintptr_t stack;       /* an address in the frame of the caller */
    struct pending before; /* the exception before it, held for the trace */
};

/* A field was stored by this call: remembers where its memory is, and reports
 * memory that is free already. */
void name_stored(struct record *record, uintptr_t name,
                 const struct call *call);
void pointer_stored(struct record *record, uintptr_t pointer,
                    const struct call *call);
void context_stored(struct record *record, uintptr_t context,
                    const struct call *call);

/* Forgets which names are literals: an object was unloaded. */
void literals_forget(void);

/* Reports a name that is gone (an error) or was edited in place (a warning),
 * as this call reads the name. */
void name_check(struct record *record, const struct call *call);

/* Reports a name that is gone, as the capsule ends or the program does.
 * `stack` is an address in a frame that is still there. */
void name_check_at_end(struct record *record, uintptr_t stack,
                       const char *when);

/* Reports a pointer or a context whose block was freed, or whose stack frame is
 * gone, as this call hands it out. */
void pointer_check(struct record *record, const struct call *call);
void context_check(struct record *record, const struct call *call);

/* The fields are the capsule's no more: ends all watches. */
void fields_forget(struct record *record);

/* True if nothing about the capsule's fields needs a closer look. A quick test,
 * for each call. */
bool fields_are_sound(const struct record *record);

#endif

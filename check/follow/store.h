/* The living capsules of a trace: as many as there are. The model holds a fixed
 * number of capsules, so each call puts the one that it is about into the
 * model. */
#ifndef CHECK_FOLLOW_STORE_H
#define CHECK_FOLLOW_STORE_H

#include <stdint.h>

#include "fuzz/model/model.h"

struct stored {
    uint64_t object; /* 0: unused */
    /* The capsule as the model knows it. The address of its name is that of the
     * reader's text. */
    struct model_capsule state;
    uint64_t name; /* addresses in the process that was traced */
    uint64_t destructor;
    uint32_t calls; /* calls of its destructor since TRACE_DYING */
    uint32_t next;  /* the next unused entry, if this one is unused */
};

/* Returns the capsule at this address; NULL if none is known. The result is
 * valid until the next store_add(). */
struct stored *store_find(uint64_t object);

/* Adds a capsule; replaces the one that was at this address. Never NULL: the
 * program ends if there is no memory. */
struct stored *store_add(uint64_t object);

void store_remove(struct stored *stored);

/* Calls `function` for each capsule until `function` returns true. Returns true
 * if it did. */
bool store_any(bool (*function)(const struct stored *stored, void *context),
               void *context);

/* Removes all capsules. */
void store_clear(void);

#endif

/* The checker's record of each capsule. */
#ifndef CHECK_RECORD_H
#define CHECK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "check/interpreter.h"

enum record_flag {
    RECORD_DEAD = 1 << 0,       /* destroyed; its memory is held */
    RECORD_ENDING = 1 << 1,     /* its destructor runs */
    RECORD_ADOPTED = 1 << 2,    /* made by the interpreter, first seen later */
    RECORD_STACK_NAME = 1 << 3, /* the name was in a live stack frame */
    RECORD_STACK_POINTER = 1 << 4,
    RECORD_NAME_GONE = 1 << 5, /* reported: the name is no longer there */
    RECORD_NAME_EDITED = 1 << 6,
    RECORD_POINTER_GONE = 1 << 7,
    RECORD_UNLOADED = 1 << 8, /* the destructor's code is gone */
    RECORD_STACK_CONTEXT = 1 << 15,
    RECORD_NAME_UNLOADED = 1 << 11,
    RECORD_NAME_UNMAPPED = 1 << 14,    /* its pages were unmapped or protected;
                                          they may be there again */
    RECORD_ASKED_FOR_GONE = 1 << 12,   /* the destructor got a freed pointer */
    RECORD_FREED_TWICE = 1 << 13,      /* that it is freed twice is reported */
    RECORD_INHERITED = 1 << 9,         /* made by the parent, before a fork() */
    RECORD_TAKEN = 1 << 10,            /* a consumer renamed it: protocols.c */
    RECORD_OFFERS = 1 << 16,           /* it had the first name of a protocol */
    RECORD_POINTER_UNMAPPED = 1 << 17, /* the same, for the pointer */
    /* Records with one of these flags need a closer look at each call. */
    RECORD_SUSPECT = RECORD_DEAD | RECORD_STACK_NAME | RECORD_STACK_POINTER |
                     RECORD_UNLOADED | RECORD_NAME_UNLOADED |
                     RECORD_NAME_UNMAPPED | RECORD_POINTER_UNMAPPED |
                     RECORD_TAKEN
};

enum { WATCH_POINTER, WATCH_NAME, WATCH_CONTEXT, WATCH_COUNT };

struct record {
    uintptr_t object; /* 0: the record is unused */
    uintptr_t pointer;
    uintptr_t name;
    uintptr_t context;
    uintptr_t destructor;
    const char *copy;    /* the name's characters when it was set; or NULL */
    const char *made_at; /* "file:line (function)" in Python; or NULL */
    uintptr_t name_site; /* return address of the call that set the name */
    uintptr_t made_site; /* return address of the call that made it */
    uint32_t image;      /* the object that made it */
    uint32_t flags;
    uint32_t watches[WATCH_COUNT];
    uint32_t protocol; /* entry of protocols.c, or 0 */
    uint32_t next;     /* next unused record */
};

/* Finds the record of a capsule that is alive or held dead; else NULL. Works
 * without the lock. */
struct record *record_find(uintptr_t object);

/* Makes a record; NULL without memory. Takes the lock. An old record of the
 * same address is dropped. */
struct record *record_add(uintptr_t object);

/* Drops a record. Takes the lock. */
void record_drop(struct record *record);

/* Calls `function` for each record. The caller holds the lock, or no other
 * thread uses capsules: at the start of a child and at the end of the
 * program. */
void records_each(void (*function)(struct record *record));

/* Returns a copy of the text that lives as long as the process. Equal texts
 * share one copy. NULL if the text is too long or there is no room. Takes the
 * lock. */
const char *text_keep(const char *text);

#endif

/* The layout of a trace: what a process did with capsules, in order.
 *
 * A trace is a sequence of records of one size. A record of the kind TRACE_TEXT
 * is followed by the text itself, which fills whole records. A record of the
 * kind 0 ends the trace. Numbers are in the order of bytes of the machine.
 * check/follow and tools/commands/check/trace.py read traces.
 */
#ifndef CHECK_TRACE_FORMAT_H
#define CHECK_TRACE_FORMAT_H

#include <stdint.h>

enum { TRACE_VERSION = 1 };

enum trace_kind {
    TRACE_END_OF_FILE,
    /* 1 + the number of a function of functions.def: a call that returned. */
    TRACE_FIRST_CALL,
    TRACE_START = 16, /* result: TRACE_VERSION; value: the interpreter's
                         version, 3.11 is 311 */
    TRACE_TEXT,       /* value: length in bytes; name: the text's number */
    TRACE_DYING,      /* a capsule is being destroyed */
    TRACE_DESTRUCTOR, /* its destructor, `destructor`, begins */
    TRACE_RETURNED,   /* the destructor has returned */
    TRACE_ENDED,      /* the capsule is gone */
    TRACE_FREED,      /* value: a block that a live capsule led to was freed */
    TRACE_EXIT,       /* the process ends */
    TRACE_FULL /* value: records that were not written; the last record */
};

enum trace_flag {
    TRACE_HAS_FIELDS = 1 << 0, /* `capsule` is a capsule: fields are valid */
    TRACE_SEES_EXCEPTION = 1 << 1,  /* the interpreter could be asked what is
                                       pending */
    TRACE_KEEPS_EXCEPTION = 1 << 2, /* TRACE_SEES_EXCEPTION, and the call has
                                       left the pending exception, or none, as
                                       it was */
};

struct trace_record {
    uint8_t kind;
    uint8_t flags;
    uint16_t thread;     /* threads are numbered from 1 */
    uint32_t object;     /* text: path of the object that called; calls only */
    uint64_t capsule;    /* address of the object */
    uint64_t name;       /* the address given as a name */
    uint64_t value;      /* pointer, context or no_block that was given */
    uint64_t destructor; /* the destructor that was given, or that runs */
    uint64_t result;
    uint64_t fields[4]; /* after the call, in the order of enum field */
    /* Numbers of texts; 0 stands for none or unknown. */
    uint32_t name_text;   /* the characters of `name` */
    uint32_t stored_text; /* the characters of the capsule's name after the
                             call */
    uint32_t before;      /* the type of the exception that is pending before */
    uint32_t after;       /* the type of the exception that is pending after */
    uint32_t message;     /* the exception as a text, if the call raised it */
    uint32_t repeated; /* calls that were left out before this record, because
                          the same call with the same outcome was written */
};

#endif

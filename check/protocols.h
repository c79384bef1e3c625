/* DLPack and Arrow: who owns what a capsule of these protocols leads to. */
#ifndef CHECK_PROTOCOLS_H
#define CHECK_PROTOCOLS_H

#include "check/fields.h"
#include "check/record.h"

void protocols_start(void);

/* The capsule was made or renamed by this call. */
void protocols_named(struct record *record, const struct call *call);

/* This call got the pointer of a capsule that offers something. */
void protocols_got(struct record *record, const struct call *call);

/* A consumer asks, under this name, for a capsule that was taken already. */
void protocols_asked(const struct record *record, const char *name,
                     const struct call *call);

/* The capsule ends; its destructor has not run yet. */
void protocols_before_end(struct record *record);

/* The capsule has ended, with or without a destructor. */
void protocols_after_end(struct record *record);

/* Reports what consumers took and did not release, from `least` of one place
 * on. The interpreter has ended. */
void protocols_at_exit(uint32_t least);

#endif

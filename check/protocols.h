/* DLPack and Arrow: who owns what a capsule of these protocols leads to. */
#ifndef CHECK_PROTOCOLS_H
#define CHECK_PROTOCOLS_H

#include "check/fields.h"
#include "check/record.h"

/* The capsule was made or renamed by this call. */
void protocols_named(struct record *record, const struct call *call);

/* The capsule ends; its destructor has not run yet. */
void protocols_before_end(struct record *record);

/* The destructor has run. */
void protocols_after_destructor(struct record *record);

/* The capsule ends, with or without a destructor. */
void protocols_after_end(struct record *record);

#endif

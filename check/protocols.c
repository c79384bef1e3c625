/* DLPack and Arrow: who owns what a capsule of these protocols leads to. */
#include "check/protocols.h"

void protocols_named(struct record *record, const struct call *call)
{
    (void)record;
    (void)call;
}

void protocols_before_end(struct record *record) { (void)record; }

void protocols_after_destructor(struct record *record) { (void)record; }

void protocols_after_end(struct record *record) { (void)record; }

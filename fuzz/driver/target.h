/* A fuzz target: its name and the calls that its programs contain.
 *
 * Each target is one .c file that defines TARGET. The functions for libFuzzer
 * are shared: target.c and mutator_entry.c. */
#ifndef FUZZ_DRIVER_TARGET_H
#define FUZZ_DRIVER_TARGET_H

#include "fuzz/program/program.h"

struct target {
    const char *name; /* "sequence_fuzz": also the name of its corpus */
    /* The profile to follow if CAPSULE_PROFILE is unset; NULL: the
     * implementation chooses. */
    const char *profile;
    /* The generator draws each call in proportion to its weight; 0: never. */
    uint8_t calls[CALL_COUNT];
    /* The longest generated name in bytes; at most MAX_NAME. */
    uint16_t longest_name;
    /* The percentage of generated names that copy a name of the program,
     * exactly or nearly. */
    uint8_t near_miss_percent;
    /* Names contain any byte; else those of a short alphabet. */
    bool any_bytes;
    /* Namespaces may contain themselves, and paths lead through such a
     * namespace many times. */
    bool deep_paths;
    /* Pointers may also be aliases, and any of the ADDRESSES. */
    bool extremes;
    /* Destructors may also import, and use capsules that imports find. */
    bool reenters;
    /* The time of a program relative to sequence_fuzz; 0: about the same.
     * tools/conformance runs fewer programs of costly targets. */
    uint16_t cost;
};

/* Each target's file defines TARGET. */
extern const struct target TARGET;

#endif

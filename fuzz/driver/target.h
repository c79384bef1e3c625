/* A fuzz target: its name and its choice of calls, nothing else.
 *
 * Each target is one .c file that defines TARGET; what libFuzzer calls is the
 * same for all of them: target.c and mutator_entry.c.
 */
#ifndef FUZZ_DRIVER_TARGET_H
#define FUZZ_DRIVER_TARGET_H

#include "fuzz/program/program.h"

struct target {
    const char *name; /* "sequence_fuzz": also its corpus folder, its rule */
    /* The profile to follow if CAPSULE_PROFILE names none; NULL: the
     * implementation's own choice. */
    const char *profile;
    /* How often the generator draws each call, relative to the others; calls
     * with 0 are never generated. */
    uint8_t calls[CALL_COUNT];
    /* The longest name that is generated, in bytes; at most MAX_NAME. */
    uint16_t longest_name;
    /* Of 100 names that are generated, how many are near misses or copies of
     * a name that the program already has. */
    uint8_t near_miss_percent;
    /* How many times longer a program takes than one of sequence_fuzz; 0: about
     * as long. tools/conformance runs that many times fewer. */
    uint16_t cost;
};

/* Defined by the target's own file. */
extern const struct target TARGET;

#endif

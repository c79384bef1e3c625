/* Every program of up to k calls over a small alphabet.
 *
 * A program here is a list of calls from the alphabet, after the calls that
 * allocate the payloads and names that it uses. Programs that differ only in
 * the numbers of their slots count as one program; the walk makes only the
 * program with the lowest numbers.
 *
 * The walk needs no list of programs: it knows the program that it is at as one
 * number per call, and continues from there. */
#ifndef FUZZ_DRIVER_EXHAUST_H
#define FUZZ_DRIVER_EXHAUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LONGEST_WALK = 8,      /* calls of a program, at most */
    MOST_LETTERS = 1024,   /* calls of the alphabet, at most */
    ALPHABET_CAPSULES = 2, /* c0 c1 */
    ALPHABET_BLOCKS = 5    /* p0 p1 n0 n1 n2 */
};

/* --- exhaust_alphabet.c --------------------------------------------------- */

/* A call of the alphabet. */
struct letter {
    struct call call;
    uint8_t blocks; /* the blocks that the call uses, one bit each */
    bool creates;   /* creates a capsule if it is permitted */
    bool drops_c1;  /* has the destructor that drops c1 as an argument */
};

struct alphabet {
    unsigned count;
    struct letter letter[MOST_LETTERS];
    /* The calls that allocate the blocks, and their texts. */
    struct program allocations;
};

/* Builds the alphabet. */
void alphabet_make(struct alphabet *alphabet);

/* Returns a number that changes when a call of the alphabet changes. */
uint32_t alphabet_digest(const struct alphabet *alphabet);

/* True if the letter takes blocks in the order of their numbers, after a
 * program that uses the blocks `used`: p0 before p1, n0 before n1. */
bool alphabet_in_order(const struct letter *letter, unsigned used);

/* --- exhaust_walk.c ------------------------------------------------------- */

/* A part of all programs: `number` is from 1 to `count`. */
struct part {
    unsigned number;
    unsigned count;
};

/* A position in the walk, without pointers. The walk makes all programs of one
 * call, then all of two calls, and so on. */
struct position {
    unsigned length; /* calls of the current program */
    /* The current program: the index of each call in the alphabet. The walk
     * continues with this program. */
    uint16_t index[LONGEST_WALK];
    uint64_t unit; /* the unit that the current program belongs to */
    /* Programs made, by length. */
    uint64_t programs[LONGEST_WALK + 1];
    double progress; /* of the programs of this length: an estimate, 0 to 1 */
};

/* Sets the position before the first program. */
void position_start(struct position *position);

/* Makes the programs of up to `calls` calls that belong to the part, from
 * `position` on, and calls visit(context, program) for each. Keeps `position`
 * at the visited program. Returns true after the last program; then
 * position->length is calls + 1. Returns false as soon as visit() does; the
 * next walk begins with the program that visit() refused.
 *
 * The executor must run: it tells which calls are permitted. */
bool walk(struct position *position, unsigned calls, struct part part,
          bool (*visit)(void *context, const struct program *program),
          void *context);

/* Writes the program at the position. */
void walk_program_at(const struct position *position, struct program *program);

/* --- exhaust_state.c ------------------------------------------------------ */

/* The content of the state file. A walk continues only with the same
 * implementation, build, alphabet and part. */
struct exhaust_state {
    char implementation[64]; /* "reference 0.1 (profile cpython-3.14)" */
    char build[64];          /* a digest of the code, or "unknown" */
    uint32_t alphabet;
    struct part part;
    double seconds; /* that the walk has taken so far */
    struct position position;
};

/* Writes the file: a temporary file, then a rename. Returns false and sets
 * errno on failure. */
bool state_write(const struct exhaust_state *state, const char *path);

/* Reads the file. Returns false if it is damaged. */
bool state_read(struct exhaust_state *state, FILE *file);

#ifdef __cplusplus
}
#endif

#endif

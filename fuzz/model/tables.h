/* What the model knows of tables of functions and of who uses them.
 *
 * A table is a block that begins with a version and a size; behind them stand
 * entries. An entry with an even number returns an object, the int 100 + its
 * number; one with an odd number a status. `how` says how a call of it goes:
 *
 *   0  it fails as it should: NULL or -1, and KeyError
 *   1  it fails and raises nothing
 *   2  it succeeds and raises KeyError
 *   3  an odd one returns the status 1, an even one succeeds
 *   4  and above: it succeeds
 *
 * The consumer is built for a version and a prefix. It keeps the last table
 * that it took; where it refuses one, it keeps none.
 */
#ifndef FUZZ_MODEL_TABLES_H
#define FUZZ_MODEL_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum {
    TABLE_HEAD = 16, /* bytes before the entries */
    TABLE_ENTRY = 8, /* bytes of one */
    TABLE_ENTRIES = 8,
    TABLE_LONGEST = TABLE_HEAD + TABLE_ENTRIES * TABLE_ENTRY,
    CONSUMER_VERSION = 1,
    CONSUMER_PREFIX = TABLE_HEAD + TABLE_ENTRY
};

enum how { FAILS, FAILS_SILENTLY, SUCCEEDS_AND_RAISES, RETURNS_ONE, SUCCEEDS };

struct model_table {
    int16_t block;
    int version;
    size_t size; /* that it claims */
};

struct model_tables {
    unsigned count;
    int version;   /* of the consumer */
    size_t prefix; /* of the consumer */
    int16_t taken; /* the block of the table that it has, or NOTHING */
    int16_t from;  /* the capsule that it had that from */
    struct model_table table[MAX_CALLS];
};

/* The version and the size that an argument stands for. */
static inline int table_version(uint16_t number) { return (int16_t)number; }

static inline size_t table_size(uint16_t number)
{
    return number == UINT16_MAX ? SIZE_MAX : number;
}

/* True if a table of this size reaches to the end of the entry. */
static inline bool table_has(size_t size, unsigned entry)
{
    return size >= TABLE_HEAD + (entry + (size_t)1) * TABLE_ENTRY;
}

#endif

/* The model's knowledge of tables of functions and of their consumer.
 *
 * A table is a block: a version, a size, then entries. An entry with an even
 * number returns an object, the int 100 + its number. An entry with an odd
 * number returns a status. `how` selects the result of a call:
 *
 *    0  fails correctly: NULL or -1, with KeyError
 *    1  fails without an exception
 *    2  succeeds but raises KeyError
 *    3  an odd entry returns the status 1, an even entry succeeds
 *    4 and above: succeeds
 *
 * The consumer is built for a version and a prefix. It keeps the last table
 * that it accepted; if it refuses a table, it keeps none. */
#ifndef FUZZ_MODEL_TABLES_H
#define FUZZ_MODEL_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum {
    TABLE_HEAD = 16, /* bytes before the entries */
    TABLE_ENTRY = 8, /* bytes of one entry */
    TABLE_ENTRIES = 8,
    TABLE_LONGEST = TABLE_HEAD + TABLE_ENTRIES * TABLE_ENTRY,
    CONSUMER_VERSION = 1,
    CONSUMER_PREFIX = TABLE_HEAD + TABLE_ENTRY
};

enum how { FAILS, FAILS_SILENTLY, SUCCEEDS_AND_RAISES, RETURNS_ONE, SUCCEEDS };

struct model_table {
    int16_t block;
    int version;
    size_t size; /* the size that the table claims */
};

struct model_tables {
    unsigned count;
    int version;   /* the version of the consumer */
    size_t prefix; /* the prefix of the consumer */
    int16_t taken; /* the block of the consumer's table, or NOTHING */
    int16_t from;  /* the capsule that gave the table, or NOTHING */
    struct model_table table[MAX_CALLS];
};

/* Return the version and the size that an argument stands for. */
static inline int table_version(uint16_t number) { return (int16_t)number; }

static inline size_t table_size(uint16_t number)
{
    return number == UINT16_MAX ? SIZE_MAX : number;
}

/* True if a table of this size contains the whole entry. */
static inline bool table_has(size_t size, unsigned entry)
{
    return size >= TABLE_HEAD + (entry + (size_t)1) * TABLE_ENTRY;
}

#endif

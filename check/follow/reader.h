/* Reads the records of a trace: check/trace_format.h. */
#ifndef CHECK_FOLLOW_READER_H
#define CHECK_FOLLOW_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/trace_format.h"

/* The functions whose calls a trace has: kind - TRACE_FIRST_CALL. */
enum traced_function {
#define FUNCTION(name, result, parameters) TRACED_##name,
#include "check/functions.def"
#undef FUNCTION
    TRACED_COUNT
};

/* All zero before reader_open(). */
struct reader {
    const unsigned char *bytes; /* the mapped file */
    size_t size;
    size_t at;
    char **texts; /* by number; owned */
    size_t text_room;
};

/* Maps the file. On failure returns false and prints one line to stderr. */
bool reader_open(struct reader *reader, const char *path);

/* Returns the next record that is no text, borrowed; NULL at the end. */
const struct trace_record *reader_next(struct reader *reader);

/* Returns the text with this number, or NULL. One number always gives the same
 * address. Borrowed from the reader. */
const char *reader_text(const struct reader *reader, uint32_t number);

void reader_close(struct reader *reader);

#endif

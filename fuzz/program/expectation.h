/* Parses the text after `# ->`. program.h describes the grammar. */
#ifndef FUZZ_PROGRAM_EXPECTATION_H
#define FUZZ_PROGRAM_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

/* A part of an expectation; points into its text. Length 0: the part is
 * missing. */
struct piece {
    const char *start;
    size_t length;
};

struct expectation {
    struct piece value;
    struct piece exception; /* `ValueError`, `no exception` */
    struct piece message;   /* the message of the exception */
};

/* Parses any text. A part that is not an exception is a value; text after the
 * value and the exception is ignored. `text` may be NULL. */
struct expectation expectation_of(const char *text);

bool piece_is(struct piece piece, const char *word);

/* True if the piece is a number: 1, -1, 0x2. */
bool piece_is_number(struct piece piece);

#endif

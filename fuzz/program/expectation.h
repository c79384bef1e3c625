/* What `# ->` says, taken apart. The grammar is in program.h. */
#ifndef FUZZ_PROGRAM_EXPECTATION_H
#define FUZZ_PROGRAM_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

/* A part of an expectation; points into it. Length 0: it says nothing. */
struct piece {
    const char *start;
    size_t length;
};

struct expectation {
    struct piece value;
    struct piece exception; /* `ValueError`, `no exception` */
    struct piece message;   /* of the exception */
};

/* `text` may be NULL. Any text can be taken apart; what is no exception is a
 * value, and what follows those two is ignored. */
struct expectation expectation_of(const char *text);

bool piece_is(struct piece piece, const char *word);

/* A number: 1, -1, 0x2. */
bool piece_is_number(struct piece piece);

#endif

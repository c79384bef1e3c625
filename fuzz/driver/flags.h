/* Command lines: a table says which flags a tool has, and from the table come
 * the parsing, `--help` and the one line that says what is wrong. */
#ifndef FUZZ_DRIVER_FLAGS_H
#define FUZZ_DRIVER_FLAGS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BAD_INPUT = 2 }; /* exit status */

/* A flag of a tool. Exactly one of the three targets is set. */
struct flag {
    const char *name;  /* "seconds": --seconds=N; NULL ends a table */
    const char *value; /* "N", for --help; NULL: the flag has no value */
    const char *help;  /* one line or more, with '\n' between them */
    bool *enable;      /* becomes true */
    const char **text; /* becomes the value; borrowed from argv */
    unsigned *number;  /* becomes the value, from 1 to `largest` */
    unsigned largest;
};

struct tool {
    const char *name;
    const char *about;     /* for --help: what the tool does, environment,
                              exit status; lines end with '\n' */
    const char *arguments; /* "FILE", "FOLDER|FILE ..." */
    const char *missing;   /* "no file given": what is wrong without an
                              argument; NULL: nothing is */
    bool many;             /* true: more than one argument is allowed */
    const struct flag *flags;
};

/* Sets what the flags point to and moves the other arguments to the front of
 * argv, behind the program's name; returns their number. Ends the
 * program with status 0 after --help and with BAD_INPUT, and one line, if the
 * command line is wrong. */
int tool_arguments(const struct tool *tool, int argc, char **argv);

/* Prints "NAME: " and the rest, one line, to stderr; returns BAD_INPUT. */
int tool_complain(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif

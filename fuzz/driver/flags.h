/* Command lines. A table lists the flags of a tool; the parser, `--help` and
 * the error messages use that table. */
#ifndef FUZZ_DRIVER_FLAGS_H
#define FUZZ_DRIVER_FLAGS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BAD_INPUT = 2 }; /* exit status for wrong usage and unreadable files */

/* A flag of a tool. Exactly one of enable, text and number is set. */
struct flag {
    const char *name;  /* "seconds" for --seconds=N; NULL ends the table */
    const char *value; /* "N", for --help; NULL: the flag has no value */
    const char *help;  /* one line or more, with '\n' between them */
    bool *enable;      /* becomes true */
    const char **text; /* becomes the value; borrowed from argv */
    unsigned *number;  /* becomes the value, from 1 to `largest` */
    unsigned largest;
};

struct tool {
    const char *name;
    const char *about;     /* for --help: what the tool does, environment, exit
                              status; lines end with '\n' */
    const char *arguments; /* "FILE", "FOLDER|FILE ..." */
    const char *missing; /* "no file given": the error if there is no argument;
                            NULL: no error */
    bool many;           /* true: more than one argument is allowed */
    const struct flag *flags;
};

/* Parses the command line: sets the variables of the flags and moves the other
 * arguments to the front of argv, after the program's name. Returns the number
 * of these arguments. Ends the program with status 0 after --help, and with one
 * line and BAD_INPUT if the command line is wrong. */
int tool_arguments(const struct tool *tool, int argc, char **argv);

/* Prints "NAME: " and the formatted message as one line to stderr. Returns
 * BAD_INPUT. */
int tool_complain(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif

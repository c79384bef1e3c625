/* The reader of formats that both parsers of arguments, args.c and
 * args_keywords.c, use. */
#ifndef CAPSULE_RUNTIME_ARGS_H
#define CAPSULE_RUNTIME_ARGS_H

#include "capsule/runtime/internal.h"

/* A va_list in a struct, because a plain va_list cannot be passed by pointer on
 * every ABI. */
struct targets {
    va_list list;
};

/* The parts of a format that are no units: the numbers of arguments, and the
 * texts for error messages. */
struct signature {
    int min, max;
    int positional;       /* arguments that may be given by position */
    const char *function; /* the text after ':', or NULL */
    const char *message;  /* after ';': replaces CPython's message; or NULL */
};

/* Converts `arg` and stores the value in the next target. Returns false on
 * failure, and either sets an exception or sets *wanted to the type that the
 * argument must have. */
typedef bool (*converter)(PyObject *arg, struct targets *targets,
                          const char **wanted);

/* A unit of a format, and the number of pointers that it takes from the caller.
 */
struct unit {
    const char *text;
    converter convert;
    int pointers;
};

/* Reads a format. Counts the units as CPython does: each letter is a unit. */
struct signature args_signature(const char *format);

/* Returns the unit at *format and steps over it; NULL if the unit is unknown.
 */
const struct unit *args_next_unit(const char **format);

/* Converts the argument with this number, from 1, as the unit at *format says,
 * and steps over the unit. Returns false with an exception on failure. */
bool args_convert(const struct signature *signature, const char **format,
                  Py_ssize_t number, PyObject *arg, struct targets *targets);

#endif

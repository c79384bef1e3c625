/* PyArg_ParseTupleAndKeywords: converts positional and keyword arguments. */
#include "capsule/runtime/args.h"

/* The text that names the function in messages, and the parentheses after it.
 */
#define FUNCTION(signature)                                                    \
    (signature)->function ? (signature)->function : "function",                \
        (signature)->function ? "()" : ""

static void skip_target(const struct unit *unit, struct targets *targets)
{
    for (int i = 0; i < unit->pointers; i++) {
        (void)va_arg(targets->list, void *);
    }
}

/* Returns false with TypeError if there are too many arguments. */
static bool check_counts(const struct signature *signature, Py_ssize_t args,
                         Py_ssize_t kwargs)
{
    if (args + kwargs > signature->max) {
        PyErr_Format(PyExc_TypeError,
                     "%.200s%s takes %s %d %sargument%s (%zd given)",
                     FUNCTION(signature),
                     signature->min == signature->max ? "exactly" : "at most",
                     signature->max, args == 0 ? "keyword " : "",
                     signature->max == 1 ? "" : "s", args + kwargs);
        return false;
    }
    if (args > signature->positional) {
        PyErr_Format(PyExc_TypeError,
                     "%.200s%s takes %s %d positional argument%s (%zd given)",
                     FUNCTION(signature),
                     signature->min < signature->max ? "at most" : "exactly",
                     signature->positional,
                     signature->positional == 1 ? "" : "s", args);
        return false;
    }
    return true;
}

/* Returns false with TypeError if a keyword is none of `keywords`. */
static bool check_keywords(const struct signature *signature, PyObject *kwargs,
                           char **keywords)
{
    PyObject *key;
    for (Py_ssize_t position = 0;
         kwargs && PyDict_Next(kwargs, &position, &key, NULL);) {
        char **name = keywords;
        while (*name && PyUnicode_CompareWithASCIIString(key, *name) != 0) {
            name++;
        }
        if (*name == NULL) {
            PyErr_Format(PyExc_TypeError,
                         "%.200s%s got an unexpected keyword argument '%U'",
                         FUNCTION(signature), key);
            return false;
        }
    }
    return true;
}

/* Finds the argument with this number, from 0. Returns false with TypeError if
 * it is missing or given twice; *arg is NULL if it is optional and not given.
 */
static bool find(const struct signature *signature, PyObject *args,
                 PyObject *kwargs, int number, const char *name, PyObject **arg)
{
    bool by_position = number < PyTuple_Size(args);
    PyObject *named =
        kwargs && *name ? PyDict_GetItemString(kwargs, name) : NULL;
    if (by_position && named) {
        PyErr_Format(PyExc_TypeError,
                     "argument for %.200s%s given by name ('%s') and position "
                     "(%d)",
                     FUNCTION(signature), name, number + 1);
        return false;
    }
    *arg = by_position ? PyTuple_GetItem(args, number) : named;
    if (*arg == NULL && number < signature->min) {
        PyErr_Format(PyExc_TypeError,
                     "%.200s%s missing required argument '%s' (pos %d)",
                     FUNCTION(signature), name, number + 1);
        return false;
    }
    return true;
}

static bool parse(PyObject *args, PyObject *kwargs, const char *format,
                  char **keywords, struct targets *targets)
{
    const struct signature signature = args_signature(format);
    if (!check_counts(&signature, PyTuple_Size(args),
                      kwargs ? PyDict_Size(kwargs) : 0) ||
        !check_keywords(&signature, kwargs, keywords)) {
        return false;
    }
    for (int i = 0; i < signature.max; i++) {
        PyObject *arg;
        format += strspn(format, "|$");
        if (!find(&signature, args, kwargs, i, keywords[i], &arg)) {
            return false;
        }
        if (arg == NULL) {
            const struct unit *unit = args_next_unit(&format);
            if (unit) {
                skip_target(unit, targets);
            }
        } else if (!args_convert(&signature, &format, i + 1, arg, targets)) {
            return false;
        }
    }
    return true;
}

int PyArg_ParseTupleAndKeywords(PyObject *args, PyObject *kwargs,
                                const char *format, char **keywords, ...)
{
    struct targets targets;
    va_start(targets.list, keywords);
    bool done = parse(args, kwargs, format, keywords, &targets);
    va_end(targets.list);
    return done;
}

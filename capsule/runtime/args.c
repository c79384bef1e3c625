/* PyArg_ParseTuple: converts a tuple of arguments to C values, as a format
 * says. */
#include "capsule/runtime/internal.h"

/* A va_list in a struct, because a plain va_list cannot be passed by pointer on
 * every ABI. */
struct targets {
    va_list list;
};

/* What a format says apart from its units. */
struct signature {
    int min, max;
    const char *function; /* the text after ':', or NULL */
    const char *message;  /* after ';': replaces CPython's message; or NULL */
};

/* Converts `arg` and stores the value in the next target. Returns false on
 * failure, and either sets an exception or sets *wanted to the type that the
 * argument must have. */
typedef bool (*converter)(PyObject *arg, struct targets *targets,
                          const char **wanted);

static bool convert_object(PyObject *arg, struct targets *targets,
                           const char **wanted)
{
    (void)wanted;
    *va_arg(targets->list, PyObject **) = arg;
    return true;
}

static bool convert_instance(PyObject *arg, struct targets *targets,
                             const char **wanted)
{
    PyTypeObject *type = va_arg(targets->list, PyTypeObject *);
    PyObject **target = va_arg(targets->list, PyObject **);
    if (!PyObject_TypeCheck(arg, type)) {
        *wanted = type->tp_name;
        return false;
    }
    *target = arg;
    return true;
}

static bool convert_unicode(PyObject *arg, struct targets *targets,
                            const char **wanted)
{
    PyObject **target = va_arg(targets->list, PyObject **);
    if (!PyUnicode_Check(arg)) {
        *wanted = "str";
        return false;
    }
    *target = arg;
    return true;
}

static bool convert_string(PyObject *arg, struct targets *targets,
                           const char **wanted)
{
    const char **target = va_arg(targets->list, const char **);
    if (!PyUnicode_Check(arg)) {
        *wanted = "str";
        return false;
    }
    Py_ssize_t size;
    const char *string = PyUnicode_AsUTF8AndSize(arg, &size);
    if (string == NULL) {
        return false;
    }
    if (strlen(string) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return false;
    }
    *target = string;
    return true;
}

static bool convert_string_or_none(PyObject *arg, struct targets *targets,
                                   const char **wanted)
{
    if (arg == Py_None) {
        *va_arg(targets->list, const char **) = NULL;
        return true;
    }
    bool done = convert_string(arg, targets, wanted);
    if (!done && *wanted) {
        *wanted = "str or None";
    }
    return done;
}

static bool convert_long(PyObject *arg, struct targets *targets,
                         const char **wanted)
{
    (void)wanted;
    long *target = va_arg(targets->list, long *);
    long value = PyLong_AsLong(arg);
    if (value == -1 && PyErr_Occurred()) {
        return false;
    }
    *target = value;
    return true;
}

static bool convert_int(PyObject *arg, struct targets *targets,
                        const char **wanted)
{
    (void)wanted;
    int *target = va_arg(targets->list, int *);
    long value = PyLong_AsLong(arg);
    if (value == -1 && PyErr_Occurred()) {
        return false;
    }
    if (value > INT_MAX || value < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError,
                        value > 0 ? "signed integer is greater than maximum"
                                  : "signed integer is less than minimum");
        return false;
    }
    *target = (int)value;
    return true;
}

static bool convert_truth(PyObject *arg, struct targets *targets,
                          const char **wanted)
{
    (void)wanted;
    int *target = va_arg(targets->list, int *);
    int truth = PyObject_IsTrue(arg);
    if (truth < 0) {
        return false;
    }
    *target = truth;
    return true;
}

static const struct {
    const char *unit;
    converter convert;
} UNITS[] = {
    /* A unit comes before any unit that is a prefix of it. */
    {"O!", convert_instance},      {"O", convert_object},
    {"U", convert_unicode},        {"s", convert_string},
    {"z", convert_string_or_none}, {"i", convert_int},
    {"l", convert_long},           {"n", convert_long},
    {"p", convert_truth},
};

_Static_assert(sizeof(Py_ssize_t) == sizeof(long), "`n` is read as `l`");

/* Returns the converter of the unit at *format and steps over the unit; NULL if
 * the unit is unknown. */
static converter next_unit(const char **format)
{
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t length = strlen(UNITS[i].unit);
        if (strncmp(*format, UNITS[i].unit, length) == 0) {
            *format += length;
            return UNITS[i].convert;
        }
    }
    return NULL;
}

/* Counts the units as CPython does: each letter is a unit. */
static struct signature read_signature(const char *format)
{
    struct signature signature = {-1, 0, NULL, NULL};
    for (; *format && !signature.function && !signature.message; format++) {
        if (*format == ':') {
            signature.function = format + 1;
        } else if (*format == ';') {
            signature.message = format + 1;
        } else if (*format == '|') {
            signature.min = signature.max;
        } else if ((*format | 0x20) >= 'a' && (*format | 0x20) <= 'z') {
            signature.max++;
        }
    }
    if (signature.min < 0) {
        signature.min = signature.max;
    }
    return signature;
}

static bool check_count(const struct signature *signature, Py_ssize_t given)
{
    if (given >= signature->min && given <= signature->max) {
        return true;
    }
    if (signature->message) {
        PyErr_SetString(PyExc_TypeError, signature->message);
        return false;
    }
    bool too_few = given < signature->min;
    int bound = too_few ? signature->min : signature->max;
    PyErr_Format(PyExc_TypeError, "%.150s%s takes %s %d argument%s (%zd given)",
                 signature->function ? signature->function : "function",
                 signature->function ? "()" : "",
                 signature->min == signature->max ? "exactly"
                 : too_few                        ? "at least"
                                                  : "at most",
                 bound, bound == 1 ? "" : "s", given);
    return false;
}

/* Raises SystemError: the caller's format has an unknown unit. */
static void raise_bad_unit(const struct signature *signature, Py_ssize_t number)
{
    PyErr_Format(PyExc_SystemError,
                 "%.200s%sargument %zd (impossible<bad format char>)",
                 signature->function ? signature->function : "",
                 signature->function ? "() " : "", number);
}

static void raise_wrong_type(const struct signature *signature,
                             Py_ssize_t number, const char *wanted,
                             PyObject *arg)
{
    if (signature->message) {
        PyErr_SetString(PyExc_TypeError, signature->message);
        return;
    }
    PyErr_Format(PyExc_TypeError,
                 "%.200s%sargument %zd must be %.50s, not %.50s",
                 signature->function ? signature->function : "",
                 signature->function ? "() " : "", number, wanted,
                 arg == Py_None ? "None" : Py_TYPE(arg)->tp_name);
}

int PyArg_VaParse(PyObject *args, const char *format, va_list values)
{
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "new style getargs format but "
                                           "argument is not a tuple");
        return 0;
    }
    const struct signature signature = read_signature(format);
    Py_ssize_t given = PyTuple_Size(args);
    if (!check_count(&signature, given)) {
        return 0;
    }
    struct targets targets;
    va_copy(targets.list, values);
    bool done = true;
    for (Py_ssize_t i = 0; done && i < given; i++) {
        PyObject *arg = PyTuple_GetItem(args, i);
        const char *wanted = NULL;
        format += *format == '|';
        converter convert = next_unit(&format);
        done = convert && convert(arg, &targets, &wanted);
        if (convert == NULL) {
            raise_bad_unit(&signature, i + 1);
        } else if (wanted) {
            raise_wrong_type(&signature, i + 1, wanted, arg);
        }
    }
    va_end(targets.list);
    return done;
}

int PyArg_ParseTuple(PyObject *args, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int done = PyArg_VaParse(args, format, values);
    va_end(values);
    return done;
}

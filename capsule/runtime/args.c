/* PyArg_ParseTuple: converts a tuple of arguments to C values, as a format
 * says. */
#include "capsule/runtime/args.h"

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

static bool convert_double(PyObject *arg, struct targets *targets,
                           const char **wanted)
{
    (void)wanted;
    double *target = va_arg(targets->list, double *);
    double value = PyFloat_AsDouble(arg);
    if (value == -1 && PyErr_Occurred()) {
        return false;
    }
    *target = value;
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

static const struct unit UNITS[] = {
    /* A unit comes before any unit that is a prefix of it. */
    {"O!", convert_instance, 2},      {"O", convert_object, 1},
    {"U", convert_unicode, 1},        {"s", convert_string, 1},
    {"z", convert_string_or_none, 1}, {"i", convert_int, 1},
    {"l", convert_long, 1},           {"n", convert_long, 1},
    {"d", convert_double, 1},         {"p", convert_truth, 1},
};

_Static_assert(sizeof(Py_ssize_t) == sizeof(long), "`n` is read as `l`");

const struct unit *args_next_unit(const char **format)
{
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t length = strlen(UNITS[i].text);
        if (strncmp(*format, UNITS[i].text, length) == 0) {
            *format += length;
            return &UNITS[i];
        }
    }
    return NULL;
}

struct signature args_signature(const char *format)
{
    struct signature signature = {-1, 0, -1, NULL, NULL};
    for (; *format && !signature.function && !signature.message; format++) {
        if (*format == ':') {
            signature.function = format + 1;
        } else if (*format == ';') {
            signature.message = format + 1;
        } else if (*format == '|') {
            signature.min = signature.max;
        } else if (*format == '$') {
            signature.positional = signature.max;
        } else if ((*format | 0x20) >= 'a' && (*format | 0x20) <= 'z') {
            signature.max++;
        }
    }
    if (signature.min < 0) {
        signature.min = signature.max;
    }
    if (signature.positional < 0) {
        signature.positional = signature.max;
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

bool args_convert(const struct signature *signature, const char **format,
                  Py_ssize_t number, PyObject *arg, struct targets *targets)
{
    const char *wanted = NULL;
    const struct unit *unit = args_next_unit(format);
    if (unit == NULL) {
        raise_bad_unit(signature, number);
        return false;
    }
    bool done = unit->convert(arg, targets, &wanted);
    if (wanted) {
        raise_wrong_type(signature, number, wanted, arg);
    }
    return done;
}

int PyArg_VaParse(PyObject *args, const char *format, va_list values)
{
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "new style getargs format but "
                                           "argument is not a tuple");
        return 0;
    }
    const struct signature signature = args_signature(format);
    Py_ssize_t given = PyTuple_Size(args);
    if (!check_count(&signature, given)) {
        return 0;
    }
    struct targets targets;
    va_copy(targets.list, values);
    bool done = true;
    for (Py_ssize_t i = 0; done && i < given; i++) {
        format += *format == '|';
        done = args_convert(&signature, &format, i + 1,
                            PyTuple_GetItem(args, i), &targets);
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

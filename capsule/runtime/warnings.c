/* Warnings: the filters, the warnings shown so far, and the functions that
 * warn. */
#include "capsule/runtime/warnings.h"

#include "capsule/runtime/interpreter.h"

int Py_Py3kWarningFlag;

struct filter {
    struct filter *next;
    PyObject *category; /* owned */
    enum warning_action action;
};

/* A warning that was shown; `default` does not show it again. */
struct shown {
    struct shown *next;
    PyObject *category; /* owned */
    char message[];
};

static struct warnings_state *state(void) { return &interpreter()->warnings; }

/* --- filters -------------------------------------------------------------- */

static void forget_shown(void)
{
    while (state()->shown) {
        struct shown *first = state()->shown;
        state()->shown = first->next;
        Py_DECREF(first->category);
        PyMem_Free(first);
    }
}

int warnings_add_filter(enum warning_action action, PyObject *category,
                        bool append)
{
    struct filter *filter = PyMem_Malloc(sizeof(*filter));
    if (filter == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    struct filter **place = &state()->filters;
    while (append && *place) {
        place = &(*place)->next;
    }
    *filter = (struct filter){*place, Py_NewRef(category), action};
    *place = filter;
    forget_shown();
    return 0;
}

void warnings_remove_filters(void)
{
    while (state()->filters) {
        struct filter *first = state()->filters;
        state()->filters = first->next;
        Py_DECREF(first->category);
        PyMem_Free(first);
    }
    forget_shown();
}

static enum warning_action action_for(PyObject *category)
{
    struct filter *filter = state()->filters;
    for (; filter; filter = filter->next) {
        if (PyErr_GivenExceptionMatches(category, filter->category)) {
            return filter->action;
        }
    }
    return WARNING_DEFAULT;
}

/* --- warning -------------------------------------------------------------- */

/* Prints a warning. All warnings that are shown pass through here. */
static void show(PyObject *category, const char *message)
{
    fprintf(stderr, "%s: %s\n", type_name((PyTypeObject *)category), message);
}

static bool was_shown(PyObject *category, const char *message)
{
    struct shown *s = state()->shown;
    while (s && (s->category != category || strcmp(s->message, message) != 0)) {
        s = s->next;
    }
    return s != NULL;
}

static int show_once(PyObject *category, const char *message)
{
    if (was_shown(category, message)) {
        return 0;
    }
    size_t size = strlen(message) + 1;
    struct shown *new = PyMem_Malloc(sizeof(*new) + size);
    if (new == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    new->next = state()->shown;
    new->category = Py_NewRef(category);
    memcpy(new->message, message, size);
    state()->shown = new;
    show(category, message);
    return 0;
}

int PyErr_WarnEx(PyObject *category, const char *message,
                 Py_ssize_t stack_level)
{
    (void)stack_level;
    if (category == NULL) {
        category = PyExc_RuntimeWarning;
    }
    switch (action_for(category)) {
    case WARNING_IGNORE:
        return 0;
    case WARNING_ERROR:
        PyErr_SetString(category, message);
        return -1;
    case WARNING_ALWAYS:
        show(category, message);
        return 0;
    case WARNING_DEFAULT:
        break;
    }
    return show_once(category, message);
}

int PyErr_WarnFormat(PyObject *category, Py_ssize_t stack_level,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *message = PyUnicode_FromFormatV(format, arguments);
    va_end(arguments);
    if (message == NULL) {
        return -1;
    }
    int status = PyErr_WarnEx(category, PyUnicode_AsUTF8(message), stack_level);
    Py_DECREF(message);
    return status;
}

/* --- start and end -------------------------------------------------------- */

static bool ignore_at_start(PyObject *category)
{
    return warnings_add_filter(WARNING_IGNORE, category, true) == 0;
}

bool warnings_start(void)
{
    return (Py_Py3kWarningFlag || ignore_at_start(PyExc_DeprecationWarning)) &&
           ignore_at_start(PyExc_PendingDeprecationWarning);
}

void warnings_stop(void) { warnings_remove_filters(); }

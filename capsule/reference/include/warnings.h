/* Warnings, and the filters that decide what becomes of them.
 *
 * A filter is an action and a category; the first one whose category the
 * warning's is, or inherits from, decides. The actions:
 *
 *   error             the warning is raised as an exception
 *   ignore            nothing happens
 *   always            the warning is shown each time
 *   default           shown the first time that its text and category are met
 *   module, once      the same here, where no warning has a place in a source
 *
 * What no filter matches is `default`. At the start DeprecationWarning and
 * PendingDeprecationWarning are ignored, the former not where
 * Py_Py3kWarningFlag is set already. The filters are changed as in CPython,
 * through the module `warnings`, which can be imported and has two functions:
 *
 *   simplefilter(action[, category[, lineno[, append]]])
 *       Puts a filter before all others, or behind them where `append` is true.
 *       The category is Warning if it is missing; `lineno` is ignored.
 *   resetwarnings()
 *       Removes all filters.
 *
 * Both forget which warnings were shown (CPython since 3.4 does, 2.7 does not).
 * A warning is shown as `Category: text` on stderr.
 */
#ifndef Py_WARNINGS_H
#define Py_WARNINGS_H

/* Signals a warning. `category` is a subclass of Warning; NULL means
 * RuntimeWarning. `stack_level` is ignored. 0, or -1 and an exception: the
 * warning itself where a filter makes it one, or MemoryError.
 *
 * A pending exception is left alone unless the call fails. (CPython loses it
 * where it shows the warning.) An ignored warning allocates nothing. */
PyAPI_FUNC(int) PyErr_WarnEx(PyObject *category, const char *message,
                             Py_ssize_t stack_level);
/* The same with a text as of PyUnicode_FromFormat(). */
PyAPI_FUNC(int) PyErr_WarnFormat(PyObject *category, Py_ssize_t stack_level,
                                 const char *format, ...);
#define PyErr_Warn(category, message) PyErr_WarnEx(category, message, 1)

/* --- Python 2.7 only ------------------------------------------------------ */

/* What the option -3 of the interpreter sets: warn of what Python 3 lacks. */
PyAPI_DATA(int) Py_Py3kWarningFlag;

/* A DeprecationWarning if that flag is set; else nothing, and 0. */
#define PyErr_WarnPy3k(message, stack_level)                                   \
    (Py_Py3kWarningFlag                                                        \
         ? PyErr_WarnEx(PyExc_DeprecationWarning, message, stack_level)        \
         : 0)

#endif

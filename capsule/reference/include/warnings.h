/* Warnings, and the filters that decide how a warning is handled.
 *
 * A filter is an action and a category. The first filter whose category is the
 * warning's category, or a base of it, decides. The actions:
 *
 *   error             the warning is raised as an exception
 *   ignore            nothing happens
 *   always            the warning is shown each time
 *   default           shown only the first time for each text and category
 *   module, once      like default, because warnings have no source line here
 *
 * A warning that no filter matches is handled as `default`. At the start,
 * PendingDeprecationWarning is ignored, and so is DeprecationWarning unless
 * Py_Py3kWarningFlag is set already. As in CPython, code changes the filters
 * through the module `warnings`, which can be imported and has two functions:
 *
 *   simplefilter(action[, category[, lineno[, append]]])
 *       Puts a filter before all others, or after them if `append` is true.
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
 * RuntimeWarning. `stack_level` is ignored. Returns 0, or -1 with an exception:
 * the warning itself if a filter turns it into one, or MemoryError.
 *
 * A pending exception is left alone unless the call fails. (CPython loses the
 * exception if it shows the warning.) An ignored warning allocates nothing.
 */
PyAPI_FUNC(int) PyErr_WarnEx(PyObject *category, const char *message,
                             Py_ssize_t stack_level);
/* The same, with a text in the format of PyUnicode_FromFormat(). */
PyAPI_FUNC(int) PyErr_WarnFormat(PyObject *category, Py_ssize_t stack_level,
                                 const char *format, ...);
#define PyErr_Warn(category, message) PyErr_WarnEx(category, message, 1)

/* --- Python 2.7 only ------------------------------------------------------ */

/* True warns of features that Python 3 lacks. CPython's option -3 sets it. */
PyAPI_DATA(int) Py_Py3kWarningFlag;

/* Signals a DeprecationWarning if that flag is set; else returns 0. */
#define PyErr_WarnPy3k(message, stack_level)                                   \
    (Py_Py3kWarningFlag                                                        \
         ? PyErr_WarnEx(PyExc_DeprecationWarning, message, stack_level)        \
         : 0)

#endif

/* The module "fastdb" of sections 66.4, 66.7 and 66.9 of the Capsules chapter.
 * Its data base is a column of numbers, which understands just three
 * statements.
 */
#define PY_SSIZE_T_CLEAN
#include "tests/samples/samples.h"

#include <stdlib.h>
#include <string.h>

/* The data of a connection, owned by a capsule "fastdb.Context". */
struct fastdb_context {
    char *path;
    long *numbers;
    size_t count;
    bool closed;
};

static int open_contexts;

int fastdb_open_contexts(void) { return open_contexts; }

/* Frees the data. The capsule still owns the context itself. */
static void context_close(struct fastdb_context *context)
{
    if (context->closed) {
        return;
    }
    context->closed = true;
    free(context->path);
    free(context->numbers);
    context->path = NULL;
    context->numbers = NULL;
    open_contexts--;
}

static void fastdb_context_free(void *context)
{
    context_close(context);
    free(context);
}

#include "tests/samples/chapter/66_09_destructor.c"

/* Returns a new open context for this path, or NULL. */
static struct fastdb_context *context_new(const char *path)
{
    struct fastdb_context *context = calloc(1, sizeof *context);
    if (context == NULL) {
        return NULL;
    }
    context->path = strdup(path);
    if (context->path == NULL) {
        free(context);
        return NULL;
    }
    open_contexts++;
    return context;
}

/* Returns the context of an open connection; NULL with an exception if the
 * connection is closed. */
static struct fastdb_context *context_of(PyObject *conn)
{
    struct fastdb_context *context =
        PyCapsule_GetPointer(conn, "fastdb.Context");
    if (context && context->closed) {
        PyErr_SetString(PyExc_RuntimeError, "connection is closed");
        return NULL;
    }
    return context;
}

/* --- statements ----------------------------------------------------------- */

static PyObject *insert(struct fastdb_context *context, long number)
{
    long *grown =
        realloc(context->numbers, (context->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return PyErr_NoMemory();
    }
    grown[context->count++] = number;
    context->numbers = grown;
    Py_RETURN_NONE;
}

static PyObject *count(struct fastdb_context *context, long unused)
{
    (void)unused;
    return PyLong_FromSize_t(context->count);
}

static PyObject *sum(struct fastdb_context *context, long unused)
{
    (void)unused;
    long total = 0;
    for (size_t i = 0; i < context->count; i++) {
        total += context->numbers[i];
    }
    return PyLong_FromLong(total);
}

static const struct {
    const char *words;
    PyObject *(*run)(struct fastdb_context *, long);
    bool takes_number;
} STATEMENTS[] = {
    {"INSERT ", insert, true},
    {"SELECT COUNT", count, false},
    {"SELECT SUM", sum, false},
};

/* True if all of `text` is a number. */
static bool read_number(const char *text, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return end != text && *end == '\0';
}

/* --- the table ------------------------------------------------------------ */

static PyObject *fastdb_connect(const char *path)
{
    struct fastdb_context *ctx = context_new(path);
    if (ctx == NULL) {
        return PyErr_NoMemory();
    }
#include "tests/samples/chapter/66_09_create.inc"
    if (capsule == NULL) {
        fastdb_context_free(ctx);
    }
    return capsule;
}

static PyObject *fastdb_execute(PyObject *conn, const char *sql)
{
    struct fastdb_context *context = context_of(conn);
    if (context == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
        size_t length = strlen(STATEMENTS[i].words);
        long number = 0;
        if (strncmp(sql, STATEMENTS[i].words, length) == 0 &&
            (STATEMENTS[i].takes_number ? read_number(sql + length, &number)
                                        : sql[length] == '\0')) {
            return STATEMENTS[i].run(context, number);
        }
    }
    return PyErr_Format(PyExc_ValueError, "no statement of fastdb: %s", sql);
}

/* Returns no status, so it cannot report an error to its caller. */
static void fastdb_close(PyObject *capsule)
{
    void *ptr;
#include "tests/samples/chapter/66_10_clear.inc"
    context_close(ptr);
}

#include "tests/samples/chapter/66_07_table.c"

PyObject *sample_export_table(void)
{
#include "tests/samples/chapter/66_07_export.inc"
    return capsule;
}

#include "tests/samples/chapter/66_04_export_api.c"

/* --- the module for Python ------------------------------------------------ */

static PyObject *connect_function(PyObject *self, PyObject *args)
{
    const char *path;
    (void)self;
    return PyArg_ParseTuple(args, "s:connect", &path) ? fastdb_connect(path)
                                                      : NULL;
}

static PyObject *execute_function(PyObject *self, PyObject *args)
{
    PyObject *conn;
    const char *sql;
    (void)self;
    return PyArg_ParseTuple(args, "Os:execute", &conn, &sql)
               ? fastdb_execute(conn, sql)
               : NULL;
}

static PyObject *close_function(PyObject *self, PyObject *args)
{
    PyObject *conn;
    (void)self;
    if (!PyArg_ParseTuple(args, "O:close", &conn)) {
        return NULL;
    }
    fastdb_close(conn);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"connect", connect_function, METH_VARARGS, "connect(path)"},
    {"execute", execute_function, METH_VARARGS, "execute(conn, sql)"},
    {"close", close_function, METH_VARARGS, "close(conn)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    "fastdb",
    "A column of numbers.",
    -1,
    functions,
    NULL,
    NULL,
    NULL,
    NULL,
};

PyObject *PyInit_fastdb(void)
{
    PyObject *m = PyModule_Create(&module);
    if (m && export_api(m) < 0) {
        Py_CLEAR(m);
    }
    return m;
}

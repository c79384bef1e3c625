/* The contract of capsule/api_table.h: tables of functions with a version and a
 * size. A table has any version and any size. Its block ends behind the
 * version, behind the head, or further on. */
#include STEP_SOURCE

#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* --- the state ------------------------------------------------------------ */

/* Room for the head and what may follow. */
enum { HEAD = sizeof(struct api_table_head), ROOM = HEAD + 8 };

static struct {
    const char *bytes; /* NULL: there is no table */
    size_t readable;   /* from there on */
    int version;
    size_t size; /* what the table says */
} table;

static PyObject module, object, capsule;
static PyTypeObject any_type;

/* A table of any version. Where the version is another than `known`, nothing
 * but the version may be read. */
static void begin_table(int known)
{
    char *block = malloc(ROOM);
    table.readable =
        any_bool("the table has more than a version")
            ? any_bool("the table has more than a head") ? ROOM : HEAD
            : sizeof(int);
    char *bytes = block + ROOM - table.readable;
    table.version = (int)any_size("the version of the table");
    memcpy(bytes, &table.version, sizeof table.version);
    table.size = any_size("the size that the table says");
    if (table.readable >= HEAD) {
        memcpy(bytes + offsetof(struct api_table_head, size), &table.size,
               sizeof table.size);
    }
    ASSUME(table.version != known || table.readable >= HEAD,
           "a table of a known version has a whole head (API-15)");
    table.bytes = bytes;
}

/* True if the bytes of the table are as begin_table() wrote them. */
static bool table_is_unchanged(void)
{
    if (table.bytes == NULL || table.readable < HEAD) {
        return true;
    }
    struct api_table_head head;
    memcpy(&head.version, table.bytes, sizeof head.version);
    memcpy(&head.size, table.bytes + offsetof(struct api_table_head, size),
           sizeof head.size);
    return head.version == table.version && head.size == table.size;
}

/* --- what the functions call ---------------------------------------------- */

static struct {
    int calls;
    PyObject *capsule;
    const char *name;
    const void *pointer;
    struct error error; /* after the call */
    bool failed;
} asked;

/* What PyCapsule_GetPointer and PyCapsule_Import give: the table, or NULL and
 * an exception. */
static void *give_table(PyObject *op, const char *name)
{
    asked.calls++;
    asked.capsule = op;
    asked.name = name;
    asked.failed = any_bool("the capsule is refused");
    if (asked.failed) {
        PyErr_SetNone(PyExc_ValueError);
    }
    asked.error = error_now();
    return asked.failed ? NULL : (void *)table.bytes;
}

void *PyCapsule_GetPointer(PyObject *op, const char *name)
{
    return give_table(op, name);
}

void *PyCapsule_Import(const char *name, int no_block)
{
    (void)no_block;
    return give_table(NULL, name);
}

PyObject *PyCapsule_New(void *pointer, const char *name,
                        PyCapsule_Destructor destructor)
{
    HOLDS("LIFE-1", destructor == NULL,
          "the capsule of a table that is not owned has no destructor");
    asked.pointer = pointer;
    asked.name = name;
    if (any_bool("there is no memory for a capsule")) {
        return PyErr_NoMemory();
    }
    capsule.ob_refcnt = 1;
    capsule.ob_type = &any_type;
    return &capsule;
}

static bool added;

int PyModule_AddObject(PyObject *in, const char *attribute, PyObject *value)
{
    SAME("API-9", in, &module, "the capsule goes into the module");
    SAME("API-9", value, &capsule, "what is published is the capsule");
    SAME("API-13", attribute[0], 'a', "the attribute is the one asked for");
    added = !any_bool("the module refuses the attribute");
    if (!added) {
        PyErr_SetNone(PyExc_TypeError);
        return -1;
    }
    return 0;
}

static void dealloc(PyObject *op) { (void)op; }

/* --- steps ---------------------------------------------------------------- */

/* The answer of a check for `version` and `prefix`. */
static void check_answer(const void *result, const struct error *before,
                         int version, size_t prefix)
{
    size_t least = prefix < HEAD ? HEAD : prefix;
    if (table.version != version) {
        SAME("API-2", result, NULL, "a table of another version is refused");
        SAME("API-2", error_now().type, PyExc_RuntimeError,
             "the exception is a RuntimeError");
    } else if (table.size < least) {
        SAME("API-3", result, NULL,
             "a table smaller than the prefix or the head is refused");
        SAME("API-3", error_now().type, PyExc_RuntimeError,
             "the exception is a RuntimeError");
    } else {
        SAME("API-3", result, (const void *)table.bytes,
             "a table of that size or a larger one is taken");
        HOLDS("ERR-1", same_error(error_now(), *before),
              "success leaves the pending exception alone");
    }
    HOLDS("API-12", table_is_unchanged(), "nothing is written into the table");
}

STEP(api_table_check)
{
    int version = 7;
    size_t prefix = any_size("prefix");
    begin_table(version);
    environment_begin_error();
    bool none = any_bool("the table is NULL");
    ASSUME(!none || error_now().type != NULL, "NULL comes with an exception");
    struct error before = error_now();

    const void *result =
        api_table_check(none ? NULL : table.bytes,
                        any_bool("unnamed") ? NULL : "a.b", version, prefix);

    if (none) {
        SAME("API-11", result, NULL, "NULL is handed on");
        HOLDS("API-11", same_error(error_now(), before),
              "the exception of the step before is handed on");
    } else {
        check_answer(result, &before, version, prefix);
    }
}

/* api_table_get() and api_table_import() look for the table themselves. */
static void check_lookup(const void *result, PyObject *in, const char *name,
                         int version, size_t prefix)
{
    SAME("API-11", asked.calls, 1, "one capsule is asked");
    SAME("API-14", asked.name, name, "the name asked for is the full name");
    SAME("API-11", asked.capsule, in, "the capsule asked is the one given");
    if (asked.failed) {
        SAME("API-11", result, NULL, "a capsule that is refused gives NULL");
        HOLDS("API-11", same_error(error_now(), asked.error),
              "the exception of the capsule is handed on");
    } else {
        check_answer(result, &asked.error, version, prefix);
    }
}

STEP(api_table_get)
{
    int version = 7;
    size_t prefix = any_size("prefix");
    const char *name = any_bool("unnamed") ? NULL : "a.b";
    begin_table(version);
    environment_begin_error();

    const void *result = api_table_get(&object, name, version, prefix);

    check_lookup(result, &object, name, version, prefix);
}

STEP(api_table_import)
{
    int version = 7;
    size_t prefix = any_size("prefix");
    const char *name = "a.b";
    begin_table(version);

    const void *result = api_table_import(name, version, prefix);

    check_lookup(result, NULL, name, version, prefix);
}

STEP(api_table_publish)
{
    static const char name[] = "m.a";
    begin_table(7);
    any_type.tp_dealloc = dealloc;
    environment_may_destroy = true;

    int result = api_table_publish(&module, "a", name, table.bytes);

    SAME("API-1", asked.pointer, (const void *)table.bytes,
         "the capsule carries the table itself");
    SAME("API-13", asked.name, name, "the capsule has the full name");
    if (added) {
        SAME("API-8", result, 0, "success is 0");
        SAME("API-10", capsule.ob_refcnt, 1, "the module has the reference");
        SAME("API-8", error_now().type, NULL, "success sets no exception");
    } else {
        SAME("API-8", result, -1, "failure is -1");
        HOLDS("API-9", error_now().type != NULL, "failure sets an exception");
        SAME("API-10", capsule.ob_refcnt, 0,
             "a capsule that the module refused is released");
    }
    HOLDS("API-12", table_is_unchanged(), "nothing is written into the table");
}

STEP(api_table_object)
{
    any_type.tp_dealloc = dealloc;
    environment_may_destroy = true;
    object.ob_type = &any_type;
    object.ob_refcnt = 1 + any_below("other references", 3);
    Py_ssize_t references = object.ob_refcnt;
    PyObject *given = any_bool("the function returned NULL") ? NULL : &object;
    environment_begin_error();
    struct error before = error_now();

    PyObject *result = api_table_object(given, "f");

    bool pending = before.type != NULL;
    if ((given == NULL) == pending) {
        SAME("API-7", result, given, "what keeps the convention is handed on");
        HOLDS("API-7", same_error(error_now(), before),
              "the exception is handed on");
        SAME("API-7", object.ob_refcnt, references, "no reference is lost");
    } else {
        SAME("API-7", result, NULL, "what breaks the convention is NULL");
        SAME("API-7", error_now().type, PyExc_SystemError,
             "the exception is a SystemError");
        SAME("API-7", object.ob_refcnt, references - (given != NULL),
             "the reference of a refused object is given back");
    }
}

STEP(api_table_status)
{
    int status = any_below("the function returned", 5) - 2;
    environment_begin_error();
    struct error before = error_now();

    int result = api_table_status(status, "f");

    bool pending = before.type != NULL;
    if ((status == 0 && !pending) || (status == -1 && pending)) {
        SAME("API-8", result, status, "what keeps the convention is handed on");
        HOLDS("API-8", same_error(error_now(), before),
              "the exception is handed on");
    } else {
        SAME("API-8", result, -1, "what breaks the convention is -1");
        SAME("API-8", error_now().type, PyExc_SystemError,
             "the exception is a SystemError");
    }
}

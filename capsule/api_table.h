/* Versioned tables of functions, for those who publish one in a capsule and
 * for those who use it. Needs <Python.h> and nothing else; C or C++.
 *
 * A table is a struct whose first members are API_TABLE_HEAD:
 *
 *     typedef struct {
 *         API_TABLE_HEAD
 *         PyObject *(*add_one)(PyObject *);
 *     } DemoAPI;
 *
 *     static const DemoAPI demo_api = {API_TABLE(DemoAPI, 1), demo_add_one};
 *
 * The producer publishes it, under its full name, in its init function:
 *
 *     if (api_table_publish(m, "_C_API", "demo._C_API", &demo_api) < 0) ...
 *
 * The consumer, built at another time against another edition of the struct,
 * asks for the version and the members that it was built with:
 *
 *     const DemoAPI *demo = API_TABLE_IMPORT(DemoAPI, "demo._C_API", 1);
 *
 * A new edition appends members and keeps the version; any other change takes
 * a new version (API-4). So a consumer may meet a longer table than its own
 * (API-3), and API_TABLE_HAS() tells it whether a shorter one, of which it
 * asked for a prefix only, has a member that came later.
 */
#ifndef CAPSULE_API_TABLE_H
#define CAPSULE_API_TABLE_H

#include <Python.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define API_TABLE_HEAD                                                         \
    int version;                                                               \
    size_t size; /* of the whole table, in bytes */

/* The values of the head in the initialiser of a table of that type. */
#define API_TABLE(type, version) version, sizeof(type)

struct api_table_head {
    API_TABLE_HEAD
};

/* --- producer ------------------------------------------------------------- */

/* Whether `member` is in both structs in the same place. */
#define API_TABLE_SAME_PLACE(a_type, b_type, member)                           \
    (offsetof(a_type, member) == offsetof(b_type, member) &&                   \
     sizeof(((a_type *)0)->member) == sizeof(((b_type *)0)->member))

/* Fails to compile unless a new edition keeps `member` where the old one had
 * it (API-4). */
#define API_TABLE_KEEPS(old_type, new_type, member)                            \
    static_assert(API_TABLE_SAME_PLACE(old_type, new_type, member),            \
                  #new_type " moves " #member ", which takes a new version")

/* module.attribute = a capsule of `table` under `name`, which has to be
 * "module.attribute" in full (API-13). Both must outlive the capsule (API-15),
 * and need not be writable (API-12). 0, or -1, an exception and nothing kept
 * (API-9). */
static inline int api_table_publish(PyObject *module, const char *attribute,
                                    const char *name, const void *table)
{
    PyObject *capsule = PyCapsule_New((void *)table, name, NULL);
    if (capsule == NULL) {
        return -1;
    }
    if (PyModule_AddObject(module, attribute, capsule) < 0) {
        Py_DECREF(capsule);
        return -1;
    }
    return 0;
}

/* --- consumer ------------------------------------------------------------- */

/* In messages. */
static inline const char *api_table_name(const char *name)
{
    return name ? name : "capsule without a name";
}

/* `table` where it is of that version and of at least `prefix` bytes; else
 * NULL and RuntimeError (API-2, API-3). NULL and the exception that is pending
 * where `table` is NULL, so that the result of PyCapsule_GetPointer() needs no
 * check before. Reads the version and, where it is the right one, the size;
 * nothing behind (API-5, API-6). */
static inline const void *api_table_check(const void *table, const char *name,
                                          int version, size_t prefix)
{
    struct api_table_head head;

    if (table == NULL) {
        return NULL;
    }
    memcpy(&head.version, table, sizeof head.version);
    if (head.version != version) {
        PyErr_Format(PyExc_RuntimeError,
                     "%s: table of version %d, but only %d is supported",
                     api_table_name(name), head.version, version);
        return NULL;
    }
    if (prefix < sizeof head) {
        prefix = sizeof head;
    }
    memcpy(&head.size,
           (const char *)table + offsetof(struct api_table_head, size),
           sizeof head.size);
    if (head.size < prefix) {
        PyErr_Format(PyExc_RuntimeError,
                     "%s: table of %zu bytes, but %zu are needed",
                     api_table_name(name), head.size, prefix);
        return NULL;
    }
    return table;
}

/* The table that the capsule carries under that name: borrowed, valid as long
 * as whoever owns it (LIFE-3). NULL and an exception: ValueError from
 * PyCapsule_GetPointer(), RuntimeError from api_table_check(). */
static inline const void *api_table_get(PyObject *capsule, const char *name,
                                        int version, size_t prefix)
{
    return api_table_check(PyCapsule_GetPointer(capsule, name), name, version,
                           prefix);
}

/* The same for the capsule that PyCapsule_Import() finds. */
static inline const void *api_table_import(const char *name, int version,
                                           size_t prefix)
{
    return api_table_check(PyCapsule_Import(name, 0), name, version, prefix);
}

#define API_TABLE_GET(type, capsule, name, version)                            \
    ((const type *)api_table_get(capsule, name, version, sizeof(type)))
#define API_TABLE_IMPORT(type, name, version)                                  \
    ((const type *)api_table_import(name, version, sizeof(type)))

/* Whether a table that was checked reaches to the end of `member`: else the
 * member must not be read (API-5). */
#define API_TABLE_HAS(table, type, member)                                     \
    ((table)->size >= offsetof(type, member) + sizeof(((type *)0)->member))

/* --- calls through a table ------------------------------------------------ */

/* Hands on what a function of a table returned where it keeps the convention
 * that NULL means an exception and an object none (API-7); else NULL and
 * SystemError. Steals `result` and returns it: new reference. */
static inline PyObject *api_table_object(PyObject *result, const char *function)
{
    bool pending = PyErr_Occurred() != NULL;

    if ((result == NULL) == pending) {
        return result;
    }
    Py_XDECREF(result);
    return PyErr_Format(PyExc_SystemError,
                        pending ? "%s returned an object with an exception"
                                : "%s returned NULL without an exception",
                        function);
}

/* The same for a status: 0 without an exception or -1 with one (API-8); else
 * -1 and SystemError. */
static inline int api_table_status(int status, const char *function)
{
    bool pending = PyErr_Occurred() != NULL;

    if ((status == 0 && !pending) || (status == -1 && pending)) {
        return status;
    }
    PyErr_Format(PyExc_SystemError, "%s returned %d %s an exception", function,
                 status, pending ? "with" : "without");
    return -1;
}

#endif

/* Versioned tables of functions: for extensions that publish a table in a
 * capsule, and for extensions that use one. Needs only <Python.h>; C or C++.
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
 * The producer publishes the table, under its full name, in its init function:
 *
 *     if (api_table_publish(m, "_C_API", "demo._C_API", &demo_api) < 0) ...
 *
 * The consumer may have been built with an older or a newer edition of the
 * struct. It asks for the version and the members that it was built with:
 *
 *     const DemoAPI *demo = API_TABLE_IMPORT(DemoAPI, "demo._C_API", 1);
 *
 * A new edition appends members and keeps the version; any other change needs a
 * new version (API-4). A consumer may therefore meet a table that is longer
 * than its own struct (API-3). A consumer that accepts shorter tables too asks
 * for a prefix of the struct, and API_TABLE_HAS() says if a later member is
 * there.
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

/* The initial values of the head of a table of this type. */
#define API_TABLE(type, version) version, sizeof(type)

struct api_table_head {
    API_TABLE_HEAD
};

/* --- producer ------------------------------------------------------------- */

/* True if `member` has the same offset and size in both structs. */
#define API_TABLE_SAME_PLACE(a_type, b_type, member)                           \
    (offsetof(a_type, member) == offsetof(b_type, member) &&                   \
     sizeof(((a_type *)0)->member) == sizeof(((b_type *)0)->member))

/* Fails to compile if the new struct has `member` at another offset or with
 * another size than the old struct (API-4). */
#define API_TABLE_KEEPS(old_type, new_type, member)                            \
    static_assert(API_TABLE_SAME_PLACE(old_type, new_type, member),            \
                  #new_type " moves " #member ", which takes a new version")

/* Sets module.attribute to a new capsule that holds `table` under `name`.
 * `name` must be "module.attribute" in full (API-13). `name` and `table` must
 * outlive the capsule (API-15) and may be read-only (API-12). Returns 0, or -1
 * with an exception; a failure keeps no reference (API-9). */
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

/* Returns the name as error messages show it. */
static inline const char *api_table_name(const char *name)
{
    return name ? name : "capsule without a name";
}

/* Returns `table` if its version is `version` and its size is at least `prefix`
 * bytes; else NULL with RuntimeError (API-2, API-3). A NULL `table` returns
 * NULL and keeps the pending exception, so that callers can pass the result of
 * PyCapsule_GetPointer() unchecked. Reads only the version and, if the version
 * is right, the size (API-5, API-6). */
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

/* Returns the table of the capsule with this name. Borrowed: valid as long as
 * the owner of the table keeps it (LIFE-3). On failure NULL with ValueError
 * from PyCapsule_GetPointer() or RuntimeError from api_table_check(). */
static inline const void *api_table_get(PyObject *capsule, const char *name,
                                        int version, size_t prefix)
{
    return api_table_check(PyCapsule_GetPointer(capsule, name), name, version,
                           prefix);
}

/* Like api_table_get(), for the capsule that PyCapsule_Import() finds. */
static inline const void *api_table_import(const char *name, int version,
                                           size_t prefix)
{
    return api_table_check(PyCapsule_Import(name, 0), name, version, prefix);
}

#define API_TABLE_GET(type, capsule, name, version)                            \
    ((const type *)api_table_get(capsule, name, version, sizeof(type)))
#define API_TABLE_IMPORT(type, name, version)                                  \
    ((const type *)api_table_import(name, version, sizeof(type)))

/* True if a table that was checked includes `member`. If not, the member must
 * not be read (API-5). */
#define API_TABLE_HAS(table, type, member)                                     \
    ((table)->size >= offsetof(type, member) + sizeof(((type *)0)->member))

/* --- calls through a table ------------------------------------------------ */

/* Checks the result of a function of a table: it must be NULL with an
 * exception, or an object without one (API-7). Returns `result` if so; else
 * NULL with SystemError. Steals `result`, returns a new reference. */
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

/* Checks a status in the same way: it must be 0 without an exception, or -1
 * with one (API-8). Returns `status` if so; else -1 with SystemError. */
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

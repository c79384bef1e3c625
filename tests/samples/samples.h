/* The code samples of the Capsules chapter as functions that tests can call.
 *
 * chapter/ has the samples as they stand there; each file in this folder
 * includes some of them and adds what the chapter leaves to the reader.
 */
#ifndef TESTS_SAMPLES_SAMPLES_H
#define TESTS_SAMPLES_SAMPLES_H

#include <Python.h>

#include <stdbool.h>

#include "tests/samples/chapter/66_07_type.h"
#include "tests/samples/chapter/66_11_context.h"

/* Members that have the same name in every layout of 66.8. */
#define API BadAPI
#include "tests/samples/chapter/66_08_bad.h"
#undef API
#define API BadAPIChanged
#include "tests/samples/chapter/66_08_bad_changed.h"
#undef API
#define API BetterAPI
#include "tests/samples/chapter/66_08_better.h"
#undef API

/* 66.19 */
typedef struct {
    long value;
} Result;
#define API ParserAPI
#include "tests/samples/chapter/66_19_errors.h"
#undef API

#ifdef __cplusplus
extern "C" {
#endif

/* --- capsules.c: one capsule at a time ------------------------------------ */

PyObject *sample_make_capsule(void);                             /* 66.3 */
void sample_clear_destructor(PyObject *capsule);                 /* 66.10 */
extern int sample_clear_destructor_got_to_its_end;               /* 66.10 */
void sample_set_context(PyObject *capsule, APIContext *context); /* 66.11 */
APIContext *sample_get_context(PyObject *capsule);               /* 66.11 */
void sample_mutate(PyObject *capsule, void *ptr, const char *name,
                   PyCapsule_Destructor destructor, void *context); /* 66.12 */

/* --- fastdb.c: the module of 66.4, 66.7 and 66.9 -------------------------- */

PyObject *PyInit_fastdb(void);

/* A new capsule of the module's table, as 66.7 exports it. New reference. */
PyObject *sample_export_table(void);

/* The connections of the module that are open. */
int fastdb_open_contexts(void);

/* --- fastdb_consumer.c: who uses it --------------------------------------- */

/* 0 and the pointer, or -1 and an exception (66.5). */
int sample_retrieve(void **result);
/* 0 and the table, or -1 and an exception (66.7). */
int sample_consume(PyObject *capsule, FastDB_APIObject **result);

/* --- layouts.c: what a table may look like -------------------------------- */

/* 0, or -1 and RuntimeError where the table is too short or of another
 * version than 2 (66.8). */
int sample_check_layout(const BetterAPI *api);

extern const ParserAPI sample_parser; /* 66.19 */

/* --- demo: the two extensions of 66.20 and 66.21 -------------------------- */

PyObject *PyInit_demo(void);
/* A module with the function call_add_one of 66.21. */
PyObject *PyInit_demo_consumer(void);

/* The first returns true if the consumer holds a table; the second drops the
 * table. */
bool demo_consumer_has_table(void);
void demo_consumer_forget_table(void);

#ifdef __cplusplus
}
#endif

#endif

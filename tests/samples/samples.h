/* The code samples of the Capsules chapter as functions that tests can call.
 *
 * chapter/ holds the samples unchanged, one file per sample; file names begin
 * with the section. Each source file in this folder includes some samples and
 * adds the code that the chapter leaves out. docs/sources.md says where to find
 * the chapter.
 */
#ifndef TESTS_SAMPLES_SAMPLES_H
#define TESTS_SAMPLES_SAMPLES_H

#include <Python.h>

#include <stdbool.h>

#include "tests/samples/chapter/66_07_type.h"
#include "tests/samples/chapter/66_11_context.h"

/* All layouts of 66.8 have the same name; these macros rename them. */
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

/* Returns a new capsule of the module's table, as 66.7 exports it. New
 * reference. */
PyObject *sample_export_table(void);

/* Returns the number of open connections. */
int fastdb_open_contexts(void);

/* --- fastdb_consumer.c: a consumer of the module -------------------------- */

/* Stores the pointer and returns 0, or returns -1 with an exception (66.5). */
int sample_retrieve(void **result);
/* Stores the table and returns 0, or returns -1 with an exception (66.7). */
int sample_consume(PyObject *capsule, FastDB_APIObject **result);

/* --- layouts.c: layouts of tables ----------------------------------------- */

/* Returns 0; -1 with RuntimeError if the table is too short or its version is
 * not 2 (66.8). */
int sample_check_layout(const BetterAPI *api);

extern const ParserAPI sample_parser; /* 66.19 */

/* --- demo: the two extensions of 66.20 and 66.21 -------------------------- */

PyObject *PyInit_demo(void);
/* Creates a module with the function call_add_one of 66.21. */
PyObject *PyInit_demo_consumer(void);

/* The first function returns true if the consumer holds a table; the second
 * drops the table. */
bool demo_consumer_has_table(void);
void demo_consumer_forget_table(void);

#ifdef __cplusplus
}
#endif

#endif

/* The vocabulary of a step: choices, assertions, and the state that a call
 * starts from.
 *
 * A step is the contract of one function: any legal state, one call, and then
 * one assertion for each rule, and for everything that must not change. A step
 * says nothing about earlier calls, so what holds in a step holds after every
 * history.
 *
 * The same steps are compiled twice. For the model checker CBMC, a choice is
 * any value at once, and the state is laid out in memory (checker_state.c). On
 * a machine, a choice is read from bytes (machine_input.c), and calls of the C
 * API build the state (machine_state.c), so the steps run on any
 * implementation.
 */
#ifndef TESTS_STEPS_STEP_H
#define TESTS_STEPS_STEP_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- choices -------------------------------------------------------------- */

/* Each returns any value of its kind. `what` says what the value is for; the
 * report of a failure shows it with the value. */
bool any_bool(const char *what);
int any_below(const char *what, int limit); /* 0 to limit - 1 */
size_t any_size(const char *what);
/* Any bits, NULL included. Nothing may dereference the pointer. */
void *any_pointer(const char *what);

void state_end(void);

/* --- assertions ----------------------------------------------------------- */

/* HOLDS(rule, condition, what): `what` is true by the rule of that id.
 * SAME(rule, got, expected, what): two pointers or integers are equal. A
 * report shows both.
 * ASSUME(condition, reason): the step says nothing of other states. */
#ifdef STEP_REACH
/* Every assertion is false, so the checker shows which it can reach. */
#define HOLDS(rule, condition, what)                                           \
    __CPROVER_assert((condition) && false, rule ": " what)
#define SAME(rule, got, expected, what)                                        \
    __CPROVER_assert((got) == (expected) && false, rule ": " what)
#elif defined STEP_CHECKER
#define HOLDS(rule, condition, what)                                           \
    __CPROVER_assert((condition), rule ": " what)
#define SAME(rule, got, expected, what)                                        \
    do {                                                                       \
        __CPROVER_output("got", (got));                                        \
        __CPROVER_output("got bits", (uintptr_t)(got));                        \
        __CPROVER_output("expected", (expected));                              \
        __CPROVER_output("expected bits", (uintptr_t)(expected));              \
        __CPROVER_assert((got) == (expected), rule ": " what);                 \
    } while (0)
#endif

#ifdef STEP_CHECKER
#define ASSUME(condition, reason) __CPROVER_assume(condition)
#else
/* Ends the process with a report if `holds` is false. */
void step_check(bool holds, const char *rule, const char *what, uintptr_t got,
                uintptr_t expected, bool compared);
#define HOLDS(rule, condition, what)                                           \
    step_check((condition), rule, what, 0, 0, false)
#define SAME(rule, got, expected, what)                                        \
    step_check((got) == (expected), rule, what, (uintptr_t)(got),              \
               (uintptr_t)(expected), true)
/* Ends the step: this choice of the state does not count. */
#define ASSUME(condition, reason)                                              \
    do {                                                                       \
        if (!(condition)) {                                                    \
            state_end();                                                       \
            return;                                                            \
        }                                                                      \
    } while (0)
#endif

/* --- the state ------------------------------------------------------------ */

struct fields {
    void *pointer;
    const char *name;
    void *context;
    PyCapsule_Destructor destructor;
};

/* The fields that CPython 3.13 and later keep for the cycle collector; zeros
 * elsewhere. */
struct collected {
    traverseproc traverse;
    inquiry clear;
    bool tracked; /* the collector knows the capsule */
};

struct error {
    PyObject *type;  /* NULL: no exception is pending */
    size_t number;   /* tells the exceptions of a step apart */
    PyObject *value; /* what the exception carries; on a machine always NULL */
};

/* The state has two capsules with fields of their own, and an object of
 * another type whose memory looks like a capsule. */
enum { FIRST, SECOND, CAPSULES };

/* Everything that a call could change. */
struct world {
    struct fields fields[CAPSULES];
    struct collected collected[CAPSULES];
    Py_ssize_t references[CAPSULES];
    uint64_t other; /* sum of the bytes of the other object */
    uint64_t names; /* sum of the bytes of all names */
    struct error error;
    size_t blocks;       /* that the implementation holds */
    size_t destructions; /* runs of a destructor */
};

/* Builds any legal state: capsules of any fields and counts, names of any
 * bytes, an exception or none. */
void state_begin(void);
/* state_end(), above, releases the state. */

PyObject *state_capsule(int which);
/* The other object; it is no capsule. */
PyObject *state_other(void);
/* One of the capsules, the other object, or NULL: borrowed. */
PyObject *any_object(void);
/* A name of the state, or NULL. Two names may be equal at two addresses. */
const char *any_name(const char *what);
PyCapsule_Destructor any_destructor(const char *what);

/* Makes a capsule of the state one with a single reference and that
 * destructor. */
void state_last_reference(PyObject *capsule, PyCapsule_Destructor destructor);
/* Says that the capsule is gone. state_world() then shows what it saw last of
 * the capsule. */
void state_destroyed(int which);

/* FIRST or SECOND, or CAPSULES if the object is no capsule of the state. */
int state_index(PyObject *object);
struct fields state_fields(PyObject *capsule);
/* On a machine always zeros: no call of the C API tells. */
struct collected state_collected(PyObject *capsule);
struct world state_world(void);

/* True if an allocation of the implementation failed since state_begin(). */
bool state_memory_failed(void);

/* True if `blocks` of a struct world is counted. */
bool state_counts_blocks(void);

/* True if rules of the level `observed` apply to the implementation. */
bool state_observed(void);
/* True if the last Py_DECREF destroys at once, not in a later collection. */
bool state_destroys_at_once(void);
/* True if PyCapsule_SetPointer looks at the pointer first (ERR-4). */
bool state_null_pointer_first(void);

/* The rule of names: NULL equals NULL only, and bytes are compared. */
bool names_equal(const char *a, const char *b);
/* Frees the block of a name that came from any_name(); NULL is ignored. */
void name_free(const char *name);

/* The pending exception. */
struct error error_now(void);
/* True if the message is `format` with `name` in the place of a `%s`; `format`
 * has at most one. */
bool error_says(struct error error, const char *format, const char *name);

static inline bool same_error(struct error a, struct error b)
{
    return a.type == b.type && a.number == b.number && a.value == b.value;
}

/* Releases a capsule that the call made, without its destructor. */
void capsule_forget(PyObject *capsule);

/* --- what every call keeps ------------------------------------------------ */

/* The field that a call may change, of the capsule that it is given. */
enum field { NO_FIELD, POINTER, NAME, CONTEXT, DESTRUCTOR, COLLECTED };

static inline bool same_collected(struct collected a, struct collected b)
{
    return a.traverse == b.traverse && a.clear == b.clear &&
           a.tracked == b.tracked;
}

static inline bool keeps_fields(const struct world *before,
                                const struct world *after, int changed,
                                enum field field)
{
    for (int i = 0; i < CAPSULES; i++) {
        const struct fields *a = &before->fields[i], *b = &after->fields[i];
        enum field f = i == changed ? field : NO_FIELD;
        if ((f != POINTER && a->pointer != b->pointer) ||
            (f != NAME && a->name != b->name) ||
            (f != CONTEXT && a->context != b->context) ||
            (f != DESTRUCTOR && a->destructor != b->destructor) ||
            (f != COLLECTED &&
             !same_collected(before->collected[i], after->collected[i]))) {
            return false;
        }
    }
    return true;
}

static inline bool keeps_references(const struct world *before,
                                    const struct world *after)
{
    return before->references[FIRST] == after->references[FIRST] &&
           before->references[SECOND] == after->references[SECOND];
}

/* The frame: everything but `field` of the capsule `op` is as before. `rule`
 * says that the fields stay. The error indicator has assertions of its own. */
#define KEEPS(rule, before, op, field)                                         \
    do {                                                                       \
        struct world _after = state_world();                                   \
        HOLDS(rule, keeps_fields(&(before), &_after, state_index(op), field),  \
              "every other field of both capsules stays as it was");           \
        HOLDS("TYPE-1", keeps_references(&(before), &_after),                  \
              "no reference count of a capsule changes");                      \
        SAME("DTOR-1", _after.destructions, (before).destructions,             \
             "no destructor runs");                                            \
        HOLDS("SET-ALL-2", _after.other == (before).other,                     \
              "nothing is written into an object that is no capsule");         \
        HOLDS("NEW-5", _after.names == (before).names,                         \
              "no name is written to or freed");                               \
        SAME("BUG-4", _after.blocks, (before).blocks,                          \
             "no block of memory is kept or lost");                            \
    } while (0)

/* The pending exception is the one from before. */
#define KEEPS_ERROR(rule, before)                                              \
    do {                                                                       \
        struct error _now = error_now();                                       \
        SAME(rule, _now.type, (before).error.type,                             \
             "success leaves the pending exception alone");                    \
        SAME("ERR-1", _now.number, (before).error.number,                      \
             "the pending exception is the same object");                      \
        HOLDS("ERR-1", _now.value == (before).error.value,                     \
              "the pending exception has its value");                          \
    } while (0)

/* A new exception of that type replaced the one from before. A memory failure
 * makes it MemoryError. */
#define RAISES(rule, before, exception, format, name)                          \
    do {                                                                       \
        struct error _now = error_now();                                       \
        HOLDS("ERR-3", _now.type != NULL,                                      \
              "a call that fails sets an exception");                          \
        HOLDS("ERR-2", _now.type == NULL || !same_error(_now, (before).error), \
              "a call that fails replaces the pending exception");             \
        if (!state_memory_failed()) {                                          \
            SAME(rule, _now.type, (exception),                                 \
                 "the exception is of the type " #exception);                  \
            HOLDS("ERR-5",                                                     \
                  !state_observed() || error_says(_now, format, name),         \
                  "the message is " #format);                                  \
        }                                                                      \
    } while (0)

#endif

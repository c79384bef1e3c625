/* The contract of PyCapsule_New, the getters and the setters. */
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* --- PyCapsule_New -------------------------------------------------------- */

/* The capsule that PyCapsule_New returned. */
static void check_new(PyObject *capsule, const struct world *before,
                      const struct fields *asked)
{
    HOLDS("NEW-1",
          capsule != state_capsule(FIRST) && capsule != state_capsule(SECOND) &&
              capsule != state_other(),
          "the capsule is a new object");
    HOLDS("TYPE-4", Py_TYPE(capsule) == &PyCapsule_Type,
          "the type of the capsule is PyCapsule_Type");
    SAME("NEW-1", Py_REFCNT(capsule), 1, "the caller owns the only reference");
    struct fields fields = state_fields(capsule);
    SAME("NEW-11", fields.pointer, asked->pointer,
         "the pointer is kept bit by bit");
    SAME("NEW-5", fields.name, asked->name, "the name is kept by its address");
    SAME("NEW-10", fields.context, NULL, "the context is NULL");
    SAME("NEW-7", fields.destructor, asked->destructor,
         "the destructor is kept");
    HOLDS("DTOR-14",
          same_collected(state_collected(capsule), (struct collected){0}),
          "the collector neither knows a new capsule nor has callbacks for it");
    KEEPS_ERROR("ERR-1", *before);
}

STEP(PyCapsule_New)
{
    state_begin();
    struct fields asked = {
        .pointer = any_pointer("pointer"),
        .name = any_name("name"),
        .destructor = any_destructor("destructor"),
    };
    struct world before = state_world();

    PyObject *capsule =
        PyCapsule_New(asked.pointer, asked.name, asked.destructor);

    if (asked.pointer == NULL) {
        SAME("NEW-2", capsule, NULL, "a NULL pointer is refused");
        RAISES("NEW-2", before, PyExc_ValueError,
               "PyCapsule_New called with null pointer", NULL);
    } else if (capsule == NULL) {
        HOLDS("NEW-3", state_memory_failed(),
              "fails only where there is no memory");
        SAME("NEW-3", error_now().type, PyExc_MemoryError,
             "a failed allocation is a MemoryError");
    } else {
        check_new(capsule, &before, &asked);
        capsule_forget(capsule);
    }
    KEEPS("NEW-12", before, NULL, NO_FIELD);
    state_end();
}

/* --- getters -------------------------------------------------------------- */

STEP(PyCapsule_GetPointer)
{
    state_begin();
    PyObject *op = any_object();
    const char *name = any_name("name");
    struct world before = state_world();

    void *result = PyCapsule_GetPointer(op, name);

    int i = state_index(op);
    if (i == CAPSULES) {
        SAME("GET-ALL-1", result, NULL, "no capsule: the result is NULL");
        RAISES("GET-ALL-1", before, PyExc_ValueError,
               "PyCapsule_GetPointer called with invalid PyCapsule object",
               NULL);
    } else if (names_equal(name, before.fields[i].name)) {
        SAME("GETP-1", result, before.fields[i].pointer,
             "with the right name the result is the stored pointer");
        KEEPS_ERROR("ERR-1", before);
    } else {
        HOLDS("GETP-3",
              name == NULL || before.fields[i].name == NULL || result == NULL,
              "a name of other bytes is refused");
        HOLDS("GETP-4",
              (name != NULL && before.fields[i].name != NULL) || result == NULL,
              "NULL matches NULL only");
        RAISES("GETP-2", before, PyExc_ValueError,
               "PyCapsule_GetPointer called with incorrect name", NULL);
    }
    KEEPS("GET-ALL-2", before, op, NO_FIELD);
    state_end();
}

/* A getter of one field: returns it, or NULL and ValueError. */
#define GETTER(function, type, member, rule)                                   \
    STEP(function)                                                             \
    {                                                                          \
        state_begin();                                                         \
        PyObject *op = any_object();                                           \
        struct world before = state_world();                                   \
                                                                               \
        type result = function(op);                                            \
                                                                               \
        int i = state_index(op);                                               \
        if (i == CAPSULES) {                                                   \
            HOLDS("GET-ALL-1", result == NULL,                                 \
                  "no capsule: the result is NULL");                           \
            RAISES("GET-ALL-1", before, PyExc_ValueError,                      \
                   #function " called with invalid PyCapsule object", NULL);   \
        } else {                                                               \
            SAME(rule "-1", result, before.fields[i].member,                   \
                 "the result is the stored field");                            \
            KEEPS_ERROR(rule "-2", before);                                    \
        }                                                                      \
        KEEPS("GET-ALL-2", before, op, NO_FIELD);                              \
        state_end();                                                           \
    }

GETTER(PyCapsule_GetDestructor, PyCapsule_Destructor, destructor, "GETD")
GETTER(PyCapsule_GetContext, void *, context, "GETC")
GETTER(PyCapsule_GetName, const char *, name, "GETN")

/* --- tests that never fail ------------------------------------------------ */

STEP(PyCapsule_IsValid)
{
    state_begin();
    PyObject *op = any_object();
    const char *name = any_name("name");
    struct world before = state_world();

    int result = PyCapsule_IsValid(op, name);

    int i = state_index(op);
    bool valid = i != CAPSULES && names_equal(name, before.fields[i].name);
    SAME("VAL-1", result != 0, valid,
         "true for a capsule of that name and nothing else");
    HOLDS("VAL-2", !state_observed() || result == 0 || result == 1,
          "the result is 1 or 0");
    KEEPS_ERROR("VAL-3", before);
    KEEPS("GET-ALL-2", before, op, NO_FIELD);
    state_end();
}

STEP(PyCapsule_CheckExact)
{
    state_begin();
    PyObject *op = any_object();
    ASSUME(op != NULL, "the argument must not be NULL (TYPE-3)");
    struct world before = state_world();

    int result = PyCapsule_CheckExact(op);

    SAME("TYPE-3", result != 0, state_index(op) != CAPSULES,
         "true for a capsule, false for any other object");
    KEEPS_ERROR("TYPE-3", before);
    KEEPS("GET-ALL-2", before, op, NO_FIELD);
    state_end();
}

/* --- setters -------------------------------------------------------------- */

/* Asserts that a setter that fails returns nonzero. */
#define REFUSES(rule, result)                                                  \
    do {                                                                       \
        HOLDS(rule, (result) != 0, "a setter that fails returns nonzero");     \
        HOLDS("SET-ALL-1", !state_observed() || (result) == -1,                \
              "a setter that fails returns -1");                               \
    } while (0)

/* A setter of a field that takes any value. */
#define SETTER(function, type, choice, member, field, rule)                    \
    STEP(function)                                                             \
    {                                                                          \
        state_begin();                                                         \
        PyObject *op = any_object();                                           \
        type value = choice("value");                                          \
        struct world before = state_world();                                   \
                                                                               \
        int result = function(op, value);                                      \
                                                                               \
        int i = state_index(op);                                               \
        if (i == CAPSULES) {                                                   \
            REFUSES("SET-ALL-1", result);                                      \
            RAISES("SET-ALL-1", before, PyExc_ValueError,                      \
                   #function " called with invalid PyCapsule object", NULL);   \
            KEEPS("SET-ALL-2", before, NULL, NO_FIELD);                        \
        } else {                                                               \
            SAME("SET-ALL-3", result, 0, "success is 0");                      \
            KEEPS_ERROR("SET-ALL-3", before);                                  \
            SAME(rule, state_fields(op).member, value,                         \
                 "the field has the new value");                               \
            KEEPS("TYPE-2", before, op, field);                                \
        }                                                                      \
        state_end();                                                           \
    }

SETTER(PyCapsule_SetName, const char *, any_name, name, NAME, "SETN-1")
SETTER(PyCapsule_SetContext, void *, any_pointer, context, CONTEXT, "SETC-1")
SETTER(PyCapsule_SetDestructor, PyCapsule_Destructor, any_destructor,
       destructor, DESTRUCTOR, "SETD-1")

STEP(PyCapsule_SetPointer)
{
    state_begin();
    PyObject *op = any_object();
    void *pointer = any_pointer("value");
    struct world before = state_world();

    int result = PyCapsule_SetPointer(op, pointer);

    int i = state_index(op);
    if (i != CAPSULES && pointer != NULL) {
        SAME("SET-ALL-3", result, 0, "success is 0");
        KEEPS_ERROR("SET-ALL-3", before);
        SAME("SETP-1", state_fields(op).pointer, pointer,
             "the field has the new value");
        KEEPS("TYPE-2", before, op, POINTER);
    } else {
        REFUSES("SETP-2", result);
        if (i == CAPSULES && (pointer != NULL || !state_null_pointer_first())) {
            RAISES("ERR-4", before, PyExc_ValueError,
                   "PyCapsule_SetPointer called with invalid PyCapsule object",
                   NULL);
        } else {
            RAISES("SETP-2", before, PyExc_ValueError,
                   "PyCapsule_SetPointer called with null pointer", NULL);
        }
        KEEPS("SET-ALL-2", before, NULL, NO_FIELD);
    }
    state_end();
}

/* The contract of the destruction of a capsule, with a destructor that is
 * arbitrary code within what the contract permits. */
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* The destructor's notes of what it saw and did. */
static struct {
    size_t runs;
    PyObject *capsule; /* its argument */
    struct fields fields;
    Py_ssize_t references;
    bool valid; /* the answer of PyCapsule_IsValid() */
    bool tracked;
    bool dropped; /* it gave back the last reference to the second capsule */
    struct error error;
    struct error left; /* the exception that the destructor left */
} seen;

static void change_fields(PyObject *op)
{
    if (any_bool("the destructor sets the pointer")) {
        void *pointer = any_pointer("the new pointer");
        if (pointer != NULL) {
            PyCapsule_SetPointer(op, pointer);
        }
    }
    if (any_bool("the destructor sets the context")) {
        PyCapsule_SetContext(op, any_pointer("the new context"));
    }
    if (any_bool("the destructor sets a destructor")) {
        PyCapsule_SetDestructor(op, any_destructor("the new destructor"));
    }
    bool shared = seen.fields.name == state_fields(state_capsule(SECOND)).name;
    if (!shared && any_bool("the destructor frees the name")) {
        name_free(seen.fields.name);
        if (any_bool("the destructor sets the name to NULL")) {
            PyCapsule_SetName(op, NULL);
        }
    } else if (any_bool("the destructor sets the name")) {
        PyCapsule_SetName(op, any_name("the new name"));
    }
}

static void change_others(void)
{
    if (any_bool("the destructor drops another capsule")) {
        PyObject *second = state_capsule(SECOND);
        state_last_reference(second, NULL);
        Py_DECREF(second);
        seen.dropped = true;
    }
    if (any_bool("the destructor makes a capsule and drops it")) {
        PyObject *made = PyCapsule_New(
            (void *)1, any_name("the name of the new capsule"), NULL);
        Py_XDECREF(made);
    }
}

static void change_error(void)
{
    if (any_bool("the destructor clears the exception")) {
        PyErr_Clear();
    }
    if (any_bool("the destructor leaves an exception")) {
        PyErr_SetNone(PyExc_ValueError);
    }
}

static void arbitrary_destructor(PyObject *op)
{
    if (seen.runs++ > 0) {
        return;
    }
    seen.capsule = op;
    op = state_capsule(FIRST); /* NEW-7 asserts that both are one object */
    seen.fields = state_fields(op);
    seen.references = Py_REFCNT(op);
    seen.error = error_now();
    seen.tracked = state_collected(op).tracked;
    seen.valid = PyCapsule_IsValid(op, seen.fields.name);
    change_fields(op);
    change_others();
    change_error();
    seen.left = error_now();
}

/* Asserts what the destructor, if there is one, saw of the capsule. */
static void check_destructor(PyObject *op, const struct world *before,
                             bool has_destructor)
{
    if (!has_destructor) {
        SAME("NEW-8", seen.runs, 0, "without a destructor nothing is called");
        return;
    }
    SAME("NEW-7", seen.runs, 1, "the destructor runs once");
    SAME("NEW-7", seen.capsule, op, "the argument is the capsule");
    SAME("DTOR-2", seen.fields.pointer, before->fields[FIRST].pointer,
         "the destructor meets the current pointer");
    SAME("DTOR-2", seen.fields.name, before->fields[FIRST].name,
         "the destructor meets the current name");
    SAME("DTOR-2", seen.fields.context, before->fields[FIRST].context,
         "the destructor meets the current context");
    SAME("DTOR-2", seen.fields.destructor, before->fields[FIRST].destructor,
         "the destructor meets itself in the capsule");
    HOLDS("DTOR-2", seen.valid, "the capsule is valid in its destructor");
    HOLDS("DTOR-14", !seen.tracked,
          "the collector does not know a dying capsule");
    SAME("DTOR-9", seen.references, 0,
         "the count of a dying capsule is 0 and nobody changes it");
    HOLDS("DTOR-7", same_error(seen.error, before->error),
          "the destructor meets the pending exception of the caller");
}

/* Gives back the last reference. Returns the state before. */
static struct world destroy(PyObject *op, PyCapsule_Destructor destructor)
{
    state_last_reference(op, destructor);
    struct world before = state_world();
    Py_DECREF(op);
    return before;
}

STEP(capsule_destruction)
{
    state_begin();
    ASSUME(state_destroys_at_once(), "other profiles destroy later (DTOR-11)");
    PyObject *op = state_capsule(FIRST);
    bool has_destructor = any_bool("the capsule has a destructor");
    seen.runs = 0;
    seen.dropped = false;

    /* Two calls: the checker then knows the destructor of each. */
    struct world before =
        has_destructor ? destroy(op, arbitrary_destructor) : destroy(op, NULL);

    bool second_is_dead = seen.dropped;
    check_destructor(op, &before, has_destructor);
    struct error now = error_now();
    if (has_destructor) {
        HOLDS("DTOR-6", same_error(now, seen.left),
              "destruction leaves the exception that the destructor left");
    } else {
        HOLDS("DTOR-6", same_error(now, before.error),
              "destruction leaves the pending exception alone");
    }
    state_destroyed(FIRST);
    if (second_is_dead) {
        state_destroyed(SECOND);
    }
    struct world after = state_world();
    if (state_counts_blocks()) {
        SAME("DTOR-8", after.blocks, before.blocks - 1 - second_is_dead,
             "the memory of the capsule is freed, once, and nothing else");
    }
    if (!second_is_dead) {
        HOLDS("TYPE-2", keeps_fields(&before, &after, CAPSULES, NO_FIELD),
              "the fields of the other capsule stay as they were");
        HOLDS("TYPE-1", keeps_references(&before, &after),
              "the reference count of the other capsule stays");
    }
    HOLDS("SET-ALL-2", after.other == before.other,
          "nothing is written into an object that is no capsule");
    HOLDS("NEW-5", after.names == before.names,
          "no name is written to or freed");
    SAME("DTOR-3", after.destructions, before.destructions,
         "a destructor that was set in the destructor does not run");
    state_end();
}

/* A reference is given back that is not the last one. */
STEP(capsule_release)
{
    state_begin();
    PyObject *op = state_capsule(FIRST);
    struct world before = state_world();
    Py_INCREF(op);
    SAME("TYPE-1", Py_REFCNT(op), before.references[FIRST] + 1,
         "Py_INCREF adds one reference");

    Py_DECREF(op);

    KEEPS_ERROR("DTOR-6", before);
    KEEPS("DTOR-1", before, NULL, NO_FIELD);
    state_end();
}

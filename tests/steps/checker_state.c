/* The state as the checker has it: any value in any place at once. */
#include "tests/steps/environment.h"
#include "tests/steps/imports.h"
#include "tests/steps/layout.h"
#include "tests/steps/names.h"
#include "tests/steps/step.h"

/* The state is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

int nondet_int(void);

/* --- objects -------------------------------------------------------------- */

static PyObject *capsules[CAPSULES];

/* An object of another type, with memory like that of a capsule. */
static struct {
    PyObject base;
    struct fields fields;
} other, other_before;
static PyTypeObject other_type;
/* An object that is smaller than a capsule: a read of a field is an access out
 * of bounds. */
static PyObject small;
static PyTypeObject small_type;
static size_t destructions;

static void first_destructor(PyObject *op) { destructions++; }
static void second_destructor(PyObject *op) { destructions++; }

PyCapsule_Destructor any_destructor(const char *what)
{
    int which = any_below(what, 3);
    return which == 0   ? first_destructor
           : which == 1 ? second_destructor
                        : NULL;
}

#ifndef CAPSULE_REFERENCE
static int any_traverse(PyObject *op, visitproc visit, void *arg) { return 0; }
static int any_clear(PyObject *op) { return 0; }

/* A capsule that the collector knows has both callbacks. */
static void begin_collected(PyObject *capsule)
{
    bool has_callbacks = any_bool("the capsule has callbacks of the collector");
    layout_collect(capsule, (struct collected){
                                .traverse = has_callbacks ? any_traverse : NULL,
                                .clear = has_callbacks ? any_clear : NULL,
                                .tracked = has_callbacks,
                            });
}
#endif

static PyObject *any_capsule(void)
{
    PyObject *capsule = environment_object(&PyCapsule_Type);
    __CPROVER_input("the address of a capsule", (uintptr_t)capsule);
    struct fields fields = {
        .pointer = any_pointer("the pointer of a capsule"),
        .name = any_name("the name of a capsule"),
        .context = any_pointer("the context of a capsule"),
        .destructor = any_destructor("the destructor of a capsule"),
    };
    ASSUME(fields.pointer != NULL, "NEW-2 and SETP-2 refuse a NULL pointer");
    layout_write(capsule, fields);
#ifndef CAPSULE_REFERENCE
    begin_collected(capsule);
#endif
    int references = nondet_int();
    ASSUME(references > 0, "a capsule lives as long as it has references");
    ASSUME(references <= MOST_REFERENCES,
           "there is no memory for more references, or another proof has them");
    __CPROVER_input("the references to a capsule", references);
    Py_SET_REFCNT(capsule, references);
    return capsule;
}

/* The type of the object that is no capsule. A PyCObject is an object of its
 * own (W27-1). */
static PyTypeObject *any_other_type(void)
{
#ifdef CAPSULE_REFERENCE
    if (any_bool("the other object is a PyCObject")) {
        return &PyCObject_Type;
    }
#endif
    return &other_type;
}

static void begin_other(void)
{
    static const char *const type_names[] = {"PyCapsule", "a.PyCapsule", "a"};
    other_type.tp_name =
        type_names[any_below("the type of the other object", 3)];
    other_type.tp_basicsize = PyCapsule_Type.tp_basicsize;
    other_type.tp_base =
        any_bool("the other type is derived from PyCapsule_Type")
            ? &PyCapsule_Type
            : NULL;
    other.base.ob_type = any_other_type();
    Py_SET_REFCNT(&other.base, 1);
    other.fields.pointer = any_pointer("the other object");
    other.fields.name = any_name("the other object");
    other.fields.context = any_pointer("the other object");
    other.fields.destructor = any_destructor("the other object");
    other_before = other;
    small.ob_type = &small_type;
    Py_SET_REFCNT(&small, 1);
}

static void begin_profile(void);

void state_begin(void)
{
    names_begin();
    capsules[FIRST] = any_capsule();
    capsules[SECOND] = any_capsule();
    begin_other();
    begin_profile();
    environment_begin_error();
}

void state_end(void) {}

void state_last_reference(PyObject *capsule, PyCapsule_Destructor destructor)
{
    struct fields fields = layout_read(capsule);
    fields.destructor = destructor;
    layout_write(capsule, fields);
    Py_SET_REFCNT(capsule, 1);
    environment_may_destroy = true;
}

void state_destroyed(int which) { capsules[which] = NULL; }

PyObject *state_capsule(int which) { return capsules[which]; }
PyObject *state_other(void) { return &other.base; }

PyObject *any_object(void)
{
    int which = any_below("the object", 5);
    return which == 0   ? capsules[FIRST]
           : which == 1 ? capsules[SECOND]
           : which == 2 ? &other.base
           : which == 3 ? NULL
                        : &small;
}

int state_index(PyObject *object)
{
    return object == NULL               ? CAPSULES
           : object == capsules[FIRST]  ? FIRST
           : object == capsules[SECOND] ? SECOND
                                        : CAPSULES;
}

struct fields state_fields(PyObject *capsule) { return layout_read(capsule); }

struct collected state_collected(PyObject *capsule)
{
    return layout_collected(capsule);
}

void capsule_forget(PyObject *capsule)
{
    Py_TYPE(capsule); /* the object stays readable */
    environment_blocks--;
}

static bool other_changed(void)
{
    return other.base.ob_type != other_before.base.ob_type ||
           Py_REFCNT(&other.base) != 1 || Py_REFCNT(&small) != 1 ||
           other.fields.pointer != other_before.fields.pointer ||
           other.fields.name != other_before.fields.name ||
           other.fields.context != other_before.fields.context ||
           other.fields.destructor != other_before.fields.destructor;
}

/* Of capsules that are gone, what state_world() saw last. */
static struct world last;

struct world state_world(void)
{
    struct world world = {
        .other = other_changed(),
        .names = (uint64_t)names_changed(),
        .error = error_now(),
        .blocks = environment_blocks + environment_fetched,
        .destructions = destructions,
    };
    for (int i = 0; i < CAPSULES; i++) {
        if (capsules[i] != NULL) {
            last.fields[i] = layout_read(capsules[i]);
            last.collected[i] = layout_collected(capsules[i]);
            last.references[i] = Py_REFCNT(capsules[i]);
        }
        world.fields[i] = last.fields[i];
        world.collected[i] = last.collected[i];
        world.references[i] = last.references[i];
    }
    return world;
}

bool state_counts_blocks(void) { return true; }
bool state_destroys_at_once(void) { return true; }
bool state_observed(void) { return true; }

/* --- what depends on the version ------------------------------------------ */

#ifdef CAPSULE_REFERENCE
#include "capsule/profile.h"

static struct profile profile;
const struct profile *reference_profile = &profile;

bool state_null_pointer_first(void)
{
    return profile.set_pointer_checks_null_first;
}

bool state_no_block_counts(int no_block)
{
    return no_block && profile.import_no_block_is_unwrapped;
}

bool state_import_lacks_memory_error(void)
{
    return profile.import_lacks_memory_error;
}

static void begin_profile(void)
{
    profile.set_pointer_checks_null_first =
        any_bool("the profile checks for a NULL pointer first");
    profile.import_no_block_is_unwrapped =
        any_bool("the profile honours no_block");
    profile.import_lacks_memory_error =
        any_bool("the profile has no MemoryError in PyCapsule_Import");
}
#else
bool state_null_pointer_first(void) { return PY_VERSION_HEX < 0x030D0000; }

bool state_no_block_counts(int no_block)
{
    return no_block && PY_VERSION_HEX < 0x030B0000;
}

bool state_import_lacks_memory_error(void) { return PY_MAJOR_VERSION < 3; }
static void begin_profile(void) {}
#endif

/* The contract of PyCObject, from any state: an object of any fields, a
 * capsule, an object of another type, NULL; any flags of the warnings; a
 * pending exception or none. */
#include STEP_SOURCE

#include <stdlib.h>

#include "tests/steps/cobject_calls.h"
#include "tests/steps/environment.h"
#include "tests/steps/layout.h"
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* --- the state ------------------------------------------------------------ */

PyObject *layout_allocate(PyTypeObject *type)
{
    SAME("COBJ-2", type->tp_basicsize, (Py_ssize_t)sizeof(PyCObject),
         "the type knows the size of a PyCObject");
    return malloc(sizeof(PyCObject));
}

void *layout_block(void *op) { return op; }

/* The arguments of the destructors, and the number of their calls. */
static struct {
    int runs;
    void *pointer;
    void *desc; /* NULL for the destructor of one argument */
    struct error error;
} ran;

static void plain(void *pointer)
{
    ran.runs++;
    ran.pointer = pointer;
    ran.error = error_now();
}

static void with_desc(void *pointer, void *desc)
{
    plain(pointer);
    ran.desc = desc;
}

static PyCObject *object;

/* An object of another type whose memory looks like that of a PyCObject. */
static PyTypeObject other_type;
static PyCObject other;

static PyCObject object_before;
static struct error error_before;
static size_t blocks_before;

static bool owned(const PyCObject *op)
{
    return op->destructor != NULL || op->destructor_with_desc != NULL;
}

static void begin(void)
{
    profile.as_void_ptr_warns = any_bool("the profile has W27-3");
    Py_Py3kWarningFlag = any_bool("option -3 is set");
    object = (PyCObject *)environment_object(&PyCObject_Type);
    object->pointer = any_pointer("the pointer of the PyCObject");
    object->desc = any_pointer("its description");
    bool described = any_bool("it was made with a description");
    ASSUME(described == (object->desc != NULL),
           "COBJ-3 needs a description, COBJ-2 has none");
    bool has = any_bool("it has a destructor");
    object->destructor = has && !described ? plain : NULL;
    object->destructor_with_desc = has && described ? with_desc : NULL;
    object_before = *object;
    other = object_before;
    other_type.tp_basicsize = sizeof(PyCObject);
    other_type.tp_name = "PyCObject";
    other.ob_base.ob_type = &other_type;
    in_capsule.name = any_bool("the capsule has a name") ? "a.b" : NULL;
    in_capsule.pointer = any_pointer("the pointer of the capsule");
    ASSUME(in_capsule.pointer != NULL, "NEW-2 refuses a NULL pointer");
    environment_begin_error();
    error_before = error_now();
    blocks_before = environment_blocks;
}

PyObject *any_of(void)
{
    int which = any_below("the object", 4);
    return which == 0   ? (PyObject *)object
           : which == 1 ? &capsule
           : which == 2 ? (PyObject *)&other
                        : NULL;
}

/* The PyCObject is as before but for its pointer, which is `pointer`. */
static void check_object(void *pointer)
{
    SAME("COBJ-6", object->pointer, pointer,
         "the pointer is the one that the contract says");
    HOLDS("COBJ-6",
          object->desc == object_before.desc &&
              object->destructor == object_before.destructor &&
              object->destructor_with_desc ==
                  object_before.destructor_with_desc,
          "every other field stays as it was");
    SAME("COBJ-2", Py_REFCNT(object), 1, "no reference is taken or given back");
    SAME("COBJ-2", ran.runs, 0, "no destructor runs");
}

/* Asserts that the call has kept what every call but a constructor keeps. */
static void check_frame(void *pointer)
{
    check_object(pointer);
    SAME("BUG-4", environment_blocks, blocks_before,
         "no block of memory is kept or lost");
    SAME("COBJ-4", other.pointer, object_before.pointer,
         "nothing is written into an object that is no PyCObject");
}

static void check_error_kept(void)
{
    HOLDS("ERR-1", same_error(error_now(), error_before),
          "success leaves the pending exception alone");
}

static void check_raised(PyObject *type)
{
    SAME("COBJ-4", error_now().type, type, "the exception is of that type");
    HOLDS("ERR-2", !same_error(error_now(), error_before),
          "a call that fails replaces the pending exception");
}

/* The call was given NULL. */
static void check_null(void *result)
{
    SAME("COBJ-8", result, NULL, "NULL has no pointer");
    HOLDS("COBJ-8",
          error_before.type == NULL || same_error(error_now(), error_before),
          "an exception that was pending stays");
    HOLDS("COBJ-8",
          error_before.type != NULL || error_now().type == PyExc_TypeError,
          "without a pending exception there is a TypeError");
}

/* --- steps ---------------------------------------------------------------- */

/* The object that a constructor returned, or NULL. */
static void check_new(PyObject *op, void *pointer, void *desc,
                      void (*destructor)(void *),
                      void (*destructor_with_desc)(void *, void *))
{
    SAME("COBJ-2", warned.warnings, Py_Py3kWarningFlag,
         "option -3 warns once, and nothing else warns");
    if (warned.failed) {
        SAME("COBJ-2", op, NULL, "a warning that is an exception is a failure");
        SAME("COBJ-2", error_now().type, PyExc_DeprecationWarning,
             "the exception is the warning");
    } else if (op == NULL) {
        HOLDS("COBJ-2", environment_memory_failed,
              "fails only where there is no memory");
        SAME("COBJ-2", error_now().type, PyExc_MemoryError,
             "a failed allocation is a MemoryError");
    } else {
        PyCObject *made = (PyCObject *)op;
        SAME("COBJ-1", Py_TYPE(op), &PyCObject_Type, "it is a PyCObject");
        SAME("COBJ-2", Py_REFCNT(op), 1, "the caller owns the only reference");
        SAME("COBJ-2", made->pointer, pointer, "any pointer is kept");
        SAME("COBJ-3", made->desc, desc, "the description is kept");
        SAME("COBJ-2", made->destructor, destructor, "the destructor is kept");
        SAME("COBJ-3", made->destructor_with_desc, destructor_with_desc,
             "the destructor of two arguments is kept");
        check_error_kept();
    }
    SAME("BUG-4", environment_blocks, blocks_before + (op != NULL),
         "the object is the only block of memory");
    check_object(object_before.pointer);
}

STEP(PyCObject_FromVoidPtr)
{
    begin();
    void *pointer = any_pointer("pointer");
    void (*destructor)(void *) = any_bool("with a destructor") ? plain : NULL;

    PyObject *op = PyCObject_FromVoidPtr(pointer, destructor);

    check_new(op, pointer, NULL, destructor, NULL);
}

STEP(PyCObject_FromVoidPtrAndDesc)
{
    begin();
    void *pointer = any_pointer("pointer"), *desc = any_pointer("description");
    void (*destructor)(void *, void *) =
        any_bool("with a destructor") ? with_desc : NULL;

    PyObject *op = PyCObject_FromVoidPtrAndDesc(pointer, desc, destructor);

    if (desc == NULL && !warned.failed) {
        SAME("COBJ-3", op, NULL, "a NULL description is refused");
        check_raised(PyExc_TypeError);
        check_frame(object_before.pointer);
    } else {
        check_new(op, pointer, desc, NULL, destructor);
    }
}

STEP(PyCObject_AsVoidPtr)
{
    begin();
    PyObject *op = any_of();

    void *result = PyCObject_AsVoidPtr(op);

    SAME("W27-3", warned.warnings, profile.as_void_ptr_warns,
         "the profile decides if the call warns");
    if (warned.failed) {
        SAME("W27-3", result, NULL,
             "a warning that is an exception is a failure");
        SAME("W27-3", error_now().type, PyExc_PendingDeprecationWarning,
             "the exception is the warning");
    } else if (op == NULL) {
        check_null(result);
    } else if (op == (PyObject *)object) {
        SAME("COBJ-4", result, object_before.pointer,
             "the result is the stored pointer");
        check_error_kept();
    } else if (op == &capsule) {
        SAME("W27-2", result, in_capsule.pointer,
             "a capsule of any name gives its pointer");
        check_error_kept();
    } else {
        SAME("COBJ-4", result, NULL, "any other object is refused");
        check_raised(PyExc_TypeError);
    }
    check_frame(object_before.pointer);
}

STEP(PyCObject_GetDesc)
{
    begin();
    PyObject *op = any_of();

    void *result = PyCObject_GetDesc(op);

    if (op == NULL) {
        check_null(result);
    } else if (op == (PyObject *)object) {
        SAME("COBJ-5", result, object_before.desc,
             "the result is the description");
        check_error_kept();
    } else {
        SAME("COBJ-5", result, NULL, "a capsule or another object is refused");
        check_raised(PyExc_TypeError);
    }
    check_frame(object_before.pointer);
}

STEP(PyCObject_SetVoidPtr)
{
    begin();
    PyObject *op = any_of();
    void *pointer = any_pointer("value");

    int result = PyCObject_SetVoidPtr(op, pointer);

    if (op == (PyObject *)object && !owned(&object_before)) {
        SAME("COBJ-6", result, 1, "success is 1");
        check_error_kept();
        check_frame(pointer);
    } else {
        SAME("COBJ-6", result, 0, "failure is 0");
        check_raised(PyExc_TypeError);
        check_frame(object_before.pointer);
    }
}

STEP(cobject_destruction)
{
    begin();
    environment_may_destroy = true;

    Py_DECREF((PyObject *)object);

    SAME("COBJ-2", ran.runs, owned(&object_before),
         "the destructor runs once, if there is one");
    if (owned(&object_before)) {
        SAME("COBJ-2", ran.pointer, object_before.pointer,
             "the first argument is the pointer");
        SAME("COBJ-3", ran.desc, object_before.desc,
             "the second argument is the description");
        HOLDS("DTOR-7", same_error(ran.error, error_before),
              "the destructor meets the pending exception of the caller");
    }
    check_error_kept();
    SAME("BUG-4", environment_blocks, blocks_before - 1,
         "the memory is freed, once");
}

STEP(PyCObject_Import)
{
    begin();
    ASSUME(error_before.type == NULL, "no exception may be pending (COBJ-7)");

    void *result = PyCObject_Import("m", "a");

    SAME("COBJ-7", found.imports, 1, "the module is imported once");
    if (found.failed) {
        SAME("COBJ-7", result, NULL, "a failed import or lookup gives NULL");
        HOLDS("COBJ-7", same_error(error_now(), found.error),
              "its exception passes through");
    } else if (warned.failed) {
        SAME("COBJ-7", result, NULL, "a warning that is an exception fails");
    } else if (found.object == (PyObject *)object) {
        SAME("COBJ-7", result, object_before.pointer,
             "a PyCObject gives its pointer");
        check_error_kept();
    } else if (found.object == &capsule) {
        SAME("COBJ-7", result, in_capsule.pointer,
             "a capsule of any name gives its pointer");
        check_error_kept();
    } else {
        SAME("COBJ-7", result, NULL, "another object is refused");
        SAME("COBJ-7", error_now().type, PyExc_TypeError,
             "the exception is a TypeError");
    }
    HOLDS("COBJ-7", Py_REFCNT(&module) == 1 && Py_REFCNT(&capsule) == 1,
          "no reference to the module or the object is kept");
    check_frame(object_before.pointer);
}

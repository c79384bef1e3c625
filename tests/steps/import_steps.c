/* The contract of PyCapsule_Import, and of the repr of a capsule. Modules and
 * attributes are anything, may fail anywhere, and run arbitrary code. */
#include "tests/steps/imports.h"
#include "tests/steps/names.h"
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* The result after the last lookup found an object. */
static void check_found(const char *path, PyObject *found, void *result)
{
    int i = state_index(found);
    struct fields fields;
    if (i != CAPSULES) {
        fields = state_fields(found);
    }
    if (i != CAPSULES && names_equal(fields.name, path)) {
        SAME("IMP-1", result, fields.pointer,
             "the result is the pointer that the capsule has now");
        SAME("IMP-1", error_now().type, NULL, "success sets no exception");
    } else {
        SAME("IMP-2", result, NULL,
             "an object that is no capsule of that name is refused");
        if (!state_memory_failed()) {
            SAME("IMP-2", error_now().type, PyExc_AttributeError,
                 "the exception is an AttributeError");
            HOLDS("ERR-5",
                  !state_observed() ||
                      error_says(error_now(),
                                 "PyCapsule_Import \"%s\" is not valid", path),
                  "the message names the path");
        }
    }
}

/* The result after a lookup failed. */
static void check_failed(int no_block, void *result)
{
    SAME("IMP-5", result, NULL, "a failed lookup makes the result NULL");
    HOLDS("IMP-5", error_now().type != NULL,
          "a failed lookup leaves an exception");
    if (imports.count == 1 && !state_no_block_counts(no_block)) {
        SAME("IMP-6", error_now().type, PyExc_ImportError,
             "a failed import is an ImportError, whatever it raised");
        HOLDS("IMP-6",
              !state_observed() ||
                  imports_error_says(
                      "PyCapsule_Import could not import module \"%s\""),
              "the message names the module");
    } else {
        HOLDS("IMP-7", same_error(error_now(), imports.error),
              "the exception of the lookup passes through");
    }
}

/* The path is not NULL (IMP-13). */
STEP(PyCapsule_Import)
{
    state_begin();
    const char *path = first_name();
    int no_block = any_bool("no_block");
    ASSUME(error_now().type == NULL, "no exception may be pending (ERR-1)");
    imports_begin(path);
    struct world before = state_world();

    void *result = PyCapsule_Import(path, no_block);

    if (imports.count == 0) {
        HOLDS("IMP-16", state_memory_failed(),
              "fails before the first lookup only where there is no memory");
        SAME("IMP-16", result, NULL, "without memory the result is NULL");
        HOLDS("IMP-16",
              state_import_lacks_memory_error() ||
                  error_now().type == PyExc_MemoryError,
              "without memory there is a MemoryError");
    } else {
        HOLDS("IMP-3", imports.failed || imports.position < 0,
              "each component is looked up unless an earlier one fails");
        if (imports.failed) {
            check_failed(no_block, result);
        } else {
            check_found(path, imports.found, result);
        }
    }
    struct world after = state_world();
    HOLDS("IMP-9", imports_keep_references(&before, &after),
          "no reference to a module or an object is kept");
    SAME("BUG-4", after.blocks, before.blocks, "no block of memory is kept");
    HOLDS("IMP-15", after.names == before.names, "no name is written to");
    SAME("DTOR-1", after.destructions, before.destructions,
         "no destructor runs");
    HOLDS("SET-ALL-2", after.other == before.other,
          "nothing is written into an object that is no capsule");
    HOLDS("PUB-1", imports_keep_fields(&after),
          "the fields of both capsules stay as the modules left them");
    state_end();
}

/* Where a slot is NULL, the type `object` decides: two objects are equal if
 * they are one object, and none can be called, copied or pickled. */
#define NO_SLOT(rule, slot)                                                    \
    SAME(rule, PyCapsule_Type.slot, NULL,                                      \
         "the slot " #slot " is that of object")

STEP(capsule_type)
{
    state_begin();
    HOLDS("TYPE-5", (PyCapsule_Type.tp_flags & Py_TPFLAGS_BASETYPE) == 0,
          "the type cannot be subclassed");
    HOLDS("TYPE-4",
          PyCapsule_Type.tp_base == NULL ||
              PyCapsule_Type.tp_base == &PyBaseObject_Type,
          "the type is derived from object alone");
    NO_SLOT("TYPE-5", tp_new);
    NO_SLOT("TYPE-7", tp_call);
    NO_SLOT("TYPE-7", tp_str);
    NO_SLOT("TYPE-7", tp_hash);
    NO_SLOT("TYPE-7", tp_richcompare);
    NO_SLOT("TYPE-7", tp_iter);
    NO_SLOT("TYPE-7", tp_getattro);
    NO_SLOT("TYPE-7", tp_setattro);
    NO_SLOT("BUG-7", tp_methods);
#ifdef CAPSULE_REFERENCE
    NO_SLOT("TYPE-7", tp_bool);
    NO_SLOT("TYPE-7", tp_length);
    NO_SLOT("TYPE-7", tp_subscript);
    NO_SLOT("TYPE-7", tp_ass_subscript);
    NO_SLOT("TYPE-7", tp_add);
#else
    NO_SLOT("TYPE-7", tp_as_number);
    NO_SLOT("TYPE-7", tp_as_sequence);
    NO_SLOT("TYPE-7", tp_as_mapping);
    NO_SLOT("TYPE-7", tp_as_buffer);
    NO_SLOT("TYPE-7", tp_getattr);
    NO_SLOT("TYPE-7", tp_setattr);
    NO_SLOT("TYPE-7", tp_iternext);
    NO_SLOT("BUG-7", tp_members);
    NO_SLOT("BUG-7", tp_getset);
#endif
    state_end();
}

STEP(capsule_repr)
{
    state_begin();
    PyObject *op = state_capsule(FIRST);
    struct world before = state_world();

    PyObject *text = PyCapsule_Type.tp_repr(op);

    HOLDS("TYPE-6", text == NULL || repr_shows(op, before.fields[FIRST].name),
          "the repr shows the quoted name or NULL, and the address");
    HOLDS("TYPE-6", text != NULL || state_memory_failed(),
          "the repr fails only where there is no memory");
    if (text != NULL) {
        KEEPS_ERROR("TYPE-6", before);
        repr_forget(text);
    }
    KEEPS("TYPE-6", before, NULL, NO_FIELD);
    state_end();
}

/* Performs the calls by which consumers, owners and destructors use a capsule.
 */
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/caller_memory.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/report.h"

/* Reads the payload like a consumer that knows the right name. */
static void read_payload(PyObject *object, const struct model_arg *args)
{
    const struct model_address *field =
        run.model.capsule[args[0].capsule].field;
    const char *payload = PyCapsule_GetPointer(object, name_of(&args[1]));
    if (payload) {
        touch_read(payload);
    } else if (!world.options.misuse) {
        bool same = field[FIELD_NAME].address == args[1].value.address;
        violation(same ? RULE_GETP_1 : RULE_GETP_6,
                  describe_outcome(YIELDS_POINTER, field[FIELD_POINTER].address,
                                   NULL),
                  describe_outcome(YIELDS_POINTER, 0, describe_pending()));
    }
}

/* Frees the pointer if the name is valid. A wrong answer of PyCapsule_IsValid()
 * would free the payload twice or never, so it is reported before. */
static void free_pointer_if(PyObject *object, const struct model_arg *args)
{
    const struct model_address *name =
        &run.model.capsule[args[0].capsule].field[FIELD_NAME];
    bool expected =
        model_names_match((const char *)name->address, name_of(&args[1]));
    bool valid = PyCapsule_IsValid(object, name_of(&args[1])) != 0;
    if (valid != expected) {
        violation(RULE_VAL_1, describe_value(YIELDS_INT, expected),
                  describe_value(YIELDS_INT, valid));
    }
    if (valid) {
        free_owned(PyCapsule_GetPointer(object, name_of(&args[1])));
    }
}

static void hold(PyObject *capsule, PyObject *other)
{
    Py_INCREF(other);
    PyCapsule_SetContext(capsule, other);
    PyCapsule_SetDestructor(capsule,
                            destructor_function(DESTRUCTOR_drop_context));
}

static void call_destructor(PyObject *capsule, int id)
{
    PyCapsule_Destructor destructor = PyCapsule_GetDestructor(capsule);
    run.called_by_hand = id;
    if (destructor) {
        destructor(capsule);
    }
    run.called_by_hand = NOTHING;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    PyObject *object = object_of(&args[0]);
    switch ((enum call_op)call->op) {
    case CALL_READ:
        read_payload(object, args);
        break;
    case CALL_FREE_POINTER_OF:
        free_owned(PyCapsule_GetPointer(object, PyCapsule_GetName(object)));
        break;
    case CALL_FREE_POINTER_IF:
        free_pointer_if(object, args);
        break;
    case CALL_FREE_NAME_OF:
        free_owned((void *)PyCapsule_GetName(object));
        break;
    case CALL_HOLD:
        hold(object, object_of(&args[1]));
        break;
    case CALL_DROP_CONTEXT_OF:
        drop_owned(PyCapsule_GetContext(object));
        break;
    default: /* CALL_CALL_DESTRUCTOR */
        call_destructor(object, args[0].capsule);
        break;
    }
    return 0;
}

const struct executor_family executor_family_ownership = {
    .perform = perform,
};

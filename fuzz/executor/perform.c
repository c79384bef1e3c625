/* What each call does: the implementation is called here and nowhere else. */
#include "fuzz/executor/run.h"

#include <string.h>

#include "fuzz/executor/arena.h"
#include "fuzz/executor/caller_memory.h"
#include "fuzz/executor/interpreters.h"

/* --- arguments ------------------------------------------------------------ */

static const char *name_of(const struct model_arg *arg)
{
    return (const char *)arg->value.address;
}

void resolve_args(const struct program *program, const struct call *call,
                  struct model_arg *args)
{
    const struct call_info *info = &CALLS[call->op];
    args[0] = (struct model_arg){.capsule = NOTHING}; /* where there is none */
    model_resolve(&run.model, program, call, args);
    for (unsigned i = 0; i < info->arg_count; i++) {
        if (args[i].tag == VALUE_TEXT && info->args[i] == ARG_NAME) {
            args[i].value.address =
                make_literal(name_of(&args[i]), args[i].number);
        }
    }
}

static PyObject *handle_of(int capsule)
{
    return capsule == NOTHING ? NULL
                              : (PyObject *)run.model.capsule[capsule].handle;
}

PyObject *object_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_OBJECT ? world.foreign[arg->index]
                                    : handle_of(arg->capsule);
}

static PyCapsule_Destructor function_of(const struct model_arg *arg)
{
    return destructor_function(arg->tag == VALUE_DESTRUCTOR ? arg->index
                                                            : NOTHING);
}

static void *pointer_of(const struct model_arg *arg)
{
    return (void *)arg->value.address;
}

/* What a call that yields nothing gives when it fails. */
static const uintptr_t FAILED = (uintptr_t)-1;

/* --- calls that are more than one function -------------------------------- */

/* Where a call's result goes among the model's blocks. */
static unsigned result_slot(const struct call *call)
{
    return call->result +
           (CALLS[call->op].yields == RESULT_BUFFER ? SLOTS : 0u);
}

static void do_payload(const struct call *call, size_t size)
{
    char *block = block_malloc(size);
    memset(block, 'p', size);
    model_allocated(&run.model, result_slot(call), (uintptr_t)block, size,
                    false);
}

static void do_name(const struct call *call, const char *text, size_t length)
{
    model_allocated(&run.model, result_slot(call),
                    (uintptr_t)copy_text(text, length), length, true);
}

/* The block that the model knows is dead from the start. */
static void do_stack_name(const struct call *call, const char *text,
                          size_t length)
{
    model_allocated(&run.model, result_slot(call),
                    (uintptr_t)touch_stack(text, length), length, true);
    run.model.block[run.model.block_count - 1].alive = false;
}

static void do_realloc(const struct call *call, const struct model_arg *args)
{
    void *old = pointer_of(&args[0]);
    size_t size = args[1].number;
    char *block = world.options.use_malloc ? realloc(old, size ? size : 1)
                                           : arena_realloc(old, size);
    memset(block, 'p', size);
    model_allocated(&run.model, result_slot(call), (uintptr_t)block, size,
                    false);
}

/* Reads the payload as a consumer does, who has the right name. */
static void do_read(PyObject *object, const struct model_arg *args)
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

/* The question must be answered as the model did, or the payload would be freed
 * twice, or never. */
static void do_free_pointer_if(PyObject *object, const struct model_arg *args)
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

static void do_hold(PyObject *capsule, PyObject *other)
{
    Py_INCREF(other);
    PyCapsule_SetContext(capsule, other);
    PyCapsule_SetDestructor(capsule,
                            destructor_function(DESTRUCTOR_drop_context));
}

/* The list contains itself last: until then its end takes no collector. */
static uintptr_t do_leave_in_cycle(PyObject *capsule, int id)
{
    PyObject *list = PyList_New(0);
    if (list == NULL || PyList_Append(list, capsule) < 0 ||
        PyList_Append(list, list) < 0) {
        Py_XDECREF(list);
        return FAILED;
    }
    model_left_in_cycle(&run.model, id);
    Py_DECREF(list);
    Py_DECREF(capsule);
    return 0;
}

/* Whether the text begins with the name up to its first byte that is not ASCII,
 * and ends with what follows the last such byte. What is between depends on the
 * strings of the profile. */
static bool shows_name(const char *text, size_t length, const char *name)
{
    size_t size = strlen(name), start = 0, end = 0;
    while (start < size && (unsigned char)name[start] < 0x80) {
        start++;
    }
    while (end < size && (unsigned char)name[size - 1 - end] < 0x80) {
        end++;
    }
    if (start == size) {
        return length == size && memcmp(text, name, size) == 0;
    }
    return length >= start + end && memcmp(text, name, start) == 0 &&
           memcmp(text + length - end, name + size - end, end) == 0;
}

/* 1 when repr() is what TYPE-6 says, 0 when it is not or fails. */
static uintptr_t do_repr(PyObject *capsule, int id)
{
    const char *name =
        (const char *)run.model.capsule[id].field[FIELD_NAME].address;
    PyObject *repr = PyObject_Repr(capsule);
    const char *text = repr ? PyUnicode_AsUTF8(repr) : NULL;
    if (text == NULL) {
        Py_XDECREF(repr);
        return 0;
    }
    char end[40];
    snprintf(end, sizeof(end), "%s at %p>", name ? "\"" : "", (void *)capsule);
    size_t length = strlen(text);
    bool right = strncmp(text, "<capsule object ", 16) == 0 &&
                 length >= 17 + strlen(end) &&
                 strcmp(text + length - strlen(end), end) == 0;
    if (right && name == NULL) {
        right = length == 16 + 4 + strlen(end) &&
                strncmp(text + 16, "NULL", 4) == 0;
    } else if (right) {
        right = text[16] == '"' &&
                shows_name(text + 17, length - 17 - strlen(end), name);
    }
    Py_DECREF(repr);
    return right;
}

static uintptr_t do_raise(PyObject *type)
{
    PyErr_SetNone(type);
    return PyErr_Occurred() == type ? 0 : FAILED;
}

static void do_save_error(struct level *level)
{
    PyErr_Fetch(&level->saved_type, &level->saved_value,
                &level->saved_traceback);
}

static void do_restore_error(struct level *level)
{
    PyErr_Restore(level->saved_type, level->saved_value,
                  level->saved_traceback);
    level->saved_type = level->saved_value = level->saved_traceback = NULL;
}

static void do_call_destructor(PyObject *capsule, int id)
{
    PyCapsule_Destructor destructor = PyCapsule_GetDestructor(capsule);
    run.called_by_hand = id;
    if (destructor) {
        destructor(capsule);
    }
    run.called_by_hand = NOTHING;
}

/* --- every call ----------------------------------------------------------- */

uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    struct level *level = &run.level[run.level_count - 1];
    if (is_table_call(call->op)) {
        return perform_table_call(call, args);
    }
    if (is_cobject_call(call->op)) {
        return perform_cobject_call(call, args);
    }
    if (is_module_call(call->op)) {
        return perform_module_call(call, args);
    }
    PyObject *object = CALLS[call->op].arg_count ? object_of(&args[0]) : NULL;

    switch ((enum call_op)call->op) {
    case CALL_PAYLOAD:
        do_payload(call, args[0].number);
        return 0;
    case CALL_NAME:
        do_name(call, name_of(&args[0]), call->args[0].number);
        return 0;
    case CALL_STACK_NAME:
        do_stack_name(call, name_of(&args[0]), call->args[0].number);
        return 0;
    case CALL_EDIT:
        touch_write(pointer_of(&args[0]), args[1].number, (char)args[2].number);
        return 0;
    case CALL_FREE:
        block_free(pointer_of(&args[0]));
        return 0;
    case CALL_REALLOC:
        do_realloc(call, args);
        return 0;
    case CALL_NEW:
        return (uintptr_t)PyCapsule_New(pointer_of(&args[0]), name_of(&args[1]),
                                        function_of(&args[2]));
    case CALL_GET_POINTER:
        return (uintptr_t)PyCapsule_GetPointer(object, name_of(&args[1]));
    case CALL_GET_DESTRUCTOR:
        return (uintptr_t)PyCapsule_GetDestructor(object);
    case CALL_GET_NAME:
        return (uintptr_t)PyCapsule_GetName(object);
    case CALL_GET_CONTEXT:
        return (uintptr_t)PyCapsule_GetContext(object);
    case CALL_IS_VALID:
        return (uintptr_t)(intptr_t)PyCapsule_IsValid(object,
                                                      name_of(&args[1]));
    case CALL_CHECK_EXACT:
        return (uintptr_t)(intptr_t)PyCapsule_CheckExact(object);
    case CALL_SET_POINTER:
        return (uintptr_t)(intptr_t)PyCapsule_SetPointer(object,
                                                         pointer_of(&args[1]));
    case CALL_SET_DESTRUCTOR:
        return (uintptr_t)(intptr_t)PyCapsule_SetDestructor(
            object, function_of(&args[1]));
    case CALL_SET_NAME:
        return (uintptr_t)(intptr_t)PyCapsule_SetName(object,
                                                      name_of(&args[1]));
    case CALL_SET_CONTEXT:
        return (uintptr_t)(intptr_t)PyCapsule_SetContext(object,
                                                         pointer_of(&args[1]));
    case CALL_INCREF:
    case CALL_NEW_REF:
        Py_INCREF(object);
        return 0;
    case CALL_DECREF:
        Py_DECREF(object);
        return 0;
    case CALL_RAISE:
        return do_raise(world.exception_type[args[0].index]);
    case CALL_CLEAR_ERROR:
        PyErr_Clear();
        return 0;
    case CALL_SAVE_ERROR:
        do_save_error(level);
        return 0;
    case CALL_RESTORE_ERROR:
        do_restore_error(level);
        return 0;
    case CALL_READ:
        do_read(object, args);
        return 0;
    case CALL_FREE_POINTER_OF:
        free_owned(PyCapsule_GetPointer(object, PyCapsule_GetName(object)));
        return 0;
    case CALL_FREE_POINTER_IF:
        do_free_pointer_if(object, args);
        return 0;
    case CALL_FREE_NAME_OF:
        free_owned((void *)PyCapsule_GetName(object));
        return 0;
    case CALL_HOLD:
        do_hold(object, object_of(&args[1]));
        return 0;
    case CALL_DROP_CONTEXT_OF:
        drop_owned(PyCapsule_GetContext(object));
        return 0;
    case CALL_CALL_DESTRUCTOR:
        do_call_destructor(object, args[0].capsule);
        return 0;
    case CALL_REPR:
        return do_repr(object, args[0].capsule);
    case CALL_LEAVE_IN_CYCLE:
        return do_leave_in_cycle(object, args[0].capsule);
    case CALL_COLLECT:
        host_collect();
        return 0;
    case CALL_START_INTERPRETER:
    case CALL_NEXT_INTERPRETER:
    case CALL_END_INTERPRETER:
    case CALL_SHARE:
    case CALL_UNSHARE:
    case CALL_IMPORT_SHARED:
    case CALL_SET_STATE:
    case CALL_GET_STATE:
        return perform_in_interpreters(call, args);
    case CALL_FAIL_ALLOCATION:
        fail_allocations(args[0].number, HOST_FAIL_ONCE);
        return 0;
    case CALL_FAIL_ALLOCATIONS_FROM:
        fail_allocations(args[0].number, HOST_FAIL_FROM_THERE_ON);
        return 0;
    case CALL_PRODUCE:
        return (uintptr_t)(intptr_t)produce();
    default:
        return 0;
    }
    return 0;
}

/* The eleven capsule functions: each counts, checks, forwards and records.
 *
 * The functions bear their real names and are exported, so that a program that
 * is linked against libpython finds them too. What they return is what the
 * interpreter returns.
 */
#include <stddef.h>
#include <string.h>

#include "check/end.h"
#include "check/errors.h"
#include "check/fields.h"
#include "check/finding.h"
#include "check/heap.h"
#include "check/places.h"
#include "check/protocols.h"
#include "check/pyframes.h"
#include "check/stacks.h"
#include "check/start.h"
#include "check/trace.h"
#include "check/watch.h"

#define EXPORTED __attribute__((visibility("default")))
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The call in whose wrapper this stands. The frame address of the wrapper is
 * two words below the stack pointer of its caller. */
#define THIS_CALL(name)                                                        \
    {.function = FUNCTION_##name,                                              \
     .site = (uintptr_t)__builtin_return_address(0),                           \
     .stack = (uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *)}

/* Writes down the call, which has returned, if a trace is wanted. Releases the
 * exception that begin() holds. Every wrapper does so once. */
#define TRACE(...)                                                             \
    if (UNLIKELY(trace_is_on))                                                 \
    trace_call(&call, &(struct trace_record){__VA_ARGS__})
#define NUMBER(x) (uint64_t)(uintptr_t)(x)

/* Of each site, the first ALWAYS_PLACED capsules get their place in Python. Of
 * the later ones, one in SELDOM_PLACED does. */
enum { ALWAYS_PLACED = 256, SELDOM_PLACED = 64 };

static const enum column columns[FUNCTION_COUNT] = {
    [FUNCTION_New] = COLUMN_NEW,
    [FUNCTION_GetPointer] = COLUMN_GOT,
    [FUNCTION_GetDestructor] = COLUMN_GOT,
    [FUNCTION_GetContext] = COLUMN_GOT,
    [FUNCTION_GetName] = COLUMN_GOT,
    [FUNCTION_IsValid] = COLUMN_VALID,
    [FUNCTION_SetPointer] = COLUMN_SET,
    [FUNCTION_SetDestructor] = COLUMN_SET,
    [FUNCTION_SetName] = COLUMN_SET,
    [FUNCTION_SetContext] = COLUMN_SET,
    [FUNCTION_Import] = COLUMN_IMPORTED,
};

static const struct origin no_origin;

/* Begins a call: counts it, and looks at the state of the thread. */
static struct site *begin(struct call *call)
{
    start_python();
    if (UNLIKELY(!interpreter_is_attached()) && !end_running())
        finding(FINDING_ERROR, RULE_THR_5, NULL, call->site, no_origin,
                "%s is called %s", function_names[call->function],
                errors_why_detached());
    if (UNLIKELY(trace_is_on) && interpreter_may_be_called()) {
        call->before = pending_now();
        pending_hold(call->before);
    }
    struct site *site = site_of(call->site);
    image_count(site->image, columns[call->function]);
    return site;
}

/* Looks closer at a capsule that is handed to a function. */
static void look(struct record *record, const struct call *call)
{
    stacks_check(call->stack);
    if (UNLIKELY(failure_last() != NULL) && interpreter_may_be_called())
        failure_check(call->function, record, call->site, call->stack);
    if (record && UNLIKELY(record->flags & RECORD_DEAD))
        end_check_dead(record, call->function, call->site);
}

static void failed(const struct site *site, const struct call *call,
                   const char *name)
{
    image_count(site->image, COLUMN_FAILED);
    if (interpreter_may_be_called())
        failure_note(call->function, call->site, call->stack, name);
}

/* A capsule that is not known yet and was accepted by the interpreter. */
static struct record *adopted(struct record *record, void *capsule)
{
    return record || !capsule ? record : end_record_of(capsule);
}

/* ---- making ---- */

/* A call in tail position returns into the interpreter. What the capsule holds
 * then says which object made it. */
static uint32_t maker(const struct site *site, void *name,
                      destructor_function destructor)
{
    uint32_t interpreter = image_of_interpreter();
    if (site->image != interpreter)
        return site->image;
    uint32_t image = image_of((uintptr_t)destructor);
    if (!image || image == interpreter)
        image = image_of((uintptr_t)name);
    return image ? image : interpreter;
}

static const char *place_in_python(struct site *site)
{
    if (site->made++ >= ALWAYS_PLACED && site->made % SELDOM_PLACED)
        return NULL;
    char text[PYFRAMES_SIZE];
    return pyframes(text, 1) ? text_keep(text) : NULL;
}

static void *check_New(void *pointer, const char *name,
                       destructor_function destructor)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.New(pointer, name, destructor);
    struct call call = THIS_CALL(New);
    struct site *site = begin(&call);
    look(NULL, &call);
    void *capsule = python.capsule.New(pointer, name, destructor);
    TRACE(.capsule = NUMBER(capsule), .name = NUMBER(name),
          .value = NUMBER(pointer), .destructor = NUMBER(destructor),
          .result = NUMBER(capsule));
    if (!capsule) {
        failed(site, &call, name);
        return NULL;
    }
    struct record *record = record_add((uintptr_t)capsule);
    uint32_t image = maker(site, (void *)name, destructor);
    image_count(image, COLUMN_MADE);
    if (!record)
        return capsule;
    record->made_site = call.site;
    record->image = image;
    record->destructor = (uintptr_t)destructor;
    record->made_at = place_in_python(site);
    name_stored(record, (uintptr_t)name, &call);
    pointer_stored(record, (uintptr_t)pointer, &call);
    protocols_named(record, &call);
    return capsule;
}

/* ---- getters ---- */

static void *check_GetPointer(void *capsule, const char *name)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.GetPointer(capsule, name);
    struct call call = THIS_CALL(GetPointer);
    struct site *site = begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    bool closely = record && UNLIKELY(!fields_are_sound(record));
    if (closely) {
        name_check(record, &call);
        protocols_asked(record, name, &call);
    }
    void *pointer = python.capsule.GetPointer(capsule, name);
    TRACE(.capsule = NUMBER(capsule), .name = NUMBER(name),
          .result = NUMBER(pointer));
    if (!pointer)
        failed(site, &call, name);
    else if (closely)
        pointer_check(record, &call);
    else
        record = adopted(record, capsule);
    if (pointer && record && record->flags & RECORD_OFFERS)
        protocols_got(record, &call);
    return pointer;
}

static destructor_function check_GetDestructor(void *capsule)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.GetDestructor(capsule);
    struct call call = THIS_CALL(GetDestructor);
    begin(&call);
    look(record_find((uintptr_t)capsule), &call);
    destructor_function destructor = python.capsule.GetDestructor(capsule);
    TRACE(.capsule = NUMBER(capsule), .result = NUMBER(destructor));
    return destructor;
}

static void *check_GetContext(void *capsule)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.GetContext(capsule);
    struct call call = THIS_CALL(GetContext);
    begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    void *context = python.capsule.GetContext(capsule);
    TRACE(.capsule = NUMBER(capsule), .result = NUMBER(context));
    if (context && record)
        context_check(record, &call);
    return context;
}

static const char *check_GetName(void *capsule)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.GetName(capsule);
    struct call call = THIS_CALL(GetName);
    begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    const char *name = python.capsule.GetName(capsule);
    TRACE(.capsule = NUMBER(capsule), .result = NUMBER(name));
    if (name && record)
        name_check(record, &call);
    return name;
}

static int check_IsValid(void *capsule, const char *name)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.IsValid(capsule, name);
    struct call call = THIS_CALL(IsValid);
    begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    if (record && UNLIKELY(!fields_are_sound(record))) {
        name_check(record, &call);
        protocols_asked(record, name, &call);
    }
    int valid = python.capsule.IsValid(capsule, name);
    TRACE(.capsule = NUMBER(capsule), .name = NUMBER(name),
          .result = (uint64_t)valid);
    if (valid)
        adopted(record, capsule);
    return valid;
}

/* ---- setters ---- */

/* Reports a published capsule, whose name has a dot, that another object
 * changes than the one that made it. */
static void check_owner(const struct record *record, const struct site *site,
                        const struct call *call)
{
    if (UNLIKELY(record->image != site->image) && record->copy &&
        strchr(record->copy, '.') && site->image != image_of_interpreter())
        finding(FINDING_WARNING, RULE_PUB_1, record, call->site, no_origin,
                "%s changes capsule %s, which another object has made and "
                "published",
                function_names[call->function], capsule_name(record));
}

static int check_SetPointer(void *capsule, void *pointer)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.SetPointer(capsule, pointer);
    struct call call = THIS_CALL(SetPointer);
    struct site *site = begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    int result = python.capsule.SetPointer(capsule, pointer);
    TRACE(.capsule = NUMBER(capsule), .value = NUMBER(pointer),
          .result = (uint64_t)result);
    if (result)
        failed(site, &call, NULL);
    else if ((record = adopted(record, capsule))) {
        check_owner(record, site, &call);
        pointer_stored(record, (uintptr_t)pointer, &call);
    }
    return result;
}

static int check_SetDestructor(void *capsule, destructor_function destructor)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.SetDestructor(capsule, destructor);
    struct call call = THIS_CALL(SetDestructor);
    struct site *site = begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    int result = python.capsule.SetDestructor(capsule, destructor);
    TRACE(.capsule = NUMBER(capsule), .destructor = NUMBER(destructor),
          .result = (uint64_t)result);
    if (result)
        failed(site, &call, NULL);
    else if ((record = adopted(record, capsule))) {
        check_owner(record, site, &call);
        record->destructor = (uintptr_t)destructor;
        record->flags &= ~RECORD_UNLOADED;
    }
    return result;
}

static int check_SetName(void *capsule, const char *name)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.SetName(capsule, name);
    struct call call = THIS_CALL(SetName);
    struct site *site = begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    int result = python.capsule.SetName(capsule, name);
    TRACE(.capsule = NUMBER(capsule), .name = NUMBER(name),
          .result = (uint64_t)result);
    if (result)
        failed(site, &call, name);
    else if ((record = adopted(record, capsule))) {
        check_owner(record, site, &call);
        name_stored(record, (uintptr_t)name, &call);
        protocols_named(record, &call);
    }
    return result;
}

static int check_SetContext(void *capsule, void *context)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.SetContext(capsule, context);
    struct call call = THIS_CALL(SetContext);
    struct site *site = begin(&call);
    struct record *record = record_find((uintptr_t)capsule);
    look(record, &call);
    int result = python.capsule.SetContext(capsule, context);
    TRACE(.capsule = NUMBER(capsule), .value = NUMBER(context),
          .result = (uint64_t)result);
    if (result)
        failed(site, &call, NULL);
    else if ((record = adopted(record, capsule))) {
        check_owner(record, site, &call);
        context_stored(record, (uintptr_t)context, &call);
    }
    return result;
}

/* ---- import ---- */

static void *check_Import(const char *name, int no_block)
{
    if (UNLIKELY(!start_is_checking))
        return python.capsule.Import(name, no_block);
    struct call call = THIS_CALL(Import);
    struct site *site = begin(&call);
    look(NULL, &call);
    if (interpreter_may_be_called() && python.Err_Occurred())
        finding(FINDING_ERROR, RULE_ERR_2, NULL, call.site, no_origin,
                "PyCapsule_Import(%s) is called while an exception is pending; "
                "the import runs Python code under it",
                quoted(name));
    void *pointer = python.capsule.Import(name, no_block);
    TRACE(.name = NUMBER(name), .value = (uint64_t)no_block,
          .result = NUMBER(pointer));
    if (!pointer)
        failed(site, &call, name);
    else if (!watch_nothing_freed() &&
             watch_address_freed_by((uintptr_t)pointer))
        finding(FINDING_ERROR, RULE_BUG_3, NULL, call.site,
                (struct origin){"the block was freed by",
                                watch_address_freed_by((uintptr_t)pointer)},
                "PyCapsule_Import(%s) hands out a pointer whose memory was "
                "freed while the capsule lives",
                quoted(name));
    return pointer;
}

/* A reference to an exported name could lead to the interpreter's function, so
 * the wrappers have names of their own. */
void *const call_wrappers[FUNCTION_COUNT] = {
#define FUNCTION(name, result, parameters) (void *)check_##name,
#include "check/functions.def"
#undef FUNCTION
};

#define FUNCTION(name, result, parameters)                                     \
    EXPORTED result PyCapsule_##name parameters                                \
        __attribute__((alias("check_" #name)));
#include "check/functions.def"
#undef FUNCTION

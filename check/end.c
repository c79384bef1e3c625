/* The end of capsules: destructors, and use after the end. */
#include "check/end.h"

#include <stddef.h>

#include "check/errors.h"
#include "check/fields.h"
#include "check/finding.h"
#include "check/heap.h"
#include "check/places.h"
#include "check/protocols.h"
#include "check/stacks.h"
#include "check/start.h"
#include "check/trace.h"
#include "check/watch.h"

enum {
    HELD = 1024,            /* destroyed capsules that are not freed yet */
    COUNT_OF_DEAD = 1 << 28 /* their reference count; no drop reaches zero */
};

static dealloc_function real_dealloc;
static dealloc_function real_py_dealloc;
static bool hold = true;
static const struct origin no_origin;

void end_hold_nothing(void) { hold = false; }

/* ---- the destructor that runs ---- */

struct running {
    struct record *record;
    struct running *outer;
};

static _Thread_local struct running *running
    __attribute__((tls_model("initial-exec")));

const struct record *end_running(void)
{
    return running ? running->record : NULL;
}

/* ---- destroyed capsules ---- */

struct dead {
    void *object;
    struct record *record;
};

static struct dead dead[HELD];
static uint32_t next_dead;

void end_check_dead(const struct record *record, enum function function,
                    uintptr_t site)
{
    finding(FINDING_ERROR, RULE_TYPE_1, record, site, no_origin,
            "%s is called with capsule %s, which has been destroyed",
            function_names[function], capsule_name(record));
}

static void check_count_of_dead(const struct dead *held)
{
    int64_t count = interpreter_count(held->object);
    if (count == COUNT_OF_DEAD)
        return;
    finding(FINDING_ERROR, RULE_TYPE_1, held->record, 0, no_origin,
            count < COUNT_OF_DEAD
                ? "capsule %s was given back after its end: Py_DECREF() "
                  "once too often"
                : "a reference to capsule %s was taken after its end",
            capsule_name(held->record));
}

static void free_dead(struct dead *held)
{
    check_count_of_dead(held);
    interpreter_set_count(held->object, 0);
    record_drop(held->record);
    real_dealloc(held->object);
    held->object = NULL;
}

void end_check_all_dead(void)
{
    for (int i = 0; i < HELD; i++)
        if (dead[i].object)
            check_count_of_dead(&dead[i]);
}

/* Frees the object now, or later if it can be held. */
static void let_die(void *object, struct record *record)
{
    if (!hold || !interpreter_is_main()) {
        record_drop(record);
        real_dealloc(object);
        return;
    }
    struct dead *slot = &dead[next_dead++ % HELD];
    if (slot->object)
        free_dead(slot);
    record->flags |= RECORD_DEAD;
    interpreter_set_count(object, COUNT_OF_DEAD);
    *slot = (struct dead){object, record};
}

static bool leads_to(const struct record *record, uintptr_t block)
{
    return record->pointer == block || record->context == block ||
           record->name == block;
}

/* Finds the capsule that a block belongs to: one whose destructor runs, or one
 * that was destroyed lately. */
static struct record *owner_of(uintptr_t block)
{
    for (const struct running *at = running; at; at = at->outer)
        if (leads_to(at->record, block))
            return at->record;
    for (int i = 0; i < HELD; i++)
        if (dead[i].object && leads_to(dead[i].record, block))
            return dead[i].record;
    return running ? running->record : NULL;
}

/* The destructor of the capsule frees the capsule. The destructor may be free()
 * itself, which then returns to this file. */
static void report_freed_capsule(struct record *record,
                                 uintptr_t return_address)
{
    uint32_t here = image_of((uintptr_t)report_freed_capsule);
    record->flags |= RECORD_FREED_TWICE;
    if (image_of(return_address) == here)
        finding(FINDING_ERROR, RULE_DTOR_13, record, record->made_site,
                no_origin,
                "the destructor of capsule %s is a function that frees memory: "
                "it gets the capsule, not the pointer",
                capsule_name(record));
    else
        finding(FINDING_ERROR, RULE_DTOR_13, record, return_address, no_origin,
                "the destructor of capsule %s frees the capsule itself, which "
                "the interpreter frees as well",
                capsule_name(record));
}

void end_freed_twice(uintptr_t block, uintptr_t return_address)
{
    if (running && running->record->object - block <= interpreter_gc_head()) {
        report_freed_capsule(running->record, return_address);
        return;
    }
    struct record *record = owner_of(block);
    struct origin origin = {"the block was freed by",
                            watch_address_freed_by(block)};
    if (!record && !origin.address)
        return; /* no capsule has to do with it */
    if (record && record->flags & RECORD_FREED_TWICE)
        return;
    if (record)
        record->flags |= RECORD_FREED_TWICE;
    finding(FINDING_ERROR, RULE_DTOR_13, record, return_address, origin,
            "the %s of capsule %s is freed for the second time",
            !record || !leads_to(record, block) ? "memory"
            : record->pointer == block          ? "pointer"
            : record->name == block             ? "name"
                                                : "context",
            capsule_name(record));
}

/* ---- records ---- */

struct record *end_record_of(void *object)
{
    struct record *record = record_find((uintptr_t)object);
    if (record || !interpreter_is_capsule(object))
        return record;
    record = record_add((uintptr_t)object);
    if (!record)
        return NULL;
    record->flags = RECORD_ADOPTED;
    record->image = image_of_interpreter();
    record->pointer = interpreter_field(object, FIELD_POINTER);
    record->name = interpreter_field(object, FIELD_NAME);
    record->context = interpreter_field(object, FIELD_CONTEXT);
    record->destructor = interpreter_field(object, FIELD_DESTRUCTOR);
    record->copy = record->name ? text_keep((const char *)record->name) : NULL;
    return record;
}

/* ---- destructors ---- */

/* Reports name return addresses, which lie behind the call; one behind the
 * destructor's start names the destructor. */
static uintptr_t destructor_place(const struct record *record)
{
    return record->destructor + 1;
}

/* Reports an error of the destructor. `what` goes on after "the destructor of
 * capsule ...". */
static void destructor_does(const struct record *record,
                            enum contract_rule rule, const char *what)
{
    finding(FINDING_ERROR, rule, record, destructor_place(record), no_origin,
            "the destructor of capsule %s %s", capsule_name(record), what);
}

static void check_exceptions(const struct record *record, struct pending before)
{
    struct pending after = pending_now();
    if (pending_equal(before, after))
        return;
    if (!before.type)
        destructor_does(record, RULE_BUG_5,
                        "leaves an exception behind; nobody expects one there");
    else if (!after.type)
        destructor_does(record, RULE_DTOR_6,
                        "swallows the exception that was pending when the "
                        "capsule was destroyed");
    else
        destructor_does(record, RULE_DTOR_6,
                        "replaces the exception that was pending when the "
                        "capsule was destroyed");
}

static void check_count(const struct record *record, int64_t before,
                        int64_t after)
{
    if (after > before)
        destructor_does(record, RULE_DTOR_8,
                        "keeps a reference to the dying capsule; the capsule "
                        "is freed nevertheless");
    else if (after < before)
        destructor_does(record, RULE_DTOR_9,
                        "drops a reference to the dying capsule");
}

static void run_destructor(void *object, struct record *record)
{
    struct running now = {record, running};
    destructor_function destructor = (destructor_function)record->destructor;
    if (record->flags & RECORD_UNLOADED)
        finding(FINDING_ERROR, RULE_DTOR_10, record, 0, no_origin,
                "the destructor of capsule %s lies in an object that dlclose() "
                "has unloaded",
                capsule_name(record));
    struct pending before = pending_now();
    pending_hold(before);
    int64_t count = interpreter_count(object);
    size_t head = interpreter_gc_head();
    struct dying outer =
        heap_set_dying((struct dying){(uintptr_t)object - head, head});
    running = &now;
    if (trace_is_on)
        trace_end(TRACE_DESTRUCTOR, record, before);
    destructor(object);
    if (trace_is_on)
        trace_end(TRACE_RETURNED, record, before);
    running = now.outer;
    heap_set_dying(outer);
    check_count(record, count, interpreter_count(object));
    check_exceptions(record, before);
    pending_release(before);
    if ((record->flags & (RECORD_ASKED_FOR_GONE | RECORD_FREED_TWICE)) ==
        RECORD_ASKED_FOR_GONE)
        finding(FINDING_WARNING, RULE_BUG_3, record, destructor_place(record),
                no_origin,
                "the destructor of capsule %s asks for the pointer, whose "
                "memory was freed while the capsule lived",
                capsule_name(record));
}

/* Runs the destructor and frees the object. */
static void end_capsule(void *object, struct record *record)
{
    if (record->destructor)
        run_destructor(object, record);
    protocols_after_end(record);
    fields_forget(record);
    interpreter_set_field(object, FIELD_DESTRUCTOR, 0);
    let_die(object, record);
}

/* Stands in the capsule for its destructor while the interpreter destroys the
 * capsule. The destructor sees itself in the capsule. */
static void destructor_by_interpreter(void *object)
{
    struct record *record = record_find((uintptr_t)object);
    if (!record)
        return;
    interpreter_set_field(object, FIELD_DESTRUCTOR, record->destructor);
    run_destructor(object, record);
    if (interpreter_field(object, FIELD_DESTRUCTOR) == record->destructor)
        interpreter_set_field(object, FIELD_DESTRUCTOR,
                              (uintptr_t)destructor_by_interpreter);
}

/* Lets the interpreter run the destructor and free the object. */
static void end_by_interpreter(void *object, struct record *record)
{
    struct running now = {record, running};
    running = &now;
    real_dealloc(object);
    running = now.outer;
    protocols_after_end(record);
    fields_forget(record);
    record_drop(record);
}

static void end_with_trace(void *object, struct record *record)
{
    struct record ended = *record;
    struct pending before = pending_now();
    pending_hold(before);
    trace_end(TRACE_DYING, record, before);
    if (trace_follows_interpreter()) {
        if (record->destructor)
            interpreter_set_field(object, FIELD_DESTRUCTOR,
                                  (uintptr_t)destructor_by_interpreter);
        end_by_interpreter(object, record);
    } else {
        end_capsule(object, record);
    }
    trace_end(TRACE_ENDED, &ended, before);
    pending_release(before);
}

/* The caller's place is known if it is not in the interpreter. */
static void report_detached(const struct record *record, uintptr_t caller)
{
    bool known = image_of(caller) != image_of_interpreter();
    finding(FINDING_ERROR, RULE_THR_5, record, known ? caller : 0, no_origin,
            "the last reference to capsule %s is dropped %s",
            capsule_name(record), errors_why_detached());
}

/* Stands in the type's place for the destroying function. Runs the destructor
 * itself, so that it sees what the destructor does, then lets the interpreter
 * free the object. */
static void dealloc(void *object)
{
    start_python();
    struct record *record = end_record_of(object);
    if (!record) {
        real_dealloc(object);
        return;
    }
    if (record->flags & RECORD_ENDING) {
        destructor_does(record, RULE_DTOR_9,
                        "takes and drops a reference to the dying capsule, "
                        "which destroys it again");
        return;
    }
    bool attached = interpreter_is_attached();
    if (!attached)
        report_detached(record, (uintptr_t)__builtin_return_address(0));
    else if (interpreter_has_gc() && python.Object_GC_UnTrack)
        python.Object_GC_UnTrack(object);
    stacks_check((uintptr_t)__builtin_frame_address(0));
    name_check_at_end(record, (uintptr_t)__builtin_frame_address(0),
                      "the capsule ends only now");
    record->destructor = interpreter_field(object, FIELD_DESTRUCTOR);
    record->flags |= RECORD_ENDING;
    image_count(record->image, COLUMN_ENDED);
    protocols_before_end(record);
    if (!attached)
        end_by_interpreter(object, record);
    else if (trace_is_on)
        end_with_trace(object, record);
    else
        end_capsule(object, record);
}

/* Stands before _Py_Dealloc() where that reads the thread state first. A thread
 * without one ends the process there, before dealloc() sees the capsule. */
static void py_dealloc(void *object)
{
    if (!interpreter_is_attached()) {
        const struct record *record = record_find((uintptr_t)object);
        if (record)
            report_detached(record, (uintptr_t)__builtin_return_address(0));
    }
    real_py_dealloc(object);
}

void end_hook(void)
{
    if (interpreter_dealloc() == dealloc)
        return;
    real_dealloc = interpreter_dealloc();
    interpreter_set_dealloc(dealloc);
    if (!real_py_dealloc)
        real_py_dealloc = interpreter_redirect_dealloc(py_dealloc);
}

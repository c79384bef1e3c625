/* Checks of what a capsule holds: name, pointer and context. */
#include "check/fields.h"

#include <string.h>

#include "check/end.h"
#include "check/errors.h"
#include "check/finding.h"
#include "check/heap.h"
#include "check/memory.h"
#include "check/places.h"
#include "check/stacks.h"
#include "check/watch.h"

enum { LONGEST_NAME = 1024, LITERALS = 64 };

static const struct origin no_origin;

static struct origin freed_by(const struct record *record, int which)
{
    return (struct origin){"the block was freed by",
                           watch_freed_by(record->watches[which])};
}

static void watch_anew(struct record *record, int which, uintptr_t address)
{
    uint32_t before = record->watches[which];
    stack_forget(record, which);
    record->watches[which] = heap_is_watched() ? watch_add(address) : 0;
    watch_remove(before);
}

/* ---- names ---- */

static enum contract_rule name_rule(const struct call *call)
{
    return call->function == FUNCTION_SetName ? RULE_SETN_2 : RULE_NEW_5;
}

/* Names that lie in the object of the code that gave them: literals. free() and
 * the end of a function leave them alone; unload.c sees the end of the object.
 * A direct-mapped cache, without the lock. Another thread may replace an entry
 * meanwhile, so that the characters are compared. */
static struct literal {
    uintptr_t name;
    const char *copy;
} literals[LITERALS];

static struct literal *literal_slot(uintptr_t name)
{
    return &literals[name / sizeof(uintptr_t) % LITERALS];
}

/* Returns the copy of a literal that was given before; NULL if this name is
 * none. The name can be read. */
static const char *known_literal(uintptr_t name)
{
    struct literal *slot = literal_slot(name);
    const char *copy = __atomic_load_n(&slot->copy, __ATOMIC_RELAXED);
    return __atomic_load_n(&slot->name, __ATOMIC_RELAXED) == name && copy &&
                   !strcmp(copy, (const char *)name)
               ? copy
               : NULL;
}

static void remember_literal(uintptr_t name, const char *copy)
{
    struct literal *slot = literal_slot(name);
    __atomic_store_n(&slot->name, name, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->copy, copy, __ATOMIC_RELAXED);
}

void literals_forget(void) { memset(literals, 0, sizeof literals); }

void name_stored(struct record *record, uintptr_t name, const struct call *call)
{
    record->flags &= ~(RECORD_NAME_GONE | RECORD_NAME_EDITED |
                       RECORD_NAME_UNLOADED | RECORD_NAME_UNMAPPED);
    record->name = name;
    record->name_site = call->site;
    record->copy = NULL;
    bool readable = name && memory_is_text(name, LONGEST_NAME);
    if (readable && (record->copy = known_literal(name))) {
        watch_anew(record, WATCH_NAME, 0);
        return;
    }
    watch_anew(record, WATCH_NAME, name);
    if (!name)
        return;
    if (!readable) {
        finding(FINDING_ERROR, name_rule(call), record, call->site, no_origin,
                "%s is given a name that cannot be read: its memory is not "
                "mapped",
                function_names[call->function]);
        record->flags |= RECORD_NAME_GONE;
        return;
    }
    if (watch_freed_by(record->watches[WATCH_NAME]) || heap_is_freed(name)) {
        finding(FINDING_ERROR, name_rule(call), record, call->site,
                freed_by(record, WATCH_NAME),
                "%s is given a name whose memory was freed before",
                function_names[call->function]);
        record->flags |= RECORD_NAME_GONE;
        return;
    }
    if (memory_is_dead_stack(name, call->stack)) {
        finding(FINDING_ERROR, name_rule(call), record, call->site, no_origin,
                "%s is given a name on the stack, of a function that has "
                "returned",
                function_names[call->function]);
        record->flags |= RECORD_NAME_GONE;
        return;
    }
    record->copy = text_keep((const char *)name);
    if (image_contains(site_of(call->site)->image, name))
        remember_literal(name, record->copy);
    else
        stack_note(record, WATCH_NAME, name, call->stack);
}

/* Says in which way the name's memory is gone; NULL if it is there. */
static const char *why_gone(const struct record *record, uintptr_t stack)
{
    if (watch_freed_by(record->watches[WATCH_NAME]))
        return "was freed while the capsule lives";
    if (record->flags & RECORD_NAME_UNLOADED)
        return "was part of an object that dlclose() has unloaded";
    if (record->flags & RECORD_NAME_UNMAPPED &&
        !memory_is_text(record->name, LONGEST_NAME))
        return "lies in memory that can no longer be read";
    if (stack_is_gone(record, WATCH_NAME, stack))
        return "was on the stack, in a function that has returned";
    return NULL;
}

/* The shutdown of the interpreter clears modules in an order that nobody
 * chooses. A capsule and its name may then go together. */
static void report_gone(struct record *record, uintptr_t site, const char *why,
                        const char *when)
{
    bool together =
        !site && watch_freed_at_shutdown(record->watches[WATCH_NAME]);
    bool set = record->name_site != record->made_site;
    record->flags |= RECORD_NAME_GONE;
    finding(together ? FINDING_WARNING : FINDING_ERROR,
            set ? RULE_SETN_2 : RULE_NEW_5, record, site,
            freed_by(record, WATCH_NAME), "the name %s %s; %s",
            quoted(record->copy), why, when);
}

void name_check(struct record *record, const struct call *call)
{
    static const char *const uses[FUNCTION_COUNT] = {
        [FUNCTION_GetPointer] = "PyCapsule_GetPointer compares it",
        [FUNCTION_IsValid] = "PyCapsule_IsValid compares it",
        [FUNCTION_GetName] = "PyCapsule_GetName hands it out",
        [FUNCTION_Import] = "PyCapsule_Import compares it",
    };
    if (!record->name || record->flags & RECORD_NAME_GONE)
        return;
    const char *why = why_gone(record, call->stack);
    if (why) {
        report_gone(record, call->site, why, uses[call->function]);
        return;
    }
    if (record->copy && !(record->flags & RECORD_NAME_EDITED) &&
        strcmp(record->copy, (const char *)record->name) != 0) {
        record->flags |= RECORD_NAME_EDITED;
        finding(FINDING_WARNING, RULE_NEW_5, record, call->site,
                (struct origin){"the name was given by", record->name_site},
                "the characters of the name %s have changed in place since the "
                "capsule got it",
                quoted(record->copy));
    }
}

void name_check_at_end(struct record *record, uintptr_t stack, const char *when)
{
    if (!record->name || record->flags & RECORD_NAME_GONE)
        return;
    const char *why = why_gone(record, stack);
    if (why)
        report_gone(record, 0, why, when);
}

/* ---- pointers and contexts ---- */

static void report_given(struct record *record, int which, uintptr_t address,
                         const struct call *call)
{
    if (!watch_freed_by(record->watches[which]) && !heap_is_freed(address))
        return;
    if (which == WATCH_POINTER)
        record->flags |= RECORD_POINTER_GONE;
    finding(FINDING_ERROR, RULE_BUG_3, record, call->site,
            freed_by(record, which),
            "%s is given a %s whose memory was freed before",
            function_names[call->function],
            which == WATCH_POINTER ? "pointer" : "context");
}

static void note_stack(struct record *record, int which, uintptr_t address,
                       const struct call *call)
{
    if (memory_is_dead_stack(address, call->stack)) {
        if (which == WATCH_POINTER)
            record->flags |= RECORD_POINTER_GONE;
        finding(FINDING_ERROR, RULE_API_15, record, call->site, no_origin,
                "%s is given a %s into the stack frame of a function that has "
                "returned",
                function_names[call->function],
                which == WATCH_POINTER ? "pointer" : "context");
    }
    stack_note(record, which, address, call->stack);
}

void pointer_stored(struct record *record, uintptr_t pointer,
                    const struct call *call)
{
    record->flags &= ~(RECORD_POINTER_GONE | RECORD_POINTER_UNMAPPED);
    record->pointer = pointer;
    watch_anew(record, WATCH_POINTER, pointer);
    report_given(record, WATCH_POINTER, pointer, call);
    note_stack(record, WATCH_POINTER, pointer, call);
}

void context_stored(struct record *record, uintptr_t context,
                    const struct call *call)
{
    record->context = context;
    watch_anew(record, WATCH_CONTEXT, context);
    if (!context)
        return;
    report_given(record, WATCH_CONTEXT, context, call);
    note_stack(record, WATCH_CONTEXT, context, call);
}

/* True if the destructor asks. It may leave the pointer alone, or free it
 * again: end.c reports when the destructor has returned. */
static bool asked_by_destructor(struct record *record)
{
    if (!(record->flags & RECORD_ENDING))
        return false;
    record->flags |= RECORD_ASKED_FOR_GONE;
    return true;
}

/* Says in which way the memory behind the pointer is gone; NULL if it is not.
 */
static const char *why_pointer_gone(const struct record *record)
{
    if (watch_freed_by(record->watches[WATCH_POINTER]))
        return "freed";
    if (record->flags & RECORD_POINTER_UNMAPPED &&
        !memory_is_readable(record->pointer, 1))
        return "unmapped";
    return NULL;
}

void pointer_check(struct record *record, const struct call *call)
{
    if (record->flags & RECORD_POINTER_GONE)
        return;
    const char *why = why_pointer_gone(record);
    if (why) {
        if (asked_by_destructor(record))
            return;
        record->flags |= RECORD_POINTER_GONE;
        finding(FINDING_ERROR, RULE_BUG_3, record, call->site,
                freed_by(record, WATCH_POINTER),
                "%s hands out the pointer of capsule %s, whose memory was %s "
                "while the capsule lives",
                function_names[call->function], capsule_name(record), why);
    } else if (stack_is_gone(record, WATCH_POINTER, call->stack)) {
        record->flags |= RECORD_POINTER_GONE;
        finding(FINDING_ERROR, RULE_API_15, record, call->site, no_origin,
                "%s hands out the pointer of capsule %s, which leads into the "
                "stack frame of a function that has returned",
                function_names[call->function], capsule_name(record));
    }
}

void context_check(struct record *record, const struct call *call)
{
    if (stack_is_gone(record, WATCH_CONTEXT, call->stack))
        finding(FINDING_ERROR, RULE_API_15, record, call->site, no_origin,
                "%s hands out the context of capsule %s, which leads into the "
                "stack frame of a function that has returned",
                function_names[call->function], capsule_name(record));
    else if (watch_freed_by(record->watches[WATCH_CONTEXT]) &&
             !asked_by_destructor(record))
        finding(FINDING_ERROR, RULE_BUG_3, record, call->site,
                freed_by(record, WATCH_CONTEXT),
                "%s hands out the context of capsule %s, whose memory was "
                "freed while the capsule lives",
                function_names[call->function], capsule_name(record));
}

void fields_forget(struct record *record)
{
    for (int which = 0; which < WATCH_COUNT; which++) {
        uint32_t watch = record->watches[which];
        record->watches[which] = 0;
        watch_remove(watch);
        stack_forget(record, which);
    }
}

bool fields_are_sound(const struct record *record)
{
    return !(record->flags & RECORD_SUSPECT) && watch_nothing_freed() &&
           (!record->copy || !strcmp(record->copy, (const char *)record->name));
}

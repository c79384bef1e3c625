/* DLPack and Arrow: who owns what a capsule of these protocols leads to.
 *
 * DLPack: a consumer renames the capsule, and from then on owns the tensor and
 * calls its deleter, once. The capsule's destructor calls the deleter only
 * under the first name. Arrow: a consumer moves the structure, which sets
 * `release` to NULL in the original; whoever has the structure calls `release`,
 * once.
 */
#include "check/protocols.h"

#include <stddef.h>
#include <string.h>

#include "check/callbacks.h"
#include "check/end.h"
#include "check/finding.h"
#include "check/memory.h"
#include "check/offers.h"
#include "check/pages.h"
#include "check/places.h"
#include "check/protocol_kinds.h"
#include "check/watch.h"

/* ---- naming ---- */

/* `other` is the capsule that offered the structure before. */
static void report_second_capsule(const struct record *record, uint32_t kind,
                                  struct record *other, uintptr_t site)
{
    if (!other || other == record)
        return;
    other->protocol = 0;
    other->flags &= ~RECORD_OFFERS;
    finding(FINDING_WARNING, kinds[kind].taken ? RULE_DLPACK_2 : RULE_ARROW_2,
            record, site,
            (struct origin){"the other one was made by", other->made_site},
            "two capsules %s offer the same structure, which only one of them "
            "can own",
            quoted(kinds[kind].offered));
}

static uint32_t kind_of_name(const char *name, bool taken)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        const char *known = taken ? kinds[kind].taken : kinds[kind].offered;
        if (known && !strcmp(known, name))
            return kind;
    }
    return KINDS;
}

/* Reports a structure that bears the name of another one of its protocol. Only
 * a callback that is code tells a structure from other memory. */
static void check_kind(const struct record *record, uint32_t kind,
                       uintptr_t site)
{
    bool arrow = !kinds[kind].taken;
    for (uint32_t other = 0; other < KINDS; other++) {
        if (other == kind || arrow != !kinds[other].taken ||
            !memory_is_readable(record->pointer, kinds[other].size) ||
            !kinds[other].is_plausible((const void *)record->pointer))
            continue;
        uintptr_t release =
            *(const uintptr_t *)(record->pointer + kinds[other].release_at);
        if (!release || !image_of(release))
            continue;
        finding(FINDING_ERROR, arrow ? RULE_ARROW_5 : RULE_DLPACK_6, record,
                site, (struct origin){NULL, 0},
                "a capsule %s leads to a structure that belongs in a capsule "
                "%s",
                quoted(kinds[kind].offered), quoted(kinds[other].offered));
        return;
    }
}

static void forget(struct record *record)
{
    if (!record->protocol)
        return;
    lock_take();
    offer_drop(record->protocol);
    lock_give();
    record->protocol = 0;
}

/* Follows the structure of a capsule with the first name of a protocol. Many
 * producers fill the structure in after they have made the capsule, so that it
 * is looked at again whenever somebody gets the pointer, and at the end.
 * `filled` is true if it must be filled in now. */
static void follow(struct record *record, uintptr_t site, bool filled)
{
    uint32_t kind = record->copy ? kind_of_name(record->copy, false) : KINDS;
    if (kind == KINDS || !memory_is_writable(record->pointer, kinds[kind].size))
        return;
    callback *release = (callback *)(record->pointer + kinds[kind].release_at);
    if (!*release)
        return;
    if (record->protocol &&
        (callback_is_replaced(*release) ||
         offer_at(record->protocol)->state & OFFER_RELEASED))
        return;
    if (!kinds[kind].is_plausible((const void *)record->pointer)) {
        if (filled)
            check_kind(record, kind, site);
    } else if (callback_replace(release, kind)) {
        uintptr_t other;
        forget(record);
        record->protocol = offer_add(record, kind, &other);
        if (other)
            report_second_capsule(record, kind, record_find(other), site);
    }
}

/* A capsule with an offer got another name. */
static void renamed(struct record *record, const struct call *call)
{
    struct offer *offer = offer_at(record->protocol);
    const struct kind *kind = &kinds[offer->kind];
    if (!kind->taken)
        return;
    record->flags &= ~RECORD_TAKEN;
    offer->state &= ~(OFFER_TAKEN | OFFER_MISNAMED);
    if (record->copy && !strcmp(record->copy, kind->offered))
        return;
    record->flags |= RECORD_TAKEN;
    offer->taken_at = call->site;
    offer->state |= OFFER_TAKEN;
    if (!record->copy || strcmp(record->copy, kind->taken) != 0)
        offer->state |= OFFER_MISNAMED;
}

void protocols_named(struct record *record, const struct call *call)
{
    const char *name = record->copy;
    if (record->protocol) {
        renamed(record, call);
        return;
    }
    /* Every name of a protocol begins so; most names do not. */
    if (!name || (strncmp(name, "dl", 2) != 0 && strncmp(name, "ar", 2) != 0 &&
                  strncmp(name, "us", 2) != 0))
        return;
    uint32_t kind = kind_of_name(name, false);
    if (kind < KINDS) {
        record->flags &= ~RECORD_TAKEN;
        record->flags |= RECORD_OFFERS;
        follow(record, call->site, false);
    } else if (kind_of_name(name, true) < KINDS) {
        record->flags |= RECORD_TAKEN;
    }
}

void protocols_got(struct record *record, const struct call *call)
{
    if (record->flags & (RECORD_ENDING | RECORD_TAKEN))
        return;
    follow(record, call->site, site_of(call->site)->image != record->image);
    struct offer *offer = record->protocol ? offer_at(record->protocol) : NULL;
    if (offer && !kinds[offer->kind].taken)
        offer->taken_at = call->site;
}

void protocols_asked(const struct record *record, const char *name,
                     const struct call *call)
{
    if (!(record->flags & RECORD_TAKEN) || record->flags & RECORD_ENDING ||
        !name || kind_of_name(name, false) == KINDS)
        return;
    uintptr_t taken_at =
        record->protocol ? offer_at(record->protocol)->taken_at : 0;
    finding(FINDING_WARNING, RULE_DLPACK_4, record, call->site,
            (struct origin){"the tensor was taken by", taken_at},
            "a capsule %s is offered to a consumer once more, although its "
            "tensor was taken",
            capsule_name(record));
}

/* ---- releasing ---- */

static void report_release(const struct offer *offer,
                           const struct record *record, uintptr_t caller)
{
    bool arrow = !kinds[offer->kind].taken;
    bool by_destructor = record && record->flags & RECORD_ENDING;
    if (record && record->flags & RECORD_FREED_TWICE)
        return; /* a consequence of what was reported */
    if (offer->state & OFFER_RELEASED)
        finding(FINDING_ERROR, arrow ? RULE_ARROW_2 : RULE_DLPACK_2, record,
                caller, (struct origin){"the first call", offer->released_at},
                arrow ? "the structure of a capsule %s is released for the "
                        "second time"
                      : "the deleter of the tensor of a capsule %s is called "
                        "for the second time",
                quoted(kinds[offer->kind].offered));
    else if (by_destructor && offer->state & OFFER_TAKEN &&
             !(offer->state & OFFER_MISNAMED))
        finding(FINDING_ERROR, RULE_DLPACK_3, record, caller,
                (struct origin){"the tensor was taken by", offer->taken_at},
                "the destructor of a capsule %s calls the deleter, although a "
                "consumer has taken the tensor",
                capsule_name(record));
}

/* True if the destructor of a capsule runs that still offers the structure. */
static bool is_destructor_of(uint32_t kind, uintptr_t self)
{
    const struct record *ending = end_running();
    return ending && ending->pointer == self && ending->copy &&
           (!kinds[kind].taken || !strcmp(ending->copy, kinds[kind].offered));
}

/* The object with the callback may be unloaded before the structure is
 * released.
 */
static void check_code(const struct record *record, uint32_t kind,
                       callback original, uintptr_t caller)
{
    if (!memory_is_readable((uintptr_t)original, 1))
        finding(FINDING_ERROR, RULE_BUG_3, record, caller,
                (struct origin){NULL, 0},
                "the callback that releases what a capsule %s offers lies in "
                "an object that dlclose() has unloaded",
                quoted(kinds[kind].offered));
}

/* Runs instead of a deleter or of release. */
static void released(uint32_t kind, void *self, callback original,
                     uintptr_t caller)
{
    callback *place = (callback *)((char *)self + kinds[kind].release_at);
    lock_take();
    uint32_t number = offer_of(kind, (uintptr_t)self);
    struct offer before = number ? *offer_at(number) : (struct offer){0};
    lock_give();
    struct record *record = before.object ? record_find(before.object) : NULL;
    bool by_destructor = is_destructor_of(kind, (uintptr_t)self);
    if (number) {
        report_release(&before, record, caller);
        lock_take();
        struct offer *offer = offer_at(number);
        offer->state |= OFFER_RELEASED;
        if (!by_destructor)
            offer->state |= OFFER_BY_CONSUMER;
        if ((uintptr_t)self != offer->structure)
            offer->state |= OFFER_COPY;
        if (!offer->released_at)
            offer->released_at = caller;
        if (offer->state & OFFER_ENDED)
            offer_drop(number);
        lock_give();
    }
    /* The callback of a tensor stays replaced: a second call is seen, too. */
    if (!kinds[kind].taken &&
        memory_is_writable((uintptr_t)place, sizeof *place))
        *place = original;
    check_code(record, kind, original, caller);
    original(self);
    if (!kinds[kind].taken &&
        memory_is_readable((uintptr_t)place, sizeof *place) &&
        *place == original)
        finding(FINDING_ERROR, RULE_ARROW_3, record, (uintptr_t)original + 1,
                (struct origin){NULL, 0},
                "the release callback of a capsule %s returns without setting "
                "release to NULL",
                quoted(kinds[kind].offered));
}

/* ---- the end of the capsule ---- */

/* Looks at the structure before the destructor frees it. */
void protocols_before_end(struct record *record)
{
    if (record->flags & RECORD_OFFERS && !(record->flags & RECORD_TAKEN))
        follow(record, record->made_site, true);
    if (!record->protocol)
        return;
    struct offer *offer = offer_at(record->protocol);
    const struct kind *kind = &kinds[offer->kind];
    bool by_consumer = offer->state & OFFER_BY_CONSUMER;
    if (kind->taken) {
        if (by_consumer && !(offer->state & OFFER_TAKEN)) {
            record->flags |= RECORD_FREED_TWICE;
            finding(FINDING_ERROR, RULE_DLPACK_1, record, offer->released_at,
                    (struct origin){NULL, 0},
                    "a consumer calls the deleter of a capsule %s, but leaves "
                    "the name as it is: the capsule still offers the tensor",
                    quoted(kind->offered));
        }
        return;
    }
    bool moved = watch_freed_by(record->watches[WATCH_POINTER]) ||
                 !offer_callback(offer);
    if (moved) {
        offer->state |= OFFER_MOVED;
    } else if (by_consumer && offer->state & OFFER_COPY) {
        record->flags |= RECORD_FREED_TWICE;
        finding(FINDING_ERROR, RULE_ARROW_1, record, offer->released_at,
                (struct origin){NULL, 0},
                "a consumer copies the structure of a capsule %s and releases "
                "the copy, but leaves release in the original: the capsule "
                "still owns it",
                quoted(kind->offered));
    }
}

void protocols_after_end(struct record *record)
{
    uint32_t number = record->protocol;
    if (!number)
        return;
    record->protocol = 0;
    struct offer offer = *offer_at(number);
    bool released = offer.state & OFFER_RELEASED;
    bool with_consumer = offer.state & (OFFER_TAKEN | OFFER_MOVED);
    bool arrow = !kinds[offer.kind].taken;
    lock_take();
    if (released || !with_consumer) {
        offer_drop(number);
    } else {
        offer_outlives_capsule(number);
    }
    lock_give();
    if (offer.state & OFFER_MISNAMED &&
        (!released || offer.state & OFFER_BY_CONSUMER))
        finding(FINDING_WARNING, RULE_DLPACK_1, record, offer.taken_at,
                (struct origin){NULL, 0},
                "the tensor of a capsule %s is taken under the name %s, not "
                "under %s: producers do not expect that",
                quoted(kinds[offer.kind].offered), quoted(record->copy),
                quoted(kinds[offer.kind].taken));
    if (!released && !with_consumer)
        finding(FINDING_ERROR, arrow ? RULE_ARROW_4 : RULE_BUG_4, record,
                record->made_site, (struct origin){NULL, 0},
                "a capsule %s ends although no consumer took what it offers, "
                "and its destructor does not release it: the memory is lost",
                quoted(kinds[offer.kind].offered));
}

static bool is_with_consumer(const struct offer *offer)
{
    return offer->structure && offer->state & (OFFER_TAKEN | OFFER_MOVED) &&
           !(offer->state & OFFER_RELEASED);
}

/* Counts the structures that were taken at the same place and not released. */
static uint32_t count_unreleased(uintptr_t taken_at, uint32_t from)
{
    uint32_t count = 0;
    for (uint32_t i = from; i < offers_end(); i++)
        count +=
            is_with_consumer(offer_at(i)) && offer_at(i)->taken_at == taken_at;
    return count;
}

void protocols_at_exit(uint32_t least)
{
    for (uint32_t i = 1; i < offers_end(); i++) {
        struct offer *offer = offer_at(i);
        uintptr_t taken_at = offer->taken_at;
        if (!taken_at || !is_with_consumer(offer))
            continue;
        uint32_t count = count_unreleased(taken_at, i);
        bool arrow = !kinds[offer->kind].taken;
        if (count >= least)
            finding(FINDING_WARNING, arrow ? RULE_ARROW_2 : RULE_DLPACK_5, NULL,
                    taken_at, (struct origin){NULL, 0},
                    arrow ? "%u structures that are taken here are never "
                            "released"
                          : "%u tensors that are taken here are never "
                            "released: nobody calls their deleter",
                    count);
        for (uint32_t j = i; j < offers_end(); j++)
            if (offer_at(j)->taken_at == taken_at)
                offer_at(j)->taken_at = 0;
    }
}

void protocols_start(void) { callback_start(released); }

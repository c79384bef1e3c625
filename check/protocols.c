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
#include "check/finding.h"
#include "check/map.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/protocol_kinds.h"
#include "check/watch.h"

enum state {
    TAKEN = 1 << 0,       /* renamed by a consumer (DLPack) */
    RELEASED = 1 << 1,    /* the callback was called */
    BY_CONSUMER = 1 << 2, /* and not by the capsule's destructor */
    COPY = 1 << 3,        /* and with a copy of the structure (Arrow) */
    MOVED = 1 << 4,       /* out of the capsule, or released there (Arrow) */
    ENDED = 1 << 5        /* the capsule is gone */
};

/* What one capsule offers. */
struct offer {
    uintptr_t structure;
    uintptr_t private_data;
    uintptr_t object; /* the capsule, while it lives */
    uintptr_t taken_at;
    uintptr_t released_at;
    uint32_t kind;
    uint32_t state;
    uint32_t next; /* next unused offer */
};

enum { CHUNK_BITS = 10, CHUNK_SIZE = 1 << CHUNK_BITS, MOST_CHUNKS = 1 << 14 };

static struct offer *chunks[MOST_CHUNKS];
static uint32_t offer_count = 1;
static uint32_t unused_offer;
static struct map by_structure;
static struct map by_private_data;

static struct offer *offer_at(uint32_t number)
{
    return &chunks[number >> CHUNK_BITS][number & (CHUNK_SIZE - 1)];
}

static callback *release_of(const struct offer *offer)
{
    return (callback *)(offer->structure + kinds[offer->kind].release_at);
}

/* ---- offers ---- */

/* The caller holds the lock. */
static uint32_t fresh_offer(void)
{
    uint32_t number = unused_offer;
    if (number) {
        unused_offer = offer_at(number)->next;
        return number;
    }
    uint32_t chunk = offer_count >> CHUNK_BITS;
    if (chunk >= MOST_CHUNKS)
        return 0;
    if (!chunks[chunk])
        chunks[chunk] = pages_take(sizeof(struct offer) * CHUNK_SIZE);
    return chunks[chunk] ? offer_count++ : 0;
}

/* The caller holds the lock. */
static void drop_offer(uint32_t number)
{
    struct offer *offer = offer_at(number);
    map_remove(&by_structure, offer->structure, number);
    map_remove(&by_private_data, offer->private_data, number);
    *offer = (struct offer){.next = unused_offer};
    unused_offer = number;
}

static uint32_t add_offer(const struct record *record, uint32_t kind)
{
    uintptr_t private_data =
        *(const uintptr_t *)(record->pointer + kinds[kind].private_at);
    lock_take();
    uint32_t before = map_find(&by_structure, record->pointer);
    if (before)
        drop_offer(before);
    uint32_t number = fresh_offer();
    if (number) {
        *offer_at(number) = (struct offer){.structure = record->pointer,
                                           .private_data = private_data,
                                           .object = record->object,
                                           .kind = kind};
        map_put(&by_structure, record->pointer, number);
        map_put(&by_private_data, private_data, number);
    }
    lock_give();
    return number;
}

/* Finds the offer that a structure, or a moved copy of it, belongs to. The
 * caller holds the lock. */
static uint32_t offer_of(uint32_t kind, uintptr_t self)
{
    uint32_t number = map_find(&by_structure, self);
    if (!number)
        number = map_find(&by_private_data,
                          *(const uintptr_t *)(self + kinds[kind].private_at));
    return number && offer_at(number)->kind == kind ? number : 0;
}

/* ---- naming ---- */

static uint32_t kind_of_name(const char *name, bool taken)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        const char *known = taken ? kinds[kind].taken : kinds[kind].offered;
        if (known && !strcmp(known, name))
            return kind;
    }
    return KINDS;
}

static void offered(struct record *record, uint32_t kind)
{
    if (!memory_is_writable(record->pointer, kinds[kind].size) ||
        !kinds[kind].is_plausible((const void *)record->pointer))
        return;
    callback *release = (callback *)(record->pointer + kinds[kind].release_at);
    if (callback_replace(release, kind))
        record->protocol = add_offer(record, kind);
}

void protocols_named(struct record *record, const struct call *call)
{
    const char *name = record->copy;
    /* Every name of a protocol begins so; most names do not. */
    if (!name || (strncmp(name, "dl", 2) != 0 && strncmp(name, "ar", 2) != 0 &&
                  strncmp(name, "us", 2) != 0))
        return;
    uint32_t kind = kind_of_name(name, false);
    if (kind < KINDS) {
        record->flags &= ~RECORD_TAKEN;
        if (!record->protocol)
            offered(record, kind);
        else
            offer_at(record->protocol)->state &= ~TAKEN;
        return;
    }
    if (kind_of_name(name, true) == KINDS)
        return;
    record->flags |= RECORD_TAKEN;
    if (record->protocol) {
        struct offer *offer = offer_at(record->protocol);
        offer->state |= TAKEN;
        offer->taken_at = call->site;
    }
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
            quoted(record->copy));
}

/* ---- releasing ---- */

static void report_release(const struct offer *offer,
                           const struct record *record, uintptr_t caller)
{
    bool arrow = !kinds[offer->kind].taken;
    bool by_destructor = record && record->flags & RECORD_ENDING;
    if (record && record->flags & RECORD_FREED_TWICE)
        return; /* a consequence of what was reported */
    if (offer->state & RELEASED)
        finding(FINDING_ERROR, arrow ? RULE_ARROW_2 : RULE_DLPACK_2, record,
                caller, (struct origin){"the first call", offer->released_at},
                arrow ? "the structure of a capsule %s is released for the "
                        "second time"
                      : "the deleter of the tensor of a capsule %s is called "
                        "for the second time",
                quoted(kinds[offer->kind].offered));
    else if (by_destructor && offer->state & TAKEN)
        finding(FINDING_ERROR, RULE_DLPACK_3, record, caller,
                (struct origin){"the tensor was taken by", offer->taken_at},
                "the destructor of a capsule %s calls the deleter, although a "
                "consumer has taken the tensor",
                quoted(record->copy));
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
    if (number) {
        report_release(&before, record, caller);
        lock_take();
        struct offer *offer = offer_at(number);
        offer->state |= RELEASED;
        if (!record || !(record->flags & RECORD_ENDING))
            offer->state |= BY_CONSUMER;
        if ((uintptr_t)self != offer->structure)
            offer->state |= COPY;
        if (!offer->released_at)
            offer->released_at = caller;
        if (offer->state & ENDED)
            drop_offer(number);
        lock_give();
    }
    if (memory_is_writable((uintptr_t)place, sizeof *place))
        *place = original;
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

/* Returns the callback that is now in the structure of the capsule; NULL if the
 * structure cannot be read. */
static callback release_now(const struct record *record,
                            const struct offer *offer)
{
    const callback *place = release_of(offer);
    bool there = !watch_freed_by(record->watches[WATCH_POINTER]) &&
                 memory_is_readable((uintptr_t)place, sizeof *place);
    return there ? *place : NULL;
}

/* Looks at the structure before the destructor frees it. */
void protocols_before_end(struct record *record)
{
    if (!record->protocol)
        return;
    struct offer *offer = offer_at(record->protocol);
    const struct kind *kind = &kinds[offer->kind];
    bool by_consumer = offer->state & BY_CONSUMER;
    if (kind->taken) {
        if (by_consumer && !(offer->state & TAKEN)) {
            record->flags |= RECORD_FREED_TWICE;
            finding(FINDING_ERROR, RULE_DLPACK_1, record, offer->released_at,
                    (struct origin){NULL, 0},
                    "a consumer calls the deleter of a capsule %s, but leaves "
                    "the name as it is: the capsule still offers the tensor",
                    quoted(kind->offered));
        }
        return;
    }
    bool moved = !release_now(record, offer);
    if (moved) {
        offer->state |= MOVED;
    } else if (by_consumer && offer->state & COPY) {
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
    bool released = offer.state & RELEASED;
    bool with_consumer = offer.state & (TAKEN | MOVED);
    bool arrow = !kinds[offer.kind].taken;
    lock_take();
    if (released || !with_consumer) {
        drop_offer(number);
    } else {
        offer_at(number)->state |= ENDED;
        offer_at(number)->object = 0;
    }
    lock_give();
    if (!released && !with_consumer)
        finding(FINDING_ERROR, arrow ? RULE_ARROW_4 : RULE_BUG_4, record,
                record->made_site, (struct origin){NULL, 0},
                "a capsule %s ends although no consumer took what it offers, "
                "and its destructor does not release it: the memory is lost",
                quoted(kinds[offer.kind].offered));
}

/* Counts the tensors that were taken at the same place and not released. */
static uint32_t count_unreleased(uintptr_t taken_at, uint32_t from)
{
    uint32_t count = 0;
    for (uint32_t i = from; i < offer_count; i++) {
        const struct offer *offer = offer_at(i);
        count += offer->structure && offer->state & TAKEN &&
                 !(offer->state & RELEASED) && offer->taken_at == taken_at;
    }
    return count;
}

void protocols_at_exit(uint32_t least)
{
    for (uint32_t i = 1; i < offer_count; i++) {
        struct offer *offer = offer_at(i);
        uintptr_t taken_at = offer->taken_at;
        if (!offer->structure || !taken_at || offer->state & RELEASED ||
            !(offer->state & TAKEN))
            continue;
        uint32_t count = count_unreleased(taken_at, i);
        if (count >= least)
            finding(FINDING_WARNING, RULE_DLPACK_5, NULL, taken_at,
                    (struct origin){NULL, 0},
                    "%u tensors that are taken here are never released: nobody "
                    "calls their deleter",
                    count);
        for (uint32_t j = i; j < offer_count; j++)
            if (offer_at(j)->taken_at == taken_at)
                offer_at(j)->taken_at = 0;
    }
}

void protocols_start(void) { callback_start(released); }

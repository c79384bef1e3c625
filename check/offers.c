/* A table of the structures that capsules of DLPack and Arrow offer. */
#include "check/offers.h"

#include <stdbool.h>
#include <stddef.h>

#include "check/map.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/protocol_kinds.h"

enum { CHUNK_BITS = 10, CHUNK_SIZE = 1 << CHUNK_BITS, MOST_CHUNKS = 1 << 14 };

static struct offer *chunks[MOST_CHUNKS];
static uint32_t offer_count = 1;
static uint32_t unused_offer;
static struct map by_structure;
static struct map by_owner; /* the newest offer of each */

struct offer *offer_at(uint32_t number)
{
    return &chunks[number >> CHUNK_BITS][number & (CHUNK_SIZE - 1)];
}

callback offer_callback(const struct offer *offer)
{
    const callback *place =
        (const callback *)(offer->structure + kinds[offer->kind].release_at);
    return memory_is_readable((uintptr_t)place, sizeof *place) ? *place : NULL;
}

/* Returns what the moved copies of a structure have in common with it: their
 * private data, which several structures of a producer may share. 0 for DLPack,
 * where no structure is moved. */
static uintptr_t owner_of(uint32_t kind, uintptr_t private_data)
{
    return kinds[kind].taken ? 0 : private_data ? private_data : kind + 1;
}

/* The caller holds the lock. */
static uint32_t fresh_offer(void)
{
    uint32_t number = unused_offer;
    if (number) {
        unused_offer = offer_at(number)->older;
        return number;
    }
    uint32_t chunk = offer_count >> CHUNK_BITS;
    if (chunk >= MOST_CHUNKS)
        return 0;
    if (!chunks[chunk])
        chunks[chunk] = pages_take(sizeof(struct offer) * CHUNK_SIZE);
    return chunks[chunk] ? offer_count++ : 0;
}

void offer_drop(uint32_t number)
{
    struct offer *offer = offer_at(number);
    map_remove(&by_structure, offer->structure, number);
    if (offer->older)
        offer_at(offer->older)->newer = offer->newer;
    if (offer->newer) {
        offer_at(offer->newer)->older = offer->older;
    } else {
        uintptr_t owner = owner_of(offer->kind, offer->private_data);
        map_remove(&by_owner, owner, number);
        if (offer->older)
            map_put(&by_owner, owner, offer->older);
    }
    *offer = (struct offer){.older = unused_offer};
    unused_offer = number;
}

uint32_t offer_add(const struct record *record, uint32_t kind, uintptr_t *other)
{
    uintptr_t private_data =
        *(const uintptr_t *)(record->pointer + kinds[kind].private_at);
    uintptr_t owner = owner_of(kind, private_data);
    *other = 0;
    lock_take();
    uint32_t before = map_find(&by_structure, record->pointer);
    if (before) {
        if (!(offer_at(before)->state &
              (OFFER_TAKEN | OFFER_RELEASED | OFFER_ENDED)))
            *other = offer_at(before)->object;
        offer_drop(before);
    }
    uint32_t number = fresh_offer();
    if (number) {
        uint32_t older = map_find(&by_owner, owner);
        *offer_at(number) = (struct offer){.structure = record->pointer,
                                           .private_data = private_data,
                                           .object = record->object,
                                           .kind = kind,
                                           .older = older};
        if (older)
            offer_at(older)->newer = number;
        map_put(&by_structure, record->pointer, number);
        map_put(&by_owner, owner, number);
    }
    lock_give();
    return number;
}

/* Finds the offer whose moved copy this is. Of several structures with the same
 * private data, one that is not released and no longer with its capsule. The
 * caller holds the lock. */
static uint32_t offer_of_copy(uint32_t kind, uintptr_t self)
{
    enum { MOST_LOOKED_AT = 256 };
    uintptr_t private_data =
        *(const uintptr_t *)(self + kinds[kind].private_at);
    uint32_t newest = map_find(&by_owner, owner_of(kind, private_data));
    uint32_t best = newest;
    uint32_t at = newest;
    for (int i = 0; at && i < MOST_LOOKED_AT; i++, at = offer_at(at)->older) {
        const struct offer *offer = offer_at(at);
        if (offer->state & OFFER_RELEASED || offer->kind != kind)
            continue;
        if (offer->state & OFFER_ENDED || !offer_callback(offer))
            return at;
        if (offer_at(best)->state & OFFER_RELEASED)
            best = at;
    }
    return best;
}

uint32_t offer_of(uint32_t kind, uintptr_t self)
{
    uint32_t number = map_find(&by_structure, self);
    if (!number && !kinds[kind].taken)
        number = offer_of_copy(kind, self);
    return number && offer_at(number)->kind == kind ? number : 0;
}

void offer_outlives_capsule(uint32_t number)
{
    struct offer *offer = offer_at(number);
    offer->state |= OFFER_ENDED;
    offer->object = 0;
    if (!kinds[offer->kind].taken)
        map_remove(&by_structure, offer->structure, number);
}

uint32_t offers_end(void) { return offer_count; }

/* The checker's record of each capsule. */
#include "check/record.h"

#include <string.h>

#include "check/pages.h"

enum {
    CHUNK_BITS = 12,
    CHUNK_SIZE = 1 << CHUNK_BITS,
    MOST_CHUNKS = 1 << 14,
    FIRST_SLOTS = 1 << 12,
    LONGEST_TEXT = 1023,
    MOST_TEXT = 64 << 20
};

#define DROPPED UINT32_MAX /* a slot whose record is gone */

/* An open hash table of record numbers, by the capsule's address. */
struct slots {
    uint32_t mask;
    uint32_t used; /* slots that are not empty, dropped ones too */
    uint32_t numbers[];
};

static struct record *chunks[MOST_CHUNKS];
static uint32_t record_count = 1;
static uint32_t unused_record;
static uint32_t live_records;
static struct slots *slots;
static struct slots *spare; /* of the same size, for the next rebuild */

static uint32_t hash(uintptr_t address)
{
    return (uint32_t)((address >> 4) * 0x9E3779B97F4A7C15u >> 32);
}

static struct record *record_at(uint32_t number)
{
    return &chunks[number >> CHUNK_BITS][number & (CHUNK_SIZE - 1)];
}

struct record *record_find(uintptr_t object)
{
    const struct slots *now = __atomic_load_n(&slots, __ATOMIC_ACQUIRE);
    if (!now)
        return NULL;
    for (uint32_t slot = hash(object) & now->mask;;
         slot = (slot + 1) & now->mask) {
        uint32_t number =
            __atomic_load_n(&now->numbers[slot], __ATOMIC_ACQUIRE);
        if (!number)
            return NULL;
        if (number != DROPPED && record_at(number)->object == object)
            return record_at(number);
    }
}

static struct slots *new_slots(uint32_t size)
{
    struct slots *made =
        pages_take(sizeof *made + (size_t)size * sizeof made->numbers[0]);
    if (made)
        made->mask = size - 1;
    return made;
}

/* Makes room for one record more: drops the dropped slots, or doubles the
 * table. Half of the slots stay empty: a longer search costs a look at another
 * record for each slot, far away in memory. Old tables stay mapped, because
 * record_find() takes no lock. */
static bool make_room(void)
{
    if (slots && slots->used < slots->mask / 2)
        return true;
    uint32_t size = slots ? slots->mask + 1 : FIRST_SLOTS;
    bool larger = slots && live_records >= size / 4;
    struct slots *next = !larger && spare ? spare : NULL;
    if (next) {
        next->used = 0;
        memset(next->numbers, 0, (size_t)size * sizeof next->numbers[0]);
    } else if (!(next = new_slots(larger ? size * 2 : size))) {
        return slots && slots->used < slots->mask;
    }
    for (uint32_t i = 0; slots && i <= slots->mask; i++) {
        uint32_t number = slots->numbers[i];
        if (!number || number == DROPPED)
            continue;
        uint32_t slot = hash(record_at(number)->object) & next->mask;
        while (next->numbers[slot])
            slot = (slot + 1) & next->mask;
        next->numbers[slot] = number;
        next->used++;
    }
    spare = larger ? NULL : slots;
    __atomic_store_n(&slots, next, __ATOMIC_RELEASE);
    return true;
}

static uint32_t fresh_record(void)
{
    uint32_t number = unused_record;
    if (number) {
        unused_record = record_at(number)->next;
        return number;
    }
    number = record_count;
    uint32_t chunk = number >> CHUNK_BITS;
    if (chunk >= MOST_CHUNKS)
        return 0;
    if (!chunks[chunk])
        chunks[chunk] = pages_take(sizeof(struct record) * CHUNK_SIZE);
    if (!chunks[chunk])
        return 0;
    record_count++;
    return number;
}

/* Takes the record of this address out of the table. */
static void take_out(uintptr_t object)
{
    for (uint32_t slot = hash(object) & slots->mask; slots->numbers[slot];
         slot = (slot + 1) & slots->mask) {
        uint32_t number = slots->numbers[slot];
        if (number == DROPPED || record_at(number)->object != object)
            continue;
        __atomic_store_n(&slots->numbers[slot], DROPPED, __ATOMIC_RELEASE);
        *record_at(number) = (struct record){.next = unused_record};
        unused_record = number;
        live_records--;
        return;
    }
}

struct record *record_add(uintptr_t object)
{
    lock_take();
    if (slots)
        take_out(object);
    uint32_t number = make_room() ? fresh_record() : 0;
    if (!number) {
        lock_give();
        return NULL;
    }
    struct record *record = record_at(number);
    *record = (struct record){.object = object};
    uint32_t slot = hash(object) & slots->mask;
    while (slots->numbers[slot] && slots->numbers[slot] != DROPPED)
        slot = (slot + 1) & slots->mask;
    if (!slots->numbers[slot])
        slots->used++;
    __atomic_store_n(&slots->numbers[slot], number, __ATOMIC_RELEASE);
    live_records++;
    lock_give();
    return record;
}

void record_drop(struct record *record)
{
    lock_take();
    take_out(record->object);
    lock_give();
}

void records_each(void (*function)(struct record *record))
{
    for (uint32_t i = 1; i < record_count; i++)
        if (record_at(i)->object)
            function(record_at(i));
}

/* ---- texts ---- */

struct text {
    struct text *next;
    uint32_t hash;
    char characters[];
};

const char *text_keep(const char *text)
{
    enum { BUCKETS = 1 << 14 };
    static struct text *buckets[BUCKETS];
    static size_t total;
    uint32_t hash_of_text = 5381;
    size_t length = 0;
    for (; text[length]; length++) {
        if (length == LONGEST_TEXT)
            return NULL;
        hash_of_text = hash_of_text * 33 + (unsigned char)text[length];
    }
    struct text **bucket =
        &buckets[(hash_of_text ^ hash_of_text >> 14) % BUCKETS];
    lock_take();
    struct text *found = *bucket;
    while (found && (found->hash != hash_of_text ||
                     strcmp(found->characters, text) != 0))
        found = found->next;
    if (!found && total < MOST_TEXT &&
        (found = pages_take(sizeof *found + length + 1))) {
        found->hash = hash_of_text;
        memcpy(found->characters, text, length + 1);
        found->next = *bucket;
        *bucket = found;
        total += sizeof *found + length + 1;
    }
    lock_give();
    return found ? found->characters : NULL;
}

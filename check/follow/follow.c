/* Follows a trace with the model, and says where the interpreter deviates from
 * the contract.
 *
 * The model predicts each call of a capsule function (calls.c). The end of a
 * capsule is several records, between which other threads may act, so this file
 * compares the end with the rules itself. */
#include "check/follow/follow.h"

#include <stdio.h>
#include <string.h>

#include "check/follow/calls.h"
#include "check/follow/compare.h"
#include "check/follow/deviation.h"

static const struct profile *profile;

/* ---- imports ---- */

struct wanted {
    const char *name;
    uint64_t pointer;
    bool named; /* a capsule has this name */
};

static bool is_found(const struct stored *stored, void *context)
{
    struct wanted *wanted = context;
    const struct model_address *field = stored->state.field;
    const char *name = (const char *)field[FIELD_NAME].address;
    if (!name || strcmp(name, wanted->name) != 0)
        return false;
    wanted->named = true;
    return field[FIELD_POINTER].address == wanted->pointer;
}

/* The modules of the process are unknown. What is known: an import hands out
 * the pointer of a capsule of that name, or raises. */
static void follow_import(const struct reader *reader,
                          const struct trace_record *record)
{
    struct traced_call call = {.reader = reader, .record = record};
    struct wanted wanted = {.name = reader_text(reader, record->name_text),
                            .pointer = record->result};
    counts.calls++;
    if (!record->result && !record->after &&
        record->flags & TRACE_SEES_EXCEPTION &&
        !profile->import_lacks_memory_error)
        deviation(RULE_ERR_2, call_text(&call), "an exception", "no exception",
                  reader_text(reader, record->object));
    if (!record->result || !wanted.name)
        return;
    counts.by_rule[RULE_IMP_1]++;
    if (!record->before && record->after)
        deviation(RULE_ERR_1, call_text(&call), "no exception",
                  reader_text(reader, record->after),
                  reader_text(reader, record->object));
    if (!store_any(is_found, &wanted) && wanted.named)
        deviation(RULE_IMP_1, call_text(&call),
                  "the pointer of a capsule of this name", "another address",
                  reader_text(reader, record->object));
}

/* ---- the end of a capsule ---- */

static void ends(const struct reader *reader, const struct trace_record *record,
                 const struct stored *stored, uint16_t rule,
                 const char *expected, const char *got)
{
    char text[256];
    const char *name = (const char *)stored->state.field[FIELD_NAME].address;
    snprintf(text, sizeof text, "the last reference to capsule %s%.200s%s goes",
             name ? "\"" : "", name ? name : "NULL", name ? "\"" : "");
    deviation(rule, text, expected, got, reader_text(reader, record->object));
}

static void follow_end(const struct reader *reader,
                       const struct trace_record *record)
{
    struct stored *stored = store_find(record->capsule);
    if (!stored && record->kind == TRACE_DYING)
        stored = adopt(reader, record);
    if (!stored)
        return;
    switch (record->kind) {
    case TRACE_DYING:
        stored->state.life = LIFE_DYING;
        stored->calls = 0;
        break;
    case TRACE_DESTRUCTOR:
        if (!stored->calls++)
            break;
        ends(reader, record, stored, RULE_DTOR_1,
             "the destructor is called once", "it is called again");
        break;
    case TRACE_ENDED:
        counts.by_rule[stored->calls ? RULE_DTOR_1 : RULE_NEW_8]++;
        if (record->destructor && !stored->calls)
            ends(reader, record, stored, RULE_DTOR_1,
                 "the destructor is called", "it was not called");
        if (!record->destructor && record->flags & TRACE_SEES_EXCEPTION &&
            !(record->flags & TRACE_KEEPS_EXCEPTION))
            ends(reader, record, stored, RULE_ERR_1,
                 "the pending exception stays", "another one, or none");
        store_remove(stored);
        break;
    default:
        break;
    }
}

/* ---- the whole trace ---- */

/* Returns the profile of a CPython of this version, 3.11 is 311. */
static const struct profile *profile_of(uint64_t version)
{
    static const struct {
        uint64_t from;
        const char *name;
    } versions[] = {
        {314, "cpython-3.14"}, {311, "cpython-3.11"}, {308, "cpython-3.8"},
        {307, "cpython-3.7"},  {300, "cpython-3.6"},  {0, "cpython-2.7"},
    };
    int at = 0;
    while (version < versions[at].from)
        at++;
    return profile_by_name(versions[at].name);
}

/* Begins what a process with an interpreter of this version did. */
static void begin_process(uint64_t version)
{
    profile = profile_of(version);
    calls_begin(profile);
}

static void print_counts(uint64_t lost)
{
    printf("{\"calls\": %lu, \"unpermitted\": %lu, \"first_seen\": %lu, "
           "\"lost\": %lu, \"rules\": {",
           counts.calls, counts.unpermitted, counts.first_seen,
           (unsigned long)lost);
    const char *comma = "";
    for (int rule = 0; rule < RULE_COUNT; rule++)
        if (counts.by_rule[rule]) {
            printf("%s\"%s\": %lu", comma, CONTRACT[rule].id,
                   counts.by_rule[rule]);
            comma = ", ";
        }
    puts("}}");
}

bool follow_trace(const char *path)
{
    struct reader reader = {0};
    const struct trace_record *record;
    uint64_t lost = 0;
    if (!reader_open(&reader, path))
        return false;
    memset(&counts, 0, sizeof counts);
    begin_process(0);
    while ((record = reader_next(&reader))) {
        if (record->kind == TRACE_START) {
            begin_process(record->value);
        } else if (record->kind == TRACE_FULL) {
            lost = record->value;
        } else if (record->kind == TRACE_FIRST_CALL + TRACED_Import) {
            follow_import(&reader, record);
        } else if (record->kind < TRACE_START) {
            follow_call(&reader, record);
        } else {
            follow_end(&reader, record);
        }
    }
    deviations_print();
    print_counts(lost);
    store_clear();
    reader_close(&reader);
    return true;
}

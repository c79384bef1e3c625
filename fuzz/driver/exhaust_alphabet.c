/* The alphabet of tools/exhaust: values, and the calls that take them. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "fuzz/driver/exhaust.h"

#include <stdlib.h>
#include <string.h>

/* --- the values ----------------------------------------------------------- */

#define CAPSULE(slot) {.tag = VALUE_CAPSULE, .index = (slot)}
#define PAYLOAD(slot) {.tag = VALUE_PAYLOAD, .index = (slot)}
#define BUFFER(slot) {.tag = VALUE_BUFFER, .index = (slot)}
#define NOBODY {.tag = VALUE_NULL}
#define DESTRUCTOR(name) {.tag = VALUE_DESTRUCTOR, .index = DESTRUCTOR_##name}
#define CAPSULES CAPSULE(0), CAPSULE(1)
#define PAYLOADS PAYLOAD(0), PAYLOAD(1)
#define BUFFERS BUFFER(0), BUFFER(1), BUFFER(2)
/* The foreign object that an implementation mistakes most easily. */
#define FOREIGN {.tag = VALUE_OBJECT, .index = OBJECT_LOOKALIKE}

enum { PAYLOAD_SIZE = 8 };

/* n0 and n1 are equal, n2 begins like them. A destructor asks for the first. */
static const char *const NAMES[] = {"dltensor", "dltensor", "dltensors"};

/* All behaviours that a program may install, except those that drop a slot
 * without a capsule here (drop_c2, drop_c3) and drop_context, which hold()
 * installs. */
static const struct value DESTRUCTOR_VALUES[] = {
    NOBODY,
    DESTRUCTOR(log),
    DESTRUCTOR(free_payload),
    DESTRUCTOR(free_name),
    DESTRUCTOR(free_payload_and_name),
    DESTRUCTOR(wrong_name_then_clear),
    DESTRUCTOR(save_and_restore),
    DESTRUCTOR(read_all_fields),
    DESTRUCTOR(set_all_fields),
    DESTRUCTOR(unset_destructor),
    DESTRUCTOR(drop_c0),
    DESTRUCTOR(drop_c1),
    DESTRUCTOR(create_and_drop),
    DESTRUCTOR(create_c6),
    DESTRUCTOR(free_unconsumed),
};

static const struct value OBJECT_VALUES[] = {CAPSULES, NOBODY, FOREIGN};
static const struct value OBJECT_NOT_NULL_VALUES[] = {CAPSULES, FOREIGN};
static const struct value CAPSULE_VALUES[] = {CAPSULES};
static const struct value POINTER_VALUES[] = {PAYLOADS, NOBODY};
static const struct value NAME_VALUES[] = {BUFFERS, NOBODY};
static const struct value BUFFER_VALUES[] = {BUFFERS};
static const struct value BLOCK_VALUES[] = {PAYLOADS, BUFFERS};
static const struct value EXCEPTION_VALUES[] = {
    {.tag = VALUE_EXCEPTION, .index = EXCEPTION_KEY_ERROR}};
/* edit() writes this byte at this offset. */
static const struct value SIZE_VALUES[] = {{.tag = VALUE_NUMBER, .number = 0}};
static const struct value BYTE_VALUES[] = {
    {.tag = VALUE_NUMBER, .number = 'x'}};

/* The values that an argument of each kind takes. */
static const struct {
    const struct value *value;
    size_t count;
} VALUES[ARG_KIND_COUNT] = {
#define ROW(kind)                                                              \
    [ARG_##kind] = {kind##_VALUES, sizeof kind##_VALUES / sizeof *kind##_VALUES}
    ROW(OBJECT),     ROW(OBJECT_NOT_NULL),
    ROW(CAPSULE),    ROW(POINTER),
    ROW(NAME),       ROW(BUFFER),
    ROW(BLOCK),      ROW(EXCEPTION),
    ROW(SIZE),       ROW(BYTE),
    ROW(DESTRUCTOR),
};

/* --- the calls ------------------------------------------------------------ */

static const enum call_op OPS[] = {
    CALL_NEW,
    CALL_GET_POINTER,
    CALL_GET_DESTRUCTOR,
    CALL_GET_NAME,
    CALL_GET_CONTEXT,
    CALL_IS_VALID,
    CALL_CHECK_EXACT,
    CALL_SET_POINTER,
    CALL_SET_DESTRUCTOR,
    CALL_SET_NAME,
    CALL_SET_CONTEXT,
    CALL_INCREF,
    CALL_DECREF,
    CALL_RAISE,
    CALL_CLEAR_ERROR,
    CALL_HOLD,
    CALL_CALL_DESTRUCTOR,
    CALL_REPR,
    CALL_EDIT,
    CALL_FREE,
};

enum { PAYLOAD_BLOCKS = 2 };

/* Returns the bit of the block that the value stands for; 0 if it is none. */
static unsigned block_of(const struct value *value)
{
    switch (value->tag) {
    case VALUE_PAYLOAD:
        return 1u << value->index;
    case VALUE_BUFFER:
        return 1u << (PAYLOAD_BLOCKS + value->index);
    default:
        return 0;
    }
}

/* Adds the call with all values of its arguments from the n-th on. */
static void add_calls(struct alphabet *alphabet, struct letter *letter,
                      unsigned n)
{
    const struct call_info *info = &CALLS[letter->call.op];
    if (n == info->arg_count) {
        if (alphabet->count == MOST_LETTERS) {
            abort();
        }
        letter->creates = letter->call.op == CALL_NEW &&
                          letter->call.args[0].tag != VALUE_NULL;
        alphabet->letter[alphabet->count++] = *letter;
        return;
    }
    for (size_t i = 0; i < VALUES[info->args[n]].count; i++) {
        struct letter with = *letter;
        with.call.args[n] = VALUES[info->args[n]].value[i];
        with.blocks |= (uint8_t)block_of(&with.call.args[n]);
        with.drops_c1 |= with.call.args[n].tag == VALUE_DESTRUCTOR &&
                         with.call.args[n].index == DESTRUCTOR_drop_c1;
        add_calls(alphabet, &with, n + 1);
    }
}

static void make_allocations(struct program *program)
{
    program_clear(program);
    for (unsigned i = 0; i < PAYLOAD_BLOCKS; i++) {
        struct call *call = program_append(program, CALL_PAYLOAD);
        call->result = (uint8_t)i;
        call->args[0] =
            (struct value){.tag = VALUE_NUMBER, .number = PAYLOAD_SIZE};
    }
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct call *call = program_append(program, CALL_NAME);
        call->result = (uint8_t)i;
        call->args[0].tag = VALUE_TEXT;
        if (!program_set_text(program, &call->args[0], NAMES[i],
                              strlen(NAMES[i]))) {
            abort();
        }
    }
}

void alphabet_make(struct alphabet *alphabet)
{
    alphabet->count = 0;
    for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++) {
        bool creates = CALLS[OPS[i]].yields == RESULT_CAPSULE;
        for (uint8_t slot = 0; slot < (creates ? ALPHABET_CAPSULES : 1);
             slot++) {
            struct letter letter = {
                .call = {.op = (uint8_t)OPS[i], .result = slot},
            };
            add_calls(alphabet, &letter, 0);
        }
    }
    make_allocations(&alphabet->allocations);
}

bool alphabet_in_order(const struct letter *letter, unsigned used)
{
    enum { P0 = 1, P1 = 2, N0 = 4, N1 = 8 };
    unsigned after = used | letter->blocks;
    return (!(after & P1) || after & P0) && (!(after & N1) || after & N0);
}

uint32_t alphabet_digest(const struct alphabet *alphabet)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        abort();
    }
    program_print(out, &alphabet->allocations);
    for (unsigned i = 0; i < alphabet->count; i++) {
        program_print_call(out, &alphabet->allocations,
                           &alphabet->letter[i].call);
        fputc('\n', out);
    }
    if (fclose(out) != 0) {
        abort();
    }
    uint32_t digest = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ (unsigned char)text[i]) * 16777619u;
    }
    free(text);
    return digest;
}

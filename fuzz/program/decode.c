/* Decodes bytes to a program.
 *
 *    call     op, [result], argument*
 *    op       one byte, modulo the number of rows
 *    result   one byte, the slot; only if the row stores a result
 *    argument [selector] value
 *    selector one byte, the n-th tag that the kind allows; only if it allows
 *             more than one
 *    value    nothing (NULL), an index (one byte), a size (two bytes, low byte
 *             first), a byte, or a literal (its length in two bytes, then the
 *             bytes)
 *
 * A number that is too large is taken modulo its limit. Bytes that are missing
 * at the end are zero, so a truncated file is a valid program too. */
#include "fuzz/program/program.h"

#include <string.h>

struct reader {
    const uint8_t *next;
    const uint8_t *end;
};

static unsigned read_byte(struct reader *reader)
{
    return reader->next < reader->end ? *reader->next++ : 0;
}

static uint16_t read_number(struct reader *reader)
{
    unsigned low = read_byte(reader);
    return (uint16_t)(low | read_byte(reader) << 8);
}

/* Returns the byte modulo `count`. Canonical bytes need no division. */
static unsigned read_below(struct reader *reader, unsigned count)
{
    unsigned byte = read_byte(reader);
    return byte < count ? byte : byte % count;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Decodes a literal. The length is limited to the remaining bytes. Bytes beyond
 * MAX_NAME, or for which the program has no room, are skipped. */
static void decode_text(struct reader *reader, struct program *program,
                        struct value *value)
{
    size_t length = read_number(reader);
    length = smaller(length, (size_t)(reader->end - reader->next));
    const char *bytes = (const char *)reader->next;
    reader->next += length;
    size_t room = MAX_TEXT - program->text_size;
    length = smaller(length, MAX_NAME);
    length = smaller(length, room ? room - 1 : 0);
    program_set_text(program, value, bytes, length);
}

static void decode_value(struct reader *reader, struct program *program,
                         enum arg_kind kind, struct value *value)
{
    unsigned count = kind_tag_count(kind);
    unsigned tag = kind_tag(kind, count > 1 ? read_below(reader, count) : 0);

    *value = (struct value){.tag = (uint8_t)tag};
    switch (tag) {
    case VALUE_NULL:
    case VALUE_COBJECT:
        break;
    case VALUE_TEXT:
        decode_text(reader, program, value);
        break;
    case VALUE_NUMBER:
        value->number = kind == ARG_BYTE ? (uint16_t)read_byte(reader)
                                         : read_number(reader);
        break;
    default:
        value->index = (uint8_t)read_below(reader, value_index_count(tag));
        break;
    }
}

void program_decode(struct program *program, const uint8_t *bytes, size_t size)
{
    static const uint8_t nothing[1];
    struct reader reader = {nothing, nothing};

    /* Engines may pass NULL for no bytes; NULL + 0 is undefined in C. */
    if (size > 0) {
        reader = (struct reader){bytes, bytes + size};
    }

    program_clear(program);
    while (reader.next < reader.end && program->call_count < MAX_CALLS) {
        struct call *call = &program->calls[program->call_count++];
        call->op = (uint8_t)read_below(&reader, CALL_COUNT);
        const struct call_info *info = &CALLS[call->op];
        call->result = 0;
        if (yields_result(info->yields)) {
            call->result = (uint8_t)(read_byte(&reader) % SLOTS);
        }
        for (size_t i = 0; i < info->arg_count; i++) {
            decode_value(&reader, program, info->args[i], &call->args[i]);
        }
    }
}

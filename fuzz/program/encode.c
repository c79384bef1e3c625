/* Encodes a program to bytes; decode.c describes the form. */
#include "fuzz/program/program.h"

#include <assert.h>
#include <string.h>

static size_t value_size(enum arg_kind kind, const struct value *value)
{
    size_t selector = kind_tag_count(kind) > 1;
    switch (value->tag) {
    case VALUE_NULL:
    case VALUE_COBJECT:
        return selector;
    case VALUE_TEXT:
        return selector + 2 + value->number;
    case VALUE_NUMBER:
        return kind == ARG_BYTE ? 1 : 2;
    default:
        return selector + 1;
    }
}

size_t program_call_size(const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    size_t size = 1 + yields_result(info->yields);
    for (size_t i = 0; i < info->arg_count; i++) {
        size += value_size(info->args[i], &call->args[i]);
    }
    return size;
}

static uint8_t *write_number(uint8_t *out, unsigned number)
{
    *out++ = number & 0xff;
    *out++ = (uint8_t)(number >> 8);
    return out;
}

static uint8_t *encode_value(uint8_t *out, const struct program *program,
                             enum arg_kind kind, const struct value *value)
{
    assert(ARG_TAGS[kind] >> value->tag & 1);
    if (kind_tag_count(kind) > 1) {
        *out++ = (uint8_t)kind_tag_selector(kind, value->tag);
    }
    switch (value->tag) {
    case VALUE_NULL:
    case VALUE_COBJECT:
        return out;
    case VALUE_TEXT:
        out = write_number(out, value->number);
        memcpy(out, program_text(program, value), value->number);
        return out + value->number;
    case VALUE_NUMBER:
        if (kind == ARG_BYTE) {
            *out++ = (uint8_t)value->number;
            return out;
        }
        return write_number(out, value->number);
    default:
        assert(value->index < value_index_count(value->tag));
        *out++ = value->index;
        return out;
    }
}

size_t program_encode(const struct program *program, uint8_t *bytes,
                      size_t capacity)
{
    uint8_t *out = bytes;

    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        const struct call_info *info = &CALLS[call->op];
        if (program_call_size(call) > capacity - (size_t)(out - bytes)) {
            break;
        }
        *out++ = call->op;
        if (yields_result(info->yields)) {
            *out++ = call->result;
        }
        for (size_t j = 0; j < info->arg_count; j++) {
            out = encode_value(out, program, info->args[j], &call->args[j]);
        }
    }
    return (size_t)(out - bytes);
}

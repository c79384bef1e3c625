/* Prints a program as text. */
#include "fuzz/program/words.h"

#include <inttypes.h>

void word_print_byte(FILE *out, unsigned char byte, char quote)
{
    if (byte == (unsigned char)quote || byte == '\\') {
        fprintf(out, "\\%c", byte);
    } else if (byte == '\n') {
        fputs("\\n", out);
    } else if (byte == '\t') {
        fputs("\\t", out);
    } else if (byte >= 0x20 && byte < 0x7f) {
        fputc(byte, out);
    } else {
        fprintf(out, "\\x%02x", byte);
    }
}

static void print_text(FILE *out, const char *text, size_t length)
{
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        word_print_byte(out, (unsigned char)text[i], '"');
    }
    fputc('"', out);
}

static void print_byte(FILE *out, unsigned byte)
{
    fputc('\'', out);
    if (byte == 0) {
        fputs("\\0", out);
    } else {
        word_print_byte(out, (unsigned char)byte, '\'');
    }
    fputc('\'', out);
}

void program_print_value(FILE *out, const struct program *program,
                         enum arg_kind kind, const struct value *value)
{
    switch ((enum value_tag)value->tag) {
    case VALUE_NULL:
        fputs("NULL", out);
        break;
    case VALUE_COBJECT:
        fputs("cobject", out);
        break;
    case VALUE_CAPSULE:
        if (value->index == SLOT_SELF) {
            fputs("self", out);
            break;
        }
        fprintf(out, "c%u", value->index);
        break;
    case VALUE_PAYLOAD:
        fprintf(out, "p%u", value->index);
        break;
    case VALUE_BUFFER:
        fprintf(out, "n%u", value->index);
        break;
    case VALUE_TEXT:
        print_text(out, program_text(program, value), value->number);
        break;
    case VALUE_ADDRESS:
        fprintf(out, "0x%" PRIxPTR, ADDRESSES[value->index]);
        break;
    case VALUE_MODULE:
        fprintf(out, "\"%s\"", MODULE_NAMES[value->index]);
        break;
    case VALUE_SPACE:
        fprintf(out, "s%u", value->index);
        break;
    case VALUE_OBJECT:
    case VALUE_DESTRUCTOR:
    case VALUE_EXCEPTION:
    case VALUE_INIT:
        fputs(value_index_name(value->tag, value->index), out);
        break;
    case VALUE_ALIAS:
        if (value->index == ALIAS_FUNCTION) {
            fputs("at_log", out);
            break;
        }
        fprintf(out, "at_%c%u", value->index < ALIAS_BUFFER ? 'c' : 'n',
                value->index % SLOTS);
        break;
    case VALUE_COUNT:
        fprintf(out, "%" PRIu32, COUNTS[value->index]);
        break;
    case VALUE_NUMBER:
        if (kind == ARG_BYTE) {
            print_byte(out, value->number);
        } else {
            fprintf(out, "%u", value->number);
        }
        break;
    case VALUE_TAG_COUNT:
        break;
    }
}

void program_print_call(FILE *out, const struct program *program,
                        const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];

    if (yields_result(info->yields)) {
        fprintf(out, "%c%u = ", result_letter(info->yields), call->result);
    }
    fprintf(out, "%s(", info->name);
    for (size_t i = 0; i < info->arg_count; i++) {
        fputs(i ? ", " : "", out);
        program_print_value(out, program, info->args[i], &call->args[i]);
    }
    fputc(')', out);
}

void program_print(FILE *out, const struct program *program)
{
    for (size_t i = 0; i < program->call_count; i++) {
        program_print_call(out, program, &program->calls[i]);
        fputc('\n', out);
    }
}

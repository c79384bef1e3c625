/* Prints values in C: literals, objects, and the variables that hold objects of
 * other types; the same for both C forms. */
#include "fuzz/program/emit.h"
#include "fuzz/program/words.h"

#include <ctype.h>
#include <inttypes.h>

static const char *const OBJECT_C[OBJECT_COUNT] = {
    [OBJECT_NONE] = "Py_None",
    [OBJECT_INT] = "an_int",
    [OBJECT_TYPE] = "(PyObject *)&PyCapsule_Type",
    [OBJECT_LIST] = "a_list",
    [OBJECT_LOOKALIKE] = "(PyObject *)&lookalike",
};

/* Objects that the emitted C creates at the start and drops at the end. */
static const char *const OBJECT_NEW[OBJECT_COUNT] = {
    [OBJECT_INT] = "PyLong_FromLong(1234567)",
    [OBJECT_LIST] = "PyList_New(0)",
};

/* The argument of set_init() for each outcome that is not an exception. */
static const char *const INIT_C[INIT_COUNT] = {
    [INIT_WORKS] = "NULL",
    [INIT_SILENT] = "Py_None",
    [INIT_UNREPORTED] = "(PyObject *)&PyModule_Type",
};

/* --- values --------------------------------------------------------------- */

void emit_behaviour_name(FILE *out, enum behaviour behaviour)
{
    /* The prefix avoids a conflict: math.h has a function log. */
    fprintf(out, "destructor_%s", DESTRUCTORS[behaviour].name);
}

void emit_text(FILE *out, const char *text, size_t length)
{
    bool after_hex = false;
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (after_hex && isxdigit(byte)) {
            fputs("\" \"", out); /* a digit would belong to \x */
        }
        if (byte == '?' && i > 0 && text[i - 1] == '?') {
            fputc('\\', out); /* avoids trigraphs */
        }
        word_print_byte(out, byte, '"');
        after_hex =
            (byte < 0x20 || byte >= 0x7f) && byte != '\n' && byte != '\t';
    }
    fputc('"', out);
}

/* Prints the owner's name, or an expression for the object with that name. */
static void emit_owner(FILE *out, enum arg_kind kind, const struct value *value)
{
    bool object = kind == ARG_TARGET || kind == ARG_ATTRIBUTE;
    fputs(object ? "object_at(" : "", out);
    if (value->tag == VALUE_MODULE) {
        fprintf(out, "\"%s\"", MODULE_NAMES[value->index]);
    } else {
        fprintf(out, "\"s%u\"", value->index);
    }
    fputs(object ? ")" : "", out);
}

void emit_value(FILE *out, const struct program *program, enum arg_kind kind,
                const struct value *value)
{
    switch (value->tag) {
    case VALUE_CAPSULE:
        if (value->index == SLOT_SELF) {
            fputs("capsule", out);
            break;
        }
        program_print_value(out, program, kind, value);
        break;
    case VALUE_TEXT:
        emit_text(out, program_text(program, value), value->number);
        break;
    case VALUE_ADDRESS:
        fprintf(out, "(void *)0x%" PRIxPTR, ADDRESSES[value->index]);
        break;
    case VALUE_ALIAS:
        if (value->index == ALIAS_FUNCTION) {
            fputs("(void *)destructor_log", out);
            break;
        }
        fprintf(out, "(void *)%c%u", value->index < ALIAS_BUFFER ? 'c' : 'n',
                value->index % SLOTS);
        break;
    case VALUE_OBJECT:
        fputs(OBJECT_C[value->index], out);
        break;
    case VALUE_INIT:
        fputs(INIT_C[value->index], out);
        break;
    case VALUE_MODULE:
    case VALUE_SPACE:
        emit_owner(out, kind, value);
        break;
    case VALUE_DESTRUCTOR:
        emit_behaviour_name(out, (enum behaviour)value->index);
        break;
    case VALUE_NUMBER:
        if (kind == ARG_BYTE) {
            program_print_value(out, program, kind, value);
            break;
        }
        fprintf(out, "%u", value->number);
        break;
    default:
        program_print_value(out, program, kind, value);
        break;
    }
}

void emit_objects(struct emitter *e)
{
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        if (e->objects[i] && OBJECT_NEW[i]) {
            fprintf(e->out, "    %s = %s;\n", OBJECT_C[i], OBJECT_NEW[i]);
        }
    }
}

void emit_objects_end(struct emitter *e)
{
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        if (e->objects[i] && OBJECT_NEW[i]) {
            fprintf(e->out, "    Py_DECREF(%s);\n", OBJECT_C[i]);
        }
    }
}

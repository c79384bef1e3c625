#include "fuzz/program/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

int word_call(const struct token *token)
{
    for (int i = 0; i < CALL_COUNT; i++) {
        if (token_is_word(token, CALLS[i].name)) {
            return i;
        }
    }
    return -1;
}

int word_slot(const struct token *token, char letter)
{
    enum { DIGITS = 6 };
    if (token->kind != TOKEN_WORD || *token->start != letter ||
        token->length < 2 || token->length > 1 + DIGITS) {
        return -1;
    }
    int index = 0;
    for (size_t i = 1; i < token->length; i++) {
        if (!isdigit((unsigned char)token->start[i])) {
            return -1;
        }
        index = index * 10 + (token->start[i] - '0');
    }
    /* Each slot has one spelling: c07 is not c7. */
    return token->start[1] == '0' && token->length > 2 ? -1 : index;
}

/* --- values --------------------------------------------------------------- */

static int find_name(const struct token *token, enum value_tag tag)
{
    for (unsigned i = 0; i < value_index_count(tag); i++) {
        if (token_is_word(token, value_index_name(tag, i))) {
            return (int)i;
        }
    }
    return -1;
}

/* at_c0, at_n0, at_log: the enum alias, or -1. */
static int find_alias(const struct token *token)
{
    static const char prefix[] = "at_";
    size_t length = strlen(prefix);
    struct token slot = *token;
    if (token_is_word(token, "at_log")) {
        return ALIAS_FUNCTION;
    }
    if (token->kind != TOKEN_WORD || token->length <= length ||
        strncmp(token->start, prefix, length) != 0) {
        return -1;
    }
    slot.start += length;
    slot.length -= length;
    bool buffer = *slot.start == 'n';
    int index = word_slot(&slot, buffer ? 'n' : 'c');
    if (index < 0 || index >= SLOTS) {
        return -1;
    }
    return index + (buffer ? ALIAS_BUFFER : ALIAS_CAPSULE);
}

/* Returns the index of the tag that the token names, or -1. */
static int find_index(const struct token *token, enum value_tag tag)
{
    int index;

    switch (tag) {
    case VALUE_CAPSULE:
        if (token_is_word(token, "self")) {
            return SLOT_SELF;
        }
        index = word_slot(token, 'c');
        return index < SLOTS ? index : -1;
    case VALUE_PAYLOAD:
        index = word_slot(token, 'p');
        return index < SLOTS ? index : -1;
    case VALUE_BUFFER:
        index = word_slot(token, 'n');
        return index < SLOTS ? index : -1;
    case VALUE_ADDRESS:
        for (int i = 0; i < ADDRESS_COUNT; i++) {
            if (token->kind == TOKEN_NUMBER && token->length > 2 &&
                token->start[1] == 'x' && token->number == ADDRESSES[i]) {
                return i;
            }
        }
        return -1;
    case VALUE_ALIAS:
        return find_alias(token);
    case VALUE_COUNT:
        for (int i = 0; i < COUNTS_COUNT; i++) {
            if (token->kind == TOKEN_NUMBER && token->number == COUNTS[i]) {
                return i;
            }
        }
        return -1;
    case VALUE_SPACE:
        index = word_slot(token, 's');
        return index < SPACES ? index : -1;
    case VALUE_NULL:
        return token_is_word(token, "NULL") ? 0 : -1;
    case VALUE_COBJECT:
        return token_is_word(token, "cobject") ? 0 : -1;
    case VALUE_OBJECT:
    case VALUE_DESTRUCTOR:
    case VALUE_EXCEPTION:
    case VALUE_INIT:
        return find_name(token, tag);
    default:
        return -1;
    }
}

/* Returns the module that the token, a string, names, or -1. */
static int find_module(const struct token *token, const char *bytes)
{
    for (int i = 0; token->kind == TOKEN_STRING && i < MODULE_COUNT; i++) {
        if (token->byte_count == strlen(MODULE_NAMES[i]) &&
            memcmp(bytes, MODULE_NAMES[i], token->byte_count) == 0) {
            return i;
        }
    }
    return -1;
}

enum word_meaning word_value(const struct token *token, const char *bytes,
                             enum arg_kind kind, struct value *value)
{
    unsigned count = kind_tag_count(kind);

    for (unsigned i = 0; i < count; i++) {
        enum value_tag tag = kind_tag(kind, i);
        *value = (struct value){.tag = (uint8_t)tag};
        if (tag == VALUE_TEXT && token->kind == TOKEN_STRING) {
            return WORD_IS_TEXT;
        }
        if (tag == VALUE_NUMBER && kind == ARG_BYTE &&
            token->kind == TOKEN_CHARACTER) {
            value->number = (unsigned char)bytes[0];
            return WORD_IS_VALUE;
        }
        if (tag == VALUE_NUMBER && kind != ARG_BYTE &&
            token->kind == TOKEN_NUMBER && token->number <= UINT16_MAX) {
            value->number = (uint16_t)token->number;
            return WORD_IS_VALUE;
        }
        int index = tag == VALUE_MODULE ? find_module(token, bytes)
                                        : find_index(token, tag);
        if (index >= 0) {
            value->index = (uint8_t)index;
            return WORD_IS_VALUE;
        }
    }
    return WORD_IS_NOTHING;
}

/* --- what was expected ---------------------------------------------------- */

static const char *const KIND_NAMES[ARG_KIND_COUNT] = {
    [ARG_OBJECT] = "an object",
    [ARG_OBJECT_NOT_NULL] = "an object",
    [ARG_CAPSULE] = "a capsule",
    [ARG_POINTER] = "a pointer",
    [ARG_NAME] = "a name",
    [ARG_TEXT] = "a text",
    [ARG_DESTRUCTOR] = "a destructor",
    [ARG_EXCEPTION] = "an exception",
    [ARG_PAYLOAD] = "a payload",
    [ARG_BUFFER] = "a name buffer",
    [ARG_BLOCK] = "a block",
    [ARG_SIZE] = "a size",
    [ARG_BYTE] = "a byte",
    [ARG_MODULE] = "a module",
    [ARG_INIT] = "an outcome",
    [ARG_OWNER] = "an owner of attributes",
    [ARG_TARGET] = "an object",
    [ARG_ATTRIBUTE] = "an attribute",
    [ARG_ANSWER] = "an answer",
    [ARG_ENTRY] = "an object",
    [ARG_COBJECT] = "an object",
    [ARG_COUNT] = "a count",
};

/* The order in which a message lists the allowed kinds. */
static const enum value_tag LISTED[] = {
    VALUE_CAPSULE, VALUE_PAYLOAD,   VALUE_BUFFER, VALUE_ADDRESS,
    VALUE_MODULE,  VALUE_SPACE,     VALUE_OBJECT, VALUE_DESTRUCTOR,
    VALUE_INIT,    VALUE_EXCEPTION, VALUE_NUMBER, VALUE_NULL,
    VALUE_TEXT,    VALUE_COBJECT,   VALUE_COUNT,  VALUE_ALIAS,
};
_Static_assert(sizeof LISTED / sizeof *LISTED == VALUE_TAG_COUNT,
               "every tag is listed");

struct words {
    char *buffer;
    size_t size;
    size_t length;
};

static void add(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words->buffer + words->length,
                           words->size - words->length, format, arguments);
    va_end(arguments);
    words->length += length > 0 ? (size_t)length : 0;
    if (words->length >= words->size) {
        words->length = words->size - 1;
    }
}

static void add_tag(struct words *words, enum arg_kind kind, enum value_tag tag)
{
    switch (tag) {
    case VALUE_CAPSULE:
        add(words, "c0..c%d", SLOTS - 1);
        break;
    case VALUE_PAYLOAD:
        add(words, "p0..p%d", SLOTS - 1);
        break;
    case VALUE_BUFFER:
        add(words, "n0..n%d", SLOTS - 1);
        break;
    case VALUE_ADDRESS:
        add(words, "0x%" PRIxPTR ", ... of ADDRESSES", ADDRESSES[0]);
        break;
    case VALUE_SPACE:
        add(words, "s0..s%d", SPACES - 1);
        break;
    case VALUE_MODULE:
        for (unsigned i = 0; i < MODULE_COUNT; i++) {
            add(words, "%s\"%s\"", i ? ", " : "", MODULE_NAMES[i]);
        }
        break;
    case VALUE_OBJECT:
    case VALUE_EXCEPTION:
    case VALUE_INIT:
        for (unsigned i = 0; i < value_index_count(tag); i++) {
            add(words, "%s%s", i ? ", " : "", value_index_name(tag, i));
        }
        break;
    case VALUE_DESTRUCTOR:
        add(words, "%s, ... of destructors.def",
            value_index_name(tag, DESTRUCTOR_free_payload));
        break;
    case VALUE_NUMBER:
        add(words, kind == ARG_BYTE ? "'a', '\\xff', '\\0'" : "0..65535");
        break;
    case VALUE_NULL:
        add(words, "NULL");
        break;
    case VALUE_COBJECT:
        add(words, "cobject");
        break;
    case VALUE_ALIAS:
        add(words, "at_c0..at_c%d, at_n0..at_n%d, at_log", SLOTS - 1,
            SLOTS - 1);
        break;
    case VALUE_COUNT:
        add(words, "%" PRIu32 ", ... of COUNTS", COUNTS[0]);
        break;
    case VALUE_TEXT:
        add(words, "a string");
        break;
    case VALUE_TAG_COUNT:
        break;
    }
}

const char *word_kind(enum arg_kind kind, char *buffer, size_t size)
{
    struct words words = {buffer, size, 0};
    unsigned left = kind_tag_count(kind);

    add(&words, "%s (", KIND_NAMES[kind]);
    for (size_t i = 0; i < VALUE_TAG_COUNT; i++) {
        if (ARG_TAGS[kind] >> LISTED[i] & 1) {
            add_tag(&words, kind, LISTED[i]);
            left--;
            add(&words, left > 1 ? ", " : left == 1 ? " or " : ")");
        }
    }
    return buffer;
}

/* --- suggestions ---------------------------------------------------------- */

static size_t minimum(size_t a, size_t b) { return a < b ? a : b; }

/* Returns the Levenshtein distance, ignoring case. */
static size_t distance(const struct token *token, const char *name)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1];
    size_t width = strlen(name);

    if (token->length > LONGEST || width > LONGEST) {
        return LONGEST;
    }
    for (size_t j = 0; j <= width; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < token->length; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            bool same = tolower((unsigned char)token->start[i]) ==
                        tolower((unsigned char)name[j]);
            size_t replaced = diagonal + !same;
            diagonal = row[j + 1];
            row[j + 1] = minimum(replaced, minimum(row[j], row[j + 1]) + 1);
        }
    }
    return row[width];
}

struct nearest {
    const char *name;
    size_t distance;
};

static void consider(struct nearest *nearest, const struct token *token,
                     const char *name)
{
    size_t d = distance(token, name);
    /* At most half of the token may differ. */
    if (d < nearest->distance && d <= token->length / 2) {
        *nearest = (struct nearest){name, d};
    }
}

static void write_hint(const struct nearest *nearest, char *buffer, size_t size)
{
    if (nearest->name) {
        snprintf(buffer, size, "; did you mean %s?", nearest->name);
    } else {
        buffer[0] = '\0';
    }
}

void word_call_hint(const struct token *token, char *buffer, size_t size)
{
    struct nearest nearest = {NULL, SIZE_MAX};
    for (size_t i = 0; token->kind == TOKEN_WORD && i < CALL_COUNT; i++) {
        consider(&nearest, token, CALLS[i].name);
    }
    write_hint(&nearest, buffer, size);
}

void word_hint(const struct token *token, enum arg_kind kind, char *buffer,
               size_t size)
{
    static const enum value_tag NAMED[] = {VALUE_OBJECT, VALUE_DESTRUCTOR,
                                           VALUE_EXCEPTION, VALUE_INIT};
    struct nearest nearest = {NULL, SIZE_MAX};

    for (size_t i = 0; i < sizeof NAMED / sizeof *NAMED; i++) {
        if (token->kind != TOKEN_WORD || !(ARG_TAGS[kind] >> NAMED[i] & 1)) {
            continue;
        }
        for (unsigned j = 0; j < value_index_count(NAMED[i]); j++) {
            consider(&nearest, token, value_index_name(NAMED[i], j));
        }
    }
    write_hint(&nearest, buffer, size);
}

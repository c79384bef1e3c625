#include "fuzz/program/program.h"

#include <assert.h>
#include <string.h>

/* Values of the column `permission`. */
enum { ALWAYS, ASK };

const struct call_info CALLS[CALL_COUNT] = {
#define CALL(ident, text, family, nature, permission, names, allocations,      \
             yields, a0, a1, a2, c)                                            \
    [CALL_##ident] = {text,                                                    \
                      FAMILY_##family,                                         \
                      NATURE_##nature,                                         \
                      permission == ALWAYS,                                    \
                      names,                                                   \
                      allocations,                                             \
                      yields,                                                  \
                      (a0 != ARG_NONE) + (a1 != ARG_NONE) + (a2 != ARG_NONE),  \
                      {a0, a1, a2},                                            \
                      c},
#include "fuzz/program/calls.def"
#undef CALL
};

/* A row's number is one byte of the binary form. */
_Static_assert(CALL_COUNT <= 256, "an op is one byte");
_Static_assert(DESTRUCTOR_COUNT <= 256, "an index is one byte");

enum { CONFORMS, MISUSE, REENTERS };

const struct destructor_info DESTRUCTORS[DESTRUCTOR_COUNT] = {
#define DESTRUCTOR(ident, flags, program)                                      \
    [DESTRUCTOR_##                                                             \
        ident] = {#ident, flags == MISUSE, flags == REENTERS, program},
#include "fuzz/program/destructors.def"
#undef DESTRUCTOR
};

#define TAG(name) (1u << VALUE_##name)

#define ARG_KINDS(KIND)                                                        \
    KIND(ARG_NONE, 0)                                                          \
    KIND(ARG_OBJECT, TAG(NULL) | TAG(CAPSULE) | TAG(OBJECT))                   \
    KIND(ARG_OBJECT_NOT_NULL, TAG(CAPSULE) | TAG(OBJECT))                      \
    KIND(ARG_CAPSULE, TAG(CAPSULE))                                            \
    KIND(ARG_POINTER, TAG(NULL) | TAG(PAYLOAD) | TAG(ADDRESS) | TAG(ALIAS))    \
    KIND(ARG_NAME, TAG(NULL) | TAG(BUFFER) | TAG(TEXT))                        \
    KIND(ARG_TEXT, TAG(TEXT))                                                  \
    KIND(ARG_DESTRUCTOR, TAG(NULL) | TAG(DESTRUCTOR))                          \
    KIND(ARG_EXCEPTION, TAG(EXCEPTION))                                        \
    KIND(ARG_PAYLOAD, TAG(PAYLOAD))                                            \
    KIND(ARG_BUFFER, TAG(BUFFER))                                              \
    KIND(ARG_BLOCK, TAG(PAYLOAD) | TAG(BUFFER))                                \
    KIND(ARG_SIZE, TAG(NUMBER))                                                \
    KIND(ARG_BYTE, TAG(NUMBER))                                                \
    KIND(ARG_MODULE, TAG(MODULE))                                              \
    KIND(ARG_INIT, TAG(EXCEPTION) | TAG(INIT))                                 \
    KIND(ARG_OWNER, TAG(MODULE) | TAG(SPACE))                                  \
    KIND(ARG_TARGET, TAG(OBJECT) | TAG(MODULE) | TAG(SPACE))                   \
    KIND(ARG_ATTRIBUTE, TAG(NULL) | TAG(CAPSULE) | TAG(OBJECT) | TAG(SPACE))   \
    KIND(ARG_ANSWER, TAG(NULL) | TAG(CAPSULE) | TAG(OBJECT) | TAG(EXCEPTION))  \
    KIND(ARG_ENTRY, TAG(CAPSULE) | TAG(OBJECT))                                \
    KIND(ARG_COBJECT, TAG(NULL) | TAG(CAPSULE) | TAG(OBJECT) | TAG(COBJECT))   \
    KIND(ARG_COUNT, TAG(COUNT))

#define MASK(kind, tags) [kind] = (tags),
const uint16_t ARG_TAGS[ARG_KIND_COUNT] = {ARG_KINDS(MASK)};
#define COUNT(kind, tags) [kind] = (uint8_t)__builtin_popcount(tags),
const uint8_t ARG_TAG_COUNTS[ARG_KIND_COUNT] = {ARG_KINDS(COUNT)};

const char *const FOREIGN_OBJECT_NAMES[OBJECT_COUNT] = {
    [OBJECT_NONE] = "None",           [OBJECT_INT] = "int",
    [OBJECT_TYPE] = "type",           [OBJECT_LIST] = "list",
    [OBJECT_LOOKALIKE] = "lookalike",
};

const char *const EXCEPTION_NAMES[EXCEPTION_COUNT] = {
    [EXCEPTION_KEY_ERROR] = "PyExc_KeyError",
    [EXCEPTION_VALUE_ERROR] = "PyExc_ValueError",
    [EXCEPTION_MEMORY_ERROR] = "PyExc_MemoryError",
    [EXCEPTION_SYSTEM_EXIT] = "PyExc_SystemExit",
    [EXCEPTION_ATTRIBUTE_ERROR] = "PyExc_AttributeError",
    [EXCEPTION_IMPORT_ERROR] = "PyExc_ImportError",
    [EXCEPTION_MODULE_NOT_FOUND_ERROR] = "PyExc_ModuleNotFoundError",
    [EXCEPTION_RUNTIME_ERROR] = "PyExc_RuntimeError",
    [EXCEPTION_SYSTEM_ERROR] = "PyExc_SystemError",
    [EXCEPTION_TYPE_ERROR] = "PyExc_TypeError",
    [EXCEPTION_UNICODE_DECODE_ERROR] = "PyExc_UnicodeDecodeError",
    [EXCEPTION_DEPRECATION_WARNING] = "PyExc_DeprecationWarning",
    [EXCEPTION_PENDING_DEPRECATION_WARNING] = "PyExc_PendingDeprecationWarning",
    [EXCEPTION_LOOKUP_ERROR] = "PyExc_LookupError",
};

const char *const MODULE_NAMES[MODULE_COUNT] = {
#define MODULE(ident, name) [MODULE_##ident] = name,
#include "fuzz/program/modules.def"
#undef MODULE
};

const char *const INIT_NAMES[INIT_COUNT] = {
    [INIT_WORKS] = "works",
    [INIT_SILENT] = "silent",
    [INIT_UNREPORTED] = "unreported",
};

/* tools/prove compiles this file with the pointers of a refutation. */
#ifndef OTHER_ADDRESSES
const uintptr_t ADDRESSES[ADDRESS_COUNT] = {
    0x1,
    0x2,
    0x1000,             /* a page that is never mapped */
    INTPTR_MAX,         /* the largest signed number */
    INTPTR_MIN,         /* only the sign bit is set */
    UINTPTR_MAX,        /* all ones */
    UINTPTR_MAX - 1,    /* -2 */
    0x100000000,        /* 32 zeros at the end */
    UINT32_MAX,         /* nothing above 32 bits */
    0x7ffffffff001,     /* odd, in the last page of a process */
    0xbebebebebebebebe, /* what fills new memory */
    0x9e3779b97f4a7c15, /* bits without a pattern */
};
#else
const uintptr_t ADDRESSES[ADDRESS_COUNT] = {OTHER_ADDRESSES};
#endif

const uint32_t COUNTS[COUNTS_COUNT] = {
    1,   2,   3,    7,    16,   64,   127,   128,   129,   255,    256,
    257, 300, 1000, 1024, 4096, 9999, 32768, 65536, 65537, 100000,
};

const uint8_t VALUE_INDEX_COUNT[VALUE_TAG_COUNT] = {
    [VALUE_NULL] = 1,
    [VALUE_CAPSULE] = SLOTS,
    [VALUE_PAYLOAD] = SLOTS,
    [VALUE_BUFFER] = SLOTS,
    [VALUE_TEXT] = 1,
    [VALUE_ADDRESS] = ADDRESS_COUNT,
    [VALUE_OBJECT] = OBJECT_COUNT,
    [VALUE_DESTRUCTOR] = DESTRUCTOR_COUNT,
    [VALUE_EXCEPTION] = EXCEPTION_RAISABLE_COUNT,
    [VALUE_NUMBER] = 1,
    [VALUE_MODULE] = MODULE_COUNT,
    [VALUE_SPACE] = SPACES,
    [VALUE_INIT] = INIT_COUNT,
    [VALUE_COBJECT] = 1,
    [VALUE_COUNT] = COUNTS_COUNT,
    [VALUE_ALIAS] = ALIAS_COUNT,
};
_Static_assert(VALUE_ALIAS + 1 == VALUE_TAG_COUNT, "a row for each tag");

const char *value_index_name(enum value_tag tag, unsigned index)
{
    assert(index < value_index_count(tag));
    switch (tag) {
    case VALUE_OBJECT:
        return FOREIGN_OBJECT_NAMES[index];
    case VALUE_DESTRUCTOR:
        return DESTRUCTORS[index].name;
    case VALUE_EXCEPTION:
        return EXCEPTION_NAMES[index];
    case VALUE_MODULE:
        return MODULE_NAMES[index];
    case VALUE_INIT:
        return INIT_NAMES[index];
    default:
        assert(!"a tag with names");
        return "";
    }
}

void program_clear(struct program *program)
{
    /* An empty literal needs a place even if `text` is full: the first byte. */
    program->text[0] = '\0';
    program->text_size = 1;
    program->call_count = 0;
}

struct call *program_append(struct program *program, enum call_op op)
{
    if (program->call_count == MAX_CALLS) {
        return NULL;
    }
    struct call *call = &program->calls[program->call_count++];
    memset(call, 0, sizeof *call);
    call->op = op;
    for (size_t i = 0; i < CALLS[op].arg_count; i++) {
        call->args[i].tag = kind_tag(CALLS[op].args[i], 0);
    }
    return call;
}

bool program_set_text(struct program *program, struct value *value,
                      const char *bytes, size_t length)
{
    const char *end = length ? memchr(bytes, '\0', length) : NULL;
    if (end) {
        length = (size_t)(end - bytes);
    }
    if (length == 0) {
        *value = (struct value){.tag = VALUE_TEXT, .offset = 0};
        return true;
    }
    if (length > MAX_NAME || length >= MAX_TEXT - program->text_size) {
        return false;
    }
    char *text = program->text + program->text_size;
    memcpy(text, bytes, length);
    text[length] = '\0';
    *value = (struct value){.tag = VALUE_TEXT,
                            .number = (uint16_t)length,
                            .offset = program->text_size};
    program->text_size += (uint32_t)length + 1;
    return true;
}

void program_remove(struct program *program, size_t index)
{
    assert(index < program->call_count);
    program->call_count--;
    memmove(&program->calls[index], &program->calls[index + 1],
            (program->call_count - index) * sizeof program->calls[0]);
}

const char *program_text(const struct program *program,
                         const struct value *value)
{
    assert(value->tag == VALUE_TEXT);
    return program->text + value->offset;
}

static bool value_equal(const struct program *a, const struct value *x,
                        const struct program *b, const struct value *y)
{
    if (x->tag != y->tag || x->number != y->number) {
        return false;
    }
    if (x->tag != VALUE_TEXT) {
        return x->index == y->index;
    }
    return memcmp(program_text(a, x), program_text(b, y), x->number) == 0;
}

bool program_uses_self(const struct program *program)
{
    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        for (size_t j = 0; j < CALLS[call->op].arg_count; j++) {
            if (call->args[j].tag == VALUE_CAPSULE &&
                call->args[j].index == SLOT_SELF) {
                return true;
            }
        }
    }
    return false;
}

bool program_equal(const struct program *a, const struct program *b)
{
    if (a->call_count != b->call_count) {
        return false;
    }
    for (size_t i = 0; i < a->call_count; i++) {
        const struct call *x = &a->calls[i];
        const struct call *y = &b->calls[i];
        if (x->op != y->op || x->result != y->result) {
            return false;
        }
        for (size_t j = 0; j < CALLS[x->op].arg_count; j++) {
            if (!value_equal(a, &x->args[j], b, &y->args[j])) {
                return false;
            }
        }
    }
    return true;
}

/* Programs: the input language of the harness.
 *
 * A program is a list of calls over eight capsule slots (c0..c7), eight
 * payloads (p0..p7) and eight name buffers (n0..n7). It has two forms:
 *
 *    binary  what fuzz engines mutate. Every byte string decodes to a program;
 *            encode(decode(x)) is stable.
 *    text    what people read and commit (.prog). text -> binary -> text is
 *            exact, except for comments.
 *
 * A program can also be printed as C. This folder knows the syntax of programs.
 * The model (fuzz/model) knows what calls mean and whether a call is permitted
 * in the state that it meets. */
#ifndef FUZZ_PROGRAM_PROGRAM_H
#define FUZZ_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MAX_CALLS = 64,
    MAX_ARGS = 3,
    SLOTS = 8,         /* capsules, payloads, buffers: eight of each */
    SLOT_SELF = SLOTS, /* `self`, in a destructor's program only */
    SPACES = 2,        /* namespace objects: s0, s1 */
    MAX_NAME = 4096,   /* bytes of one text, without the NUL */
    MAX_TEXT = 16384   /* bytes of all texts of a program, with their NULs */
};

/* The kinds of values. A set of kinds is an argument kind. */
enum value_tag {
    VALUE_NULL,
    VALUE_CAPSULE,    /* index: slot */
    VALUE_PAYLOAD,    /* index: slot */
    VALUE_BUFFER,     /* index: slot */
    VALUE_TEXT,       /* offset into program.text, length: a literal */
    VALUE_ADDRESS,    /* index: into ADDRESSES, the opaque pointers */
    VALUE_OBJECT,     /* index: enum foreign_object */
    VALUE_DESTRUCTOR, /* index: enum behaviour */
    VALUE_EXCEPTION,  /* index: enum exception_type */
    VALUE_NUMBER,     /* number */
    VALUE_MODULE,     /* index: enum module */
    VALUE_SPACE,      /* index: a namespace object, 0..SPACES-1 */
    VALUE_INIT,       /* index: enum init */
    VALUE_COBJECT,    /* the program's PyCObject */
    VALUE_COUNT,      /* index: into COUNTS */
    VALUE_ALIAS,      /* index: enum alias */
    VALUE_TAG_COUNT
};

/* An enum of one byte keeps the rows of CALLS small. */
#define ONE_BYTE __attribute__((packed))

enum ONE_BYTE arg_kind {
    ARG_NONE,
    ARG_OBJECT,          /* a capsule, NULL, or an object of another type */
    ARG_OBJECT_NOT_NULL, /* like ARG_OBJECT, without NULL */
    ARG_CAPSULE,         /* a capsule slot */
    ARG_POINTER,         /* a payload, NULL, an opaque address or an alias */
    ARG_NAME,            /* a buffer, NULL or a literal */
    ARG_TEXT,            /* a literal */
    ARG_DESTRUCTOR,      /* a behaviour or NULL */
    ARG_EXCEPTION,       /* an exception type */
    ARG_PAYLOAD,         /* a payload slot */
    ARG_BUFFER,          /* a buffer slot */
    ARG_BLOCK,           /* a payload slot or a buffer slot */
    ARG_SIZE,            /* 0..65535 */
    ARG_BYTE,            /* 0..255, a byte of a name */
    ARG_MODULE,          /* the name of a module */
    ARG_INIT,            /* the outcome of a module's initialisation */
    ARG_OWNER,           /* a module or a namespace */
    ARG_TARGET,          /* a module, namespace, or other object */
    ARG_ATTRIBUTE,       /* an attribute's value; NULL removes it */
    ARG_ANSWER,          /* what __getattr__ returns or raises, or NULL */
    ARG_ENTRY,           /* an object for sys.modules */
    ARG_COBJECT,         /* the PyCObject, another object or NULL */
    ARG_COUNT,           /* how often or how long: one of COUNTS */
    ARG_KIND_COUNT
};

/* Objects that are not capsules. */
enum foreign_object {
    OBJECT_NONE,      /* Py_None */
    OBJECT_INT,       /* an int */
    OBJECT_TYPE,      /* PyCapsule_Type itself */
    OBJECT_LIST,      /* a list */
    OBJECT_LOOKALIKE, /* another type, laid out like a capsule */
    OBJECT_COUNT
};

/* Addresses of objects that the program has, passed as plain pointers:
 * capsules, names, a function. The address of an empty slot is NULL. */
enum alias {
    ALIAS_CAPSULE = 0,          /* at_c0..at_c7 */
    ALIAS_BUFFER = SLOTS,       /* at_n0..at_n7 */
    ALIAS_FUNCTION = 2 * SLOTS, /* at_log: of the destructor log */
    ALIAS_COUNT
};

/* The threads of a program, which take turns. */
enum { THREADS = 3 };

enum exception_type {
    EXCEPTION_KEY_ERROR,
    EXCEPTION_VALUE_ERROR, /* the type that the API itself raises */
    EXCEPTION_MEMORY_ERROR,
    EXCEPTION_SYSTEM_EXIT,
    EXCEPTION_ATTRIBUTE_ERROR,
    EXCEPTION_IMPORT_ERROR,
    EXCEPTION_RAISABLE_COUNT, /* programs can name the types above */
    EXCEPTION_MODULE_NOT_FOUND_ERROR = EXCEPTION_RAISABLE_COUNT,
    EXCEPTION_RUNTIME_ERROR,
    EXCEPTION_SYSTEM_ERROR,
    EXCEPTION_TYPE_ERROR,
    EXCEPTION_UNICODE_DECODE_ERROR,
    EXCEPTION_DEPRECATION_WARNING,
    EXCEPTION_PENDING_DEPRECATION_WARNING,
    EXCEPTION_LOOKUP_ERROR,
    EXCEPTION_COUNT
};

enum module {
#define MODULE(ident, name) MODULE_##ident,
#include "fuzz/program/modules.def"
#undef MODULE
    MODULE_COUNT
};

/* The results of a module's initialisation. It may also raise any exception. */
enum init {
    INIT_WORKS,
    INIT_SILENT,     /* returns NULL and raises nothing */
    INIT_UNREPORTED, /* returns a module and raises KeyError */
    INIT_COUNT
};

/* The kind of a call's result. The first three kinds are stored in a slot. */
enum ONE_BYTE yield {
    RESULT_CAPSULE,
    RESULT_PAYLOAD,
    RESULT_BUFFER,
    YIELDS_NOTHING,
    YIELDS_POINTER,
    YIELDS_NAME,
    YIELDS_DESTRUCTOR,
    YIELDS_INT,
    YIELDS_FATE /* destroyed or alive */
};

/* Not `enum destructor`: Python.h has a type of that name, and C++ has one
 * namespace for both. */
enum behaviour {
#define DESTRUCTOR(ident, flags, program) DESTRUCTOR_##ident,
#include "fuzz/program/destructors.def"
#undef DESTRUCTOR
    DESTRUCTOR_COUNT
};

enum call_op {
#define CALL(ident, text, family, nature, permission, names, allocations,      \
             yields, a0, a1, a2, c)                                            \
    CALL_##ident,
#include "fuzz/program/calls.def"
#undef CALL
    CALL_COUNT
};

enum ONE_BYTE call_family {
#define FAMILY(ident, name) FAMILY_##ident,
#include "fuzz/program/families.def"
#undef FAMILY
    FAMILY_COUNT
};

/* The effect of a call on its first argument; calls.def explains each word. */
enum ONE_BYTE call_nature {
    NATURE_CREATES,
    NATURE_LOOKS,
    NATURE_SETS,
    NATURE_ACTS
};

/* The names that a call reads: none; the name of the capsule in argument 0;
 * that name and the name in argument 1. */
enum ONE_BYTE names_read { READS_NO_NAME, READS_OWN_NAME, READS_NAMES };

struct value {
    uint8_t tag;     /* enum value_tag */
    uint8_t index;   /* slot or enumerator */
    uint16_t number; /* VALUE_NUMBER; VALUE_TEXT: length in bytes */
    uint32_t offset; /* VALUE_TEXT: into program.text, NUL-terminated there */
};

struct call {
    uint8_t op;     /* enum call_op */
    uint8_t result; /* slot, for RESULT_* rows; else 0 */
    struct value args[MAX_ARGS];
};

struct program {
    uint32_t call_count;
    uint32_t text_size; /* bytes of `text` in use */
    struct call calls[MAX_CALLS];
    char text[MAX_TEXT];
};

/* A row of calls.def, which explains the columns. */
struct call_info {
    const char *name;
    enum call_family family;
    enum call_nature nature;
    bool always_permitted; /* ALWAYS: the generator does not ask the model */
    enum names_read names;
    uint8_t allocations;
    enum yield yields;
    uint8_t arg_count;
    enum arg_kind args[MAX_ARGS];
    const char *c;
};
extern const struct call_info CALLS[CALL_COUNT];

/* A row of destructors.def. */
struct destructor_info {
    const char *name;
    bool misuse;
    bool reenters;
    const char *program;
};
extern const struct destructor_info DESTRUCTORS[DESTRUCTOR_COUNT];

/* The tags that an argument of this kind may have (bit 1 << tag), and how many
 * they are. */
extern const uint16_t ARG_TAGS[ARG_KIND_COUNT];
extern const uint8_t ARG_TAG_COUNTS[ARG_KIND_COUNT];

extern const char *const FOREIGN_OBJECT_NAMES[OBJECT_COUNT];
/* "PyExc_KeyError" */
extern const char *const EXCEPTION_NAMES[EXCEPTION_COUNT];
extern const char *const MODULE_NAMES[MODULE_COUNT];
extern const char *const INIT_NAMES[INIT_COUNT];

/* The opaque pointer values: 0x1, 0x2, all ones, ... The usual ones are the
 * first; programs of a target with `extremes` contain all of them. */
enum { USUAL_ADDRESS_COUNT = 6, ADDRESS_COUNT = 12 };
extern const uintptr_t ADDRESSES[ADDRESS_COUNT];

/* The values of ARG_COUNT: small numbers, and numbers next to 2^7, 2^8 and
 * 2^16, in rising order. */
enum { COUNTS_COUNT = 21 };
extern const uint32_t COUNTS[COUNTS_COUNT];

/* The number of indices of a value with this tag (slots: SLOTS); 1 for tags
 * without an index. */
extern const uint8_t VALUE_INDEX_COUNT[VALUE_TAG_COUNT];
static inline unsigned value_index_count(enum value_tag tag)
{
    return VALUE_INDEX_COUNT[tag];
}

/* Returns the word of the text form for that index of OBJECT, DESTRUCTOR
 * (`free_payload`), EXCEPTION (`PyExc_KeyError`), INIT or MODULE (a string).
 * Static. */
const char *value_index_name(enum value_tag tag, unsigned index);

/* Return the number of tags that the kind allows, the n-th of them, and the n
 * of a tag. The n is the selector of the binary form. */
static inline unsigned kind_tag_count(enum arg_kind kind)
{
    return ARG_TAG_COUNTS[kind];
}

static inline enum value_tag kind_tag(enum arg_kind kind, unsigned selector)
{
    unsigned tags = ARG_TAGS[kind];
    for (; selector > 0; selector--) {
        tags &= tags - 1;
    }
    return (enum value_tag)__builtin_ctz(tags);
}

static inline unsigned kind_tag_selector(enum arg_kind kind, unsigned tag)
{
    return (unsigned)__builtin_popcount(ARG_TAGS[kind] & ((1u << tag) - 1));
}

/* True if the call stores its result in a slot. result_letter() returns the
 * letter of that slot. */
static inline bool yields_result(enum yield yields)
{
    return yields <= RESULT_BUFFER;
}

static inline char result_letter(enum yield yields) { return "cpn"[yields]; }

/* --- building, for parser, decoder, generator and mutator --------------- */

/* Empties the program. Call this or a decode before anything else. Costs the
 * same for every program. */
void program_clear(struct program *program);

/* Appends a call of that op; all arguments are NULL or 0 of the right kind.
 * Returns the call, or NULL if the program is full. */
struct call *program_append(struct program *program, enum call_op op);

/* Stores `length` bytes as a literal and points `value` to it. A NUL byte ends
 * the text early. Returns false, and changes nothing, if the text is longer
 * than MAX_NAME or the program's text is full. Unused texts occupy space until
 * the program is encoded and decoded. */
bool program_set_text(struct program *program, struct value *value,
                      const char *bytes, size_t length);

/* Removes calls[index]. */
void program_remove(struct program *program, size_t index);

/* Returns the literal's characters, NUL-terminated; borrowed from the
 * program. */
const char *program_text(const struct program *program,
                         const struct value *value);

/* True if a call has the argument `self`. */
bool program_uses_self(const struct program *program);

/* True if both programs have the same calls and texts. */
bool program_equal(const struct program *a, const struct program *b);

/* --- binary form ---------------------------------------------------------- */

/* Decodes any bytes; never fails. Ignores bytes after MAX_CALLS calls. */
void program_decode(struct program *program, const uint8_t *bytes, size_t size);

/* The largest binary form. A call has an op, a result and three arguments, each
 * with a selector and two bytes; all texts follow. */
enum { MAX_ENCODED = MAX_CALLS * (2 + MAX_ARGS * 3) + MAX_TEXT };

/* Returns the size of the call in the binary form, in bytes. */
size_t program_call_size(const struct call *call);

/* Writes the canonical binary form and returns its size. If `capacity` is too
 * small, leaves out calls at the end: the result is the encoding of a shorter
 * program. The program must not use `self`. */
size_t program_encode(const struct program *program, uint8_t *bytes,
                      size_t capacity);

/* --- text form ------------------------------------------------------------ */

/* Prints one argument of that kind. */
void program_print_value(FILE *out, const struct program *program,
                         enum arg_kind kind, const struct value *value);

/* Prints one call without a line end. */
void program_print_call(FILE *out, const struct program *program,
                        const struct call *call);

/* Prints the whole program, a line per call. */
void program_print(FILE *out, const struct program *program);

/* The parts of a program's text that are not calls. */
struct annotations {
    /* The text after `# ->` on a call's line, without surrounding blanks; NULL
     * if there is none. Points into `storage`. */
    const char *expected[MAX_CALLS];
    unsigned line[MAX_CALLS]; /* of each call, counted from 1 */
    /* The first comment line of the file, after `#`; or NULL. */
    const char *title;
    /* The report that a misuse program must end with, for each allocator: the
     * text after `# report arena:` and `# report malloc:`; or NULL. */
    const char *report_arena;
    const char *report_malloc;
    char *storage; /* owned; freed by annotations_free() */
};

/* Parses text. On failure returns false and writes a message of the form
 * `FILE:LINE:COLUMN: expected ...` to `error`; columns count bytes.
 * `annotations` may be NULL. Free them with annotations_free(), only after
 * success. parse.c describes the lines, lexer.h the tokens. */
bool program_parse(struct program *program, const char *text, size_t size,
                   const char *file, struct annotations *annotations,
                   char *error, size_t error_size);

void annotations_free(struct annotations *annotations);

/* Sets the program of a destructor from its row of destructors.def. `self` is
 * the capsule. */
void program_of_destructor(struct program *program, enum behaviour behaviour);

/* --- C form --------------------------------------------------------------- */

/* Prints a standalone main() that embeds Python through <Python.h>. It prints
 * each call and its result, with the expectations as comments. */
void program_emit_main(FILE *out, const struct program *program,
                       const struct annotations *annotations);

/* Prints a GoogleTest case of that suite and name, in the style of tests/rules,
 * which asserts the expectations. */
void program_emit_gtest(FILE *out, const struct program *program,
                        const struct annotations *annotations,
                        const char *suite, const char *test);

#ifdef __cplusplus
}
#endif

#endif

/* Parses text to a program.
 *
 *    file  = { line }
 *    line  = [ call { ";" call } ] [ "#" comment ]
 *    call  = [ slot "=" ] name "(" [ argument { "," argument } ] ")" */
#include "fuzz/program/program.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/program/lexer.h"
#include "fuzz/program/words.h"

struct parser {
    struct lexer lexer;
    struct program *program;
    struct annotations *annotations; /* never NULL */
    bool allow_self;
    bool call_on_line; /* the last call is on the current line */
};

static bool parse_sign(struct parser *parser, char sign, const char *where,
                       const char *call)
{
    if (token_is_sign(&parser->lexer.token, sign)) {
        lexer_step(&parser->lexer);
        return true;
    }
    char got[64];
    return lexer_error(&parser->lexer, "expected '%c' %s %s, got %s", sign,
                       where, call,
                       lexer_describe(&parser->lexer, got, sizeof got));
}

/* Checks and sets the result's slot. `slot` is NULL if the text has none. The
 * current token is the call's name. */
static bool parse_result(struct parser *parser, const struct token *slot,
                         struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    char got[64];

    if (!slot) {
        if (!yields_result(info->yields)) {
            return true;
        }
        char letter = result_letter(info->yields);
        return lexer_error(&parser->lexer,
                           "expected a slot for the result (%c0..%c%d = %s), "
                           "got none",
                           letter, letter, SLOTS - 1, info->name);
    }
    struct token name = parser->lexer.token;
    parser->lexer.token = *slot;
    lexer_describe(&parser->lexer, got, sizeof got);
    if (!yields_result(info->yields)) {
        return lexer_error(&parser->lexer,
                           "expected no result, as %s gives nothing to keep, "
                           "got %s =",
                           info->name, got);
    }
    char letter = result_letter(info->yields);
    int index = word_slot(slot, letter);
    if (index < 0 || index >= SLOTS) {
        return lexer_error(&parser->lexer,
                           "expected a slot %c0..%c%d for the result of %s, "
                           "got %s",
                           letter, letter, SLOTS - 1, info->name, got);
    }
    call->result = (uint8_t)index;
    parser->lexer.token = name;
    return true;
}

static bool parse_argument(struct parser *parser, const struct call_info *info,
                           size_t number, struct value *value)
{
    struct lexer *lexer = &parser->lexer;
    enum arg_kind kind = info->args[number];
    char got[64], allowed[256], hint[96];

    switch (word_value(&lexer->token, lexer->bytes, kind, value)) {
    case WORD_IS_VALUE:
        break;
    case WORD_IS_TEXT:
        if (!program_set_text(parser->program, value, lexer->bytes,
                              lexer->token.byte_count)) {
            return lexer_error(lexer,
                               "expected at most %d bytes in all strings "
                               "together, got more",
                               MAX_TEXT);
        }
        break;
    case WORD_IS_NOTHING:
        lexer_describe(lexer, got, sizeof got);
        word_hint(&lexer->token, kind, hint, sizeof hint);
        return lexer_error(lexer, "expected %s as argument %zu of %s, got %s%s",
                           word_kind(kind, allowed, sizeof allowed), number + 1,
                           info->name, got, hint);
    }
    if (value->tag == VALUE_CAPSULE && value->index == SLOT_SELF &&
        !parser->allow_self) {
        return lexer_error(lexer,
                           "expected c0..c%d, got self, which only the "
                           "program of a destructor has",
                           SLOTS - 1);
    }
    lexer_step(lexer);
    return lexer->token.kind != TOKEN_BAD;
}

static bool parse_arguments(struct parser *parser, struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    char where[48] = "after";

    if (!parse_sign(parser, '(', where, info->name)) {
        return false;
    }
    for (size_t i = 0; i < info->arg_count; i++) {
        snprintf(where, sizeof where, "after argument %zu of", i);
        if (i > 0 && !parse_sign(parser, ',', where, info->name)) {
            return false;
        }
        if (!parse_argument(parser, info, i, &call->args[i])) {
            return false;
        }
    }
    snprintf(where, sizeof where, "after the %d argument%s of", info->arg_count,
             info->arg_count == 1 ? "" : "s");
    return parse_sign(parser, ')', info->arg_count ? where : "after the '(' of",
                      info->name);
}

/* Parses `name` or `slot = name` and appends the call. */
static struct call *parse_name(struct parser *parser)
{
    struct lexer *lexer = &parser->lexer;
    struct token first = lexer->token;
    bool has_result = false;
    char got[64], hint[96];

    if (first.kind == TOKEN_WORD) {
        const char *after = lexer->next;
        while (after < lexer->end && (*after == ' ' || *after == '\t')) {
            after++;
        }
        has_result = after < lexer->end && *after == '=';
    }
    if (has_result) {
        lexer_step(lexer);
        lexer_step(lexer);
    }
    int op = lexer->token.kind == TOKEN_WORD ? word_call(&lexer->token) : -1;
    if (op < 0) {
        lexer_describe(lexer, got, sizeof got);
        word_call_hint(&lexer->token, hint, sizeof hint);
        lexer_error(lexer, "expected the name of a call, got %s%s", got, hint);
        return NULL;
    }
    struct call *call = program_append(parser->program, (enum call_op)op);
    if (!call) {
        lexer_error(lexer, "expected at most %d calls, got more", MAX_CALLS);
        return NULL;
    }
    parser->annotations->line[call - parser->program->calls] = first.line;
    return parse_result(parser, has_result ? &first : NULL, call) ? call : NULL;
}

static bool parse_call(struct parser *parser)
{
    struct call *call = parse_name(parser);
    if (!call) {
        return false;
    }
    lexer_step(&parser->lexer);
    if (!parse_arguments(parser, call)) {
        return false;
    }
    parser->call_on_line = true;
    char got[64];
    switch (parser->lexer.token.kind) {
    case TOKEN_COMMENT:
    case TOKEN_LINE_END:
    case TOKEN_FILE_END:
        return true;
    default:
        return lexer_error(&parser->lexer,
                           "expected the end of the line or a comment, got %s",
                           lexer_describe(&parser->lexer, got, sizeof got));
    }
}

/* Returns the text after `prefix`, or NULL if `comment` does not start with
 * it. */
static const char *behind(const char *comment, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(comment, prefix, length) != 0) {
        return NULL;
    }
    return comment + length + strspn(comment + length, " \t");
}

/* Returns the comment's text without `#` and surrounding blanks, NUL-terminated
 * in the storage of the annotations. */
static const char *comment_text(struct parser *parser)
{
    const struct token *token = &parser->lexer.token;
    /* Move the text over the `#`. This makes room for a NUL and leaves the line
     * end for the lexer. */
    char *start = (char *)token->start;
    memmove(start, start + 1, token->length - 1);
    char *end = start + token->length - 1;
    *end = '\0';
    while (end > start && strchr(" \t\r", end[-1])) {
        *--end = '\0';
    }
    return start + strspn(start, " \t");
}

static bool parse_comment(struct parser *parser)
{
    struct annotations *notes = parser->annotations;
    const char *text = comment_text(parser);
    const char *rest = behind(text, "->");

    if (rest && !parser->call_on_line) {
        return lexer_error(&parser->lexer,
                           "expected a call before '# ->' on its line");
    }
    if (rest && *rest == '\0') {
        return lexer_error(&parser->lexer,
                           "expected a value or an exception after '->'");
    }
    if (rest) {
        notes->expected[parser->program->call_count - 1] = rest;
    } else if (parser->call_on_line) {
        /* An ordinary comment. */
    } else if ((rest = behind(text, "report arena:"))) {
        notes->report_arena = rest;
    } else if ((rest = behind(text, "report malloc:"))) {
        notes->report_malloc = rest;
    } else if (!notes->title && *text) {
        notes->title = text;
    }
    lexer_step(&parser->lexer);
    return true;
}

static bool parse_file(struct parser *parser)
{
    struct lexer *lexer = &parser->lexer;

    for (;;) {
        switch (lexer->token.kind) {
        case TOKEN_FILE_END:
            return true;
        case TOKEN_BAD:
            return false;
        case TOKEN_LINE_END:
            if (*lexer->token.start == '\n') {
                parser->call_on_line = false;
            }
            lexer_step(lexer);
            break;
        case TOKEN_COMMENT:
            if (!parse_comment(parser)) {
                return false;
            }
            break;
        default:
            if (!parse_call(parser)) {
                return false;
            }
            break;
        }
    }
}

/* Parses `storage`; NUL-terminates comments in place. */
static bool parse(struct program *program, char *storage, size_t size,
                  const char *file, struct annotations *annotations,
                  bool allow_self, char *error, size_t error_size)
{
    struct parser parser = {.program = program,
                            .annotations = annotations,
                            .allow_self = allow_self};

    program_clear(program);
    lexer_start(&parser.lexer, storage, size, file, error, error_size);
    return parse_file(&parser);
}

bool program_parse(struct program *program, const char *text, size_t size,
                   const char *file, struct annotations *annotations,
                   char *error, size_t error_size)
{
    struct annotations own;
    struct annotations *notes = annotations ? annotations : &own;

    memset(notes, 0, sizeof *notes);
    notes->storage = malloc(size + 1);
    if (!notes->storage) {
        snprintf(error, error_size,
                 "%s: expected memory for %zu bytes, got "
                 "none",
                 file, size);
        return false;
    }
    if (size) {
        memcpy(notes->storage, text, size);
    }
    notes->storage[size] = '\0';
    bool parsed = parse(program, notes->storage, size, file, notes, false,
                        error, error_size);
    if (!parsed || !annotations) {
        annotations_free(notes);
    }
    return parsed;
}

void annotations_free(struct annotations *annotations)
{
    free(annotations->storage);
    memset(annotations, 0, sizeof *annotations);
}

void program_of_destructor(struct program *program, enum behaviour behaviour)
{
    const struct destructor_info *info = &DESTRUCTORS[behaviour];
    struct annotations annotations = {0};
    char storage[512], error[512];
    size_t size = strlen(info->program);

    assert(size < sizeof storage);
    memcpy(storage, info->program, size + 1);
    if (!parse(program, storage, size, info->name, &annotations, true, error,
               sizeof error)) {
        fprintf(stderr, "fuzz/program/destructors.def: %s\n", error);
        abort();
    }
}

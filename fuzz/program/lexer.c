#include "fuzz/program/lexer.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool token_is_sign(const struct token *token, char sign)
{
    return token->kind == TOKEN_SIGN && *token->start == sign;
}

bool token_is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && token->length == strlen(word) &&
           memcmp(token->start, word, token->length) == 0;
}

bool lexer_error(struct lexer *lexer, const char *format, ...)
{
    struct token *token = &lexer->token;
    if (token->kind == TOKEN_BAD) {
        return false;
    }
    token->kind = TOKEN_BAD;
    int length =
        snprintf(lexer->error, lexer->error_size, "%s:%u:%u: ", lexer->file,
                 token->line, token->column);
    if (length >= 0 && (size_t)length < lexer->error_size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(lexer->error + length, lexer->error_size - (size_t)length,
                  format, arguments);
        va_end(arguments);
    }
    return false;
}

const char *lexer_describe(const struct lexer *lexer, char *buffer, size_t size)
{
    const struct token *token = &lexer->token;
    enum { LONGEST = 40 };
    int length = token->length > LONGEST ? LONGEST : (int)token->length;

    switch (token->kind) {
    case TOKEN_FILE_END:
        snprintf(buffer, size, "end of file");
        break;
    case TOKEN_LINE_END:
        snprintf(buffer, size, *token->start == ';' ? "';'" : "end of line");
        break;
    case TOKEN_COMMENT:
        snprintf(buffer, size, "a comment");
        break;
    case TOKEN_STRING:
        snprintf(buffer, size, "a string");
        break;
    case TOKEN_CHARACTER:
        snprintf(buffer, size, "a character");
        break;
    case TOKEN_WORD:
    case TOKEN_NUMBER:
        snprintf(buffer, size, "%.*s%s", length, token->start,
                 token->length > LONGEST ? "..." : "");
        break;
    default:
        snprintf(buffer, size, "'%.*s'", length, token->start);
        break;
    }
    return buffer;
}

/* Points the current token to `at`, for an error message. */
static void move_token(struct lexer *lexer, const char *at)
{
    lexer->token.start = at;
    lexer->token.column = (unsigned)(at - lexer->line_start) + 1;
}

static int hex_digit(const struct lexer *lexer, const char *at)
{
    if (at >= lexer->end || !isxdigit((unsigned char)*at)) {
        return -1;
    }
    return isdigit((unsigned char)*at) ? *at - '0'
                                       : tolower((unsigned char)*at) - 'a' + 10;
}

/* Reads the characters after a backslash and moves *at after them. Returns the
 * byte, or -1 after an error. */
static int read_escape(struct lexer *lexer, const char **at)
{
    const char *start = *at - 1;
    char letter = *at < lexer->end ? *(*at)++ : '\n';
    switch (letter) {
    case '"':
    case '\'':
    case '\\':
        return letter;
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '0':
        return '\0';
    case 'x': {
        int high = hex_digit(lexer, *at);
        int low = high < 0 ? -1 : hex_digit(lexer, *at + 1);
        if (low >= 0) {
            *at += 2;
            return high << 4 | low;
        }
        move_token(lexer, start);
        lexer_error(lexer, "expected two hexadecimal digits after \\x");
        return -1;
    }
    default:
        move_token(lexer, start);
        lexer_error(lexer, "expected one of \\\" \\' \\\\ \\n \\t \\0 \\xNN "
                           "after a backslash");
        return -1;
    }
}

/* Reads a string or a character into lexer->bytes, starting after the quote. */
static const char *read_quoted(struct lexer *lexer, char quote)
{
    const char *at = lexer->token.start + 1;
    size_t count = 0;

    while (at < lexer->end && *at != quote && *at != '\n' && *at != '\0') {
        const char *start = at;
        int byte = (unsigned char)*at++;
        if (byte < 0x20 && byte != '\t') {
            move_token(lexer, start);
            lexer_error(lexer, "expected \\x%02x in place of the byte itself",
                        byte);
            return at;
        }
        if (byte == '\\' && (byte = read_escape(lexer, &at)) < 0) {
            return at;
        }
        if (byte == '\0' && quote == '"') {
            move_token(lexer, start);
            lexer_error(lexer, "expected a string without NUL bytes, which "
                               "would end it");
            return at;
        }
        if (count == MAX_NAME) {
            lexer_error(lexer,
                        "expected a string of at most %d bytes, got "
                        "more",
                        MAX_NAME);
            return at;
        }
        lexer->bytes[count++] = (char)byte;
    }
    lexer->token.byte_count = count;
    if (at == lexer->end || *at != quote) {
        lexer_error(lexer, "expected a closing %c on the same line, got %s",
                    quote,
                    at == lexer->end ? "end of file"
                    : *at == '\n'    ? "end of line"
                                     : "a NUL byte");
        return at;
    }
    if (quote == '\'' && count != 1) {
        lexer_error(lexer, "expected one byte between the quotes, got %zu",
                    count);
    }
    return at + 1;
}

static const char *read_number(struct lexer *lexer)
{
    const char *at = lexer->token.start;
    unsigned base = 10;
    uintmax_t number = 0;
    int digit;

    if (*at == '0' && at + 1 < lexer->end && at[1] == 'x') {
        base = 16;
        at += 2;
    }
    const char *digits = at;
    while ((digit = hex_digit(lexer, at)) >= 0 && (unsigned)digit < base) {
        bool too_large = number > (UINTMAX_MAX - (unsigned)digit) / base;
        number = too_large ? UINTMAX_MAX : number * base + (unsigned)digit;
        at++;
    }
    if (at == digits || (at < lexer->end && is_word_byte(*at))) {
        move_token(lexer, at);
        lexer_error(lexer, "expected %s digits in a number",
                    base == 16 ? "hexadecimal" : "decimal");
    }
    lexer->token.number = number;
    return at;
}

static void skip_blanks(struct lexer *lexer)
{
    while (
        lexer->next < lexer->end &&
        (*lexer->next == ' ' || *lexer->next == '\t' || *lexer->next == '\r')) {
        lexer->next++;
    }
}

/* Reads the token at lexer->token.start; returns its end. */
static const char *read_token(struct lexer *lexer)
{
    struct token *token = &lexer->token;
    const char *at = token->start;
    unsigned char first = (unsigned char)*at;

    if (first == '\n' || first == ';') {
        token->kind = TOKEN_LINE_END;
        return at + 1;
    }
    if (first == '#') {
        token->kind = TOKEN_COMMENT;
        while (at < lexer->end && *at != '\n' && *at != '\0') {
            at++;
        }
        return at;
    }
    if (isdigit(first)) {
        token->kind = TOKEN_NUMBER;
        return read_number(lexer);
    }
    if (is_word_byte(*at)) {
        token->kind = TOKEN_WORD;
        while (at < lexer->end && is_word_byte(*at)) {
            at++;
        }
        return at;
    }
    if (first == '"' || first == '\'') {
        token->kind = first == '"' ? TOKEN_STRING : TOKEN_CHARACTER;
        return read_quoted(lexer, *at);
    }
    token->kind = TOKEN_SIGN;
    if (first && strchr("(),=", first)) {
        return at + 1;
    }
    if (first >= 0x20 && first < 0x7f) {
        lexer_error(lexer, "expected a call or a comment, got '%c'", first);
    } else {
        lexer_error(lexer, "expected text, got the byte 0x%02x", first);
    }
    return at + 1;
}

void lexer_step(struct lexer *lexer)
{
    struct token *token = &lexer->token;

    if (token->kind == TOKEN_BAD) {
        return;
    }
    if (token->kind == TOKEN_LINE_END && *token->start == '\n') {
        lexer->line++;
        lexer->line_start = lexer->next;
    }
    skip_blanks(lexer);
    *token = (struct token){.start = lexer->next, .line = lexer->line};
    move_token(lexer, lexer->next);
    if (lexer->next == lexer->end) {
        token->kind = TOKEN_FILE_END;
        return;
    }
    lexer->next = read_token(lexer);
    token->length = (size_t)(lexer->next - token->start);
}

void lexer_start(struct lexer *lexer, const char *text, size_t size,
                 const char *file, char *error, size_t error_size)
{
    lexer->next = text;
    lexer->end = text + size;
    lexer->line_start = text;
    lexer->line = 1;
    lexer->file = file;
    lexer->error = error;
    lexer->error_size = error_size;
    lexer->token.kind = TOKEN_SIGN;
    lexer->token.start = "";
    lexer_step(lexer);
}

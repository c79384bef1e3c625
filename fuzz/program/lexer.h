/* Splits the text form into tokens. Private to this folder. */
#ifndef FUZZ_PROGRAM_LEXER_H
#define FUZZ_PROGRAM_LEXER_H

#include "fuzz/program/program.h"

enum token_kind {
    TOKEN_FILE_END,
    TOKEN_LINE_END,  /* a line feed or `;` */
    TOKEN_WORD,      /* a letter or `_`, then letters, digits, `_` */
    TOKEN_NUMBER,    /* digits, or 0x and hexadecimal digits */
    TOKEN_STRING,    /* "..." */
    TOKEN_CHARACTER, /* '.' */
    TOKEN_SIGN,      /* one of ( ) , = */
    TOKEN_COMMENT,   /* from # to the end of the line, without the line feed */
    TOKEN_BAD        /* an error was reported */
};

struct token {
    enum token_kind kind;
    const char *start; /* in the source */
    size_t length;     /* in the source */
    unsigned line, column;
    size_t byte_count; /* length of a string or character in lexer.bytes */
    uintmax_t number;  /* too large numbers become UINTMAX_MAX */
};

struct lexer {
    const char *next;
    const char *end;
    const char *line_start;
    unsigned line;
    const char *file;
    char *error;
    size_t error_size;
    struct token token;       /* the current token */
    char bytes[MAX_NAME + 1]; /* the bytes of the last string or character */
};

/* Starts at the first token. */
void lexer_start(struct lexer *lexer, const char *text, size_t size,
                 const char *file, char *error, size_t error_size);

/* Moves to the next token. Stays at TOKEN_FILE_END and TOKEN_BAD. */
void lexer_step(struct lexer *lexer);

/* Writes `FILE:LINE:COLUMN: ` and the message for the current token, which
 * becomes TOKEN_BAD. Keeps an earlier error instead. Returns false. */
bool lexer_error(struct lexer *lexer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Describes the current token for a message, such as `'PyErr'` or `end of
 * line`. Returns `buffer`. */
const char *lexer_describe(const struct lexer *lexer, char *buffer,
                           size_t size);

bool token_is_sign(const struct token *token, char sign);
bool token_is_word(const struct token *token, const char *word);

#endif

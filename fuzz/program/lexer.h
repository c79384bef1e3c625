/* The words of the text form. Private to this folder. */
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
    TOKEN_COMMENT,   /* from # to the end of the line, that not included */
    TOKEN_BAD        /* an error was reported */
};

struct token {
    enum token_kind kind;
    const char *start; /* in the source */
    size_t length;     /* in the source */
    unsigned line, column;
    size_t byte_count; /* of a string or character, in lexer.bytes */
    uintmax_t number;  /* saturated */
};

struct lexer {
    const char *next;
    const char *end;
    const char *line_start;
    unsigned line;
    const char *file;
    char *error;
    size_t error_size;
    struct token token;       /* the current one */
    char bytes[MAX_NAME + 1]; /* what the last string or character says */
};

/* Starts at the first token. */
void lexer_start(struct lexer *lexer, const char *text, size_t size,
                 const char *file, char *error, size_t error_size);

/* Steps to the next token. At TOKEN_FILE_END and TOKEN_BAD it stays. */
void lexer_step(struct lexer *lexer);

/* Writes `FILE:LINE:COLUMN: ` and the message for the current token, which
 * becomes TOKEN_BAD; an earlier error is kept. Returns false. */
bool lexer_error(struct lexer *lexer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Names the current token for a message: `'PyErr'`, `end of line`. Returns
 * `buffer`. */
const char *lexer_describe(const struct lexer *lexer, char *buffer,
                           size_t size);

bool token_is_sign(const struct token *token, char sign);
bool token_is_word(const struct token *token, const char *word);

#endif

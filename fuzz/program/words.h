/* What a word of the text form stands for, and how to say what was expected.
 * Private to this folder. */
#ifndef FUZZ_PROGRAM_WORDS_H
#define FUZZ_PROGRAM_WORDS_H

#include "fuzz/program/lexer.h"

/* The row of that name, or -1. */
int word_call(const struct token *token);

/* For `c5` and the letter `c`: 5; of any size. -1 for anything else. */
int word_slot(const struct token *token, char letter);

enum word_meaning { WORD_IS_NOTHING, WORD_IS_VALUE, WORD_IS_TEXT };

/* The token as an argument of that kind. WORD_IS_TEXT: the kind allows a
 * literal and the token is one; the caller stores it. */
enum word_meaning word_value(const struct token *token, const char *bytes,
                             enum arg_kind kind, struct value *value);

/* What the kind allows, in words: `a name (n0..n7, NULL or a string)`. */
const char *word_kind(enum arg_kind kind, char *buffer, size_t size);

/* `; did you mean ...?`, where something near enough exists; else empty. */
void word_call_hint(const struct token *token, char *buffer, size_t size);
void word_hint(const struct token *token, enum arg_kind kind, char *buffer,
               size_t size);

#endif

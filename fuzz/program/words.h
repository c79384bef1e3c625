/* The words of the text form, and the descriptions of what was expected.
 * Private to this folder. */
#ifndef FUZZ_PROGRAM_WORDS_H
#define FUZZ_PROGRAM_WORDS_H

#include "fuzz/program/lexer.h"

/* Returns the row of the call with that name, or -1. */
int word_call(const struct token *token);

/* For `c5` and the letter `c`, returns 5; the number may exceed the slots.
 * Returns -1 for anything else. */
int word_slot(const struct token *token, char letter);

enum word_meaning { WORD_IS_NOTHING, WORD_IS_VALUE, WORD_IS_TEXT };

/* Sets `value` from the token, as an argument of that kind. WORD_IS_TEXT: the
 * token is a literal that the kind allows; the caller stores it. */
enum word_meaning word_value(const struct token *token, const char *bytes,
                             enum arg_kind kind, struct value *value);

/* Prints one byte of a literal that has these quotes. C and the parser of
 * programs read it back. */
void word_print_byte(FILE *out, unsigned char byte, char quote);

/* Describes in words what the kind allows: `a name (n0..n7, NULL or a
 * string)`. */
const char *word_kind(enum arg_kind kind, char *buffer, size_t size);

/* Writes `; did you mean ...?` if a call has a similar name, else an empty
 * text. */
void word_call_hint(const struct token *token, char *buffer, size_t size);
void word_hint(const struct token *token, enum arg_kind kind, char *buffer,
               size_t size);

#endif

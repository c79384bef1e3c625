/* Prints the definitions (functions, variables, macros) of the headers in
 * fuzz/program/c that a program uses.
 *
 * A header is a list of definitions, separated by blank lines. A definition is
 * C code with an optional comment above it. Its name is the first identifier
 * before `(`, `[`, `=`, `{` or `;`. Names are unique, so each identifier of a
 * program selects at most one definition. */
#include "fuzz/program/emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEFINITIONS = 400 };

struct header {
    const char *name;
    const char *text;
};

static const struct header HEADERS[] = {
#define HEADER(name, text) {name, text},
#include "fuzz/program/headers.inc"
#undef HEADER
};

struct definition {
    struct piece text; /* with its comment, without the blank line */
    struct piece name;
    bool used;
};

/* --- reading C ------------------------------------------------------------ */

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* If a comment or literal starts here, returns its end, else `at`. */
static const char *skip_text(const char *at, const char *end)
{
    if (*at == '/' && at + 1 < end && at[1] == '*') {
        const char *close = strstr(at + 2, "*/");
        return close && close < end ? close + 2 : end;
    }
    if (*at != '"' && *at != '\'') {
        return at;
    }
    char quote = *at++;
    while (at < end && *at != quote) {
        at += *at == '\\' ? 2 : 1;
    }
    return at < end ? at + 1 : end;
}

/* Returns the next identifier in [*at, end), outside of comments and literals,
 * and moves *at after it. Empty if there is none. */
static struct piece next_identifier(const char **at, const char *end)
{
    while (*at < end) {
        const char *after = skip_text(*at, end);
        if (after != *at) {
            *at = after;
        } else if (is_word(**at)) {
            const char *start = *at;
            while (*at < end && is_word(**at)) {
                ++*at;
            }
            if (!isdigit((unsigned char)*start)) {
                return (struct piece){start, (size_t)(*at - start)};
            }
        } else {
            ++*at;
        }
    }
    return (struct piece){end, 0};
}

/* True if a definition's name ends here. */
static bool ends_name(const char *at)
{
    at += *at == ' ';
    return *at && strchr("([={;", *at);
}

static struct piece name_of(struct piece text)
{
    const char *at = text.start, *end = text.start + text.length;
    struct piece name;
    do {
        name = next_identifier(&at, end);
        if (piece_is(name, "__attribute__")) {
            at = strstr(at, "))") + 2;
        }
    } while (name.length && !ends_name(at));
    return name;
}

/* --- the definitions ------------------------------------------------------ */

/* Returns the end of the definition that starts here: a blank line before a
 * line without indentation. */
static const char *end_of_definition(const char *start)
{
    const char *at = start;
    while ((at = strstr(at, "\n\n")) && isspace((unsigned char)at[2])) {
        at++;
    }
    return at ? at + 1 : start + strlen(start);
}

/* True for the parts of a header that are not definitions: guards and
 * includes. */
static bool is_frame(struct piece text)
{
    static const char *const FRAME[] = {"#ifndef", "#include", "#endif"};
    for (size_t i = 0; i < sizeof FRAME / sizeof *FRAME; i++) {
        const char *at = strstr(text.start, FRAME[i]);
        if (at && at < text.start + text.length &&
            (at == text.start || at[-1] == '\n')) {
            return true;
        }
    }
    return false;
}

/* True if the header belongs to programs of this form. */
static bool is_for(const struct header *header, const char *form)
{
    size_t length = strlen(form);
    return strncmp(header->name, form, length) == 0 ||
           !strchr(header->name, '_');
}

/* Collects the definitions of the headers for this form and returns their
 * number. */
static size_t find_definitions(struct definition *all, const char *form)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++) {
        const char *at = is_for(&HEADERS[i], form) ? HEADERS[i].text : "";
        while (*at) {
            const char *end = end_of_definition(at);
            struct piece text = {at, (size_t)(end - at)};
            if (!is_frame(text)) {
                if (count == MAX_DEFINITIONS) {
                    abort();
                }
                all[count++] = (struct definition){text, name_of(text), false};
            }
            at = end + (*end == '\n');
        }
    }
    return count;
}

/* Marks the definitions that the C code names and, recursively, those that they
 * name. */
static void mark_used(struct definition *all, size_t count, const char *c,
                      size_t length)
{
    const char *at = c, *end = c + length;
    for (;;) {
        struct piece word = next_identifier(&at, end);
        if (word.length == 0) {
            return;
        }
        for (size_t i = 0; i < count; i++) {
            struct definition *one = &all[i];
            if (!one->used && one->name.length == word.length &&
                memcmp(one->name.start, word.start, word.length) == 0) {
                one->used = true;
                mark_used(all, count, one->text.start, one->text.length);
            }
        }
    }
}

void emit_helpers(struct emitter *e, const char *code)
{
    static struct definition all[MAX_DEFINITIONS];
    size_t count = find_definitions(all, e->form->name);

    mark_used(all, count, code, strlen(code));
    for (size_t i = 0; i < count; i++) {
        if (all[i].used) {
            fprintf(e->out, "%.*s\n", (int)all[i].text.length,
                    all[i].text.start);
        }
    }
}

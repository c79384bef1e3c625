/* Aborts if a program changes on its way through text or bytes; see check.h. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "fuzz/program/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/program/program.h"

static void fail(const char *what, const struct program *program)
{
    fprintf(stderr, "program: %s\n", what);
    program_print(stderr, program);
    abort();
}

static void require(bool holds, const char *what, const struct program *program)
{
    if (!holds) {
        fail(what, program);
    }
}

/* Returns a copy of exactly that size, so that the sanitizer sees a read beyond
 * the end. */
static void *exact_copy(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1);
    if (!copy) {
        abort();
    }
    return size ? memcpy(copy, bytes, size) : copy;
}

/* Returns the program as text; the caller frees it. */
static char *text_of(const struct program *program, size_t *size)
{
    char *text;
    FILE *out = open_memstream(&text, size);
    if (!out) {
        abort();
    }
    program_print(out, program);
    if (fclose(out) != 0) {
        abort();
    }
    return text;
}

static void check_encoding(const struct program *program)
{
    static struct program again;
    static uint8_t bytes[MAX_ENCODED], second[MAX_ENCODED];
    size_t size = program_encode(program, bytes, sizeof bytes);
    uint8_t *exact = exact_copy(bytes, size);

    program_decode(&again, exact, size);
    require(program_equal(program, &again),
            "decoding the encoded program gives another one", program);
    size_t second_size = program_encode(&again, second, sizeof second);
    require(size == second_size && memcmp(exact, second, size) == 0,
            "the encoding is not stable", program);

    size_t cut = program_encode(program, second, size / 2);
    require(cut <= size / 2 && memcmp(exact, second, cut) == 0,
            "a small buffer gives another encoding", program);
    program_decode(&again, second, cut);
    require(again.call_count <= program->call_count &&
                program_encode(&again, second, sizeof second) == cut,
            "a small buffer gives no whole program", program);
    free(exact);
}

static void check_printing(const struct program *program)
{
    static struct program again;
    char error[512];
    size_t size, second_size;
    char *text = text_of(program, &size);

    if (!program_parse(&again, text, size, "printed", NULL, error,
                       sizeof error)) {
        fail(error, program);
    }
    require(program_equal(program, &again),
            "parsing the printed program gives another one", program);
    char *second = text_of(&again, &second_size);
    require(size == second_size && memcmp(text, second, size) == 0,
            "the text is not stable", program);
    free(second);
    free(text);
}

void program_check_binary(const uint8_t *bytes, size_t size)
{
    static struct program program;
    uint8_t *exact = exact_copy(bytes, size);

    program_decode(&program, exact, size);
    free(exact);
    check_encoding(&program);
    check_printing(&program);
}

/* True for one line of the form `text:LINE:COLUMN: expected ...`. */
static bool is_message(const char *error)
{
    unsigned line, column;
    int length = -1;
    sscanf(error, "text:%u:%u: expected %n", &line, &column, &length);
    return length > 0 && line > 0 && column > 0 && !strchr(error, '\n');
}

void program_check_text(const char *text, size_t size)
{
    static struct program program;
    struct annotations annotations;
    char error[512] = "";
    char *exact = exact_copy(text, size);

    if (program_parse(&program, exact, size, "text", &annotations, error,
                      sizeof error)) {
        annotations_free(&annotations);
        check_encoding(&program);
        check_printing(&program);
    } else if (!is_message(error)) {
        fprintf(stderr, "program: not a message: '%s'\n", error);
        abort();
    }
    free(exact);
}

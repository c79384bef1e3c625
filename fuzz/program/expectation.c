#include "fuzz/program/expectation.h"

#include <ctype.h>
#include <string.h>

#include "fuzz/program/program.h"

bool piece_is(struct piece piece, const char *word)
{
    return piece.length == strlen(word) &&
           memcmp(piece.start, word, piece.length) == 0;
}

bool piece_is_number(struct piece piece)
{
    size_t i = piece.length > 1 && *piece.start == '-';
    bool hex = piece.length > i + 2 && piece.start[i] == '0' &&
               piece.start[i + 1] == 'x';
    size_t digits = 0;

    for (i += hex ? 2 : 0; i < piece.length; i++, digits++) {
        unsigned char c = (unsigned char)piece.start[i];
        if (!(hex ? isxdigit(c) : isdigit(c))) {
            return false;
        }
    }
    return digits > 0;
}

/* Returns the next piece, up to a comma outside of a string, and moves after
 * the comma. */
static struct piece next_piece(const char **at)
{
    struct piece piece = {*at, 0};
    bool quoted = false;

    for (; **at && (quoted || **at != ','); ++*at) {
        if (quoted && **at == '\\' && (*at)[1]) {
            ++*at;
        } else if (**at == '"') {
            quoted = !quoted;
        }
    }
    piece.length = (size_t)(*at - piece.start);
    *at += **at == ',';
    *at += strspn(*at, " \t");
    return piece;
}

/* Exception types that calls may raise in addition to EXCEPTION_NAMES. */
static const char *const OTHER_EXCEPTIONS[] = {"RuntimeError"};

static bool is_exception(struct piece piece)
{
    for (size_t i = 0; i < EXCEPTION_COUNT; i++) {
        if (piece_is(piece, EXCEPTION_NAMES[i] + strlen("PyExc_"))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof OTHER_EXCEPTIONS / sizeof(char *); i++) {
        if (piece_is(piece, OTHER_EXCEPTIONS[i])) {
            return true;
        }
    }
    return piece_is(piece, "no exception");
}

static bool take_exception(struct piece piece, struct expectation *result)
{
    const char *colon = memchr(piece.start, ':', piece.length);
    struct piece name = piece;

    if (colon) {
        name.length = (size_t)(colon - piece.start);
    }
    if (!is_exception(name)) {
        return false;
    }
    result->exception = name;
    if (colon) {
        colon += 1 + strspn(colon + 1, " ");
        /* A message may contain commas. */
        result->message = (struct piece){colon, strlen(colon)};
    }
    return true;
}

struct expectation expectation_of(const char *text)
{
    struct expectation result = {{"", 0}, {"", 0}, {"", 0}};
    const char *at = text ? text : "";
    struct piece first = next_piece(&at);

    if (first.length && take_exception(first, &result)) {
        return result;
    }
    result.value = first;
    struct piece second = next_piece(&at);
    if (second.length) {
        take_exception(second, &result);
    }
    return result;
}

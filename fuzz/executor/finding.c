/* Finds the name of a finding in the output of the executor and the sanitizers;
 * see finding.h. */
#include "fuzz/executor/finding.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char VIOLATION[] = "contract violation: ";
static const char UNDEFINED[] = "runtime error: ";

/* Returns the text after `prefix`, or NULL if the line has another
 * beginning. */
static const char *behind(const char *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(line, prefix, length) == 0 ? line + length : NULL;
}

/* `==123==ERROR: AddressSanitizer: ...`: returns the text after `ERROR: `. A
 * line without the process number does not come from a sanitizer. */
static const char *sanitizer_error(const char *line)
{
    const char *digits = behind(line, "==");
    size_t count = digits ? strspn(digits, "0123456789") : 0;
    return count ? behind(digits + count, "==ERROR: ") : NULL;
}

/* `file.c:3:4: runtime error: ...`: returns the text after `error: `. */
static const char *undefined_error(const char *line)
{
    size_t length = strcspn(line, "\n");
    const char *place = strstr(line, UNDEFINED);
    if (!place || place >= line + length || place == line) {
        return NULL;
    }
    return place + strlen(UNDEFINED);
}

static void copy(char finding[FINDING_SIZE], const char *prefix,
                 const char *text, size_t length)
{
    snprintf(finding, FINDING_SIZE, "%s%.*s", prefix, (int)length, text);
}

/* Returns the length of the part that is the same in every run: a sanitizer's
 * text up to the first address, place or number. */
static size_t stable_length(const char *text)
{
    static const char *const ENDS[] = {" on ", " 0x", " (", ": ", " of "};
    const char *start = strchr(text, ' ');
    size_t length = strcspn(text, "\n");
    for (size_t i = 0; start && i < sizeof ENDS / sizeof *ENDS; i++) {
        const char *end = strstr(start, ENDS[i]);
        if (end && (size_t)(end - text) < length) {
            length = (size_t)(end - text);
        }
    }
    return length;
}

/* The same for UBSan, whose texts contain numbers anywhere: "signed integer
 * overflow: -5 - 7 cannot ..." ends before the colon. */
static size_t undefined_length(const char *text)
{
    size_t length = strcspn(text, "0123456789'\n");
    while (length > 0 && strchr(" :-", text[length - 1])) {
        length--;
    }
    return length;
}

void finding_of_undefined(const char *message, char finding[FINDING_SIZE])
{
    copy(finding, "UndefinedBehaviorSanitizer: ", message,
         undefined_length(message));
}

static bool find_in_line(const char *line, char finding[FINDING_SIZE])
{
    const char *text;
    if ((text = behind(line, VIOLATION))) {
        copy(finding, "", text, strcspn(text, " \n"));
    } else if ((text = sanitizer_error(line))) {
        copy(finding, "", text, stable_length(text));
    } else if ((text = undefined_error(line))) {
        finding_of_undefined(text, finding);
    } else {
        return false;
    }
    return true;
}

bool finding_in_text(const char *text, char finding[FINDING_SIZE])
{
    for (const char *line = text; line;) {
        if (find_in_line(line, finding)) {
            return true;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return false;
}

/* True if `text` begins with `expected` and a word of `text` ends there. */
static bool begins_with_words(const char *text, const char *expected)
{
    const char *rest = text ? behind(text, expected) : NULL;
    return rest && !isalnum((unsigned char)*rest) && *rest != '-' &&
           *rest != '_';
}

bool finding_is_line(const char *line, const char *expected)
{
    return begins_with_words(behind(line, VIOLATION), expected) ||
           begins_with_words(sanitizer_error(line), expected) ||
           begins_with_words(behind(line, "SUMMARY: "), expected) ||
           begins_with_words(line, expected);
}

/* Names findings by what sanitizers and the executor print; see finding.h. */
#include "fuzz/driver/finding.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char VIOLATION[] = "contract violation: ";
static const char UNDEFINED[] = "runtime error: ";

/* The text behind `prefix`, or NULL. */
static const char *behind(const char *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(line, prefix, length) == 0 ? line + length : NULL;
}

/* `==123==ERROR: AddressSanitizer: ...`: the text behind `ERROR: `. The number
 * makes sure that these are the sanitizer's words and nobody's notes. */
static const char *sanitizer_error(const char *line)
{
    const char *digits = behind(line, "==");
    size_t count = digits ? strspn(digits, "0123456789") : 0;
    return count ? behind(digits + count, "==ERROR: ") : NULL;
}

/* `file.c:3:4: runtime error: ...`: the text behind it. */
static const char *undefined_error(const char *line)
{
    size_t length = strcspn(line, "\n");
    const char *place = strstr(line, UNDEFINED);
    if (!place || place >= line + length || place == line) {
        return NULL;
    }
    return place + strlen(UNDEFINED);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : NULL;
}

static void copy(char finding[FINDING_SIZE], const char *prefix,
                 const char *text, size_t length)
{
    snprintf(finding, FINDING_SIZE, "%s%.*s", prefix, (int)length, text);
}

/* The length of what a sanitizer says up to what differs from run to run: an
 * address, a place, a number. */
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

/* The same for UBSan, whose texts carry numbers anywhere. */
static size_t undefined_length(const char *text)
{
    return strcspn(text, "0123456789'\n");
}

static bool find_in_line(const char *line, char finding[FINDING_SIZE])
{
    const char *text;
    if ((text = behind(line, VIOLATION))) {
        copy(finding, "", text, strcspn(text, " \n"));
    } else if ((text = sanitizer_error(line))) {
        copy(finding, "", text, stable_length(text));
    } else if ((text = undefined_error(line))) {
        copy(finding, "UndefinedBehaviorSanitizer: ", text,
             undefined_length(text));
    } else {
        return false;
    }
    return true;
}

const char *finding_of(struct child *child)
{
    char *finding = child->finding;
    finding[0] = '\0';
    if (child_survived(child)) {
        return finding;
    }
    for (const char *line = child->output; line; line = next_line(line)) {
        if (find_in_line(line, finding)) {
            return finding;
        }
    }
    if (child->timed_out) {
        snprintf(finding, FINDING_SIZE, "time limit");
    } else if (WIFSIGNALED(child->status)) {
        snprintf(finding, FINDING_SIZE, "signal %d", WTERMSIG(child->status));
    } else {
        snprintf(finding, FINDING_SIZE, "exit status %d",
                 WEXITSTATUS(child->status));
    }
    return finding;
}

/* True if `text` begins with `expected` and a word of `text` ends there. */
static bool begins_with_words(const char *text, const char *expected)
{
    const char *rest = text ? behind(text, expected) : NULL;
    return rest && !isalnum((unsigned char)*rest) && *rest != '-' &&
           *rest != '_';
}

bool finding_is_reported(const struct child *child, const char *expected)
{
    if (child_survived(child) || !*expected) {
        return false;
    }
    for (const char *line = child->output; line; line = next_line(line)) {
        if (begins_with_words(behind(line, VIOLATION), expected) ||
            begins_with_words(sanitizer_error(line), expected) ||
            begins_with_words(behind(line, "SUMMARY: "), expected) ||
            begins_with_words(line, expected)) {
            return true;
        }
    }
    return false;
}

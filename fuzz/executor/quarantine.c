/* Recognises and counts known differences; see quarantine.h. */
#define _POSIX_C_SOURCE 200809L /* fstat */
#include "fuzz/executor/quarantine.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct quarantine_entry) == SIGNATURE_SIZE + 8,
               "the file has no padding");

static bool is_open;
static struct quarantine_entry *entries;
static size_t entry_count;

static void give_up(const char *path)
{
    fprintf(stderr,
            "executor: CAPSULE_QUARANTINE=%s is not a file of known "
            "differences; remove the variable\n",
            path);
    exit(2);
}

void quarantine_open(void)
{
    const char *path = getenv("CAPSULE_QUARANTINE");
    struct stat stat;

    if (!path) {
        return;
    }
    int fd = open(path, O_RDWR);
    if (fd < 0 || fstat(fd, &stat) != 0 ||
        (size_t)stat.st_size % sizeof *entries != 0) {
        give_up(path);
    }
    if (stat.st_size > 0) {
        entries = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_WRITE,
                       MAP_SHARED, fd, 0);
        if (entries == MAP_FAILED) {
            give_up(path);
        }
    }
    entry_count = (size_t)stat.st_size / sizeof *entries;
    close(fd);
    is_open = true;
}

bool quarantine_is_open(void) { return is_open; }

/* Returns the length of the word at the start of the text: letters, digits and
 * underscores. */
static size_t word_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_') {
        length++;
    }
    return length;
}

/* True if the word depends on the program: a slot, a number or an address. 0
 * and 1 are results of functions, so they stay. */
static bool depends_on_program(const char *word, size_t length)
{
    if (length == 1 && (*word == '0' || *word == '1')) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (isdigit((unsigned char)word[i])) {
            return true;
        }
    }
    return false;
}

/* Appends `length` bytes of `text` to the signature, as far as they fit. */
static void append(char signature[SIGNATURE_SIZE], const char *text,
                   size_t length)
{
    size_t used = strlen(signature);
    size_t room = SIGNATURE_SIZE - 1 - used;
    memcpy(signature + used, text, length < room ? length : room);
}

/* Appends the text without what depends on the program. */
static void append_kind(char signature[SIGNATURE_SIZE], const char *text)
{
    while (*text) {
        size_t length = word_length(text);
        if (length) {
            bool leave_out = depends_on_program(text, length);
            append(signature, leave_out ? "#" : text, leave_out ? 1 : length);
            text += length;
        } else if (*text == '"' && strchr(text + 1, '"')) {
            append(signature, "\"\"", 2);
            text = strchr(text + 1, '"') + 1;
        } else if (*text == '\'' && strchr(text + 1, '\'')) {
            append(signature, "''", 2);
            text = strchr(text + 1, '\'') + 1;
        } else {
            append(signature, *text >= ' ' && *text <= '~' ? text : "?", 1);
            text++;
        }
    }
}

void quarantine_signature(char signature[SIGNATURE_SIZE], const char *rule,
                          const char *function, const char *expected,
                          const char *got)
{
    memset(signature, 0, SIGNATURE_SIZE);
    append(signature, rule, strlen(rule));
    append(signature, " ", 1);
    append(signature, function, strlen(function));
    append(signature, ": ", 2);
    append_kind(signature, expected);
    append(signature, "; ", 2);
    append_kind(signature, got);
}

static bool matches(const struct quarantine_entry *entry, const char *signature)
{
    size_t length = strnlen(entry->signature, SIGNATURE_SIZE);
    if (length && entry->signature[length - 1] == '*') {
        return strncmp(entry->signature, signature, length - 1) == 0;
    }
    return strncmp(entry->signature, signature, SIGNATURE_SIZE) == 0;
}

bool quarantine_takes(const char *signature)
{
    for (size_t i = 0; i < entry_count; i++) {
        if (matches(&entries[i], signature)) {
            entries[i].count++;
            return true;
        }
    }
    return false;
}

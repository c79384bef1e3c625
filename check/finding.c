/* Reports of what is wrong or suspicious. */
#include "check/finding.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/channel.h"
#include "check/pages.h"
#include "check/places.h"
#include "check/pyframes.h"

enum { SENTENCE = 512, NAME = 100, PYTHON_FRAMES = 8 };

const char *quoted(const char *name)
{
    static _Thread_local char texts[4][NAME + 8];
    static _Thread_local int next;
    char *text = texts[next++ % 4];
    if (name)
        snprintf(text, NAME + 8,
                 strlen(name) > NAME ? "\"%.97s...\"" : "\"%s\"", name);
    else
        strcpy(text, "NULL");
    return text;
}

const char *capsule_name(const struct record *record)
{
    return !record || (!record->copy && record->name) ? "with an unknown name"
           : record->copy                             ? quoted(record->copy)
                                                      : "without a name";
}

/* Numbers of the findings, by a hash of what makes them the same. */
static uint64_t keys[CHANNEL_FINDINGS];
static uint32_t finding_count;

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001b3u ^ (hash >> 29);
}

static uint64_t key_of(enum contract_rule rule, const char *sentence,
                       uintptr_t at, const struct record *record)
{
    uint64_t hash = mix(0xcbf29ce484222325u, rule);
    for (const char *c = sentence; *c; c++)
        hash = mix(hash, (unsigned char)*c);
    hash = mix(hash, at);
    return mix(hash, record ? record->made_site : 0);
}

/* Counts one occurrence. Returns false if the finding is known; its number is
 * that of the findings of this process and of those it was forked from. */
static bool is_new(uint64_t key, uint32_t *number)
{
    struct channel *file = channel_get();
    uint32_t at = 0;
    while (at < finding_count && keys[at] != key)
        at++;
    bool fresh = at == finding_count;
    if (fresh && at == CHANNEL_FINDINGS) {
        file->dropped++;
        return false;
    }
    if (fresh)
        keys[finding_count++] = key;
    file->times[at]++;
    file->occurrences++;
    file->findings = finding_count;
    *number = at;
    return fresh;
}

static void describe_capsule(struct line *line, const struct record *record)
{
    line_open(line, "capsule", '{');
    line_number(line, "address", record->object);
    if (record->copy)
        line_text(line, "name", record->copy);
    line_number(line, "adopted", record->flags & RECORD_ADOPTED ? 1 : 0);
    if (record->made_site)
        line_place(line, "made", record->made_site);
    if (record->made_at)
        line_text(line, "python", record->made_at);
    if (record->destructor)
        line_place(line, "destructor", record->destructor);
    line_close(line, '}');
}

void finding(enum finding_level level, enum contract_rule rule,
             const struct record *record, uintptr_t at, struct origin origin,
             const char *format, ...)
{
    int saved_errno = errno;
    char sentence[SENTENCE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    uint64_t key = key_of(rule, sentence, at, record);
    uint32_t number;
    lock_take();
    bool fresh = is_new(key, &number);
    lock_give();
    if (!fresh) {
        errno = saved_errno;
        return;
    }
    /* Asks Python before the lock is taken: Python may run destructors. */
    char python_text[PYFRAMES_SIZE];
    int python_count = pyframes(python_text, PYTHON_FRAMES);
    const char *test = getenv("PYTEST_CURRENT_TEST");

    lock_take();
    struct line line = line_begin("finding");
    line_number(&line, "number", number);
    line_text(&line, "level", level == FINDING_ERROR ? "error" : "warning");
    line_text(&line, "rule", CONTRACT[rule].id);
    line_text(&line, "text", CONTRACT[rule].text);
    line_text(&line, "function", CONTRACT[rule].function);
    line_text(&line, "sentence", sentence);
    if (test)
        line_text(&line, "test", test);
    if (record)
        describe_capsule(&line, record);
    if (origin.what && origin.address) {
        line_text(&line, "origin", origin.what);
        line_place(&line, "origin_at", origin.address);
    }
    if (at)
        line_place(&line, "at", at);
    line_c_frames(&line, "frames");
    line_open(&line, "python", '[');
    const char *frame = python_text;
    for (int i = 0; i < python_count; i++, frame += strlen(frame) + 1)
        line_text(&line, NULL, frame);
    line_close(&line, ']');
    line_end(&line);
    lock_give();
    errno = saved_errno;
}

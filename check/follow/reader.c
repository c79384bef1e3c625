/* Reads the records of a trace: check/trace_format.h. */
#include "check/follow/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD = sizeof(struct trace_record) };

bool reader_open(struct reader *reader, const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY);
    void *map = MAP_FAILED;
    if (fd >= 0 && !fstat(fd, &about) && about.st_size > 0)
        map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    if (map == MAP_FAILED) {
        fprintf(stderr,
                "follow: %s: is no trace; name a file of "
                "CAPSULE_CHECK_TRACE\n",
                path);
        return false;
    }
    reader->bytes = map;
    reader->size = (size_t)about.st_size;
    return true;
}

/* Makes room for the text with this number. Returns false without memory. */
static bool make_room(struct reader *reader, uint64_t number)
{
    if (number < reader->text_room)
        return true;
    size_t room = (size_t)number * 2 + 64;
    char **larger = realloc(reader->texts, room * sizeof *larger);
    if (!larger)
        return false;
    memset(larger + reader->text_room, 0,
           (room - reader->text_room) * sizeof *larger);
    reader->texts = larger;
    reader->text_room = room;
    return true;
}

/* Keeps the text behind its head. Returns false if the trace is cut there. */
static bool take_text(struct reader *reader, const struct trace_record *head)
{
    enum { MOST_NUMBERS = 1 << 28 };
    size_t length = (size_t)head->value;
    if (length > reader->size - reader->at || head->name >= MOST_NUMBERS ||
        !make_room(reader, head->name))
        return false;
    char *text = calloc(1, length + 1);
    if (!text)
        return false;
    memcpy(text, reader->bytes + reader->at, length);
    free(reader->texts[head->name]);
    reader->texts[head->name] = text;
    reader->at += (length + RECORD - 1) / RECORD * RECORD;
    return true;
}

const struct trace_record *reader_next(struct reader *reader)
{
    while (reader->at + RECORD <= reader->size) {
        const struct trace_record *record =
            (const struct trace_record *)(reader->bytes + reader->at);
        if (record->kind == TRACE_END_OF_FILE)
            return NULL;
        reader->at += RECORD;
        if (record->kind != TRACE_TEXT)
            return record;
        if (!take_text(reader, record))
            return NULL;
    }
    return NULL;
}

const char *reader_text(const struct reader *reader, uint32_t number)
{
    return number && number < reader->text_room ? reader->texts[number] : NULL;
}

void reader_close(struct reader *reader)
{
    for (size_t i = 0; i < reader->text_room; i++)
        free(reader->texts[i]);
    free(reader->texts);
    munmap((void *)reader->bytes, reader->size);
    *reader = (struct reader){0};
}

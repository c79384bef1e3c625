/* The file through which a process tells the launcher what it found. */
#include "check/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/pages.h"

_Static_assert(sizeof(struct channel) <= CHANNEL_LOG, "the log begins behind");

enum { STEP = 1 << 16, PATH_SIZE = 4096 };

static char folder[PATH_SIZE];
static char path[PATH_SIZE + 40];
struct channel *channel;
static uint64_t backed; /* bytes of the file that surely have disk space */

bool channel_start(void)
{
    const char *given = getenv("CAPSULE_CHECK_DIR");
    if (!given || strlen(given) >= sizeof folder)
        return false;
    strcpy(folder, given);
    return true;
}

/* A page of the map without disk space behind it would end the process by
 * SIGBUS, so each step is reserved first. */
static bool back(uint64_t size)
{
    if (size <= backed)
        return true;
    size = (size + STEP - 1) & ~(uint64_t)(STEP - 1);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    int failed = posix_fallocate(fd, (off_t)backed, (off_t)(size - backed));
    close(fd);
    if (!failed)
        backed = size;
    return !failed;
}

/* A process that executes another program keeps its id: a second file then
 * gets the next number. */
static struct channel *make_file(void)
{
    int fd = -1;
    for (int i = 0; fd < 0 && i < 1000; i++) {
        snprintf(path, sizeof path, "%s/%ld.%d", folder, (long)getpid(), i);
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return NULL;
    }
    if (fd < 0)
        return NULL;
    void *map = MAP_FAILED;
    if (!ftruncate(fd, CHANNEL_LOG + CHANNEL_LOG_SIZE) &&
        !posix_fallocate(fd, 0, CHANNEL_LOG + STEP))
        map = mmap(NULL, CHANNEL_LOG + CHANNEL_LOG_SIZE, PROT_READ | PROT_WRITE,
                   MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED) {
        unlink(path);
        return NULL;
    }
    backed = CHANNEL_LOG + STEP;
    return map;
}

struct channel *channel_get(void)
{
    if (channel)
        return channel;
    int saved_errno = errno;
    struct channel *made = make_file();
    if (!made) {
        backed = UINT64_MAX;
        made = pages_map(CHANNEL_LOG + CHANNEL_LOG_SIZE);
        if (!made) {
            static struct channel last_resort;
            made = &last_resort;
            backed = 0;
        }
    }
    made->version = CHANNEL_VERSION;
    made->pid = (uint32_t)getpid();
    made->state = STATE_RUNNING;
    memcpy(made->magic, "CAPCHECK", sizeof made->magic);
    channel = made;
    errno = saved_errno;
    return channel;
}

void channel_forget(void) { channel = NULL; }

/* ---- lines ---- */

static void put(struct line *line, char c)
{
    if (line->at < line->end)
        *line->at++ = c;
}

static void put_quoted(struct line *line, const char *text)
{
    put(line, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            put(line, '\\');
            put(line, (char)*c);
        } else if (*c >= ' ') {
            put(line, (char)*c);
        } else {
            static const char hex[] = "0123456789abcdef";
            for (const char *escape = "\\u00"; *escape; escape++)
                put(line, *escape);
            put(line, hex[*c >> 4]);
            put(line, hex[*c & 15]);
        }
    }
    put(line, '"');
}

static void put_key(struct line *line, const char *key)
{
    if (!line->first)
        put(line, ',');
    line->first = false;
    if (key) {
        put_quoted(line, key);
        put(line, ':');
    }
}

struct line line_begin(const char *kind)
{
    struct channel *file = channel_get();
    struct line line = {NULL, NULL, true};
    uint64_t start = CHANNEL_LOG + file->log_length;
    if (start + CHANNEL_LINE_SIZE <= CHANNEL_LOG + CHANNEL_LOG_SIZE &&
        back(start + CHANNEL_LINE_SIZE)) {
        line.at = (char *)file + start;
        line.end = line.at + CHANNEL_LINE_SIZE - 1;
    }
    put(&line, '{');
    line_text(&line, "kind", kind);
    return line;
}

void line_text(struct line *line, const char *key, const char *text)
{
    put_key(line, key);
    put_quoted(line, text ? text : "");
}

void line_number(struct line *line, const char *key, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    put_key(line, key);
    for (const char *digit = digits; *digit; digit++)
        put(line, *digit);
}

void line_open(struct line *line, const char *key, char bracket)
{
    put_key(line, key);
    put(line, bracket);
    line->first = true;
}

void line_close(struct line *line, char bracket)
{
    put(line, bracket);
    line->first = false;
}

void line_end(struct line *line)
{
    struct channel *file = channel_get();
    put(line, '}');
    if (line->at >= line->end) {
        file->dropped++;
        return;
    }
    *line->at++ = '\n';
    char *start = (char *)file + CHANNEL_LOG + file->log_length;
    __atomic_store_n(&file->log_length,
                     file->log_length + (uint64_t)(line->at - start),
                     __ATOMIC_RELEASE);
}

void channel_note(const char *text)
{
    enum { MOST = 32 };
    static const char *written[MOST];
    lock_take();
    for (int i = 0; i < MOST; i++) {
        if (written[i] == text)
            break;
        if (!written[i]) {
            written[i] = text;
            struct line line = line_begin("note");
            line_text(&line, "text", text);
            line_end(&line);
            break;
        }
    }
    lock_give();
}

/* The file through which a process tells the launcher what it found.
 *
 * The file is mapped and shared: what is written survives a crash, _exit() and
 * a program that closes all descriptors. Numbers are in the order of bytes of
 * the machine. check_report.py and the pytest plugin read the same layout.
 */
#ifndef CHECK_CHANNEL_H
#define CHECK_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHANNEL_VERSION = 1,
    CHANNEL_FINDINGS = 4096, /* distinct findings of one process */
    CHANNEL_IMAGES = 256,    /* objects with a row in the table */
    CHANNEL_COLUMNS = 16,
    CHANNEL_LOG = 1 << 16,        /* where the log begins */
    CHANNEL_LOG_SIZE = 8 << 20,   /* at most */
    CHANNEL_LINE_SIZE = 32 << 10, /* the longest line of the log */
};

enum column { /* what an object did */
              COLUMN_MADE,
              COLUMN_ENDED,
              COLUMN_GOT,
              COLUMN_VALID,
              COLUMN_SET,
              COLUMN_IMPORTED,
              COLUMN_FAILED,
              COLUMN_ALIVE, /* made here and alive at the end */
              COLUMN_NEW    /* calls of PyCapsule_New, failed ones too */
};

enum channel_state { STATE_RUNNING = 1, STATE_ENDED, STATE_CRASHED };

struct channel {
    char magic[8]; /* "CAPCHECK" */
    uint32_t version;
    uint32_t pid;
    uint32_t state;
    uint32_t findings;
    uint32_t images;
    uint32_t dropped;    /* lines that did not fit */
    uint64_t log_length; /* bytes; always ends behind a whole line */
    uint64_t occurrences;
    uint64_t reserved[506];
    uint32_t times[CHANNEL_FINDINGS];
    uint64_t counts[CHANNEL_IMAGES][CHANNEL_COLUMNS];
};

/* Reads where files go. Returns false if the launcher named no folder. */
bool channel_start(void);

/* Returns the file of this process; makes it on the first call. Never NULL: if
 * there can be no file, what is written is lost. */
struct channel *channel_get(void);

/* The file of this process; NULL before the first channel_get(). */
extern struct channel *channel;

/* Forgets the parent's file, in a new child process. */
void channel_forget(void);

/* One line of the log, which is a JSON object. */
struct line {
    char *at;
    char *end;
    bool first; /* no comma is due */
};

/* Begins a line of this kind. The caller holds the lock until line_end(). */
struct line line_begin(const char *kind);
void line_text(struct line *line, const char *key, const char *text);
void line_number(struct line *line, const char *key, uint64_t number);
void line_open(struct line *line, const char *key, char bracket);
void line_close(struct line *line, char bracket);

/* Publishes the line. A line that became too long is dropped and counted. */
void line_end(struct line *line);

/* Writes a line {"kind": "note", "text": text}, once per text's address. */
void channel_note(const char *text);

#endif

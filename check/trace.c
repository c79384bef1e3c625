/* Writes down what the program does with capsules, if the launcher asks.
 *
 * A trace is a file of its own per process. It is mapped piece by piece, so
 * that a record costs no system call and survives a crash.
 */
#include "check/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/errors.h"
#include "check/map.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/places.h"

enum {
    RECORD = sizeof(struct trace_record),
    WINDOW = RECORD * 4096 * 8, /* bytes that are mapped at a time: whole pages
                                   and whole records */
    MOST_WINDOWS = 32,          /* a million records */
    MOST_WINDOWS_OF_ALL = 640,  /* with repeated calls: 20 million */
    PATH_SIZE = 4096,
    LONGEST_NAME = 1024,
    SEEN = 1 << 12,
};
_Static_assert(RECORD == 104 && WINDOW % 4096 == 0, "windows begin at pages");

bool trace_is_on;
static bool all_calls; /* repeated ones too */
static char folder[PATH_SIZE];
static char path[PATH_SIZE + 40];
static struct trace_record *window; /* NULL: nothing is mapped */
static uint32_t used;               /* records of the window */
static uint32_t windows;            /* windows mapped so far */
static struct trace_record *full;   /* the record that counts what is lost */
static uint32_t repeated; /* calls that were left out since the last record */
static struct map texts;  /* kept text -> number */
static uint32_t text_count;
static uint16_t threads;
static _Thread_local uint16_t thread __attribute__((tls_model("initial-exec")));

/* For each capsule, by a hash of its address: a number that changes whenever
 * something about the capsule changes; and the calls that were written since.
 */
static uint64_t changes[SEEN];
static uint64_t seen[SEEN];

void trace_start(void)
{
    const char *given = getenv("CAPSULE_CHECK_TRACE");
    const char *which = getenv("CAPSULE_CHECK_TRACE_CALLS");
    if (!given || strlen(given) >= sizeof folder)
        return;
    strcpy(folder, given);
    all_calls = which && !strcmp(which, "all");
    trace_is_on = true;
}

bool trace_follows_interpreter(void) { return trace_is_on && all_calls; }

void trace_forget(void)
{
    window = full = NULL;
    used = windows = text_count = repeated = 0;
    texts = (struct map){0};
    memset(seen, 0, sizeof seen);
}

/* ---- the file; the caller holds the lock ---- */

static int open_file(void)
{
    if (windows)
        return open(path, O_RDWR | O_CLOEXEC);
    int fd = -1;
    for (int i = 0; fd < 0 && i < 1000; i++) {
        snprintf(path, sizeof path, "%s/%ld.%d", folder, (long)getpid(), i);
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd;
}

/* Maps the next part of the file. Returns false if there is no room. */
static bool next_window(void)
{
    if (windows == (all_calls ? MOST_WINDOWS_OF_ALL : MOST_WINDOWS))
        return false;
    int fd = open_file();
    if (fd < 0)
        return false;
    off_t start = (off_t)windows * WINDOW;
    void *map = MAP_FAILED;
    /* A page without disk space behind it would end the process by SIGBUS. */
    if (!posix_fallocate(fd, start, WINDOW))
        map = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, fd, start);
    close(fd);
    if (map == MAP_FAILED)
        return false;
    if (window)
        pages_unmap(window, WINDOW);
    window = map;
    used = 0;
    windows++;
    return true;
}

/* Returns the place of the next record; NULL if there is no room. The last
 * record that fits says how many were lost. */
static struct trace_record *next_record(void)
{
    if (!full && (!window || used == WINDOW / RECORD)) {
        struct trace_record *last = window ? &window[used - 1] : NULL;
        if (!next_window()) {
            full = last;
            if (last)
                *last = (struct trace_record){.kind = TRACE_FULL, .value = 1};
        }
    }
    if (full || !window) {
        if (full)
            full->value++;
        return NULL;
    }
    return &window[used++];
}

static void write_record(const struct trace_record *record)
{
    struct trace_record *place = next_record();
    if (!place)
        return;
    *place = *record;
    place->kind = 0;
    place->thread = thread;
    place->repeated = repeated;
    repeated = 0;
    __atomic_store_n(&place->kind, record->kind, __ATOMIC_RELEASE);
}

static void write_text(uint32_t number, const char *text)
{
    size_t length = strlen(text);
    struct trace_record head = {
        .kind = TRACE_TEXT, .name = number, .value = length};
    write_record(&head);
    for (size_t at = 0; at < length; at += RECORD) {
        struct trace_record *part = next_record();
        if (part)
            memcpy(part, text + at,
                   length - at < RECORD ? length - at : RECORD);
    }
}

/* ---- texts ---- */

/* Returns the number of a text and writes the text when it is new. Takes the
 * lock. */
static uint32_t number_of(const char *text)
{
    const char *kept = text ? text_keep(text) : NULL;
    if (!kept)
        return 0;
    lock_take();
    uint32_t number = map_find(&texts, (uintptr_t)kept);
    if (!number) {
        number = ++text_count;
        map_put(&texts, (uintptr_t)kept, number);
        write_text(number, kept);
    }
    lock_give();
    return number;
}

/* The same for a name that the program gave, which may be gone. */
static uint32_t number_of_name(uint64_t name)
{
    return name && memory_is_text(name, LONGEST_NAME)
               ? number_of((const char *)name)
               : 0;
}

static uint32_t type_name(const void *type)
{
    const uintptr_t *words = type;
    return type ? number_of((const char *)words[python.head_words + 1]) : 0;
}

/* Returns the text of the pending exception, which stays pending. */
static uint32_t message(void)
{
    if (!python.Err_Fetch || !python.Err_Restore || !python.Object_Str)
        return 0;
    void *type, *value, *traceback;
    python.Err_Fetch(&type, &value, &traceback);
    void *text = value ? python.Object_Str(value) : NULL;
    uint32_t number = number_of(interpreter_text(text));
    if (text)
        python._DecRef(text);
    python.Err_Restore(type, value, traceback);
    return number;
}

/* ---- records ---- */

static void describe_capsule(struct trace_record *record)
{
    const void *object = (const void *)record->capsule;
    if (!memory_is_readable(record->capsule, 4 * sizeof(void *)) ||
        !interpreter_is_capsule(object))
        return;
    record->flags |= TRACE_HAS_FIELDS;
    for (enum field field = FIELD_POINTER; field <= FIELD_DESTRUCTOR; field++)
        record->fields[field] = interpreter_field(object, field);
    record->stored_text = number_of_name(record->fields[FIELD_NAME]);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u ^ hash >> 29;
}

/* True if the same call with the same outcome was written since the capsule
 * last changed. The caller holds the lock. */
static bool is_repeated(const struct trace_record *record)
{
    static const bool changing[] = {
        [FUNCTION_New] = true,           [FUNCTION_SetPointer] = true,
        [FUNCTION_SetDestructor] = true, [FUNCTION_SetName] = true,
        [FUNCTION_SetContext] = true,    [FUNCTION_Import] = false,
    };
    uint64_t capsule = mix(0, record->capsule) >> 40;
    uint64_t *change = &changes[capsule % SEEN];
    if (record->kind >= TRACE_START ||
        changing[record->kind - TRACE_FIRST_CALL]) {
        ++*change;
        return false;
    }
    uint64_t hash = mix(*change + 1, record->kind);
    hash = mix(hash, record->capsule);
    hash = mix(hash, (uint64_t)record->name_text << 32 | record->before);
    hash = mix(hash, record->result);
    uint64_t *place = &seen[hash >> 40 & (SEEN - 1)];
    bool known = *place == hash;
    *place = hash;
    return known;
}

static void announce(void)
{
    struct trace_record start = {.kind = TRACE_START,
                                 .value = (uint64_t)python.version,
                                 .result = TRACE_VERSION};
    lock_take();
    write_record(&start);
    lock_give();
}

/* Called before anything else is written about an event. */
static void begin_event(void)
{
    if (!thread)
        thread = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    if (!windows && !full)
        announce();
}

static void write_down(struct trace_record *record)
{
    if (record->capsule && record->kind != TRACE_ENDED)
        describe_capsule(record);
    lock_take();
    if (all_calls || !is_repeated(record))
        write_record(record);
    else
        repeated++;
    lock_give();
}

static void describe_exceptions(struct trace_record *record,
                                struct pending before)
{
    if (!interpreter_may_be_called())
        return;
    struct pending after = pending_now();
    record->flags |= TRACE_SEES_EXCEPTION;
    record->before = type_name(before.type);
    record->after = type_name(after.type);
    if (pending_equal(before, after))
        record->flags |= TRACE_KEEPS_EXCEPTION;
    else if (after.type)
        record->message = message();
}

void trace_call(const struct call *call, const struct trace_record *given)
{
    int saved_errno = errno;
    struct trace_record record = *given;
    begin_event();
    record.kind = (uint8_t)(TRACE_FIRST_CALL + call->function);
    record.object = number_of(image_path(site_of(call->site)->image));
    record.name_text = number_of_name(record.name);
    describe_exceptions(&record, call->before);
    write_down(&record);
    if (interpreter_may_be_called())
        pending_release(call->before);
    errno = saved_errno;
}

void trace_end(enum trace_kind kind, const struct record *record,
               struct pending before)
{
    struct trace_record ended = {.kind = (uint8_t)kind,
                                 .capsule = record->object,
                                 .destructor = record->destructor};
    begin_event();
    describe_exceptions(&ended, before);
    write_down(&ended);
}

void trace_freed(uintptr_t block)
{
    struct trace_record freed = {.kind = TRACE_FREED, .value = block};
    if (!thread)
        thread = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    lock_take();
    if (windows)
        write_record(&freed);
    lock_give();
}

void trace_exit(void)
{
    struct trace_record ended = {.kind = TRACE_EXIT};
    lock_take();
    if (windows)
        write_record(&ended);
    lock_give();
}

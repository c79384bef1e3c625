/* Start, fork and exit of a process that is checked. */
#include "check/start.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/channel.h"
#include "check/crash.h"
#include "check/end.h"
#include "check/fields.h"
#include "check/finding.h"
#include "check/heap.h"
#include "check/interpreter.h"
#include "check/pages.h"
#include "check/places.h"
#include "check/protocols.h"
#include "check/python_heap.h"
#include "check/record.h"
#include "check/trace.h"
#include "check/unload.h"
#include "check/unmap.h"

extern void *const call_wrappers[FUNCTION_COUNT];

bool start_has_run;
bool start_is_checking;
static bool announced;            /* in the file of this process */
static unsigned leaks_wanted = 2; /* capsules of one site that make a leak */

static void announce(void)
{
    char executable[512];
    announced = true;
    ssize_t length =
        readlink("/proc/self/exe", executable, sizeof executable - 1);
    executable[length < 0 ? 0 : length] = 0;
    lock_take();
    struct line line = line_begin("start");
    line_number(&line, "pid", (uint64_t)getpid());
    line_number(&line, "parent", (uint64_t)getppid());
    line_text(&line, "executable", executable);
    line_text(&line, "interpreter", python.object.path);
    if (python._GetVersion)
        line_text(&line, "version", python._GetVersion());
    line_end(&line);
    images_announce_again();
    lock_give();
}

/* ---- the interpreter starts and ends ---- */

/* A later interpreter of this process is hooked anew. */
static void interpreter_ends(void) { start_has_run = false; }

void start_python_slowly(void)
{
    static bool told_at_exit;
    if (!start_is_checking)
        return;
    if (!announced)
        announce();
    if (!interpreter_may_be_called())
        return;
    start_has_run = true;
    end_hook();
    python_heap_hook();
    if (python._AtExit && !told_at_exit)
        told_at_exit = !python._AtExit(interpreter_ends);
}

/* ---- fork ---- */

static void mark_inherited(struct record *record)
{
    record->flags |= RECORD_INHERITED;
}

static void before_fork(void) { lock_take(); }

static void after_fork_in_parent(void) { lock_give(); }

/* The child writes into a file of its own, once it has something to write: most
 * children execute another program at once. */
static void after_fork_in_child(void)
{
    channel_forget();
    trace_forget();
    records_each(mark_inherited);
    lock_reset();
    announced = false;
    start_has_run = false;
}

/* ---- exit ---- */

static void check_name(struct record *record)
{
    if (!(record->flags & (RECORD_DEAD | RECORD_INHERITED)))
        name_check_at_end(record, (uintptr_t)__builtin_frame_address(0),
                          "the capsule is still alive as the program ends");
}

static bool outlives(const struct record *record)
{
    return !(record->flags & (RECORD_DEAD | RECORD_INHERITED | RECORD_ADOPTED));
}

static void count_alive(struct record *record)
{
    if (!outlives(record))
        return;
    image_count(record->image, COLUMN_ALIVE);
    if (record->destructor)
        site_of(record->made_site)->alive++;
}

/* Reports the first capsule of each site, for all of them. */
static void report_leak(struct record *record)
{
    if (!outlives(record) || !record->destructor)
        return;
    struct site *site = site_of(record->made_site);
    uint32_t alive = site->alive;
    site->alive = 0;
    if (alive && alive >= leaks_wanted)
        finding(FINDING_WARNING, RULE_BUG_4, record, record->made_site,
                (struct origin){NULL, 0},
                "%u capsules %s that are made here outlive the interpreter; "
                "their destructor never runs",
                alive, capsule_name(record));
}

/* An interpreter that was not finalized may keep what it likes. */
static void report_alive(void)
{
    records_each(count_alive);
    if (interpreter_is_incomplete()) {
        records_each(report_leak);
        protocols_at_exit(leaks_wanted);
    }
}

__attribute__((destructor)) static void stop(void)
{
    if (!start_is_checking || !announced)
        return; /* a child that did nothing with capsules */
    end_check_all_dead();
    records_each(check_name);
    report_alive();
    if (trace_is_on)
        trace_exit();
    channel_get()->state = STATE_ENDED;
}

/* ---- the process starts ---- */

static bool is_python(void)
{
    char executable[512];
    ssize_t length =
        readlink("/proc/self/exe", executable, sizeof executable - 1);
    if (length <= 0)
        return false;
    executable[length] = 0;
    const char *name = strrchr(executable, '/');
    return name && (!strncmp(name, "/python", 7) || !strncmp(name, "/pypy", 5));
}

__attribute__((constructor)) static void start(void)
{
    const char *problem;
    bool found = interpreter_find(&problem);
    if (!channel_start())
        return; /* LD_PRELOAD alone was inherited */
    if (!found) {
        if (problem)
            channel_note(problem);
        else if (is_python())
            channel_note("this Python exports no PyCapsule_New: its calls are "
                         "not seen");
        return;
    }
    announce();
    start_is_checking = true;
    if (!interpreter_redirect(call_wrappers))
        channel_note("the symbol table of the interpreter cannot be written: "
                     "only some calls are seen");
    const char *leaks = getenv("CAPSULE_CHECK_LEAKS");
    if (leaks)
        leaks_wanted = (unsigned)strtoul(leaks, NULL, 10);
    /* The ring of held capsules needs the GIL; PyPy frees by itself; a leak
     * detector would call held capsules leaks. */
    if (python.head == HEAD_FREE_THREADED || python.head == HEAD_PYPY ||
        elf_is_sanitized()) {
        end_hold_nothing();
        channel_note("use of a capsule after its end: destroyed capsules are "
                     "not held in a free-threaded build, in PyPy and under a "
                     "sanitizer");
    }
    trace_start();
    if (trace_follows_interpreter())
        end_hold_nothing();
    if (!getenv("CAPSULE_CHECK_NO_HEAP"))
        heap_start();
    heap_on_freed_twice(end_freed_twice);
    crash_start();
    protocols_start();
    unload_start();
    unmap_start();
    end_hook();
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

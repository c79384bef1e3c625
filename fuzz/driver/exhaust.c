/* Runs every program of up to k calls over a small alphabet. tools/exhaust
 * builds and starts this program. */
#define _DEFAULT_SOURCE /* prctl */
#include "fuzz/driver/exhaust.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "capsule/host.h"
#include "fuzz/driver/child.h"
#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"
#include "fuzz/driver/whole_file.h"
#include "fuzz/executor/executor.h"

enum {
    SECONDS_PER_PROGRAM = 20, /* at least: the limit is renewed at each save */
    PROGRAMS_PER_LOOK = 512,  /* between two looks at the clock */
    MOST_PARTS = 1000000
};

static unsigned calls = 3, seconds;
static const char *part_text = "1/1", *build = "unknown";
static const char *state_path, *finding_path;

static const struct flag FLAGS[] = {
    {"calls", "K", "the most calls of a program (default 3)", .number = &calls,
     .largest = LONGEST_WALK},
    {"part", "I/N", "run only the I-th of N parts of the programs",
     .text = &part_text},
    {"state", "FILE", "keep the position in FILE, and go on from there",
     .text = &state_path},
    {"build", "DIGEST",
     "refuse a state of another DIGEST: its programs\nran on other code",
     .text = &build},
    {"seconds", "N", "stop after N seconds", .number = &seconds,
     .largest = 1000000000},
    {"finding", "FILE", "where the first program that differs is written",
     .text = &finding_path},
    {0},
};

static const struct tool TOOL = {
    .name = "exhaust",
    .about =
        "Runs every program of up to K calls over a small alphabet, shortest\n"
        "first, and compares each with the model. tools/exhaust starts this\n"
        "program.\n"
        "\n"
        "Exit status: 0 no difference, 1 a difference, 2 bad input.\n",
    .arguments = "",
    .flags = FLAGS,
};

/* Memory that a child process shares with its parent. The child runs the
 * programs; if a program ends the child, the parent goes on from here. */
struct shared {
    struct exhaust_state state;
    bool finished;
    bool failed; /* the state file cannot be written */
    int error;
};

struct run {
    struct shared *shared;
    double before;   /* seconds that earlier processes took */
    double begin;    /* on now()'s clock */
    double saved;    /* the time of the last save */
    unsigned passed; /* programs since the last look at the clock */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* --- in the process that runs the programs -------------------------------- */

/* Saves the state. Returns false if the walk must end. */
static bool save(struct run *run)
{
    struct shared *shared = run->shared;
    run->saved = now();
    shared->state.seconds = run->before + run->saved - run->begin;
    child_limit(SECONDS_PER_PROGRAM);
    if (state_path && !state_write(&shared->state, state_path)) {
        shared->error = errno;
        shared->failed = true;
    }
    return !shared->failed;
}

/* Returns false if the time is over or the state cannot be saved. */
static bool look_at_clock(struct run *run)
{
    const double seconds_per_save = 0.5;
    double time = now();
    run->passed = 0;
    if (seconds && time - run->begin >= seconds) {
        return false;
    }
    return time - run->saved < seconds_per_save || save(run);
}

static bool run_program(void *context, const struct program *program)
{
    struct run *run = context;
    if (++run->passed >= PROGRAMS_PER_LOOK && !look_at_clock(run)) {
        return false;
    }
    executor_run(program, NULL);
    if (executor_performed() != (UINT64_C(1) << program->call_count) - 1) {
        fprintf(stderr, "exhaust: a call that was permitted is not permitted "
                        "any more; the implementation is not deterministic:\n");
        program_print(stderr, program);
        abort();
    }
    return true;
}

static void run_programs(void *context)
{
    struct run *run = context;
    struct shared *shared = run->shared;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* when the parent ends */
    run->begin = now();
    run->before = shared->state.seconds;
    if (save(run)) {
        shared->finished = walk(&shared->state.position, calls,
                                shared->state.part, run_program, run);
        save(run);
    }
}

/* --- in the parent -------------------------------------------------------- */

/* Reads "3/16". */
static bool parse_part(const char *text, struct part *part)
{
    int end = 0;
    return sscanf(text, "%u/%u%n", &part->number, &part->count, &end) == 2 &&
           !text[end] && part->number >= 1 && part->number <= part->count &&
           part->count <= MOST_PARTS;
}

/* Reads the state file, if it exists, into *state, which says what this run is
 * about. Returns 0, or BAD_INPUT after one line. */
static int continue_from(struct exhaust_state *state)
{
    struct exhaust_state old;
    FILE *file = fopen(state_path, "r");
    if (!file) {
        return errno == ENOENT ? 0
                               : tool_complain(TOOL.name,
                                               "%s: %s; give another "
                                               "--state",
                                               state_path, strerror(errno));
    }
    bool whole = state_read(&old, file);
    fclose(file);
    if (!whole) {
        return tool_complain(
            TOOL.name, "%s is damaged; remove it to begin anew", state_path);
    }
    if (strcmp(old.implementation, state->implementation) != 0) {
        return tool_complain(TOOL.name,
                             "%s belongs to %s, not to %s; give another "
                             "--state",
                             state_path, old.implementation,
                             state->implementation);
    }
    if (strcmp(old.build, state->build) != 0) {
        return tool_complain(
            TOOL.name, "%s belongs to another build; remove it to begin anew",
            state_path);
    }
    if (old.alphabet != state->alphabet) {
        return tool_complain(TOOL.name,
                             "%s has another alphabet; remove it to begin anew",
                             state_path);
    }
    if (old.part.number != state->part.number ||
        old.part.count != state->part.count) {
        return tool_complain(TOOL.name,
                             "%s has part %u/%u, not %u/%u; give another "
                             "--state",
                             state_path, old.part.number, old.part.count,
                             state->part.number, state->part.count);
    }
    *state = old;
    return 0;
}

/* Locks the state file's name against a second process. The kernel releases the
 * lock when this process ends. Returns false after one line. */
static bool lock_state(void)
{
    char path[FILENAME_MAX + 8];
    snprintf(path, sizeof path, "%s.lock", state_path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) {
        tool_complain(TOOL.name, "%s: %s; give another --state", path,
                      strerror(errno));
        return false;
    }
    /* The processes of a run that was killed need a moment to end. */
    int tries = 20;
    while (flock(lock, LOCK_EX | LOCK_NB) != 0 && --tries > 0) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    if (tries == 0) {
        tool_complain(TOOL.name,
                      "another process uses %s; give another --state",
                      state_path);
        return false;
    }
    return true;
}

static void print_program(FILE *out, const void *position)
{
    static struct program program;
    walk_program_at(position, &program);
    program_print(out, &program);
}

/* Reports the program at which the child ended. Returns the exit status. */
static int report(const struct shared *shared, const struct child *child)
{
    fwrite(child->output, 1, child->size, stderr);
    if (child->timed_out) {
        fprintf(stderr, "exhaust: a program does not end within %d seconds\n",
                SECONDS_PER_PROGRAM);
    }
    if ((state_path && !state_write(&shared->state, state_path)) ||
        (finding_path && !whole_file_write(finding_path, print_program,
                                           &shared->state.position))) {
        return tool_complain(TOOL.name, "%s; check disk and permissions",
                             strerror(errno));
    }
    return 1;
}

static int run_all(const struct exhaust_state *state)
{
    struct run run = {.shared = child_shared(sizeof *run.shared)};
    struct child child;
    run.shared->state = *state;
    child_run(&child, run_programs, &run);
    if (run.shared->failed) {
        return tool_complain(TOOL.name, "%s: %s; check disk and permissions",
                             state_path, strerror(run.shared->error));
    }
    int status = 0;
    if (!child_survived(&child)) {
        status = report(run.shared, &child);
    }
    child_free(&child);
    return status;
}

/* Sets the implementation, the build, the alphabet and the part of this run. */
static void describe(struct exhaust_state *state)
{
    static struct alphabet alphabet;
    alphabet_make(&alphabet);
    state->alphabet = alphabet_digest(&alphabet);
    snprintf(state->implementation, sizeof state->implementation,
             "%s (profile %s)", host_name(), host_profile()->name);
    snprintf(state->build, sizeof state->build, "%s", build);
    position_start(&state->position);
}

int main(int argc, char **argv)
{
    struct runner_options options = runner_options_from_environment();
    struct exhaust_state state = {0};

    if (tool_arguments(&TOOL, argc, argv) > 0) {
        return tool_complain(TOOL.name, "%s is no flag; try --help", argv[1]);
    }
    if (!parse_part(part_text, &state.part)) {
        return tool_complain(TOOL.name,
                             "--part=%s is no part such as 3/16; correct it",
                             part_text);
    }
    input_use_working_directory();
    if (state_path && !lock_state()) {
        return BAD_INPUT;
    }
    if (!runner_starts(TOOL.name, &options)) {
        return BAD_INPUT;
    }
    describe(&state);
    if (state_path && continue_from(&state) != 0) {
        return BAD_INPUT;
    }
    int status = run_all(&state);
    runner_stop();
    return status;
}

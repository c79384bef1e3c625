/* Runs each program of a corpus with each of its allocations failing, one after
 * the other: once alone, and once with all that come behind it.
 *
 *   sweep FOLDER|FILE ...
 *
 * The failing is a call in front of the program, so that a report shows a
 * program that fails by itself. What a program says about allocations is left
 * out, and what it expects is for the model to say. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fuzz/driver/child.h"
#include "fuzz/driver/finding.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/junit.h"
#include "fuzz/driver/runner.h"
#include "fuzz/executor/executor.h"

enum {
    SECONDS_PER_PROGRAM = 60,
    NOBODY_GETS_THERE = UINT16_MAX, /* the number of an allocation */
    ERROR_SIZE = 1024,
    STATUS_NOT_SWEPT = 3 /* of a child */
};

static const char SUITE[] = "sweep";

/* Which call makes an allocation fail, and in which words. */
static const struct {
    enum call_op op;
    const char *words;
} MODES[] = {
    {CALL_FAIL_ALLOCATION, "alone"},
    {CALL_FAIL_ALLOCATIONS_FROM, "and all behind it"},
};
enum { MODE_COUNT = sizeof MODES / sizeof *MODES };

/* How far a child is; shared with it. */
struct progress {
    size_t path;
    unsigned mode, allocation; /* under way; 0: the count of them */
    unsigned long programs, allocations, runs;
};

struct sweep {
    struct input_list list;
    const char *root; /* the only folder given, or NULL */
    struct progress *progress;
};

static void __attribute__((noreturn)) give_up(const char *path,
                                              const char *problem)
{
    fprintf(stderr, "%s: %s\n", path, problem);
    _Exit(STATUS_NOT_SWEPT);
}

/* --- one program, in a child ---------------------------------------------- */

static bool says_that_allocations_fail(const struct call *call)
{
    for (unsigned i = 0; i < MODE_COUNT; i++) {
        if (call->op == MODES[i].op) {
            return true;
        }
    }
    return false;
}

/* Puts a first call, to be filled in, before those that do not speak of
 * allocations. */
static void make_room(struct program *program, const char *path)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < program->call_count; i++) {
        if (!says_that_allocations_fail(&program->calls[i])) {
            program->calls[kept++] = program->calls[i];
        }
    }
    if (kept == MAX_CALLS) {
        give_up(path, "no room for a call in front; make the program shorter");
    }
    memmove(program->calls + 1, program->calls, kept * sizeof(struct call));
    program->call_count = kept + 1;
}

static bool is_text(const char *path)
{
    const char *suffix = strrchr(path, '.');
    return suffix && strcmp(suffix, ".prog") == 0;
}

static void load(struct program *program, const char *path)
{
    struct input input;
    char error[ERROR_SIZE];
    bool loaded = input_read(&input, path, error, sizeof error);

    if (loaded && is_text(path)) {
        loaded = program_parse(program, (const char *)input.bytes, input.size,
                               path, NULL, error, sizeof error);
    } else if (loaded) {
        program_decode(program, input.bytes, input.size);
    }
    if (!loaded) {
        fprintf(stderr, "%s\n", error);
        _Exit(STATUS_NOT_SWEPT);
    }
    input_free(&input);
    make_room(program, path);
}

/* Returns how many allocations were tried. */
static size_t run_failing(struct program *program, unsigned mode, unsigned nth)
{
    program->calls[0] = (struct call){
        .op = (uint8_t)MODES[mode].op,
        .args = {{.tag = VALUE_NUMBER, .number = (uint16_t)nth}},
    };
    executor_run(program, NULL);
    return executor_allocations();
}

static void sweep_program(struct progress *progress, const char *path)
{
    static struct program program;

    child_limit(SECONDS_PER_PROGRAM);
    load(&program, path);
    progress->mode = progress->allocation = 0;
    size_t count = run_failing(&program, 0, NOBODY_GETS_THERE);
    if (count >= NOBODY_GETS_THERE) {
        give_up(path, "too many allocations to fail each of them");
    }
    for (unsigned mode = 0; mode < MODE_COUNT; mode++) {
        for (unsigned nth = 1; nth <= count; nth++) {
            progress->mode = mode;
            progress->allocation = nth;
            if (run_failing(&program, mode, nth) < nth) {
                give_up(path, "an allocation did not happen again when those "
                              "before it succeeded");
            }
            progress->runs++;
        }
    }
    progress->programs++;
    progress->allocations += count;
}

static void sweep_programs(void *context)
{
    struct sweep *sweep = context;
    for (; sweep->progress->path < sweep->list.count; sweep->progress->path++) {
        sweep_program(sweep->progress,
                      sweep->list.paths[sweep->progress->path]);
    }
}

/* --- all of them ---------------------------------------------------------- */

/* The path below the only folder, else the whole path. */
static const char *case_name(const struct sweep *sweep, size_t index)
{
    const char *path = sweep->list.paths[index];
    size_t length = sweep->root ? strlen(sweep->root) : 0;
    bool below = length && strncmp(path, sweep->root, length) == 0;
    return below && path[length] == '/' ? path + length + 1 : path;
}

/* The words for the program that ended the child. */
static void report(const struct sweep *sweep, const struct child *child,
                   const char *finding, struct junit *junit)
{
    const struct progress *progress = sweep->progress;
    const char *name = case_name(sweep, progress->path);
    char where[ERROR_SIZE] = "no allocation fails";

    if (progress->allocation) {
        snprintf(where, sizeof where, "allocation %u fails, %s",
                 progress->allocation, MODES[progress->mode].words);
    }
    printf("FAILED %s: %s: %s\n%s\n", name, where, finding, child->output);
    junit_case(junit, SUITE, name, child->size ? child->output : finding);
}

/* Sweeps from progress->path on until a program fails, or all are done. */
static bool sweep_until_failure(struct sweep *sweep, struct junit *junit)
{
    char finding[FINDING_SIZE];
    struct child child;
    size_t first = sweep->progress->path;

    child_run(&child, sweep_programs, sweep);
    finding_of(&child, finding);
    for (size_t i = first; i < sweep->progress->path; i++) {
        junit_case(junit, SUITE, case_name(sweep, i), NULL);
    }
    if (finding[0]) {
        report(sweep, &child, finding, junit);
        sweep->progress->path++;
    }
    child_free(&child);
    return !finding[0];
}

static int sweep_all(struct sweep *sweep)
{
    struct progress *progress = sweep->progress;
    struct junit junit;
    unsigned failed = 0;

    junit_open(&junit, SUITE);
    while (progress->path < sweep->list.count) {
        failed += !sweep_until_failure(sweep, &junit);
    }
    junit_close(&junit);
    printf("%lu programs, %lu allocations, %lu runs in which they fail; "
           "%u programs failed\n",
           progress->programs, progress->allocations, progress->runs, failed);
    if (progress->runs == 0) {
        printf("not one allocation failed: either no program allocates or the "
               "implementation cannot make an allocation fail\n");
        return 1;
    }
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct runner_options environment = runner_options_from_environment();
    struct executor_options options = {
        .profile = environment.profile,
        .use_malloc = environment.use_malloc,
    };
    struct sweep sweep = {.root = argc == 2 ? argv[1] : NULL};
    char error[ERROR_SIZE];

    if (argc < 2) {
        fprintf(stderr, "sweep: no corpus given; name folders or files\n");
        return 2;
    }
    input_use_working_directory();
    for (int i = 1; i < argc; i++) {
        if (!input_list_add(&sweep.list, argv[i], error, sizeof error)) {
            fprintf(stderr, "sweep: %s\n", error);
            return 2;
        }
    }
    sweep.progress = mmap(NULL, sizeof *sweep.progress, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sweep.progress == MAP_FAILED || executor_start(&options) != 0) {
        fprintf(stderr, "sweep: the implementation does not start with this "
                        "profile; see CAPSULE_PROFILE\n");
        return 2;
    }
    int status = sweep_all(&sweep);
    executor_stop();
    munmap(sweep.progress, sizeof *sweep.progress);
    input_list_free(&sweep.list);
    return status;
}

/* Runs each program of a corpus once for each of its allocations: first that
 * allocation alone fails, then that allocation and all later ones.
 *
 * The sweep puts a call in front that requests the failure, so a report shows a
 * program that fails without the sweep. It removes the program's own calls of
 * that kind, and its expectations: the model decides what must come back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/batch.h"
#include "fuzz/driver/child.h"
#include "fuzz/driver/flags.h"
#include "fuzz/driver/report.h"
#include "fuzz/driver/runner.h"
#include "fuzz/executor/executor.h"

enum {
    SECONDS_PER_PROGRAM = 60,
    NO_ALLOCATION = UINT16_MAX, /* more allocations than any program makes */
    ERROR_SIZE = 1024,
    STATUS_NOT_SWEPT = 3 /* exit status of a child */
};

static const struct flag FLAGS[] = {{0}};

static const struct tool TOOL = {
    .name = "sweep",
    .about = "Runs each program once per allocation and makes that allocation "
             "fail.\n"
             "Exit status: 0 no program failed, 1 a program failed, 2 bad "
             "input.\n",
    .arguments = "FOLDER|FILE ...",
    .missing = "no corpus given; name folders or files",
    .many = true,
    .flags = FLAGS,
};

/* The calls that make allocations fail, and their descriptions. */
static const struct {
    enum call_op op;
    const char *words;
} MODES[] = {
    {CALL_FAIL_ALLOCATION, "alone"},
    {CALL_FAIL_ALLOCATIONS_FROM, "and all later ones"},
};
enum { MODE_COUNT = sizeof MODES / sizeof *MODES };

/* The progress of a child, in shared memory. */
struct progress {
    unsigned mode, allocation; /* current; 0: counting the allocations */
    unsigned long programs, allocations, runs;
};

static void __attribute__((noreturn)) give_up(const char *path,
                                              const char *problem)
{
    fprintf(stderr, "%s: %s\n", path, problem);
    _Exit(STATUS_NOT_SWEPT);
}

/* --- one program, in a child ---------------------------------------------- */

static bool requests_failure(const struct call *call)
{
    for (unsigned i = 0; i < MODE_COUNT; i++) {
        if (call->op == MODES[i].op) {
            return true;
        }
    }
    return false;
}

/* Removes the calls that make allocations fail and inserts an empty call in
 * front. */
static void make_room(struct program *program, const char *path)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < program->call_count; i++) {
        if (!requests_failure(&program->calls[i])) {
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

/* Returns how many allocations the program tried. */
static size_t run_failing(struct program *program, unsigned mode, unsigned nth)
{
    program->calls[0] = (struct call){
        .op = (uint8_t)MODES[mode].op,
        .args = {{.tag = VALUE_NUMBER, .number = (uint16_t)nth}},
    };
    executor_run(program, NULL);
    return executor_allocations();
}

/* Returns how many allocations the program tries if none fails. */
static size_t count_allocations(struct program *program, const char *path)
{
    size_t count = run_failing(program, 0, NO_ALLOCATION);
    if (count >= NO_ALLOCATION) {
        give_up(path, "too many allocations to fail each of them");
    }
    return count;
}

static void sweep_program(void *context, const char *path)
{
    static struct program program;
    struct progress *progress = context;

    progress->mode = progress->allocation = 0;
    load(&program, path);
    size_t count = count_allocations(&program, path);
    for (unsigned mode = 0; mode < MODE_COUNT; mode++) {
        for (unsigned nth = 1; nth <= count; nth++) {
            progress->mode = mode;
            progress->allocation = nth;
            if (run_failing(&program, mode, nth) >= nth) {
                progress->runs++;
                continue;
            }
            /* The implementation may have made an allocation once and for all,
             * as CPython does when sys.modules grows. Count again. */
            count = count_allocations(&program, path);
            if (count >= nth) {
                give_up(path, "an allocation did not happen again when those "
                              "before it succeeded");
            }
        }
    }
    progress->programs++;
    progress->allocations += count;
}

/* --- all of them ---------------------------------------------------------- */

static const char *under_way(void *context)
{
    static char text[64];
    const struct progress *progress = context;

    if (!progress->allocation) {
        return "no allocation fails";
    }
    snprintf(text, sizeof text, "allocation %u fails, %s", progress->allocation,
             MODES[progress->mode].words);
    return text;
}

int main(int argc, char **argv)
{
    int count = tool_arguments(&TOOL, argc, argv);
    struct runner_options environment = runner_options_from_environment();
    struct executor_options options = {
        .profile = environment.profile,
        .use_malloc = environment.use_malloc,
    };
    struct progress *progress = child_shared(sizeof *progress);
    struct batch batch = {.seconds = SECONDS_PER_PROGRAM,
                          .run = sweep_program,
                          .under_way = under_way,
                          .context = progress};
    struct report report;

    batch_open(&batch, TOOL.name, argv + 1, count);
    if (executor_start(&options) != 0) {
        return tool_complain(TOOL.name, RUNNER_REFUSED);
    }
    report_open(&report, TOOL.name);
    batch_run(&batch, &report);
    executor_stop();
    batch_close(&batch);
    printf("%lu programs, %lu allocations, %lu runs in which they fail; "
           "%zu programs failed\n",
           progress->programs, progress->allocations, progress->runs,
           report.failed);
    int status = report_close(&report);
    if (progress->runs == 0) {
        printf("not one allocation failed: either no program allocates or the "
               "implementation cannot make an allocation fail\n");
        return 1;
    }
    return status;
}

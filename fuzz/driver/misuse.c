/* Runs programs that break the contract, each in a child process and with each
 * allocator. Compares the report with the one that the program's text requires:
 *
 *    # report arena: DTOR-6
 *    # report malloc: AddressSanitizer: heap-use-after-free
 *
 * The test fails if the program survives or the report is another one. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/batch.h"
#include "fuzz/driver/child.h"
#include "fuzz/driver/finding.h"
#include "fuzz/driver/flags.h"
#include "fuzz/driver/report.h"
#include "fuzz/driver/runner.h"

enum { SECONDS_PER_PROGRAM = 20, TEXT_SIZE = 1024 };

static const char *const ALLOCATORS[] = {"arena", "malloc"};

static const struct flag FLAGS[] = {{0}};

static const struct tool TOOL = {
    .name = "misuse",
    .about =
        "Runs programs that break the contract, each with two allocators.\n"
        "Exit status: 0 every report is the required one, 1 a report\n"
        "differs, 2 bad input.\n",
    .arguments = "FOLDER|FILE ...",
    .missing = "no programs given; name folders or files",
    .many = true,
    .flags = FLAGS,
};

/* No symbolizer: every program ends in a report, and symbols would take longer
 * than everything else. `<target>_repro --misuse` shows a report with
 * symbols. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "symbolize=0"; }

static void run_program(void *context)
{
    const bool *use_malloc = context;
    struct runner_options options = {
        .misuse = true,
        .use_malloc = *use_malloc,
    };

    child_limit(SECONDS_PER_PROGRAM);
    if (runner_start(&options) != 0) {
        fprintf(stderr, "the implementation does not start\n");
        _Exit(2);
    }
    runner_run();
    runner_stop();
    /* exit() runs LeakSanitizer. */
    exit(0);
}

/* Writes the difference to `problem`; an empty text if there is none. */
static void compare(const struct child *child, const char *expected,
                    char problem[TEXT_SIZE])
{
    problem[0] = '\0';
    if (child_survived(child)) {
        snprintf(problem, TEXT_SIZE,
                 "the program survived; it must be reported as %s", expected);
    } else if (!finding_is_reported(child, expected)) {
        snprintf(problem, TEXT_SIZE, "reported as %s; it must be %s",
                 child->finding, expected);
    }
}

/* Runs the loaded program with one allocator and adds a test case. */
static void run_case(struct report *report, const char *name, bool use_malloc)
{
    const char *expected = runner_expected_report(use_malloc);
    struct child child;
    char problem[TEXT_SIZE];

    if (!expected) {
        snprintf(problem, sizeof problem,
                 "there is no line '# report %s: ...' in the program",
                 ALLOCATORS[use_malloc]);
        report_case(report, name, NULL, problem);
        return;
    }
    child_run(&child, run_program, &use_malloc);
    compare(&child, expected, problem);
    report_case(report, name, problem[0] ? problem : NULL,
                problem[0] ? child.output : NULL);
    child_free(&child);
}

static void run_file(struct report *report, const char *path)
{
    char error[TEXT_SIZE];
    bool loaded = runner_load_file(path, error, sizeof error);
    const char *file = strrchr(path, '/');

    for (int i = 0; i < 2; i++) {
        char name[FILENAME_MAX];
        snprintf(name, sizeof name, "%s (%s)", file ? file + 1 : path,
                 ALLOCATORS[i]);
        if (loaded) {
            run_case(report, name, i);
        } else {
            report_case(report, name, NULL, error);
        }
    }
}

int main(int argc, char **argv)
{
    int count = tool_arguments(&TOOL, argc, argv);
    struct batch batch = {0};
    struct report report;

    batch_open(&batch, TOOL.name, argv + 1, count);
    report_open(&report, TOOL.name);
    for (size_t i = 0; i < batch_count(&batch); i++) {
        run_file(&report, batch.list.paths[i]);
    }
    printf("%zu programs with %d allocators, %zu failed\n", batch_count(&batch),
           2, report.failed);
    batch_close(&batch);
    return report_close(&report);
}

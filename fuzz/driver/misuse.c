/* Runs programs that break the caller's side of the contract, each in a process
 * of its own and with each allocator, and holds the report against what the
 * program says must come:
 *
 *   # report arena: DTOR-6
 *   # report malloc: AddressSanitizer: heap-use-after-free
 *
 *   misuse FOLDER|FILE ...
 *
 * A program that survives, or is reported as something else, is a failure. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/child.h"
#include "fuzz/driver/finding.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/junit.h"
#include "fuzz/driver/runner.h"

enum { SECONDS_PER_PROGRAM = 20, TEXT_SIZE = 1024 };

static const char *const ALLOCATORS[] = {"arena", "malloc"};

struct misuse {
    bool use_malloc;
};

/* Each program ends in a report, and a symbolizer takes longer than all the
 * rest together; `<target>_repro --misuse` shows the same with symbols. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "symbolize=0"; }

static void run_program(void *context)
{
    const struct misuse *misuse = context;
    struct runner_options options = {
        .misuse = true,
        .use_malloc = misuse->use_malloc,
    };

    child_limit(SECONDS_PER_PROGRAM);
    if (runner_start(&options) != 0) {
        fprintf(stderr, "the implementation does not start\n");
        _Exit(2);
    }
    runner_run();
    runner_stop();
    /* Not back to the caller, so that LeakSanitizer has its say. */
    exit(0);
}

/* Writes what is wrong to `problem`; an empty string where nothing is. */
static void compare(const struct child *child, const char *expected,
                    char problem[TEXT_SIZE])
{
    char finding[FINDING_SIZE];

    problem[0] = '\0';
    finding_of(child, finding);
    if (!finding[0]) {
        snprintf(problem, TEXT_SIZE,
                 "the program survived; it must be reported as %s", expected);
    } else if (!finding_is_reported(child, expected)) {
        snprintf(problem, TEXT_SIZE, "reported as %s; it must be %s", finding,
                 expected);
    }
}

/* Runs the loaded program; returns the report and what is wrong with it, owned
 * by the caller, or NULL where all is well. */
static char *run_case(bool use_malloc)
{
    const char *expected = runner_expected_report(use_malloc);
    struct misuse misuse = {use_malloc};
    struct child child;
    char problem[TEXT_SIZE];
    char *failure = NULL;

    if (!expected) {
        snprintf(problem, sizeof problem,
                 "there is no line '# report %s: ...' in the program",
                 ALLOCATORS[use_malloc]);
        return strdup(problem);
    }
    child_run(&child, run_program, &misuse);
    compare(&child, expected, problem);
    if (problem[0]) {
        size_t size = strlen(problem) + child.size + 3;
        failure = malloc(size);
        if (!failure) {
            abort();
        }
        snprintf(failure, size, "%s\n%s\n", problem, child.output);
    }
    child_free(&child);
    return failure;
}

/* Returns the number of cases that failed. */
static size_t run_file(struct junit *junit, const char *path)
{
    struct input input = {0};
    char error[TEXT_SIZE];
    size_t failed = 0;
    bool loaded =
        input_read(&input, path, error, sizeof error) &&
        runner_load(path, input.bytes, input.size, error, sizeof error);
    const char *file = strrchr(path, '/');

    for (int i = 0; i < 2; i++) {
        char name[FILENAME_MAX];
        snprintf(name, sizeof name, "%s (%s)", file ? file + 1 : path,
                 ALLOCATORS[i]);
        char *failure = loaded ? run_case(i) : strdup(error);
        if (failure) {
            printf("FAILED %s\n%s\n", name, failure);
            failed++;
        }
        junit_case(junit, "misuse", name, failure);
        free(failure);
    }
    input_free(&input);
    return failed;
}

int main(int argc, char **argv)
{
    struct input_list list = {0};
    struct junit junit;
    char error[TEXT_SIZE];
    size_t failed = 0;

    if (argc < 2) {
        fprintf(stderr, "misuse: no programs given; name folders or files\n");
        return 2;
    }
    input_use_working_directory();
    for (int i = 1; i < argc; i++) {
        if (!input_list_add(&list, argv[i], error, sizeof error)) {
            fprintf(stderr, "misuse: %s\n", error);
            return 2;
        }
    }
    junit_open(&junit, "misuse");
    for (size_t i = 0; i < list.count; i++) {
        failed += run_file(&junit, list.paths[i]);
    }
    junit_close(&junit);
    printf("%zu programs with %d allocators, %zu failed\n", list.count, 2,
           failed);
    input_list_free(&list);
    return failed ? 1 : 0;
}

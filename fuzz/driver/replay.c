/* Runs every file of a corpus, and the empty input, without an engine.
 *
 *   replay FOLDER|FILE ...
 *   replay --profiles         prints the names that CAPSULE_PROFILE may have
 *
 * All inputs share one child process, so that a file costs microseconds. Where
 * an input kills the child, its report becomes that input's failure and a new
 * child goes on behind it. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capsule/profile.h"
#include "fuzz/driver/child.h"
#include "fuzz/driver/finding.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/junit.h"
#include "fuzz/driver/runner.h"

enum {
    SECONDS_PER_INPUT = 20,
    ERROR_SIZE = 1024,
    STATUS_NOT_LOADED = 3 /* of a child */
};

static const char EMPTY_INPUT[] = "empty input";

struct replay {
    struct input_list list;
    const char *root; /* the only folder given, or NULL */
    size_t first;     /* of a child; list.count is the empty input */
    size_t *current;  /* shared with the child: what it runs now */
};

/* Reads and runs one input. A malformed one ends the child. */
static void run_input(const char *path)
{
    static const uint8_t nothing[1];
    struct input input = {0};
    char error[ERROR_SIZE];
    bool loaded;

    if (!path) {
        loaded = runner_load(EMPTY_INPUT, nothing, 0, error, sizeof error);
    } else {
        loaded =
            input_read(&input, path, error, sizeof error) &&
            runner_load(path, input.bytes, input.size, error, sizeof error);
    }
    if (!loaded) {
        fprintf(stderr, "%s\n", error);
        _Exit(STATUS_NOT_LOADED);
    }
    runner_run();
    input_free(&input);
}

static void run_inputs(void *context)
{
    const struct replay *replay = context;
    for (size_t i = replay->first; i <= replay->list.count; i++) {
        *replay->current = i;
        child_limit(SECONDS_PER_INPUT);
        run_input(i < replay->list.count ? replay->list.paths[i] : NULL);
    }
}

/* The path below the only folder, else the whole path. */
static const char *case_name(const struct replay *replay, size_t index)
{
    if (index == replay->list.count) {
        return EMPTY_INPUT;
    }
    const char *path = replay->list.paths[index];
    size_t length = replay->root ? strlen(replay->root) : 0;
    if (length && strncmp(path, replay->root, length) == 0 &&
        path[length] == '/') {
        return path + length + 1;
    }
    return path;
}

/* Runs inputs from replay->first on until one fails or all are done; returns
 * the index behind the last one that ran. */
static size_t run_until_failure(struct replay *replay, struct junit *junit,
                                size_t *failed)
{
    char finding[FINDING_SIZE];
    struct child child;

    child_run(&child, run_inputs, replay);
    finding_of(&child, finding);
    size_t end = finding[0] ? *replay->current : replay->list.count + 1;
    for (size_t i = replay->first; i < end; i++) {
        junit_case(junit, "replay", case_name(replay, i), NULL);
    }
    if (finding[0]) {
        const char *name = case_name(replay, end);
        const char *report = child.size ? child.output : finding;
        printf("FAILED %s\n%s\n", name, report);
        junit_case(junit, "replay", name, report);
        ++*failed;
        end++;
    }
    child_free(&child);
    return end;
}

static int replay_all(struct replay *replay)
{
    struct junit junit;
    size_t failed = 0;

    junit_open(&junit, "replay");
    while (replay->first <= replay->list.count) {
        replay->first = run_until_failure(replay, &junit, &failed);
    }
    junit_close(&junit);
    printf("%zu inputs replayed, %zu failed\n", replay->list.count + 1, failed);
    return failed ? 1 : 0;
}

/* Bazel keeps what a test leaves in this folder. */
static const char *artifact_prefix(void)
{
    static char prefix[FILENAME_MAX];
    const char *folder = getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (!folder) {
        return NULL;
    }
    snprintf(prefix, sizeof prefix, "%s/", folder);
    return prefix;
}

static int print_profiles(void)
{
    for (const struct profile *p = PROFILES; p->name; p++) {
        puts(p->name);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--profiles") == 0) {
        return print_profiles();
    }
    struct runner_options options = runner_options_from_environment();
    struct replay replay = {.root = argc == 2 ? argv[1] : NULL};
    char error[ERROR_SIZE];

    if (argc < 2) {
        fprintf(stderr, "replay: no corpus given; name folders or files\n");
        return 2;
    }
    input_use_working_directory();
    for (int i = 1; i < argc; i++) {
        if (!input_list_add(&replay.list, argv[i], error, sizeof error)) {
            fprintf(stderr, "replay: %s\n", error);
            return 2;
        }
    }
    options.artifact_prefix = artifact_prefix();
    replay.current = mmap(NULL, sizeof *replay.current, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (replay.current == MAP_FAILED || runner_start(&options) != 0) {
        fprintf(stderr, "replay: the implementation does not start with this "
                        "profile; see CAPSULE_PROFILE\n");
        return 2;
    }
    int status = replay_all(&replay);
    runner_stop();
    munmap(replay.current, sizeof *replay.current);
    input_list_free(&replay.list);
    return status;
}

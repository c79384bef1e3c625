/* Makes an input that shows a finding as small as it gets.
 *
 *   minimize [--misuse] [--seconds=N] [--output=FILE] FILE
 *
 * Fewest calls first, then the simplest arguments, as long as the same rule is
 * broken or the same sanitizer says the same. Every candidate runs in a process
 * of its own. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/driver/child.h"
#include "fuzz/driver/finding.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"

/* A candidate takes microseconds, unless it hangs. */
enum { SECONDS = 60, SECONDS_PER_CANDIDATE = 1 };

static const char USAGE[] =
    "usage: minimize [--misuse] [--seconds=N] [--output=FILE] FILE\n"
    "\n"
    "Writes the smallest input that shows the same finding as FILE: fewest\n"
    "calls first, then the simplest arguments.\n"
    "\n"
    "  --misuse       perform also the calls that break the caller's side of\n"
    "                 the contract\n"
    "  --seconds=N    stop after N seconds, with what is found by then\n"
    "                 (default 60)\n"
    "  --output=FILE  where to write it (default: FILE with .min and, for a\n"
    "                 program, .prog)\n"
    "\n"
    "Exit status: 0 written, 1 FILE shows no finding, 2 bad input.\n";

struct search {
    char finding[FINDING_SIZE]; /* of the input as it was given */
    time_t deadline;
    size_t candidates;
};

/* A stack per candidate would cost far more than the candidate. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "symbolize=0:malloc_context_size=0:detect_leaks=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) { return "symbolize=0"; }

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static void run_candidate(void *unused)
{
    (void)unused;
    child_limit(SECONDS_PER_CANDIDATE);
    runner_run();
}

static void find(char finding[FINDING_SIZE])
{
    struct child child;
    child_run(&child, run_candidate, NULL);
    finding_of(&child, finding);
    child_free(&child);
}

static bool keeps_finding(void *context)
{
    struct search *search = context;
    char finding[FINDING_SIZE];

    if (now() >= search->deadline) {
        return false;
    }
    search->candidates++;
    find(finding);
    return strcmp(finding, search->finding) == 0;
}

/* Through a temporary file, so that the output is there whole or not at all. */
static int write_output(const char *path)
{
    char temporary[FILENAME_MAX + 4];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *out = fopen(temporary, "w");
    bool written = out != NULL;
    if (out) {
        runner_write(out);
        written = !ferror(out);
        written = fclose(out) == 0 && written;
    }
    if (!written || rename(temporary, path) != 0) {
        fprintf(stderr, "minimize: cannot write %s: %s\n", path,
                strerror(errno));
        unlink(temporary);
        return 2;
    }
    return 0;
}

static int minimize(const char *path, const char *output, long seconds)
{
    struct search search = {.deadline = now() + seconds};
    size_t before = runner_size();

    find(search.finding);
    if (!search.finding[0]) {
        fprintf(stderr, "minimize: %s shows no finding; nothing written\n",
                path);
        return 1;
    }
    runner_reduce(keeps_finding, &search);
    if (now() >= search.deadline) {
        fprintf(stderr,
                "minimize: stopped after %ld seconds; --seconds allows more\n",
                seconds);
    }
    int status = write_output(output);
    if (status == 0) {
        printf("%s: %s, %zu %s before, %zu after, %zu candidates\n", output,
               search.finding, before, RUNNER_UNIT, runner_size(),
               search.candidates);
    }
    return status;
}

static int run(const char *path, const char *output, long seconds,
               const struct runner_options *options)
{
    struct input input;
    char error[1024];

    if (!input_read(&input, path, error, sizeof error)) {
        fprintf(stderr, "minimize: %s\n", error);
        return 2;
    }
    int status = 2;
    if (!runner_load(path, input.bytes, input.size, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
    } else if (runner_start(options) != 0) {
        fprintf(stderr, "minimize: the implementation does not start with "
                        "this profile; see CAPSULE_PROFILE\n");
    } else {
        status = minimize(path, output, seconds);
        runner_stop();
    }
    input_free(&input);
    return status;
}

/* The value of `--name=value`, or NULL for another argument. */
static const char *value_of(const char *argument, const char *flag)
{
    size_t length = strlen(flag);
    return strncmp(argument, flag, length) == 0 ? argument + length : NULL;
}

int main(int argc, char **argv)
{
    char default_output[FILENAME_MAX + 16];
    struct runner_options options = runner_options_from_environment();
    const char *path = NULL, *output = NULL, *value;
    long seconds = SECONDS;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(USAGE, stdout);
            return 0;
        }
        if ((value = value_of(argv[i], "--seconds="))) {
            char *end;
            seconds = strtol(value, &end, 10);
            if (*end || end == value || seconds <= 0 || seconds > 1000000) {
                fprintf(stderr,
                        "minimize: --seconds=%s is no number of seconds; "
                        "give one from 1 to 1000000\n",
                        value);
                return 2;
            }
        } else if (strcmp(argv[i], "--misuse") == 0) {
            options.misuse = true;
        } else if ((value = value_of(argv[i], "--output="))) {
            output = value;
        } else if (argv[i][0] == '-') {
            fprintf(stderr, "minimize: unknown flag '%s'; try --help\n",
                    argv[i]);
            return 2;
        } else if (path) {
            fprintf(stderr, "minimize: more than one file given; try --help\n");
            return 2;
        } else {
            path = argv[i];
        }
    }
    if (!path) {
        fprintf(stderr, "minimize: no file given; try --help\n");
        return 2;
    }
    if (!output) {
        snprintf(default_output, sizeof default_output, "%s.min%s", path,
                 RUNNER_SUFFIX);
        output = default_output;
    }
    input_use_working_directory();
    return run(path, output, seconds, &options);
}

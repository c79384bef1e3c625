/* Makes an input that shows a finding as small as possible: fewest calls first,
 * then the simplest arguments. The finding stays the same. Each candidate runs
 * in a child process. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz/driver/child.h"
#include "fuzz/driver/earlier.h"
#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"
#include "fuzz/driver/whole_file.h"

/* A candidate takes microseconds unless it hangs. */
enum { SECONDS_PER_CANDIDATE = 3, SECONDS_PER_REPETITIONS = 10 };

static struct runner_options options;
static unsigned seconds = 60;
static unsigned repetitions = 1;
static const char *output, *before;

static const struct flag FLAGS[] = {
    RUNNER_MISUSE_FLAG(options),
    {"seconds", "N",
     "stop after N seconds and write the smallest\ninput so far (default 60)",
     .number = &seconds, .largest = 1000000},
    {"output", "FILE",
     "file to write (default: FILE with\n.min and, for a program, .prog)",
     .text = &output},
    {"before", "FOLDER",
     "run the files of this folder before FILE, and\nwrite those that the "
     "finding needs to\nFILE.before-N",
     .text = &before},
    {"repeat", "N",
     "run FILE up to N times in a process until the\nfinding appears; print "
     "how often it must run",
     .number = &repetitions, .largest = 1000000},
    {0},
};

static const struct tool TOOL = {
    .name = "minimize",
    .about = "Writes the smallest input that shows the same finding as FILE: "
             "fewest\n"
             "calls first, then the simplest arguments.\n"
             "\n"
             "Exit status: 0 written, 1 FILE shows no finding, 2 bad input.\n",
    .arguments = "FILE",
    .missing = "no file given",
    .flags = FLAGS,
};

struct search {
    char finding[FINDING_SIZE]; /* the finding of the original input */
    time_t deadline;
    size_t candidates;
};

/* Stack traces and symbols would take far longer than the candidate. */
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
    child_limit(repetitions > 1 ? SECONDS_PER_REPETITIONS
                                : SECONDS_PER_CANDIDATE);
    earlier_run();
    for (unsigned i = 0; i < repetitions; i++) {
        runner_run();
    }
}

/* Runs the loaded input and writes its finding; an empty text if there is
 * none. */
static void find(char finding[FINDING_SIZE])
{
    struct child child;
    child_run(&child, run_candidate, NULL);
    memcpy(finding, child.finding, FINDING_SIZE);
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

/* Lowers the number of repetitions to the fewest that show the finding. A
 * finding that needs n repetitions appears after more repetitions too. */
static void find_fewest_repetitions(struct search *search)
{
    unsigned too_few = 0;
    for (unsigned enough = repetitions; enough - too_few > 1;) {
        repetitions = too_few + (enough - too_few) / 2;
        if (keeps_finding(search)) {
            enough = repetitions;
        } else {
            too_few = repetitions;
        }
        repetitions = enough;
    }
}

/* A program with fewer calls must run more often until a counter is full. */
static void allow_more_repetitions(void)
{
    if (repetitions > 1) {
        repetitions *= (unsigned)runner_size() + 1;
    }
}

static void print_input(FILE *out, const void *unused)
{
    (void)unused;
    runner_write(out);
}

static int minimize(const char *path)
{
    struct search search = {.deadline = now() + seconds};
    size_t size = runner_size();

    find(search.finding);
    if (!search.finding[0]) {
        tool_complain(TOOL.name, "%s shows no finding; nothing written", path);
        return 1;
    }
    earlier_reduce(keeps_finding, &search);
    find_fewest_repetitions(&search);
    allow_more_repetitions();
    runner_reduce(keeps_finding, &search);
    find_fewest_repetitions(&search);
    if (now() >= search.deadline) {
        tool_complain(TOOL.name,
                      "stopped after %u seconds; --seconds allows more",
                      seconds);
    }
    char prefix[FILENAME_MAX];
    snprintf(prefix, sizeof prefix, "%s.before-", path);
    if (!earlier_write(prefix, RUNNER_SUFFIX)) {
        return tool_complain(TOOL.name, "cannot write %s1%s: %s", prefix,
                             RUNNER_SUFFIX, strerror(errno));
    }
    if (!whole_file_write(output, print_input, NULL)) {
        return tool_complain(TOOL.name, "cannot write %s: %s", output,
                             strerror(errno));
    }
    if (repetitions > 1) {
        printf("repeat %u\n", repetitions);
    }
    printf("%s: %s, %zu %s before, %zu after, %zu candidates\n", output,
           search.finding, size, RUNNER_UNIT, runner_size(), search.candidates);
    return 0;
}

int main(int argc, char **argv)
{
    char default_output[FILENAME_MAX + 16], error[1024];

    options = runner_options_from_environment();
    tool_arguments(&TOOL, argc, argv);
    if (!output) {
        snprintf(default_output, sizeof default_output, "%s.min%s", argv[1],
                 RUNNER_SUFFIX);
        output = default_output;
    }
    input_use_working_directory();
    if (before && !earlier_load(TOOL.name, before)) {
        return BAD_INPUT;
    }
    if (!runner_load_file(argv[1], error, sizeof error)) {
        return tool_complain(TOOL.name, "%s", error);
    }
    if (!runner_starts(TOOL.name, &options)) {
        return BAD_INPUT;
    }
    int status = minimize(argv[1]);
    runner_stop();
    return status;
}

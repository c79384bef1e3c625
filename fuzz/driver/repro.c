/* Prints one input, runs it and prints the finding. */
#define _POSIX_C_SOURCE 200809L /* alarm */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"

enum { SECONDS = 10 };

static struct runner_options options;
static unsigned repetitions = 1;

static const struct flag FLAGS[] = {
    RUNNER_MISUSE_FLAG(options),
    {"artifact_prefix", "PREFIX", "where a report puts the C file",
     .text = &options.artifact_prefix},
    {"repeat", "N", "run the last FILE N times", .number = &repetitions,
     .largest = 1000000},
    {0},
};

static const struct tool TOOL = {
    .name = "repro",
    .about =
        "Prints the input in FILE, which is text if its name ends in .prog\n"
        "and otherwise what an engine wrote, and runs it. Several files are\n"
        "run one after the other in one process.\n"
        "\n"
        "CAPSULE_ALLOCATOR=malloc in the environment takes blocks from\n"
        "malloc().\n"
        "\n"
        "Exit status: 0 no violation, 2 bad input, else a finding.\n",
    .arguments = "FILE ...",
    .missing = "no file given",
    .many = true,
    .flags = FLAGS,
};

/* Aborts after the time limit, so that the report names the call that hangs. */
static void give_up(int number)
{
    static const char LINE[] =
        "repro: the input does not end within 10 seconds\n";
    (void)number;
    (void)!write(STDERR_FILENO, LINE, sizeof LINE - 1);
    abort();
}

int main(int argc, char **argv)
{
    char error[1024];

    options = runner_options_from_environment();
    int count = tool_arguments(&TOOL, argc, argv);
    input_use_working_directory();
    for (int i = 1; i <= count; i++) {
        if (!runner_load_file(argv[i], error, sizeof error)) {
            return tool_complain(TOOL.name, "%s", error);
        }
        runner_print(stdout);
        fflush(stdout);
        if (i == 1 && !runner_starts(TOOL.name, &options)) {
            return BAD_INPUT;
        }
        signal(SIGALRM, give_up);
        alarm(SECONDS);
        for (unsigned n = i == count ? repetitions : 1; n > 0; n--) {
            runner_run();
        }
        alarm(0);
    }
    runner_stop();
    printf("no violation\n");
    return 0;
}

/* Runs one input and says what it shows.
 *
 *   repro [--misuse] [--artifact_prefix=PREFIX] FILE
 *
 * FILE is a program as text (.prog) or a file of an engine, a crash file for
 * instance. Exit status 0: no violation; 2: bad input; anything else: the
 * report came before. */
#define _POSIX_C_SOURCE 200809L /* alarm */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"

static const char USAGE[] =
    "usage: repro [--misuse] [--artifact_prefix=PREFIX] FILE\n"
    "\n"
    "Prints the input in FILE (text where its name ends in .prog, else what "
    "an\n"
    "engine wrote) and runs it.\n"
    "\n"
    "  --misuse                  perform also the calls that break the\n"
    "                            caller's side of the contract\n"
    "  --artifact_prefix=PREFIX  where a report puts the C file\n"
    "\n"
    "CAPSULE_ALLOCATOR=malloc in the environment takes blocks from malloc().\n"
    "\n"
    "Exit status: 0 no violation, 2 bad input, else the report says it.\n";

static const char PREFIX[] = "--artifact_prefix=";

enum { SECONDS = 10 };

/* By abort(), so that the report says which call it is that does not end. */
static void give_up(int number)
{
    static const char LINE[] = "repro: no end within 10 seconds\n";
    (void)number;
    (void)!write(STDERR_FILENO, LINE, sizeof LINE - 1);
    abort();
}

static int complain(const char *what)
{
    fprintf(stderr, "repro: %s; try --help\n", what);
    return 2;
}

static int run(const char *path, const struct runner_options *options)
{
    struct input input;
    char error[1024];

    if (!input_read(&input, path, error, sizeof error)) {
        fprintf(stderr, "repro: %s\n", error);
        return 2;
    }
    if (!runner_load(path, input.bytes, input.size, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        input_free(&input);
        return 2;
    }
    runner_print(stdout);
    fflush(stdout);
    if (runner_start(options) != 0) {
        input_free(&input);
        return complain("the implementation does not start");
    }
    signal(SIGALRM, give_up);
    alarm(SECONDS);
    runner_run();
    alarm(0);
    runner_stop();
    input_free(&input);
    printf("no violation\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct runner_options options = runner_options_from_environment();
    const char *path = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(USAGE, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--misuse") == 0) {
            options.misuse = true;
        } else if (strncmp(argv[i], PREFIX, strlen(PREFIX)) == 0) {
            options.artifact_prefix = argv[i] + strlen(PREFIX);
        } else if (argv[i][0] == '-') {
            fprintf(stderr, "repro: unknown flag '%s'; try --help\n", argv[i]);
            return 2;
        } else if (path) {
            return complain("more than one file given");
        } else {
            path = argv[i];
        }
    }
    if (!path) {
        return complain("no file given");
    }
    input_use_working_directory();
    return run(path, &options);
}

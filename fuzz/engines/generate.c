/* main() of a target without guidance: runs generated programs and keeps no
 * corpus. Some defects are found sooner in this way than by mutation of inputs
 * that reach new code; tools/detect measures it.
 *
 *   TARGET -runs=N -seed=N [-max_total_time=SECONDS] [-timeout=SECONDS]
 *          [-artifact_prefix=PREFIX] [-whole=1]
 *
 * The flags are libFuzzer's; others are ignored. Each program uses a random
 * subset of the target's calls and destructors; with -whole=1 it may use all of
 * them. The program with a finding is written to PREFIXcrash-input or
 * PREFIXtimeout-input, whole or not at all. Prints the number of executed
 * programs in libFuzzer's format. */
#define _POSIX_C_SOURCE 200809L /* sigaction */
#define _DEFAULT_SOURCE         /* setitimer */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/mutator/mutator.h"

/* libFuzzer's exit statuses. */
enum { STATUS_TIMEOUT = 70, STATUS_CRASH = 77 };

/* main() reads the clock once per 64 programs. */
enum { PROGRAMS_BETWEEN_LOOKS = 64 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void));

static unsigned long executed;
static uint8_t bytes[MAX_ENCODED]; /* the current program */
static size_t size;
static const char *prefix; /* NULL: no file is written */
static unsigned long time_limit;
static volatile sig_atomic_t ended;

static void print_executed(void)
{
    fprintf(stderr, "stat::number_of_executed_units: %lu\n", executed);
}

/* Writes the current program to the file `<prefix><kind>-input`. */
static void write_input(const char *kind)
{
    char path[PATH_MAX], temporary[PATH_MAX + 8];
    if (!prefix) {
        return;
    }
    snprintf(path, sizeof path, "%s%s-input", prefix, kind);
    snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *out = fopen(temporary, "wb");
    if (!out) {
        return;
    }
    bool written = fwrite(bytes, 1, size, out) == size;
    if (fclose(out) != 0 || !written || rename(temporary, path) != 0) {
        remove(temporary);
    }
}

static void on_death(void)
{
    write_input("crash");
    print_executed();
}

static void on_abort(int number)
{
    (void)number;
    on_death();
    _Exit(STATUS_CRASH);
}

/* Runs once per second: ends the process if a program takes too long. */
static void on_tick(int number)
{
    static unsigned long seen, ticks;
    (void)number;
    ticks = seen == executed ? ticks + 1 : 0;
    seen = executed;
    if (ticks >= time_limit) {
        fprintf(stderr, "ALARM: a program does not end within %lu seconds\n",
                time_limit);
        write_input("timeout");
        print_executed();
        _Exit(STATUS_TIMEOUT);
    }
}

static void on_interrupt(int number)
{
    (void)number;
    ended = 1;
}

/* Returns the text after the flag, or NULL. */
static const char *text_of(int argc, char **argv, const char *flag)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], flag, strlen(flag)) == 0) {
            return argv[i] + strlen(flag);
        }
    }
    return NULL;
}

static unsigned long value_of(int argc, char **argv, const char *flag,
                              unsigned long otherwise)
{
    const char *text = text_of(argc, argv, flag);
    return text ? strtoul(text, NULL, 10) : otherwise;
}

static void handle(int number, void (*handler)(int))
{
    sigaction(
        number,
        &(struct sigaction){.sa_handler = handler, .sa_flags = SA_RESTART},
        NULL);
}

static void watch_time(void)
{
    const struct itimerval second = {{1, 0}, {1, 0}};
    handle(SIGALRM, on_tick);
    setitimer(ITIMER_REAL, &second, NULL);
}

int main(int argc, char **argv)
{
    static struct mutator mutator;
    static struct program program;
    static struct weights weights;

    weights = DEFAULT_WEIGHTS;
    weights.whole_percent = value_of(argc, argv, "-whole=", 0) ? 100 : 0;
    unsigned long runs = value_of(argc, argv, "-runs=", ULONG_MAX);
    unsigned long seconds = value_of(argc, argv, "-max_total_time=", 0);
    struct random random = {value_of(argc, argv, "-seed=", 1)};
    prefix = text_of(argc, argv, "-artifact_prefix=");
    time_limit = value_of(argc, argv, "-timeout=", 0);

    time_t end = time(NULL) + (time_t)seconds;
    __sanitizer_set_death_callback(on_death);
    handle(SIGABRT, on_abort);
    handle(SIGINT, on_interrupt);
    handle(SIGTERM, on_interrupt);
    LLVMFuzzerInitialize(&argc, &argv);
    mutator_init(&mutator, &TARGET, &weights);
    if (time_limit) {
        watch_time();
    }
    while (executed < runs && !ended) {
        /* The first programs run even if the start took all the time. */
        if (seconds && executed && executed % PROGRAMS_BETWEEN_LOOKS == 0 &&
            time(NULL) >= end) {
            break;
        }
        mutator_generate(&mutator, &random, &program, sizeof bytes);
        size = program_encode(&program, bytes, sizeof bytes);
        executed++;
        LLVMFuzzerTestOneInput(bytes, size);
    }
    print_executed();
    return 0;
}

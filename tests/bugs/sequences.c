/* Runs generated programs without an engine. tools/detect compares the fuzz
 * targets, which use coverage, with this program.
 *
 *   TARGET_sequences -runs=N -seed=N [-whole=1]
 *
 * Each program uses a random subset of the target's calls and destructors; with
 * -whole=1 it may use all of them. Prints the number of executed programs in
 * libFuzzer's format. */
#define _POSIX_C_SOURCE 200809L /* sigaction */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutator/mutator.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void));

static unsigned long executed;

static void print_executed(void)
{
    fprintf(stderr, "stat::number_of_executed_units: %lu\n", executed);
}

static void on_abort(int number)
{
    (void)number;
    print_executed();
    _Exit(77);
}

static unsigned long value_of(int argc, char **argv, const char *flag,
                              unsigned long otherwise)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], flag, strlen(flag)) == 0) {
            return strtoul(argv[i] + strlen(flag), NULL, 10);
        }
    }
    return otherwise;
}

int main(int argc, char **argv)
{
    static struct mutator mutator;
    static struct program program;
    static uint8_t bytes[MAX_ENCODED];
    static struct weights weights;

    weights = DEFAULT_WEIGHTS;
    weights.whole_percent = value_of(argc, argv, "-whole=", 0) ? 100 : 0;
    unsigned long runs = value_of(argc, argv, "-runs=", 1000);
    struct random random = {value_of(argc, argv, "-seed=", 1)};

    __sanitizer_set_death_callback(print_executed);
    sigaction(SIGABRT, &(struct sigaction){.sa_handler = on_abort}, NULL);
    LLVMFuzzerInitialize(&argc, &argv);
    mutator_init(&mutator, &TARGET, &weights);
    while (executed < runs) {
        mutator_generate(&mutator, &random, &program, sizeof bytes);
        size_t size = program_encode(&program, bytes, sizeof bytes);
        executed++;
        LLVMFuzzerTestOneInput(bytes, size);
    }
    return 0;
}

/* A program with one fault per name, for canary_test.cc. A build whose
 * sanitizer works reports the fault and ends; a build that lost its sanitizer
 * does not.
 *
 *   faults NAME
 *
 * `volatile` keeps the compiler from removing the fault or warning of it.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_fault(void)
{
    char *volatile block = malloc(16);
    block[0] = 0;
    int status = block[0];
    free(block);
    return status;
}

static int heap_use_after_free(void)
{
    char *volatile block = malloc(16);
    free(block);
    return block[0] == 'x';
}

static int double_free(void)
{
    char *volatile block = malloc(16);
    free(block);
    free(block);
    return 0;
}

static int leak(void)
{
    char *volatile block = malloc(16);
    block = NULL;
    return block != NULL;
}

static char *volatile dangling;

__attribute__((noinline)) static void leave_a_dangling_pointer(void)
{
    char name[16] = "on the stack";
    char *volatile unseen = name;
    dangling = unseen;
}

static int stack_use_after_return(void)
{
    leave_a_dangling_pointer();
    return dangling[0] == 'x';
}

static int signed_overflow(void)
{
    volatile int big = INT_MAX;
    big = big + 1;
    return 0;
}

static void takes_a_pointer(void *pointer) { (void)pointer; }

static int wrong_function_type(void)
{
    int (*volatile function)(int) = (int (*)(int))(void *)takes_a_pointer;
    function(0);
    return 0;
}

static int shared;

static void *write_shared(void *argument)
{
    shared++;
    return argument;
}

static int data_race(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, write_shared, NULL) != 0) {
        return 3;
    }
    shared++;
    pthread_join(thread, NULL);
    return 0;
}

static int uninitialised_memory(void)
{
    char *volatile block = malloc(16);
    int status = block[3] == 'x' ? 4 : 0;
    free(block);
    return status;
}

/* libFuzzer's instrumentation calls this function to register its counters.
 * Without instrumentation no code calls it. */
static size_t counters;

void __sanitizer_cov_8bit_counters_init(char *start, char *stop);

void __sanitizer_cov_8bit_counters_init(char *start, char *stop)
{
    counters = (size_t)(stop - start);
}

static int coverage(void)
{
    puts(counters > 0 ? "instrumented" : "not instrumented");
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} FAULTS[] = {
    {"no_fault", no_fault},
    {"heap_use_after_free", heap_use_after_free},
    {"double_free", double_free},
    {"leak", leak},
    {"stack_use_after_return", stack_use_after_return},
    {"signed_overflow", signed_overflow},
    {"wrong_function_type", wrong_function_type},
    {"data_race", data_race},
    {"uninitialised_memory", uninitialised_memory},
    {"coverage", coverage},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        if (argc == 2 && strcmp(argv[1], FAULTS[i].name) == 0) {
            return FAULTS[i].run();
        }
    }
    fprintf(stderr, "faults: no such fault; faults.c lists them\n");
    return 2;
}

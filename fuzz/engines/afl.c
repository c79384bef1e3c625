/* main() of a target under AFL++: persistent mode, inputs in shared memory.
 *
 * Linked with AFL++'s runtime (afl-compiler-rt.o). Without afl-fuzz, the
 * program reads one input from stdin and runs it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz/program/program.h"

enum {
    /* The number of inputs after which AFL++ starts a new process. */
    INPUTS_PER_PROCESS = 100000,
    MOST_RANGES = 64 /* one per instrumented library, one for rules */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Defined by AFL++'s runtime. */
extern unsigned char *__afl_area_ptr; /* the map: one byte per edge */
extern unsigned char *__afl_fuzz_ptr; /* NULL without afl-fuzz */
extern uint32_t *__afl_fuzz_len;
void __afl_manual_init(void);
int __afl_persistent_loop(unsigned int);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);

/* Tells the runtime that inputs come in shared memory. */
int __afl_sharedmem_fuzzing = 1;

/* afl-fuzz searches the file for these texts. They say that the target is
 * persistent and starts the fork server itself. */
__attribute__((used)) static const volatile char PERSISTENT[] =
    "##SIG_AFL_PERSISTENT##";
__attribute__((used)) static const volatile char DEFERRED[] =
    "##SIG_AFL_DEFER_FORKSRV##";

/* --- counters ------------------------------------------------------------- */

struct range {
    uint8_t *start, *stop; /* the counters */
    uint32_t *places;      /* the place of each counter in the map */
};

static struct range ranges[MOST_RANGES];
static size_t range_count;

void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);

/* The constructor of each instrumented file calls this function. All files of a
 * program or library pass the same range. */
void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
    for (size_t i = 0; i < range_count; i++) {
        if (ranges[i].start == start) {
            return;
        }
    }
    size_t count = (size_t)(stop - start);
    uint32_t *places = calloc(count + 1, sizeof *places);
    if (!places || range_count == MOST_RANGES) {
        fprintf(stderr, "afl: too many ranges of counters, or no memory\n");
        abort();
    }
    if (count) {
        __sanitizer_cov_trace_pc_guard_init(places, places + count);
    }
    ranges[range_count++] = (struct range){start, stop, places};
}

/* The counters of rules. libFuzzer finds them by the name of the section
 * (fuzz/executor/rules.c). NULL if the target has none. */
extern uint8_t __start___libfuzzer_extra_counters[] __attribute__((weak));
extern uint8_t __stop___libfuzzer_extra_counters[] __attribute__((weak));

static void add_rules(void)
{
    if (__start___libfuzzer_extra_counters) {
        __sanitizer_cov_8bit_counters_init(__start___libfuzzer_extra_counters,
                                           __stop___libfuzzer_extra_counters);
    }
}

/* Copies the counters to AFL++'s map and resets them. */
static void publish_counters(void)
{
    for (size_t i = 0; i < range_count; i++) {
        const uint32_t *place = ranges[i].places;
        for (uint8_t *c = ranges[i].start; c < ranges[i].stop; c++, place++) {
            if (*c) {
                __afl_area_ptr[*place] = *c;
                *c = 0;
            }
        }
    }
}

/* --- inputs -----------------------------------------------------------------
 */

static void run(const uint8_t *data, size_t size)
{
    LLVMFuzzerTestOneInput(data, size);
    publish_counters();
}

static void run_stdin(void)
{
    static uint8_t data[MAX_ENCODED];
    size_t size = 0;
    ssize_t got;
    while ((got = read(STDIN_FILENO, data + size, sizeof data - size)) > 0) {
        size += (size_t)got;
    }
    run(data, size);
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    add_rules();
    publish_counters(); /* the counters of the start-up */
    /* Each process of the fork server starts here. */
    __afl_manual_init();
    while (__afl_persistent_loop(INPUTS_PER_PROCESS)) {
        if (__afl_fuzz_ptr) {
            run(__afl_fuzz_ptr, *__afl_fuzz_len);
        } else {
            /* AFL++ 4.21 would stop a process that asks for more without
             * afl-fuzz. */
            run_stdin();
            return 0;
        }
    }
    return 0;
}

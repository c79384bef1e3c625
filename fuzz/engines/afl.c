/* main() of a target under AFL++: persistent mode, inputs in shared memory.
 *
 * Linked with AFL++'s runtime (afl-compiler-rt.o). Started by hand, without
 * afl-fuzz, the program runs the one input that it reads from stdin. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/program/program.h"

enum {
    /* Programs run by one process before AFL++ starts a new one. */
    INPUTS_PER_PROCESS = 100000,
    EXTRA_COUNTERS = 512
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

/* AFL++'s runtime. */
extern unsigned char *__afl_fuzz_ptr; /* NULL without afl-fuzz */
extern uint32_t *__afl_fuzz_len;
void __afl_manual_init(void);
int __afl_persistent_loop(unsigned int);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

/* Read by the runtime: inputs come in shared memory. */
int __afl_sharedmem_fuzzing = 1;

/* afl-fuzz looks for these texts in the file: a persistent target, and one that
 * says itself when the fork server starts. */
__attribute__((used)) static const volatile char PERSISTENT[] =
    "##SIG_AFL_PERSISTENT##";
__attribute__((used)) static const volatile char DEFERRED[] =
    "##SIG_AFL_DEFER_FORKSRV##";

/* The counters of rules that libFuzzer reads (fuzz/executor/rules.c); both NULL
 * where the target has none. */
extern uint8_t __start___libfuzzer_extra_counters[] __attribute__((weak));
extern uint8_t __stop___libfuzzer_extra_counters[] __attribute__((weak));

/* AFL++ gets an edge of its own for each counter. */
static uint32_t guards[EXTRA_COUNTERS];

static size_t counters(void)
{
    if (!__start___libfuzzer_extra_counters) {
        return 0;
    }
    size_t count = (size_t)(__stop___libfuzzer_extra_counters -
                            __start___libfuzzer_extra_counters);
    return count < EXTRA_COUNTERS ? count : EXTRA_COUNTERS;
}

__attribute__((constructor)) static void add_edges(void)
{
    if (counters()) {
        __sanitizer_cov_trace_pc_guard_init(guards, guards + counters());
    }
}

/* Runs one input; tells AFL++ of the counters that it has set. */
static void run(const uint8_t *data, size_t size)
{
    size_t count = counters();
    if (count) {
        memset(__start___libfuzzer_extra_counters, 0, count);
    }
    LLVMFuzzerTestOneInput(data, size);
    for (size_t i = 0; i < count; i++) {
        if (__start___libfuzzer_extra_counters[i]) {
            __sanitizer_cov_trace_pc_guard(&guards[i]);
        }
    }
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
    /* Each process that the fork server makes begins here. */
    __afl_manual_init();
    while (__afl_persistent_loop(INPUTS_PER_PROCESS)) {
        if (__afl_fuzz_ptr) {
            run(__afl_fuzz_ptr, *__afl_fuzz_len);
        } else {
            run_stdin();
        }
    }
    return 0;
}

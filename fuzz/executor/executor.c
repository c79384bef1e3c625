/* Runs one program: makes its calls in a fresh state, then checks for leaks. */
#include "fuzz/executor/arena.h"
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/call.h"
#include "fuzz/executor/check.h"
#include "fuzz/executor/consumer.h"
#include "fuzz/executor/content.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/destructors.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/lack_of_memory.h"
#include "fuzz/executor/look.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/status.h"
#include "fuzz/executor/threads.h"
#include "fuzz/executor/world.h"

struct run run;

/* Returns the bytes that malloc() has given and free() has not taken back. NULL
 * unless a sanitizer is linked. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));
static size_t (*volatile malloced_bytes)(void) =
    __sanitizer_get_current_allocated_bytes;

/* A program that breaks the contract must free everything itself: the executor
 * does not clean up, so whatever is left is a leak. */
static void check_nothing_forgotten(void)
{
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].alive) {
            violation(RULE_DTOR_13, "every payload and name is freed",
                      "a block that was never freed");
        }
    }
    for (int i = 0; i < run.model.capsule_count; i++) {
        if (run.model.capsule[i].life == LIFE_ALIVE) {
            violation(RULE_TYPE_1, "every reference is given back",
                      "a capsule with a reference");
        }
    }
}

/* The implementation must have as many blocks as before the program. */
static void check_balance(long more)
{
    if (more > 0) {
        violation(RULE_TYPE_1,
                  describe_count("blocks of the implementation leaked", 0),
                  describe_count("blocks of the implementation leaked", more));
    }
    if (more < 0) {
        violation(
            RULE_DTOR_13,
            describe_count("blocks freed that the implementation does not own",
                           0),
            describe_count("blocks freed that the implementation does not own",
                           -more));
    }
}

static void make_current_call(void)
{
    execute_call(&run.program->calls[run.call_index]);
}

/* Looks at what the program leaves, and gives it back if that is the harness's
 * duty. */
static void finish_program(void)
{
    look_at_state();
    if (world.options.misuse) {
        check_names_alive();
        check_nothing_forgotten();
        PyErr_Clear(); /* a pending exception is not a leak */
    } else {
        check_all_capsules();
        content_check_all();
        clean_up();
    }
}

/* Performs the calls of run.program in a fresh state. */
static void run_calls(void)
{
    consumer_build(CONSUMER_VERSION, CONSUMER_PREFIX);
    arena_set_mode(FILL_PATTERN, REUSE_NEVER);
    run.cleaning_up = false;
    run.called_by_hand = NOTHING;
    run.allocations.tried = 0;
    fail_allocations(0, HOST_FAIL_ONCE);
    run.level_count = 1;
    run.level[0] = (struct level){.program = run.program, .behaviour = NOTHING};
    model_reset(&run.model, host_profile(), world.options.misuse);
    run.model.function = (uintptr_t)destructor_function(DESTRUCTOR_log);

    for (run.call_index = 0; run.call_index < run.program->call_count;
         run.call_index++) {
        threads_run(make_current_call);
    }
    threads_run(finish_program);
    families_end();
    forget_exceptions();
}

/* Returns the number of blocks leaked since `before`, after a garbage
 * collection. `before` was counted after a collection too: each program that
 * leaves a different number of blocks ends with a collection. */
static long collected_since(size_t before)
{
    host_collect();
    return (long)(host_live_blocks() - before);
}

/* Some implementations fill a cache on first use. Runs the program up to four
 * times: a leak grows every time, a cache does not. Returns the blocks that the
 * last run leaked; `more` is the number of the first run. */
static long run_until_balanced(long more)
{
    enum { ENOUGH_RUNS = 4 };
    for (int i = 1; more != 0 && i < ENOUGH_RUNS; i++) {
        size_t before = host_live_blocks();
        run_calls();
        more = collected_since(before);
    }
    return more;
}

static bool has_call(const struct program *program, enum call_op op)
{
    for (unsigned i = 0; i < program->call_count; i++) {
        if (program->calls[i].op == op) {
            return true;
        }
    }
    return false;
}

/* Looks for memory that the implementation takes from malloc() itself and keeps
 * reachable: neither the balance of blocks nor LeakSanitizer sees it. Counting
 * takes a microsecond, so this is done only for programs that call set_memory()
 * and for implementations without caches. `before`: the bytes before the
 * program ran. Runs the program up to four times: a leak grows every time. Not
 * with use_malloc, where literals come from malloc() and are freed last. */
static void check_malloc(size_t before)
{
    enum { ENOUGH_RUNS = 4 };
    size_t more = 0;
    for (int i = 0; i < ENOUGH_RUNS; i++) {
        size_t now = malloced_bytes();
        if (now <= before) {
            return;
        }
        more = now - before;
        before = now;
        arena_reset();
        run_calls();
    }
    violation(RULE_TYPE_1, describe_count("bytes of malloc() kept", 0),
              describe_count("bytes of malloc() kept", (long)more));
}

/* True if the program ends an interpreter. Some versions of CPython lose
 * thousands of blocks of an ended interpreter; that is not a defect of
 * capsules. */
static bool may_lose_blocks(const struct program *program)
{
    return has_call(program, CALL_START_INTERPRETER);
}

void executor_run(const struct program *program,
                  const struct annotations *annotations)
{
    run.program = program;
    run.annotations = annotations;
    run.abandoned = false;
    run.performed = 0; /* run_calls() adds to it each time */
    report_catch_abort();

    size_t before = host_live_blocks();
    bool watch = malloced_bytes && host_keeps_nothing() &&
                 !world.options.misuse && !world.options.use_malloc &&
                 has_call(program, CALL_SET_MEMORY);
    size_t bytes = watch ? malloced_bytes() : 0;
    run_calls();
    long more = (long)(host_live_blocks() - before);
    if (more != 0 && !host_keeps_nothing()) {
        more = collected_since(before);
        more = may_lose_blocks(program) ? 0 : run_until_balanced(more);
    }
    check_balance(more);
    if (watch) {
        check_malloc(bytes);
    }
    check_foreign_objects(RULE_SET_ALL_2);
    check_literals();
    free_literals();
    if (!world.options.use_malloc) {
        arena_reset();
    }
    run.program = NULL;
    status->programs++;
}

_Static_assert(MAX_CALLS <= 64, "run.performed has one bit per call");
uint64_t executor_performed(void) { return run.performed; }

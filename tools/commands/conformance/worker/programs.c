/* Runs programs of the corpus and generated ones. The first violation ends the
 * process; tools/conformance then starts another process for the remaining
 * programs. */
#define _GNU_SOURCE /* getline */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"
#include "fuzz/executor/executor.h"
#include "fuzz/executor/status.h"
#include "fuzz/mutator/mutator.h"
#include "tools/commands/conformance/worker/worker.h"

/* WORKER_TARGETS is T(name) for each target. The file of a target defines it
 * under this name. */
#define T(name) extern const struct target name;
WORKER_TARGETS
#undef T

static const struct target *const TARGETS[] = {
#define T(name) &name,
    WORKER_TARGETS
#undef T
};
enum { TARGET_COUNT = sizeof TARGETS / sizeof TARGETS[0] };

static int start(void)
{
    struct runner_options options = runner_options_from_environment();
    if (runner_start(&options) != 0) {
        fprintf(stderr, "worker: the implementation does not start\n");
        return 3;
    }
    return 0;
}

/* Says how often each rule was compared since the last call. Called after each
 * program: a later program may end the process. */
static void say_rules(void)
{
    static uint64_t said[RULE_COUNT];
    for (int i = 0; i < RULE_COUNT; i++) {
        char count[32];
        snprintf(count, sizeof count, "%" PRIu64,
                 status->rule[i].count - said[i]);
        if (status->rule[i].count != said[i]) {
            worker_say("rule", status->rule[i].id, count, NULL);
        }
        said[i] = status->rule[i].count;
    }
}

static void run_file(const char *path)
{
    struct input input = {0};
    char error[1024];

    worker_say("begin", path, NULL, NULL);
    if (!input_read(&input, path, error, sizeof error) ||
        !runner_load(path, input.bytes, input.size, error, sizeof error)) {
        worker_say("end", path, "failed", error);
    } else if (runner_lacks()) {
        worker_say("end", path, "skipped", runner_lacks());
    } else {
        runner_run();
        worker_say("end", path, "passed", "");
        say_rules();
    }
    input_free(&input);
}

int worker_programs(const char *path)
{
    FILE *list = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    if (!list) {
        perror(path);
        return 2;
    }
    if (start() != 0) {
        return 3;
    }
    while ((length = getline(&line, &size, list)) > 0) {
        line[length - 1] = '\0';
        run_file(line);
    }
    free(line);
    fclose(list);
    return 0;
}

static const struct target *target_of(const char *name)
{
    for (int i = 0; i < TARGET_COUNT; i++) {
        if (strcmp(TARGETS[i]->name, name) == 0) {
            return TARGETS[i];
        }
    }
    fprintf(stderr, "worker: there is no target '%s'\n", name);
    exit(2);
}

int worker_list_targets(void)
{
    for (int i = 0; i < TARGET_COUNT; i++) {
        char cost[32];
        snprintf(cost, sizeof cost, "%u",
                 TARGETS[i]->cost ? TARGETS[i]->cost : 1);
        worker_say("target", TARGETS[i]->name, cost, NULL);
    }
    return 0;
}

/* Generates the program with this number, independently of earlier programs. */
static const struct program *generated(const struct mutator *mutator,
                                       long number)
{
    static struct program program;
    struct random random = {(uint64_t)number};
    mutator_generate(mutator, &random, &program, MAX_ENCODED);
    return &program;
}

int worker_generate(const char *name, long first, long count)
{
    static struct mutator mutator;
    const struct target *target = target_of(name);

    if (start() != 0) {
        return 3;
    }
    executor_set_calls(target->calls);
    mutator_init(&mutator, target, &DEFAULT_WEIGHTS);
    for (long number = first; number < first + count; number++) {
        const struct program *program = generated(&mutator, number);
        const char *lack = executor_lacks(program);
        char text[32];
        snprintf(text, sizeof text, "%ld", number);
        worker_say(lack ? "lacks" : "begin", text, lack, NULL);
        if (!lack) {
            executor_run(program, NULL);
            say_rules();
        }
    }
    worker_say("end", "all", "passed", "");
    return 0;
}

int worker_print(const char *name, int count, char **numbers)
{
    static struct mutator mutator;
    mutator_init(&mutator, target_of(name), &DEFAULT_WEIGHTS);
    for (int i = 0; i < count; i++) {
        printf("worker: program %s\n", numbers[i]);
        program_print(stdout, generated(&mutator, atol(numbers[i])));
    }
    return 0;
}

/* draw FOLDER COUNT: writes COUNT random programs of sequence_fuzz as C,
 * FOLDER/program_<n>.c. Each defines a function program_<n>() that runs the
 * program; see together.h. Prints PROGRAM(program_<n>) for each. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/mutator/forecast.h"
#include "fuzz/mutator/mutator.h"

/* Calls of sequence_fuzz that programs leave out. The collector and the hook of
 * allocations are one for all threads. The C form counts references by slot, so
 * that no reference may move to another slot or into a context. */
static const enum call_op LEFT_OUT[] = {
    CALL_LEAVE_IN_CYCLE, CALL_COLLECT, CALL_FAIL_ALLOCATION,
    CALL_NEW_REF,        CALL_HOLD,
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* True if an argument is the list: Python's collector has one chain of all
 * containers. */
static bool has_list(const struct call *call)
{
    for (unsigned i = 0; i < MAX_ARGS; i++) {
        const struct value *value = &call->args[i];
        if (value->tag == VALUE_OBJECT && value->index == OBJECT_LIST) {
            return true;
        }
    }
    return false;
}

/* Removes the calls that use the list, and those that the executor of a fuzz
 * target would skip: C makes all calls. */
static void keep_usable(struct program *program)
{
    static struct forecast forecast;
    unsigned kept = 0;

    forecast_start(&forecast, program);
    for (unsigned i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        if (!has_list(call) && forecast_apply(&forecast, call)) {
            program->calls[kept++] = *call;
        }
    }
    program->call_count = kept;
}

int main(int argc, char **argv)
{
    static struct mutator mutator;
    static struct program program;
    struct target target = TARGET;
    int count = argc == 3 ? atoi(argv[2]) : 0;

    for (size_t i = 0; i < sizeof LEFT_OUT / sizeof LEFT_OUT[0]; i++) {
        target.calls[LEFT_OUT[i]] = 0;
    }
    mutator_init(&mutator, &target, &DEFAULT_WEIGHTS);
    for (int i = 0; i < count; i++) {
        struct random random = {(uint64_t)i};
        char path[4096];

        snprintf(path, sizeof path, "%s/program_%d.c", argv[1], i);
        FILE *out = fopen(path, "w");
        if (!out) {
            fail(path);
        }
        mutator_generate(&mutator, &random, &program, MAX_ENCODED);
        keep_usable(&program);
        fprintf(out,
                "#include \"tests/threads/together.h\"\n"
                "#define main program_%d\n",
                i);
        program_emit_main(out, &program, NULL);
        if (fclose(out) != 0) {
            fail(path);
        }
        printf("PROGRAM(program_%d)\n", i);
    }
    return 0;
}

/* draw FOLDER COUNT: writes COUNT random programs as C, FOLDER/program_<n>.c.
 * Each defines a function program_<n>() that runs the program; see together.h.
 * Prints PROGRAM(program_<n>) for each. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/mutator/forecast.h"
#include "fuzz/mutator/mutator.h"

/* What the program of one thread does without any effect on another thread:
 * Python itself shares modules, the collector of cycles and the hook of
 * allocations. The C form counts references by slot, so that programs neither
 * copy a reference to another slot (CALL_NEW_REF) nor keep one in a context
 * (CALL_HOLD). */
static const struct target DRAWN = {
    .name = "together",
    .calls =
        {
            [CALL_PAYLOAD] = 4,
            [CALL_NAME] = 3,
            [CALL_FREE] = 3,
            [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 8,
            [CALL_GET_DESTRUCTOR] = 4,
            [CALL_GET_NAME] = 4,
            [CALL_GET_CONTEXT] = 4,
            [CALL_IS_VALID] = 6,
            [CALL_CHECK_EXACT] = 2,
            [CALL_SET_POINTER] = 5,
            [CALL_SET_DESTRUCTOR] = 6,
            [CALL_SET_NAME] = 5,
            [CALL_SET_CONTEXT] = 5,
            [CALL_INCREF] = 6,
            [CALL_DECREF] = 14,
            [CALL_RAISE] = 4,
            [CALL_CLEAR_ERROR] = 3,
            [CALL_SAVE_ERROR] = 1,
            [CALL_RESTORE_ERROR] = 1,
            [CALL_READ] = 3,
            [CALL_REPR] = 1,
            [CALL_CALL_DESTRUCTOR] = 1,
        },
    .longest_name = 32,
    .near_miss_percent = 30,
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
    int count = argc == 3 ? atoi(argv[2]) : 0;

    mutator_init(&mutator, &DRAWN, &DEFAULT_WEIGHTS);
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

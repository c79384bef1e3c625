/* Runs programs on the executor; see runner.h. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/reduce.h"
#include "fuzz/driver/runner.h"
#include "fuzz/executor/executor.h"
#include "fuzz/program/program.h"

static struct program program;
static struct annotations notes;

const char RUNNER_UNIT[] = "calls";
const char RUNNER_SUFFIX[] = ".prog";

int runner_start(const struct runner_options *options)
{
    struct executor_options executor = {
        .profile = options->profile,
        .misuse = options->misuse,
        .use_malloc = options->use_malloc,
        .sanitizers_only = options->sanitizers_only,
        .artifact_prefix = options->artifact_prefix,
        .artifact_shown = options->artifact_shown,
    };
    return executor_start(&executor);
}

void runner_stop(void)
{
    annotations_free(&notes);
    executor_stop();
}

static bool is_text(const char *path)
{
    size_t length = strlen(path);
    size_t suffix = strlen(RUNNER_SUFFIX);
    return length >= suffix &&
           strcmp(path + length - suffix, RUNNER_SUFFIX) == 0;
}

bool runner_load(const char *path, const uint8_t *bytes, size_t size,
                 char *error, size_t error_size)
{
    annotations_free(&notes);
    executor_set_input(bytes, size);
    if (is_text(path)) {
        return program_parse(&program, (const char *)bytes, size, path, &notes,
                             error, error_size);
    }
    program_decode(&program, bytes, size);
    return true;
}

const char *runner_lacks(void) { return executor_lacks(&program); }

void runner_run(void) { executor_run(&program, &notes); }

void runner_print(FILE *out) { program_print(out, &program); }

const char *runner_expected_report(bool use_malloc)
{
    return use_malloc ? notes.report_malloc : notes.report_arena;
}

size_t runner_size(void) { return program.call_count; }

struct asked {
    bool (*keeps)(void *);
    void *context;
};

static bool keeps_candidate(void *context, const struct program *candidate)
{
    const struct asked *asked = context;
    program = *candidate;
    return asked->keeps(asked->context);
}

void runner_reduce(bool (*keeps)(void *), void *context)
{
    static struct program reduced;
    struct asked asked = {keeps, context};

    /* The reduction moves calls, but not the expectations that belong to them.
     */
    annotations_free(&notes);
    reduced = program;
    reduce_program(&reduced, keeps_candidate, &asked);
    program = reduced;
}

void runner_write(FILE *out) { program_print(out, &program); }

/* --- earlier inputs ------------------------------------------------------- */

static struct program earlier;

void runner_run_earlier(const uint8_t *bytes, size_t size)
{
    program_decode(&earlier, bytes, size);
    executor_run(&earlier, NULL);
}

struct asked_earlier {
    struct asked asked;
    uint8_t *bytes;
    size_t *size;
};

static bool keeps_earlier(void *context, const struct program *candidate)
{
    const struct asked_earlier *earlier_one = context;
    uint8_t *bytes = earlier_one->bytes;
    *earlier_one->size = program_encode(candidate, bytes, MAX_ENCODED);
    return earlier_one->asked.keeps(earlier_one->asked.context);
}

void runner_reduce_earlier(uint8_t *bytes, size_t *size, bool (*keeps)(void *),
                           void *context)
{
    static struct program reduced;
    struct asked_earlier asked = {{keeps, context}, bytes, size};
    program_decode(&reduced, bytes, *size);
    reduce_program(&reduced, keeps_earlier, &asked);
    *size = program_encode(&reduced, bytes, MAX_ENCODED);
}

void runner_write_earlier(FILE *out, const uint8_t *bytes, size_t size)
{
    program_decode(&earlier, bytes, size);
    program_print(out, &earlier);
}

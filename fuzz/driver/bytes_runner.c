/* Passes bytes to the target's LLVMFuzzerTestOneInput(); see runner.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/reduce.h"
#include "fuzz/driver/runner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *input;
static size_t input_size;

const char RUNNER_UNIT[] = "bytes";
const char RUNNER_SUFFIX[] = "";

int runner_start(const struct runner_options *options)
{
    (void)options;
    return 0;
}

void runner_stop(void)
{
    free(input);
    input = NULL;
}

/* Copies the bytes into a block of exactly their size, so that the sanitizer
 * sees a read beyond the end. */
static void take(const uint8_t *bytes, size_t size)
{
    free(input);
    input_size = size;
    input = malloc(size ? size : 1);
    if (!input) {
        abort();
    }
    if (size) {
        memcpy(input, bytes, size);
    }
}

bool runner_load(const char *path, const uint8_t *bytes, size_t size,
                 char *error, size_t error_size)
{
    (void)path;
    (void)error;
    (void)error_size;
    take(bytes, size);
    return true;
}

const char *runner_lacks(void) { return NULL; }

void runner_run(void) { LLVMFuzzerTestOneInput(input, input_size); }

void runner_print(FILE *out)
{
    for (size_t i = 0; i < input_size; i++) {
        if (isprint(input[i]) || input[i] == '\n') {
            fputc(input[i], out);
        } else {
            fprintf(out, "\\x%02x", input[i]);
        }
    }
    fputc('\n', out);
}

const char *runner_expected_report(bool use_malloc)
{
    (void)use_malloc;
    return NULL;
}

size_t runner_size(void) { return input_size; }

struct asked {
    bool (*keeps)(void *);
    void *context;
};

static bool keeps_candidate(void *context, const uint8_t *bytes, size_t size)
{
    const struct asked *asked = context;
    take(bytes, size);
    return asked->keeps(asked->context);
}

void runner_reduce(bool (*keeps)(void *), void *context)
{
    struct asked asked = {keeps, context};
    size_t size = input_size;
    uint8_t *reduced = malloc(size ? size : 1);

    if (!reduced) {
        abort();
    }
    memcpy(reduced, input, size);
    size = reduce_bytes(reduced, size, keeps_candidate, &asked);
    take(reduced, size);
    free(reduced);
}

void runner_write(FILE *out) { fwrite(input, 1, input_size, out); }

void runner_run_earlier(const uint8_t *bytes, size_t size)
{
    LLVMFuzzerTestOneInput(bytes, size);
}

/* Earlier inputs of bytes targets stay as they are: none of these targets keeps
 * a state. */
void runner_reduce_earlier(uint8_t *bytes, size_t *size, bool (*keeps)(void *),
                           void *context)
{
    (void)bytes, (void)size, (void)keeps, (void)context;
}

void runner_write_earlier(FILE *out, const uint8_t *bytes, size_t size)
{
    fwrite(bytes, 1, size, out);
}

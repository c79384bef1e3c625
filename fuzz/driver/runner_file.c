/* Loads inputs from files, for tools that link a runner. */
#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"

/* The loaded file; the runner borrows it. */
static struct input loaded;

bool runner_load_file(const char *path, char *error, size_t error_size)
{
    static const uint8_t nothing[1];
    input_free(&loaded);
    if (!path) {
        return runner_load("empty input", nothing, 0, error, error_size);
    }
    return input_read(&loaded, path, error, error_size) &&
           runner_load(path, loaded.bytes, loaded.size, error, error_size);
}

bool runner_starts(const char *tool, const struct runner_options *options)
{
    if (runner_start(options) != 0) {
        tool_complain(tool, RUNNER_REFUSED);
        return false;
    }
    return true;
}

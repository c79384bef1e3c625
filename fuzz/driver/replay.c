/* Runs every file of a corpus, and the empty input, without an engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsule/profile.h"
#include "fuzz/driver/batch.h"
#include "fuzz/driver/flags.h"
#include "fuzz/driver/report.h"
#include "fuzz/driver/runner.h"

enum {
    SECONDS_PER_INPUT = 20,
    ERROR_SIZE = 1024,
    STATUS_NOT_LOADED = 3 /* exit status of a child */
};

static bool asks_for_profiles;

static const struct flag FLAGS[] = {
    {"profiles", NULL, "prints the names that CAPSULE_PROFILE may have",
     .enable = &asks_for_profiles},
    {0},
};

static const struct tool TOOL = {
    .name = "replay",
    .about =
        "Runs each file, each file below a folder, and the empty input.\n"
        "Exit status: 0 no input failed, 1 an input failed, 2 bad input.\n",
    .arguments = "FOLDER|FILE ...",
    .many = true,
    .flags = FLAGS,
};

static void run_input(void *context, const char *path)
{
    char error[ERROR_SIZE];
    (void)context;
    if (!runner_load_file(path, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        _Exit(STATUS_NOT_LOADED);
    }
    runner_run();
}

/* Under Bazel, puts the C files of reports into the folder that Bazel zips
 * after the test. The report shows the path inside the zip file. */
static void place_artifacts(struct runner_options *options)
{
    static char prefix[FILENAME_MAX], shown[FILENAME_MAX];
    const char *folder = getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    const char *target = getenv("TEST_TARGET"); /* "//fuzz:sequence_fuzz" */

    if (!folder) {
        return;
    }
    snprintf(prefix, sizeof prefix, "%s/", folder);
    options->artifact_prefix = prefix;
    if (target && strncmp(target, "//", 2) == 0) {
        snprintf(shown, sizeof shown,
                 "bazel-testlogs/%s/test.outputs/outputs.zip: ", target + 2);
        *strchr(shown, ':') = '/'; /* of the target, or the last one */
        options->artifact_shown = shown;
    }
}

static int print_profiles(void)
{
    for (const struct profile *p = PROFILES; p->name; p++) {
        puts(p->name);
    }
    return 0;
}

int main(int argc, char **argv)
{
    int count = tool_arguments(&TOOL, argc, argv);
    struct runner_options options = runner_options_from_environment();
    struct batch batch = {
        .with_empty = true, .seconds = SECONDS_PER_INPUT, .run = run_input};
    struct report report;

    if (asks_for_profiles) {
        return print_profiles();
    }
    if (count == 0) {
        return tool_complain(TOOL.name,
                             "no corpus given; name folders or files");
    }
    batch_open(&batch, TOOL.name, argv + 1, count);
    place_artifacts(&options);
    if (!runner_starts(TOOL.name, &options)) {
        return BAD_INPUT;
    }
    report_open(&report, TOOL.name);
    batch_run(&batch, &report);
    runner_stop();
    printf("%zu inputs replayed, %zu failed\n", batch_count(&batch),
           report.failed);
    batch_close(&batch);
    return report_close(&report);
}

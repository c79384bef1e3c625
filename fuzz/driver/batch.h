/* Many inputs, run one after the other in a child process that they share, so
 * that an input costs microseconds. If an input ends the child, that input has
 * failed and a new child runs the inputs behind it. */
#ifndef FUZZ_DRIVER_BATCH_H
#define FUZZ_DRIVER_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz/driver/input.h"
#include "fuzz/driver/report.h"

struct batch {
    struct input_list list;
    const char *root; /* the only folder given: names start below it; or NULL */
    bool with_empty;  /* true: one more input, which is empty */
    unsigned seconds; /* that an input may take */

    /* In the child: runs the input in that file, or the empty input if it is
     * NULL. Does not return if the input fails. */
    void (*run)(void *context, const char *path);
    /* In the parent: describes what was under way when the input failed. NULL:
     * nothing to describe. */
    const char *(*under_way)(void *context);
    void *context;
};

/* Takes the files and the folders that the user names. Ends the program with
 * BAD_INPUT, and one line, if one of them cannot be read. */
void batch_open(struct batch *batch, const char *tool, char **paths, int count);

/* Runs all inputs, a case each. */
void batch_run(struct batch *batch, struct report *report);

/* The number of inputs. */
size_t batch_count(const struct batch *batch);

void batch_close(struct batch *batch);

#endif

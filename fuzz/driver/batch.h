/* Runs many inputs one after the other in one child process, so that an input
 * costs microseconds. If an input ends the child, that input has failed, and a
 * new child runs the remaining inputs. */
#ifndef FUZZ_DRIVER_BATCH_H
#define FUZZ_DRIVER_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz/driver/input.h"
#include "fuzz/driver/report.h"

struct batch {
    struct input_list list;
    const char *root; /* if one folder was given: names are relative to it */
    bool with_empty;  /* true: one more input, the empty one */
    unsigned seconds; /* time limit of an input */

    /* In the child: runs the input in that file; NULL: the empty input. Does
     * not return if the input fails. */
    void (*run)(void *context, const char *path);
    /* In the parent: describes what the input was doing when it failed. NULL:
     * no description. */
    const char *(*under_way)(void *context);
    void *context;
};

/* Adds the files and folders that the user names. If one is unreadable, prints
 * one line and ends the program with BAD_INPUT. */
void batch_open(struct batch *batch, const char *tool, char **paths, int count);

/* Runs all inputs and reports one test case for each. */
void batch_run(struct batch *batch, struct report *report);

/* Returns the number of inputs. */
size_t batch_count(const struct batch *batch);

void batch_close(struct batch *batch);

#endif

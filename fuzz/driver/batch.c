/* Runs many inputs in child processes; an input that fails ends its child. See
 * batch.h. */
#include "fuzz/driver/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/child.h"
#include "fuzz/driver/flags.h"

enum { TEXT_SIZE = 1024 };

/* The state that the parent and a child use. */
struct work {
    const struct batch *batch;
    size_t first;
    size_t *current; /* the index of the current input; shared memory */
};

void batch_open(struct batch *batch, const char *tool, char **paths, int count)
{
    char error[TEXT_SIZE];

    input_use_working_directory();
    for (int i = 0; i < count; i++) {
        if (!input_list_add(&batch->list, paths[i], error, sizeof error)) {
            exit(tool_complain(tool, "%s", error));
        }
    }
    batch->root = count == 1 ? paths[0] : NULL;
}

void batch_close(struct batch *batch) { input_list_free(&batch->list); }

size_t batch_count(const struct batch *batch)
{
    return batch->list.count + batch->with_empty;
}

static const char *path_of(const struct batch *batch, size_t index)
{
    return index < batch->list.count ? batch->list.paths[index] : NULL;
}

/* Returns the path relative to the folder if the user named only one folder,
 * else the whole path. */
static const char *name_of(const struct batch *batch, size_t index)
{
    const char *path = path_of(batch, index);
    size_t length = batch->root ? strlen(batch->root) : 0;
    if (path && length && strncmp(path, batch->root, length) == 0 &&
        path[length] == '/') {
        return path + length + 1;
    }
    return path ? path : "empty input";
}

static void run_inputs(void *context)
{
    const struct work *work = context;
    for (size_t i = work->first; i < batch_count(work->batch); i++) {
        *work->current = i;
        child_limit(work->batch->seconds);
        work->batch->run(work->batch->context, path_of(work->batch, i));
    }
}

static void report_failure(const struct batch *batch, size_t index,
                           const struct child *child, struct report *report)
{
    char headline[TEXT_SIZE];
    const char *under_way =
        batch->under_way ? batch->under_way(batch->context) : NULL;

    snprintf(headline, sizeof headline, "%s%s%s", under_way ? under_way : "",
             under_way ? ": " : "", child->finding);
    report_case(report, name_of(batch, index), headline,
                child->size ? child->output : child->finding);
}

/* Runs inputs until one fails or all are done. */
static void run_until_failure(struct work *work, struct report *report)
{
    struct child child;

    child_run(&child, run_inputs, work);
    size_t end =
        child_survived(&child) ? batch_count(work->batch) : *work->current;
    for (; work->first < end; work->first++) {
        report_case(report, name_of(work->batch, work->first), NULL, NULL);
    }
    if (!child_survived(&child)) {
        report_failure(work->batch, end, &child, report);
        work->first++;
    }
    child_free(&child);
}

void batch_run(struct batch *batch, struct report *report)
{
    struct work work = {batch, 0, child_shared(sizeof *work.current)};
    while (work.first < batch_count(batch)) {
        run_until_failure(&work, report);
    }
}

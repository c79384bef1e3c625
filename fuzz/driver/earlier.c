/* Runs, reduces and writes earlier inputs; see earlier.h. */
#include "fuzz/driver/earlier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/driver/runner.h"
#include "fuzz/program/program.h"

struct earlier {
    uint8_t *bytes; /* owned; room for MAX_ENCODED bytes or more */
    size_t size;
    bool left_out;
};

static struct earlier *all; /* kept until the process ends */
static size_t count;

static bool load(struct earlier *one, const char *path, char *error,
                 size_t error_size)
{
    struct input input = {NULL, 0};
    if (!input_read(&input, path, error, error_size)) {
        return false;
    }
    one->bytes = malloc(input.size > MAX_ENCODED ? input.size : MAX_ENCODED);
    if (!one->bytes) {
        abort();
    }
    one->size = input.size;
    if (input.size) {
        memcpy(one->bytes, input.bytes, input.size);
    }
    input_free(&input);
    return true;
}

bool earlier_load(const char *tool, const char *folder)
{
    struct input_list list = {NULL, 0};
    char error[1024];
    if (!input_list_add(&list, folder, error, sizeof error)) {
        tool_complain(tool, "%s", error);
        return false;
    }
    all = calloc(list.count, sizeof *all);
    if (!all) {
        abort();
    }
    for (; count < list.count; count++) {
        if (!load(&all[count], list.paths[count], error, sizeof error)) {
            tool_complain(tool, "%s", error);
            break;
        }
    }
    bool loaded = count == list.count;
    input_list_free(&list);
    return loaded;
}

size_t earlier_count(void)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        left += !all[i].left_out;
    }
    return left;
}

void earlier_run(void)
{
    for (size_t i = 0; i < count; i++) {
        if (!all[i].left_out) {
            runner_run_earlier(all[i].bytes, all[i].size);
        }
    }
}

/* Leaves out `width` inputs from `first` on, if the finding stays. */
static void try_without(size_t first, size_t width, bool (*keeps)(void *),
                        void *context)
{
    bool before[width], any = false;
    for (size_t i = 0; i < width; i++) {
        before[i] = all[first + i].left_out;
        any |= !before[i];
        all[first + i].left_out = true;
    }
    if (any && keeps(context)) {
        return;
    }
    for (size_t i = 0; i < width; i++) {
        all[first + i].left_out = before[i];
    }
}

void earlier_reduce(bool (*keeps)(void *), void *context)
{
    for (size_t width = count; width > 0; width /= 2) {
        for (size_t first = 0; first + width <= count; first += width) {
            try_without(first, width, keeps, context);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!all[i].left_out) {
            runner_reduce_earlier(all[i].bytes, &all[i].size, keeps, context);
        }
    }
}

bool earlier_write(const char *prefix, const char *suffix)
{
    unsigned number = 1;
    for (size_t i = 0; i < count; i++) {
        char path[FILENAME_MAX];
        if (all[i].left_out) {
            continue;
        }
        snprintf(path, sizeof path, "%s%u%s", prefix, number++, suffix);
        FILE *out = fopen(path, "w");
        if (!out) {
            return false;
        }
        runner_write_earlier(out, all[i].bytes, all[i].size);
        bool written = !ferror(out);
        if (fclose(out) != 0 || !written) {
            return false;
        }
        printf("after %s\n", path);
    }
    return true;
}

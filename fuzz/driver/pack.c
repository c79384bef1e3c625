/* Packs a corpus for an engine: one flat folder of binary inputs. Each file
 * name is made from the path of the original. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/driver/flags.h"
#include "fuzz/driver/input.h"
#include "fuzz/program/program.h"

enum { ERROR_SIZE = 1024 };

static bool as_bytes;

static const struct flag FLAGS[] = {
    {"bytes", NULL, "the files are inputs already: copies them",
     .enable = &as_bytes},
    {0},
};

static const struct tool TOOL = {
    .name = "pack",
    .about = "Writes each FILE to the folder OUT as an engine reads it.\n"
             "ROOT/seed/a.prog becomes OUT/seed-a.prog.\n"
             "Exit status: 0 written, 2 bad input.\n",
    .arguments = "OUT ROOT FILE ...",
    .many = true,
    .flags = FLAGS,
};

static bool write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    bool written = out && fwrite(bytes, 1, size, out) == size;
    if ((out && fclose(out) != 0) || !written) {
        tool_complain(TOOL.name, "cannot write %s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

/* `corpus/name/seed/a.prog` below `corpus/name` becomes `OUT/seed-a.prog`. */
static void output_path(char *path, size_t size, const char *out,
                        const char *root, const char *file)
{
    size_t length = strlen(root);
    if (strncmp(file, root, length) == 0 && file[length] == '/') {
        file += length + 1;
    }
    size_t start = (size_t)snprintf(path, size, "%s/", out);
    snprintf(path + start, size - start, "%s", file);
    for (char *at = path + start; (at = strchr(at, '/'));) {
        *at = '-';
    }
}

static bool pack(const char *path, const char *file)
{
    static struct program program;
    static uint8_t bytes[MAX_ENCODED];
    struct input input;
    char error[ERROR_SIZE];
    size_t length = strlen(file);
    bool is_text =
        !as_bytes && length > 5 && strcmp(file + length - 5, ".prog") == 0;

    if (!input_read(&input, file, error, sizeof error)) {
        tool_complain(TOOL.name, "%s", error);
        return false;
    }
    bool done;
    if (!is_text) {
        done = write_file(path, input.bytes, input.size);
    } else if (program_parse(&program, (char *)input.bytes, input.size, file,
                             NULL, error, sizeof error)) {
        done = write_file(path, bytes,
                          program_encode(&program, bytes, sizeof bytes));
    } else {
        fprintf(stderr, "%s\n", error);
        done = false;
    }
    input_free(&input);
    return done;
}

int main(int argc, char **argv)
{
    int count = tool_arguments(&TOOL, argc, argv);
    char path[FILENAME_MAX];

    if (count < 2) {
        return tool_complain(TOOL.name, "OUT or ROOT is missing; try --help");
    }
    for (int i = 3; i <= count; i++) {
        output_path(path, sizeof path, argv[1], argv[2], argv[i]);
        if (!pack(path, argv[i])) {
            return BAD_INPUT;
        }
    }
    return 0;
}

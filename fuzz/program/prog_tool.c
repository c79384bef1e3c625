/* tools/prog: converts programs between their forms. */
#define _POSIX_C_SOURCE 200809L /* mkstemp, fdopen */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/program/program.h"

enum { BAD_INPUT = 2, MAX_INPUT = 1 << 20, MAX_PATH = 4096 };

static const char USAGE[] =
    "usage: prog [--text | --binary | --c | --gtest | --check] [options] FILE\n"
    "\n"
    "Converts a program of capsule calls. FILE may be - for standard input.\n"
    "Without a form, text becomes binary and binary becomes text.\n"
    "\n"
    "  --text          as text (.prog), one call per line\n"
    "  --binary        as the bytes that fuzz engines mutate\n"
    "  --c             as a C file with a main() that embeds Python\n"
    "  --gtest         as a GoogleTest case that asserts what # -> expects\n"
    "  --check         prints nothing; checks that the program is valid\n"
    "  --from FORM     FORM of the input, text or binary. Without it, a file\n"
    "                  whose name ends in .prog is text, and any other is "
    "text\n"
    "                  when it holds no control characters\n"
    "  --name S.T      suite and test of --gtest; without it Program and the\n"
    "                  file's name\n"
    "  -o FILE         write to FILE; on failure FILE stays as it was\n"
    "  --help          this text\n"
    "\n"
    "Exit status: 0 converted, 2 bad input or output.\n";

enum form {
    FORM_DEFAULT,
    FORM_TEXT,
    FORM_BINARY,
    FORM_C,
    FORM_GTEST,
    FORM_CHECK
};

struct options {
    enum form to;
    enum form from; /* TEXT, BINARY or DEFAULT */
    const char *input;
    const char *output; /* NULL: standard output */
    const char *name;
};

static int complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static int complain(const char *format, ...)
{
    va_list arguments;
    fputs("prog: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return BAD_INPUT;
}

/* --- options -------------------------------------------------------------- */

static bool is_identifier(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '_') {
            return false;
        }
    }
    return length > 0 && !isdigit((unsigned char)*text);
}

static int check_options(const struct options *options)
{
    const char *dot = options->name ? strchr(options->name, '.') : NULL;
    if (!options->input) {
        return complain("no file is given; name one, - for standard input, or "
                        "--help");
    }
    if (options->name &&
        (!dot || !is_identifier(options->name, (size_t)(dot - options->name)) ||
         !is_identifier(dot + 1, strlen(dot + 1)))) {
        return complain("'%s' is no suite and test; give --name Suite.Test",
                        options->name);
    }
    return 0;
}

static int read_value(char **argv, const char **value)
{
    if (!argv[1]) {
        return complain("%s needs a value; see --help", argv[0]);
    }
    *value = argv[1];
    return 0;
}

static int read_from(char **argv, enum form *from)
{
    const char *value = NULL;
    if (read_value(argv, &value)) {
        return BAD_INPUT;
    }
    *from = strcmp(value, "text") == 0     ? FORM_TEXT
            : strcmp(value, "binary") == 0 ? FORM_BINARY
                                           : FORM_DEFAULT;
    return *from == FORM_DEFAULT
               ? complain("there is no form '%s'; give --from text or binary",
                          value)
               : 0;
}

static int read_options(char **argv, struct options *options)
{
    static const char *const FORMS[] = {[FORM_TEXT] = "--text",
                                        [FORM_BINARY] = "--binary",
                                        [FORM_C] = "--c",
                                        [FORM_GTEST] = "--gtest",
                                        [FORM_CHECK] = "--check"};

    for (argv++; *argv; argv++) {
        bool known = false;
        for (int form = FORM_TEXT; form <= FORM_CHECK; form++) {
            if (strcmp(*argv, FORMS[form]) != 0) {
                continue;
            }
            if (options->to != FORM_DEFAULT && options->to != (enum form)form) {
                return complain("%s and %s exclude each other; give one",
                                FORMS[options->to], FORMS[form]);
            }
            options->to = (enum form)form;
            known = true;
        }
        int status = 0;
        if (known) {
            continue;
        } else if (strcmp(*argv, "--from") == 0) {
            status = read_from(argv++, &options->from);
        } else if (strcmp(*argv, "--name") == 0) {
            status = read_value(argv++, &options->name);
        } else if (strcmp(*argv, "-o") == 0) {
            status = read_value(argv++, &options->output);
        } else if (**argv == '-' && (*argv)[1]) {
            status = complain("unknown option '%s'; see --help", *argv);
        } else if (options->input) {
            status = complain("'%s' is a second file; convert one at a "
                              "time",
                              *argv);
        } else {
            options->input = *argv;
        }
        if (status) {
            return status;
        }
    }
    return check_options(options);
}

/* --- input ---------------------------------------------------------------- */

static int read_input(const char *path, char *bytes, size_t *size)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "rb");
    if (!in) {
        return complain("cannot read '%s': %s; name a file that exists", path,
                        strerror(errno));
    }
    errno = 0;
    *size = fread(bytes, 1, MAX_INPUT + 1, in);
    int error = ferror(in) ? errno : 0;
    if (!standard) {
        fclose(in);
    }
    if (error) {
        return complain("cannot read '%s': %s; name a file of a program", path,
                        strerror(error));
    }
    if (*size > MAX_INPUT) {
        return complain("'%s' has more than %d bytes; no program is that long",
                        path, MAX_INPUT);
    }
    return 0;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static enum form form_of(const char *path, const char *bytes, size_t size)
{
    if (ends_in(path, ".prog")) {
        return FORM_TEXT;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < 0x20 && !isspace(byte)) || byte == 0x7f) {
            return FORM_BINARY;
        }
    }
    return FORM_TEXT;
}

/* --- output --------------------------------------------------------------- */

/* Makes a test's name of a path: `near-miss_2.prog` becomes NearMiss2. */
static void test_name(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    bool upper = true;
    size_t length = 0;

    for (const char *c = slash ? slash + 1 : path; *c && *c != '.'; c++) {
        if (!isalnum((unsigned char)*c)) {
            upper = true;
        } else if (length + 2 < size) {
            if (length == 0 && isdigit((unsigned char)*c)) {
                name[length++] = 'P';
            }
            name[length++] = (char)(upper ? toupper((unsigned char)*c) : *c);
            upper = false;
        }
    }
    name[length] = '\0';
    if (length == 0) {
        snprintf(name, size, "Runs");
    }
}

static void write_gtest(FILE *out, const struct program *program,
                        const struct annotations *annotations,
                        const struct options *options)
{
    char suite[256] = "Program", test[256];
    const char *dot = options->name ? strchr(options->name, '.') : NULL;

    test_name(options->input, test, sizeof test);
    if (dot) {
        snprintf(suite, sizeof suite, "%.*s", (int)(dot - options->name),
                 options->name);
        snprintf(test, sizeof test, "%s", dot + 1);
    }
    program_emit_gtest(out, program, annotations, suite, test);
}

static void write_form(FILE *out, const struct program *program,
                       const struct annotations *annotations,
                       const struct options *options)
{
    static uint8_t bytes[MAX_ENCODED];

    switch (options->to) {
    case FORM_TEXT:
        program_print(out, program);
        break;
    case FORM_BINARY:
        fwrite(bytes, 1, program_encode(program, bytes, sizeof bytes), out);
        break;
    case FORM_C:
        program_emit_main(out, program, annotations);
        break;
    case FORM_GTEST:
        write_gtest(out, program, annotations, options);
        break;
    default:
        break;
    }
}

static int cannot_write(const char *path)
{
    return complain("cannot write %s: %s; nothing was written there", path,
                    strerror(errno));
}

/* Writes a temporary file and renames it, so that no reader sees a partial
 * file. */
static int write_file(const struct program *program,
                      const struct annotations *annotations,
                      const struct options *options)
{
    char temporary[MAX_PATH];
    int length =
        snprintf(temporary, sizeof temporary, "%s.XXXXXX", options->output);
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return complain("the path after -o is too long; use a shorter one");
    }
    int fd = mkstemp(temporary);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!out) {
        return cannot_write(options->output);
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    write_form(out, program, annotations, options);
    bool written = !ferror(out);
    written &= fclose(out) == 0;
    if (!written || rename(temporary, options->output) != 0) {
        int status = cannot_write(options->output);
        unlink(temporary);
        return status;
    }
    return 0;
}

static int write_output(const struct program *program,
                        const struct annotations *annotations,
                        const struct options *options)
{
    if (options->output && options->to != FORM_CHECK) {
        return write_file(program, annotations, options);
    }
    write_form(stdout, program, annotations, options);
    bool written = !ferror(stdout);
    written &= fflush(stdout) == 0;
    return written ? 0
                   : complain("cannot write the whole output: %s; what came "
                              "out is incomplete",
                              strerror(errno));
}

int main(int argc, char **argv)
{
    static char bytes[MAX_INPUT + 1];
    static struct program program;
    struct annotations annotations = {0};
    struct options options = {0};
    char error[512];
    size_t size;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(USAGE, stdout);
            return 0;
        }
    }
    if (read_options(argv, &options) ||
        read_input(options.input, bytes, &size)) {
        return BAD_INPUT;
    }
    if (options.from == FORM_DEFAULT) {
        options.from = form_of(options.input, bytes, size);
    }
    if (options.to == FORM_DEFAULT) {
        options.to = options.from == FORM_TEXT ? FORM_BINARY : FORM_TEXT;
    }
    if (options.from == FORM_BINARY) {
        program_decode(&program, (const uint8_t *)bytes, size);
    } else if (!program_parse(&program, bytes, size, options.input,
                              &annotations, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        return BAD_INPUT;
    }
    int status = write_output(&program, &annotations, &options);
    annotations_free(&annotations);
    return status;
}

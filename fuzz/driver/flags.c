/* Parses command lines; see flags.h. */
#include "fuzz/driver/flags.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN = 28 }; /* where the help texts begin */

int tool_complain(const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return BAD_INPUT;
}

/* --- help ----------------------------------------------------------------- */

static void print_flag(const char *name, const char *value, const char *help)
{
    int width =
        printf("  --%s%s%s", name, value ? "=" : "", value ? value : "");
    while (*help) {
        size_t length = strcspn(help, "\n");
        printf("%*s%.*s\n", COLUMN - width, "", (int)length, help);
        help += length + (help[length] == '\n');
        width = 0;
    }
}

/* Prints one word of the usage line; begins a new line if there is no room.
 * Returns the column behind the word. */
static int print_word(const char *word, int column)
{
    enum { WIDTH = 79, INDENT = 6 };
    if (column + 1 + (int)strlen(word) > WIDTH) {
        column = printf("\n%*s", INDENT, "") - 1;
    }
    return column + printf(" %s", word);
}

static void print_help(const struct tool *tool)
{
    int column = printf("usage: %s", tool->name);
    for (const struct flag *flag = tool->flags; flag->name; flag++) {
        char word[80];
        snprintf(word, sizeof word, "[--%s%s%s]", flag->name,
                 flag->value ? "=" : "", flag->value ? flag->value : "");
        column = print_word(word, column);
    }
    print_word(tool->arguments, column);
    printf("\n\n%s\n", tool->about);
    for (const struct flag *flag = tool->flags; flag->name; flag++) {
        print_flag(flag->name, flag->value, flag->help);
    }
    print_flag("help", NULL, "prints this help");
}

/* --- parsing -------------------------------------------------------------- */

static bool set_number(const struct flag *flag, const char *value)
{
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    if (strchr(value, '-') || *end || end == value || number == 0 ||
        number > flag->largest) {
        return false;
    }
    *flag->number = (unsigned)number;
    return true;
}

/* Returns the flag whose name is the first `length` bytes of `name`; NULL if
 * the tool has none. */
static const struct flag *find_flag(const struct tool *tool, const char *name,
                                    size_t length)
{
    for (const struct flag *flag = tool->flags; flag->name; flag++) {
        if (strlen(flag->name) == length &&
            memcmp(flag->name, name, length) == 0) {
            return flag;
        }
    }
    return NULL;
}

/* Parses an argument that begins with two dashes. Ends the program if the
 * argument is wrong. */
static void take_flag(const struct tool *tool, const char *argument)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    const struct flag *flag = find_flag(tool, name, length);

    if (!flag) {
        exit(tool_complain(tool->name, "unknown flag '%s'; try --help",
                           argument));
    }
    if (!value != !flag->value) {
        exit(tool_complain(tool->name,
                           value ? "--%s takes no value; try --help"
                                 : "--%s needs a value; try --help",
                           flag->name));
    }
    if (flag->enable) {
        *flag->enable = true;
    } else if (flag->text) {
        *flag->text = value;
    } else if (!set_number(flag, value)) {
        exit(tool_complain(tool->name,
                           "%s is not a number from 1 to %u; correct it",
                           argument, flag->largest));
    }
}

int tool_arguments(const struct tool *tool, int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(tool);
            exit(0);
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            take_flag(tool, argv[i]);
        } else if (argv[i][0] == '-') {
            exit(tool_complain(tool->name, "unknown flag '%s'; try --help",
                               argv[i]));
        } else {
            argv[++count] = argv[i];
        }
    }
    if (count == 0 && tool->missing) {
        exit(tool_complain(tool->name, "%s; try --help", tool->missing));
    }
    if (count > 1 && !tool->many) {
        exit(tool_complain(tool->name, "more than one file given; try --help"));
    }
    return count;
}

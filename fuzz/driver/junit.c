#include "fuzz/driver/junit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const struct junit *junit)
{
    fprintf(stderr, "cannot write %s: %s\n", junit->path, strerror(errno));
    exit(2);
}

/* Bytes that XML does not allow are shown as \xNN: a report may quote names of
 * any bytes. */
static void write_text(FILE *file, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        switch (byte) {
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        default:
            if ((byte < ' ' && byte != '\n' && byte != '\t') || byte > '~') {
                fprintf(file, "\\x%02x", byte);
            } else {
                fputc(byte, file);
            }
        }
    }
}

void junit_open(struct junit *junit, const char *suite)
{
    junit->file = NULL;
    junit->path = getenv("XML_OUTPUT_FILE");
    if (!junit->path) {
        return;
    }
    junit->file = fopen(junit->path, "w");
    if (!junit->file) {
        give_up(junit);
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<testsuites><testsuite name=\"",
          junit->file);
    write_text(junit->file, suite);
    fputs("\">\n", junit->file);
}

void junit_case(struct junit *junit, const char *suite, const char *name,
                const char *failure)
{
    FILE *file = junit->file;
    if (!file) {
        return;
    }
    fputs("<testcase classname=\"", file);
    write_text(file, suite);
    fputs("\" name=\"", file);
    write_text(file, name);
    if (!failure) {
        fputs("\"/>\n", file);
        return;
    }
    /* The first line is the headline. */
    char headline[200];
    snprintf(headline, sizeof headline, "%.*s", (int)strcspn(failure, "\n"),
             failure);
    fputs("\"><failure message=\"", file);
    write_text(file, headline);
    fputs("\">", file);
    write_text(file, failure);
    fputs("</failure></testcase>\n", file);
}

void junit_close(struct junit *junit)
{
    if (!junit->file) {
        return;
    }
    fputs("</testsuite></testsuites>\n", junit->file);
    if (ferror(junit->file) || fclose(junit->file) != 0) {
        give_up(junit);
    }
    junit->file = NULL;
}

/* Reports test cases on stdout and as XML; see report.h. */
#include "fuzz/driver/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const struct report *report)
{
    fprintf(stderr, "cannot write %s: %s\n", report->path, strerror(errno));
    exit(2);
}

/* Writes bytes that XML forbids as \xNN: a report may quote arbitrary bytes. */
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

void report_open(struct report *report, const char *suite)
{
    *report =
        (struct report){.suite = suite, .path = getenv("XML_OUTPUT_FILE")};
    if (!report->path) {
        return;
    }
    report->file = fopen(report->path, "w");
    if (!report->file) {
        give_up(report);
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<testsuites><testsuite name=\"",
          report->file);
    write_text(report->file, suite);
    fputs("\">\n", report->file);
}

static void write_case(FILE *file, const char *suite, const char *name,
                       const char *headline, const char *failure)
{
    fputs("<testcase classname=\"", file);
    write_text(file, suite);
    fputs("\" name=\"", file);
    write_text(file, name);
    if (!failure) {
        fputs("\"/>\n", file);
        return;
    }
    fputs("\"><failure message=\"", file);
    write_text(file, headline ? headline : "failed");
    fputs("\">", file);
    write_text(file, failure);
    fputs("</failure></testcase>\n", file);
}

void report_case(struct report *report, const char *name, const char *headline,
                 const char *failure)
{
    if (failure) {
        report->failed++;
        printf("FAILED %s%s%s\n%s\n", name, headline ? ": " : "",
               headline ? headline : "", failure);
    }
    if (report->file) {
        write_case(report->file, report->suite, name, headline, failure);
    }
}

int report_close(struct report *report)
{
    if (report->file) {
        fputs("</testsuite></testsuites>\n", report->file);
        if (ferror(report->file) || fclose(report->file) != 0) {
            give_up(report);
        }
        report->file = NULL;
    }
    return report->failed ? 1 : 0;
}

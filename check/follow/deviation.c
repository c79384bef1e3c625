/* Collects the deviations of the interpreter from the contract; reports equal
 * ones once, with their number. */
#include "check/follow/deviation.h"

#include <stdio.h>
#include <string.h>

#include "capsule/contract.h"

enum { MOST = 256, TEXT = 256, COLUMNS = 4 };

static struct {
    uint16_t rule;
    char texts[COLUMNS][TEXT]; /* call, expected, got, object */
    unsigned long times;
} found[MOST];
static int count;
static unsigned long more; /* deviations that did not fit */

static int position(uint16_t rule, const char *const texts[COLUMNS])
{
    int at = 0;
    for (; at < count; at++) {
        int same = 0;
        while (same < COLUMNS &&
               !strncmp(found[at].texts[same], texts[same], TEXT - 1))
            same++;
        if (found[at].rule == rule && same == COLUMNS)
            break;
    }
    return at;
}

void deviation(uint16_t rule, const char *call, const char *expected,
               const char *got, const char *object)
{
    const char *const texts[COLUMNS] = {call, expected, got,
                                        object ? object : ""};
    int at = position(rule, texts);
    if (at == MOST) {
        more++;
        return;
    }
    if (at == count) {
        count++;
        found[at].rule = rule;
        found[at].times = 0;
        for (int i = 0; i < COLUMNS; i++)
            snprintf(found[at].texts[i], TEXT, "%s", texts[i]);
    }
    found[at].times++;
}

static void print_text(const char *key, const char *text)
{
    printf("\"%s\": \"", key);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c >= ' ' && *c < 127)
            putchar(*c);
        else
            printf("\\u%04x", *c);
    fputs("\", ", stdout);
}

void deviations_print(void)
{
    static const char *const keys[COLUMNS] = {"call", "expected", "got",
                                              "object"};
    for (int at = 0; at < count; at++) {
        putchar('{');
        print_text("rule", CONTRACT[found[at].rule].id);
        print_text("text", CONTRACT[found[at].rule].text);
        print_text("function", CONTRACT[found[at].rule].function);
        for (int i = 0; i < COLUMNS; i++)
            print_text(keys[i], found[at].texts[i]);
        printf("\"times\": %lu}\n", found[at].times);
    }
    if (more)
        printf("{\"more\": %lu}\n", more);
    count = 0;
    more = 0;
}

/* The names of the state as a machine has them: blocks of up to 8192 bytes. */
#include <stdlib.h>
#include <string.h>

#include "tests/steps/machine_input.h"
#include "tests/steps/names.h"
#include "tests/steps/step.h"

static struct {
    char *block; /* NULL after name_free() */
    uint64_t sum;
} names[NAMES];

static size_t any_length(void)
{
    static const size_t lengths[] = {0,  1,  2,   3,   4,    5,   7,
                                     15, 16, 255, 256, 4095, 8192};
    /* Long names are rare, as they cost most of the time. */
    int which = input_below(64);
    return lengths[which < 13 ? which : which % 6];
}

static uint8_t any_name_byte(void)
{
    static const uint8_t bytes[] = {'a', 'b',  'A',  '.', '%',
                                    1,   0x7f, 0x80, 0xff};
    int which = input_below(16);
    uint8_t byte = which < 9 ? bytes[which] : input_byte();
    return byte ? byte : '_';
}

static uint64_t sum_of(const char *text)
{
    uint64_t sum = 14695981039346656037u;
    for (; *text; text++) {
        sum = (sum ^ (uint8_t)*text) * 1099511628211u;
    }
    return sum;
}

/* A name of its own, or a copy of the one before with an edit. */
static void name_begin(int i)
{
    const char *before = i > 0 ? names[i - 1].block : NULL;
    bool copies = before != NULL && input_below(2);
    size_t length = copies ? strlen(before) : any_length();
    char *block = malloc(length + 1);
    if (block == NULL) {
        abort();
    }
    uint8_t fill = any_name_byte();
    for (size_t j = 0; j < length; j++) {
        block[j] =
            copies ? before[j]
                   : (char)(j < 8 || length - j < 4 ? any_name_byte() : fill);
    }
    block[length] = '\0';
    if (copies && length > 0) {
        switch (input_below(4)) {
        case 0:
            block[length - 1] = (char)any_name_byte();
            break;
        case 1:
            block[(size_t)input_below(256) % length] = (char)any_name_byte();
            break;
        case 2:
            block[length - 1] = '\0';
            break;
        }
    }
    names[i].block = block;
    names[i].sum = sum_of(block);
    input_tell("length of a name", strlen(block));
}

void names_begin(void)
{
    for (int i = 0; i < NAMES; i++) {
        name_begin(i);
    }
}

void names_end(void)
{
    for (int i = 0; i < NAMES; i++) {
        free(names[i].block);
        names[i].block = NULL;
    }
}

const char *any_name(const char *what)
{
    int which = any_below(what, NAMES + 1);
    return which == NAMES ? NULL : names[which].block;
}

bool names_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void name_free(const char *name)
{
    for (int i = 0; name != NULL && i < NAMES; i++) {
        if (names[i].block == name) {
            free(names[i].block);
            names[i].block = NULL;
        }
    }
}

int names_changed(void)
{
    int changed = 0;
    for (int i = 0; i < NAMES; i++) {
        changed += names[i].block && sum_of(names[i].block) != names[i].sum;
    }
    return changed;
}

/* Names of 0 to NAME_BYTES bytes, each of any value, in memory. */
#include "tests/steps/names.h"

#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/step.h"

/* The state is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

/* A name starts where its block starts, so that its address has a constant
 * offset: the proofs take a quarter of the time. A name ends at its first NUL;
 * any bytes follow, on which no result may depend. The longest name ends where
 * its block ends, and a read behind it is refuted. */
struct name {
    char *block;                /* NULL after name_free() */
    char bytes[NAME_BYTES + 1]; /* as they were in names_begin() */
};
static struct name names[NAMES];

static void name_begin(struct name *name)
{
    name->block = malloc(NAME_BYTES + 1);
    name->block[NAME_BYTES] = '\0';
}

/* Keeps the bytes for names_changed(). */
static void name_note(struct name *name)
{
    __CPROVER_input("a name of so many bytes", NAME_BYTES);
    __CPROVER_input("the address of a name", (uintptr_t)name->block);
    for (int i = 0; i < NAME_BYTES; i++) {
        __CPROVER_input("a byte of a name", name->block[i]);
    }
    for (int i = 0; i <= NAME_BYTES; i++) {
        name->bytes[i] = name->block[i];
    }
}

void names_begin(void)
{
    for (int i = 0; i < NAMES; i++) {
        name_begin(&names[i]);
    }
#ifdef EMPTY_PATH
    names[0].block[0] = '\0';
#endif
    for (int i = 0; i < NAMES; i++) {
        name_note(&names[i]);
    }
}

const char *any_name(const char *what)
{
    int which = any_below(what, NAMES + 1);
    return which == NAMES ? NULL : names[which].block;
}

const char *first_name(void) { return names[0].block; }

bool names_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    for (int i = 0; i <= NAME_BYTES; i++) {
        if (a[i] != b[i]) {
            return false;
        }
        if (a[i] == '\0') {
            return true;
        }
    }
    return false;
}

void name_free(const char *name)
{
    for (int i = 0; i < NAMES; i++) {
        if (name != NULL && name == names[i].block) {
            free(names[i].block);
            names[i].block = NULL;
        }
    }
}

int names_changed(void)
{
    int changed = 0;
    for (int i = 0; i < NAMES; i++) {
        const char *block = names[i].block;
        if (block == NULL) {
            continue;
        }
        if (!__CPROVER_r_ok(block, NAME_BYTES + 1)) {
            changed++;
            continue;
        }
        for (int j = 0; j <= NAME_BYTES; j++) {
            if (block[j] != names[i].bytes[j]) {
                changed++;
                break;
            }
        }
    }
    return changed;
}

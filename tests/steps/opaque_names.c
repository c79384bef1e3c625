/* Names of any length. A name is an address that nobody may read. The functions
 * of <string.h> answer by what the three names have in common, so a source that
 * looks at names through them alone is proved for names of every length. */
#include "tests/steps/names.h"

#include <string.h>
#include <strings.h>

#include "tests/steps/step.h"

static struct {
    const char *address;
    size_t length;
    size_t common[NAMES]; /* the length of the common start with each name */
} names[NAMES];

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static bool equal(int i, int j)
{
    return names[i].length == names[j].length &&
           names[i].common[j] == names[i].length;
}

/* Chooses the common starts of all pairs. */
static void begin_common(void)
{
    for (int i = 0; i < NAMES; i++) {
        names[i].common[i] = names[i].length;
        for (int j = 0; j < i; j++) {
            size_t common = any_size("two names have in common");
            ASSUME(common <= least(names[i].length, names[j].length),
                   "a common start is in both names");
            names[i].common[j] = names[j].common[i] = common;
        }
    }
    for (int i = 0; i < NAMES; i++) {
        for (int j = 0; j < NAMES; j++) {
            for (int k = 0; k < NAMES; k++) {
                ASSUME(names[i].common[j] >=
                           least(names[i].common[k], names[k].common[j]),
                       "what two names share with a third, they share");
            }
        }
    }
}

void names_begin(void)
{
    for (int i = 0; i < NAMES; i++) {
        names[i].address = any_pointer("the address of a name");
        names[i].length = any_size("the length of a name");
        ASSUME(names[i].length < (size_t)1 << 40, "longer ones have no memory");
        ASSUME(names[i].address != NULL, "NULL is no name, but unnamed");
        for (int j = 0; j < i; j++) {
            ASSUME(names[i].address != names[j].address,
                   "two names stand at two addresses");
        }
    }
    begin_common();
}

const char *any_name(const char *what)
{
    int which = any_below(what, NAMES + 1);
    return which == NAMES ? NULL : names[which].address;
}

/* Nobody can write to a name: the checker refutes the access. */
int names_changed(void) { return 0; }

void name_free(const char *name) { (void)name; }

/* The index of a name. */
static int index_of(const char *name)
{
    for (int i = 0; i < NAMES; i++) {
        if (name == names[i].address) {
            return i;
        }
    }
    HOLDS("environment", false, "knows the strings that are compared");
    return 0;
}

bool names_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return equal(index_of(a), index_of(b));
}

/* --- <string.h> ----------------------------------------------------------- */

static int unequal(void) { return any_bool("the first name is less") ? -1 : 1; }

int strcmp(const char *a, const char *b)
{
    return names_equal(a, b) ? 0 : unequal();
}

int strncmp(const char *a, const char *b, size_t n)
{
    int i = index_of(a), j = index_of(b);
    return equal(i, j) || names[i].common[j] >= n ? 0 : unequal();
}

int strcasecmp(const char *a, const char *b)
{
    return names_equal(a, b) || any_bool("only the case differs") ? 0
                                                                  : unequal();
}

int memcmp(const void *a, const void *b, size_t n)
{
    int i = index_of(a), j = index_of(b);
    HOLDS("NEW-5", n <= names[i].length + 1 && n <= names[j].length + 1,
          "nothing is read behind a name");
    return n <= names[i].common[j] || equal(i, j) ? 0 : unequal();
}

size_t strlen(const char *name) { return names[index_of(name)].length; }

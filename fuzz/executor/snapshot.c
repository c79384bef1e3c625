/* Snapshots of the bytes of capsules.
 *
 * Reading every field of every capsule after every call takes longer than
 * everything else. If the bytes of an object have not changed since the last
 * comparison, and its fields are stored in the object, its getters return the
 * same values; so the executor skips the object. Fields stored elsewhere are
 * compared when a call changes that capsule, in its destructor, and when the
 * program ends. */
#include <stdint.h>

#include "fuzz/executor/snapshot.h"
#include "fuzz/executor/world.h"

enum { MOST_WORDS = 8 };
typedef uint64_t __attribute__((may_alias)) word;

static word kept[MAX_CAPSULES][MOST_WORDS];

static unsigned word_count(void)
{
    size_t words = (size_t)PyCapsule_Type.tp_basicsize / sizeof(word);
    return words < MOST_WORDS ? (unsigned)words : MOST_WORDS;
}

bool snapshot_matches(int id)
{
    const word *now = run.model.capsule[id].handle;
    word difference = 0;
    for (unsigned i = 0, count = word_count(); i < count; i++) {
        difference |= now[i] ^ kept[id][i];
    }
    return difference == 0;
}

void snapshot_take(int id)
{
    const word *now = run.model.capsule[id].handle;
    for (unsigned i = 0, count = word_count(); i < count; i++) {
        kept[id][i] = now[i];
    }
}

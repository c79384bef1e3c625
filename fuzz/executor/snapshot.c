/* The bytes of the capsules.
 *
 * To ask every capsule for every field after every call takes longer than all
 * else. An object of which not one byte has changed since it was asked would
 * give the same answers, as far as it keeps them itself; so it is not asked.
 * What an implementation keeps elsewhere is found when a call changes that very
 * capsule, in its destructor, and when the program ends.
 */
#include <stdint.h>

#include "fuzz/executor/run.h"

enum { MOST_WORDS = 8 };
typedef uint64_t __attribute__((may_alias)) word;

static word seen[MAX_CAPSULES][MOST_WORDS];

static unsigned word_count(void)
{
    size_t words = (size_t)PyCapsule_Type.tp_basicsize / sizeof(word);
    return words < MOST_WORDS ? (unsigned)words : MOST_WORDS;
}

bool is_as_seen(int id)
{
    const word *now = run.model.capsule[id].handle;
    word difference = 0;
    for (unsigned i = 0, count = word_count(); i < count; i++) {
        difference |= now[i] ^ seen[id][i];
    }
    return difference == 0;
}

void note_as_seen(int id)
{
    const word *now = run.model.capsule[id].handle;
    for (unsigned i = 0, count = word_count(); i < count; i++) {
        seen[id][i] = now[i];
    }
}

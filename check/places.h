/* The places that calls come from: return addresses, and the objects (extension
 * modules) that contain them. */
#ifndef CHECK_PLACES_H
#define CHECK_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "check/channel.h"

/* One place in the code that calls a capsule function. */
struct site {
    uintptr_t address; /* the return address */
    uint32_t image;    /* index of the object that holds it */
    uint32_t made;     /* capsules made here */
    uint32_t alive;    /* of them alive at the end; used by the last count */
};

/* Returns the site of a return address. Every further call with the same
 * address is a look into a hash table. If there is no room, the result is a
 * site that stands for all others. Takes the lock. */
struct site *site_of(uintptr_t return_address);

/* Returns the index of the object that holds the address; index 0 stands for
 * memory outside all objects. Takes the lock. */
uint32_t image_of(uintptr_t address);

/* True if the address lies in the object with this index, or did before
 * dlclose(). False for index 0. */
bool image_contains(uint32_t image, uintptr_t address);

/* Writes the rows into the file of a new child process. The caller holds the
 * lock. */
void images_announce_again(void);

/* Returns the path of the object with this index. Lives as long as the
 * process. */
const char *image_path(uint32_t image);

/* Index of the object that is the interpreter. */
uint32_t image_of_interpreter(void);

/* Adds one to a column of the object's row in the table. Threads without a GIL
 * may lose a count: the table is for people. */
static inline void image_count(uint32_t image, enum column column)
{
    struct channel *file = channel ? channel : channel_get();
    uint64_t *count = &file->counts[image][column];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1,
                     __ATOMIC_RELAXED);
}

/* Writes "key": {"object", "offset", "symbol", "into"} for a code address. */
void line_place(struct line *line, const char *key, uintptr_t address);

/* Writes "key": [places] for the C frames above the caller's frame; skips the
 * frames of the checker itself. */
void line_c_frames(struct line *line, const char *key);

/* From now on line_c_frames() finds none: the code of a frame cannot be read.
 */
void places_without_c_frames(void);

#endif

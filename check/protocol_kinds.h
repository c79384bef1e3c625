/* The structures of DLPack and Arrow. */
#ifndef CHECK_PROTOCOL_KINDS_H
#define CHECK_PROTOCOL_KINDS_H

#include <stdbool.h>
#include <stdint.h>

struct kind {
    const char *offered; /* the capsule's name */
    const char *taken;   /* and when a consumer took it; NULL: Arrow, where the
                            structure is moved */
    uint32_t release_at; /* offset of the callback that releases */
    uint32_t private_at; /* offset of the producer's own pointer */
    uint32_t size;       /* bytes that are looked at */

    /* True if the memory may be such a structure: names alone prove nothing.
     * `size` bytes are readable. */
    bool (*is_plausible)(const void *structure);
};

enum { KINDS = 7 };
extern const struct kind kinds[KINDS];

#endif

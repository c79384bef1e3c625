#include "fuzz/support/subject.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"

/* What runs programs of no target in particular has none. */
#pragma weak TARGET

struct subject_options subject_options_from_environment(void)
{
    struct subject_options options = {0};
    const char *allocator = getenv("CAPSULE_ALLOCATOR");

    if (allocator && strcmp(allocator, "malloc") == 0) {
        options.use_malloc = true;
    } else if (allocator && strcmp(allocator, "arena") != 0) {
        fprintf(stderr,
                "CAPSULE_ALLOCATOR=%s: there is no such allocator; set it to "
                "arena or malloc\n",
                allocator);
        exit(2);
    }
    options.profile = getenv("CAPSULE_PROFILE");
    if (!options.profile && &TARGET != NULL) {
        options.profile = TARGET.profile;
    }
    return options;
}

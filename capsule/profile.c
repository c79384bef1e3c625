#include "capsule/profile.h"

#include <string.h>

const struct profile PROFILES[] = {
    {
        .name = "cpython-2.7",
        .set_pointer_checks_null_first = true,
        .import_no_block_is_unwrapped = true,
        .has_cobject = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.11",
        .set_pointer_checks_null_first = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.14",
        .observed_rules = true,
    },
    {
        .name = "documented",
    },
    {
        .name = "deferred",
        .deferred_destruction = true,
    },
    {.name = 0},
};

const struct profile *profile_by_name(const char *name)
{
    for (const struct profile *p = PROFILES; p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return 0;
}

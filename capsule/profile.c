/* The profiles. docs/contract.md shows them in a table. */
#include "capsule/profile.h"

#include <string.h>

/* The facts that are true of Python 2.7. */
#define PYTHON_2_CAPSULES                                                      \
    .set_pointer_checks_null_first = true,                                     \
    .import_no_block_is_unwrapped = true, .import_lacks_memory_error = true,   \
    .names_are_bytes = true, .python_2_messages = true,                        \
    .says_cant_pickle = true, .modules_ignore_getattr = true,                  \
    .objects_have_an_order = true, .observed_rules = true

const struct profile PROFILES[] = {
    {
        .name = "cpython-2.7",
        PYTHON_2_CAPSULES,
        .has_cobject = true,
    },
    {
        /* As What's New in Python 2.7 documents it, where 2.7.18 differs. */
        .name = "documented-2.7",
        PYTHON_2_CAPSULES,
        .has_cobject = true,
        .as_void_ptr_warns = true,
    },
    {
        .name = "cpython-3.6",
        .set_pointer_checks_null_first = true,
        .import_no_block_is_unwrapped = true,
        .says_cant_pickle = true,
        .modules_ignore_getattr = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.7",
        .set_pointer_checks_null_first = true,
        .import_no_block_is_unwrapped = true,
        .says_cant_pickle = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.8",
        .set_pointer_checks_null_first = true,
        .import_no_block_is_unwrapped = true,
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
        .name = "cpython-3.11-debug",
        .set_pointer_checks_null_first = true,
        .bad_destructors_are_fatal = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.14-debug",
        .bad_destructors_are_fatal = true,
        .observed_rules = true,
    },
    {
        .name = "cpython-3.13-free-threaded",
        .observed_rules = true,
        .deferred_destruction = true,
        .modules_are_immortal = true,
    },
    {
        /* A module lives until a collection, with one reference more. */
        .name = "cpython-3.14-free-threaded",
        .observed_rules = true,
        .deferred_destruction = true,
    },
    {
        .name = "documented",
    },
    {
        .name = "deferred",
        .deferred_destruction = true,
    },
    {
        /* Like `deferred`, for a Python before 3.11. */
        .name = "deferred-3.8",
        .import_no_block_is_unwrapped = true,
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

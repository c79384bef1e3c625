/* Paths of many components; and imports inside imports: a module's
 * initialisation and its __getattr__ import, use, rename and destroy capsules
 * in the middle of PyCapsule_Import(); destructors import, and use other
 * capsules.
 *
 * Each call must give the same result at any depth as in a program of its own,
 * and the import around it must see the state that the inner calls leave. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "reentry_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 1,        [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 2,    [CALL_GET_NAME] = 1,
            [CALL_IS_VALID] = 2,       [CALL_SET_POINTER] = 2,
            [CALL_SET_DESTRUCTOR] = 4, [CALL_SET_NAME] = 3,
            [CALL_SET_CONTEXT] = 1,    [CALL_DECREF] = 8,
            [CALL_RAISE] = 1,          [CALL_CLEAR_ERROR] = 20,
            [CALL_SET_INIT] = 1,       [CALL_PUBLISH] = 20,
            [CALL_ANSWER] = 8,         [CALL_FORGET] = 5,
            [CALL_IMPORT_MODULE] = 4,  [CALL_CONSUME] = 3,
            [CALL_IMPORT] = 25,        [CALL_RUN_INSIDE] = 12,
        },
    .longest_name = 600,
    .near_miss_percent = 5,
    .deep_paths = true,
    .reenters = true,
    .cost = 20, /* importing modules is slow */
};

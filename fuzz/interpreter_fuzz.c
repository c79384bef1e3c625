/* Interpreters that are started, entered and ended in any order, with capsules
 * that are published in one and used in all of them. Each sees what it has
 * published itself and nothing else; one table gives each the state of its own
 * module; an exception stays where it was raised; and what an interpreter has
 * published is destroyed once, with it, while nothing can be imported. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "interpreter_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 3,
            [CALL_NAME] = 2,
            [CALL_FREE] = 1,
            [CALL_NEW] = 10,
            [CALL_GET_POINTER] = 3,
            [CALL_GET_NAME] = 2,
            [CALL_IS_VALID] = 2,
            [CALL_SET_POINTER] = 3,
            [CALL_SET_NAME] = 1,
            [CALL_SET_DESTRUCTOR] = 2,
            [CALL_INCREF] = 2,
            [CALL_DECREF] = 10,
            [CALL_NEW_REF] = 2,
            [CALL_RAISE] = 3,
            [CALL_CLEAR_ERROR] = 5,
            [CALL_READ] = 2,
            [CALL_HOLD] = 2,
            [CALL_START_INTERPRETER] = 6,
            [CALL_NEXT_INTERPRETER] = 10,
            [CALL_END_INTERPRETER] = 6,
            [CALL_SHARE] = 10,
            [CALL_UNSHARE] = 2,
            [CALL_IMPORT_SHARED] = 10,
            [CALL_SET_STATE] = 4,
            [CALL_GET_STATE] = 4,
        },
    .longest_name = 16,
    .near_miss_percent = 30,
    .cost = 200, /* starts and ends interpreters */
};

/* Interpreters that are started, entered and ended in any order; capsules are
 * published in one and used in all.
 *
 * Each interpreter must see only what it has published itself. One table must
 * give each interpreter the state of its own module. An exception must stay in
 * the interpreter that raised it. The published capsules must be destroyed
 * once, at the end of their interpreter, when imports are no longer
 * possible. */
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
    .cost = 200, /* starting interpreters is slow */
};

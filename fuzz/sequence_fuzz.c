/* Creates, changes, shares and destroys capsules in any order: several
 * capsules, several references to each, destructors that create, drop and
 * change capsules, pending exceptions.
 *
 * As long as a program keeps the contract, every call must return what the
 * model predicts, every destructor must run once and leave the caller's
 * exception untouched, and nothing may remain after the last reference is
 * gone. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "sequence_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 4,
            [CALL_NAME] = 3,
            [CALL_FREE] = 3,
            [CALL_REALLOC] = 1,
            [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 8,
            [CALL_GET_DESTRUCTOR] = 4,
            [CALL_GET_NAME] = 4,
            [CALL_GET_CONTEXT] = 4,
            [CALL_IS_VALID] = 6,
            [CALL_CHECK_EXACT] = 2,
            [CALL_SET_POINTER] = 5,
            [CALL_SET_DESTRUCTOR] = 6,
            [CALL_SET_NAME] = 5,
            [CALL_SET_CONTEXT] = 5,
            [CALL_INCREF] = 6,
            [CALL_DECREF] = 14,
            [CALL_NEW_REF] = 4,
            [CALL_RAISE] = 4,
            [CALL_CLEAR_ERROR] = 3,
            [CALL_SAVE_ERROR] = 1,
            [CALL_RESTORE_ERROR] = 1,
            [CALL_READ] = 3,
            [CALL_HOLD] = 3,
            [CALL_REPR] = 1,
            [CALL_CALL_DESTRUCTOR] = 1,
            [CALL_LEAVE_IN_CYCLE] = 1,
            [CALL_COLLECT] = 1,
            [CALL_FAIL_ALLOCATION] = 1,
        },
    .longest_name = 32,
    .near_miss_percent = 30,
};

/* Counts, addresses, memory and threads that programs of the other targets do
 * not reach: thousands of references, capsules and renames; names of up to
 * 100,000 bytes; pointers that equal a capsule, a name or a function; freed
 * memory that is used again, and new memory with other contents; threads that
 * take turns; pending exceptions with a text.
 *
 * No number is too large, no pointer has a meaning, and no result depends on
 * what memory held before or on the thread. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "extremes_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 3,
            [CALL_NAME] = 3,
            [CALL_LONG_NAME] = 2,
            [CALL_EDIT] = 1,
            [CALL_FREE] = 4,
            [CALL_SET_MEMORY] = 3,
            [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 6,
            [CALL_GET_DESTRUCTOR] = 2,
            [CALL_GET_NAME] = 3,
            [CALL_GET_CONTEXT] = 3,
            [CALL_IS_VALID] = 4,
            [CALL_SET_POINTER] = 6,
            [CALL_SET_DESTRUCTOR] = 5,
            [CALL_SET_NAME] = 6,
            [CALL_SET_CONTEXT] = 6,
            [CALL_DECREF] = 14,
            [CALL_RAISE] = 1,
            [CALL_RAISE_TEXT] = 3,
            [CALL_CLEAR_ERROR] = 3,
            [CALL_REPR] = 1,
            [CALL_HOLD] = 2,
            [CALL_TAKE_REFERENCES] = 2,
            [CALL_DROP_REFERENCES] = 2,
            [CALL_MAKE_CAPSULES] = 2,
            [CALL_SET_FIELDS] = 2,
            [CALL_LOOK] = 2,
            [CALL_DROP_CHAIN] = 2,
            [CALL_NEXT_THREAD] = 3,
        },
    .longest_name = 32,
    .near_miss_percent = 30,
    .extremes = true,
    .cost = 10,
};

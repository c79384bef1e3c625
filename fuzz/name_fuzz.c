/* Names of any bytes and of 0 to 4096 of them, written out or in buffers that
 * are shared, edited in place and freed: a capsule opens under exactly the name
 * that it carries at that moment, byte by byte, and under no near miss of it.
 * No byte beyond a name's end is ever read. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "name_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 1,
            [CALL_NAME] = 10,
            [CALL_EDIT] = 10,
            [CALL_FREE] = 3,
            [CALL_NEW] = 8,
            [CALL_GET_POINTER] = 14,
            [CALL_GET_NAME] = 6,
            [CALL_IS_VALID] = 14,
            [CALL_SET_NAME] = 10,
            [CALL_DECREF] = 6,
            [CALL_CLEAR_ERROR] = 4,
            [CALL_READ] = 3,
            [CALL_REPR] = 2,
        },
    .longest_name = MAX_NAME,
    .near_miss_percent = 70,
};

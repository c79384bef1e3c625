/* Names of any bytes and of 0 to 4096 bytes: literals, and buffers that
 * capsules share and that programs edit and free.
 *
 * A capsule must open under exactly the name that it has at that moment,
 * compared byte by byte, and under no similar name. No byte after a name's end
 * may be read. */
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

/* Tables of functions of any version and size, also 0 and SIZE_MAX, between
 * producers and consumers of different versions.
 *
 * A consumer must accept exactly the tables of its version that are long
 * enough, must not keep a table that it refused, must not read beyond the size
 * that it checked, and must call the function that its own version has at that
 * place. Results that break the convention for exceptions must be reported,
 * never returned. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "table_fuzz",
    .calls =
        {
            [CALL_TABLE] = 12,
            [CALL_BUILD_CONSUMER] = 6,
            [CALL_TAKE_TABLE] = 20,
            [CALL_CALL_ENTRY] = 20,
            [CALL_NAME] = 3,
            [CALL_FREE] = 2,
            [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 3,
            [CALL_IS_VALID] = 2,
            [CALL_SET_POINTER] = 4,
            [CALL_SET_NAME] = 3,
            [CALL_SET_DESTRUCTOR] = 2,
            [CALL_DECREF] = 5,
            [CALL_RAISE] = 1,
            [CALL_CLEAR_ERROR] = 10,
        },
    .longest_name = 32,
    .near_miss_percent = 20,
};

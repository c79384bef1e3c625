/* DLPack tensors and Arrow structs that are handed over in capsules, between
 * capsule/dlpack.h or capsule/arrow.h and a hostile side: a consumer that does
 * not rename, copies instead of moving, fails halfway or releases twice; a
 * producer whose callback is missing, raises, or comes back while the consumer
 * works.
 *
 * The resource behind each struct must be released exactly once, and the
 * pending exception must survive it. A struct that was taken must not be taken
 * again. A struct that nobody took must be released with its capsule. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "protocol_fuzz",
    .calls =
        {
            [CALL_OFFER_STRUCT] = 14,
            [CALL_TAKE_STRUCT] = 20,
            [CALL_RELEASE_STRUCT] = 12,
            [CALL_HOSTILE_OFFER] = 8,
            [CALL_HOSTILE_TAKE] = 16,
            [CALL_HOSTILE_RELEASE] = 8,
            [CALL_NAME] = 2,
            [CALL_FREE] = 1,
            [CALL_NEW] = 3,
            [CALL_GET_POINTER] = 2,
            [CALL_GET_NAME] = 2,
            [CALL_IS_VALID] = 2,
            [CALL_SET_NAME] = 4,
            [CALL_INCREF] = 2,
            [CALL_DECREF] = 16,
            [CALL_RAISE] = 3,
            [CALL_CLEAR_ERROR] = 6,
            [CALL_FAIL_ALLOCATION] = 2,
        },
    .longest_name = 32,
    .near_miss_percent = 20,
};

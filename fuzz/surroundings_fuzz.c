/* Varies what surrounds the calls of a program: names of any bytes, and near
 * misses with bytes that look alike; another locale; a clock that is turned
 * forward; pending exceptions with a cause, a context and a note; eight
 * interpreters.
 *
 * Each byte of a name counts, whatever the locale. A capsule does not age. A
 * pending exception stays as it is, with all that belongs to it. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "surroundings_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 2,
            [CALL_NAME] = 3,
            [CALL_EDIT] = 1,
            [CALL_FREE] = 1,
            [CALL_NEW] = 12,
            [CALL_GET_POINTER] = 12,
            [CALL_GET_DESTRUCTOR] = 3,
            [CALL_GET_NAME] = 3,
            [CALL_GET_CONTEXT] = 3,
            [CALL_IS_VALID] = 10,
            [CALL_SET_POINTER] = 3,
            [CALL_SET_DESTRUCTOR] = 3,
            [CALL_SET_NAME] = 6,
            [CALL_SET_CONTEXT] = 3,
            [CALL_DECREF] = 10,
            [CALL_RAISE_CHAINED] = 5,
            [CALL_CLEAR_ERROR] = 4,
            [CALL_SAVE_ERROR] = 1,
            [CALL_RESTORE_ERROR] = 1,
            [CALL_REPR] = 2,
            [CALL_HOLD] = 1,
            [CALL_SET_LOCALE] = 2,
            [CALL_TURN_CLOCK] = 3,
            [CALL_LOOK] = 1,
            [CALL_START_INTERPRETER] = 3,
            [CALL_NEXT_INTERPRETER] = 2,
            [CALL_END_INTERPRETER] = 1,
        },
    .longest_name = 100,
    .near_miss_percent = 60,
    .any_bytes = true,
    .cost = 20,
};

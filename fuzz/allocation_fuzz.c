/* Sequences, tables and imports while memory runs out: one allocation fails, or
 * that one and all later ones. The failure may come anywhere: in
 * PyCapsule_New(), while an exception is created, in repr(), in a destructor,
 * during an import, between two steps of a producer or consumer.
 *
 * A call that lacks memory must raise MemoryError and change nothing. A call
 * that needs no memory must return its usual result. Nothing may leak, and
 * every destructor must run once. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "allocation_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 4,
            [CALL_NAME] = 3,
            [CALL_FREE] = 2,
            [CALL_NEW] = 14,
            [CALL_GET_POINTER] = 8,
            [CALL_GET_DESTRUCTOR] = 2,
            [CALL_GET_NAME] = 2,
            [CALL_GET_CONTEXT] = 2,
            [CALL_IS_VALID] = 3,
            [CALL_SET_POINTER] = 6,
            [CALL_SET_DESTRUCTOR] = 5,
            [CALL_SET_NAME] = 5,
            [CALL_SET_CONTEXT] = 3,
            [CALL_INCREF] = 3,
            [CALL_DECREF] = 12,
            [CALL_NEW_REF] = 3,
            [CALL_RAISE] = 6,
            [CALL_CLEAR_ERROR] = 14,
            [CALL_SAVE_ERROR] = 1,
            [CALL_RESTORE_ERROR] = 1,
            [CALL_READ] = 2,
            [CALL_HOLD] = 3,
            [CALL_CALL_DESTRUCTOR] = 1,
            [CALL_REPR] = 4,
            [CALL_COPY] = 1,
            [CALL_WEAK_REFERENCE] = 1,
            [CALL_LEAVE_IN_CYCLE] = 3,
            [CALL_COLLECT] = 2,
            [CALL_TABLE] = 2,
            [CALL_BUILD_CONSUMER] = 1,
            [CALL_TAKE_TABLE] = 4,
            [CALL_CALL_ENTRY] = 3,
            [CALL_PRODUCE] = 3,
            [CALL_SET_INIT] = 1,
            [CALL_PUBLISH] = 8,
            [CALL_ANSWER] = 1,
            [CALL_FORGET] = 2,
            [CALL_IMPORT_MODULE] = 2,
            [CALL_ADD_OBJECT] = 4,
            [CALL_CONSUME] = 2,
            [CALL_IMPORT] = 18,
            [CALL_FAIL_ALLOCATION] = 9,
            [CALL_FAIL_ALLOCATIONS_FROM] = 4,
        },
    .longest_name = 64,
    .near_miss_percent = 30,
};

/* PyCObject of Python 2.7 next to capsules: created with and without a
 * description and a destructor, read, changed, imported and dropped, with and
 * without pending exceptions and warnings that are errors.
 *
 * Each function must distinguish a PyCObject from a capsule and from other
 * objects. The destructor of a PyCObject must be called once, with the right
 * number of arguments. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "cobject_fuzz",
    .profile = "cpython-2.7",
    .calls =
        {
            [CALL_PAYLOAD] = 3,
            [CALL_NAME] = 2,
            [CALL_NEW] = 6,
            [CALL_GET_POINTER] = 2,
            [CALL_SET_POINTER] = 2,
            [CALL_SET_NAME] = 3,
            [CALL_DECREF] = 2,
            [CALL_RAISE] = 4,
            [CALL_CLEAR_ERROR] = 12,
            [CALL_COBJECT_NEW] = 20,
            [CALL_COBJECT_AS_POINTER] = 16,
            [CALL_COBJECT_GET_DESC] = 10,
            [CALL_COBJECT_SET_POINTER] = 10,
            [CALL_COBJECT_IMPORT] = 10,
            [CALL_SET_WARNINGS] = 6,
        },
    .longest_name = 16,
    .near_miss_percent = 20,
};

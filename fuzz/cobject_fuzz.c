/* PyCObject as Python 2.7 has it beside capsules: made with and without a
 * description and a destructor, asked, set, imported and dropped, with and
 * without exceptions pending and warnings that are errors. Each function tells
 * a PyCObject from a capsule and from anything else; its destructor is called
 * once, in its own form. */
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

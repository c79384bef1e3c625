#include "fuzz/mutator/weights.h"

const struct weights DEFAULT_WEIGHTS = {
    .fresh_percent = 70,
    .extend_percent = 60,
    .more_edits_percent = 50,
    .repair_percent = 50,

    .insert = 20,
    .remove = 10,
    .replace = 10,
    .duplicate = 6,
    .swap = 8,
    .move = 6,
    .splice = 8,
    .repeat = 4,
    .change_argument = 24,
    .edit_name = 12,
    .chain = 8,
    .fitting_argument_percent = 60,

    .cross_tail = 2,
    .cross_insert = 2,
    .cross_interleave = 1,
    .rename_slots_percent = 50,

    .whole_percent = 60,
    .keep_call_percent = 75,
    .keep_destructor_percent = 40,
    .long_percent = 75,

    .object = {[CHOOSE_LIVE] = 90,
               [CHOOSE_NO_OBJECT] = 4,
               [CHOOSE_FOREIGN] = 5,
               [CHOOSE_EMPTY_SLOT] = 1},
    .pointer =
        {[CHOOSE_PAYLOAD] = 60, [CHOOSE_ADDRESS] = 34, [CHOOSE_NO_POINTER] = 6},
    .no_destructor_percent = 15,
    .size = {[SIZE_0] = 1, [SIZE_1] = 3, [SIZE_SMALL] = 30, [SIZE_LARGE] = 1},
    .name = {[CHOOSE_OWN_NAME] = 60,
             [CHOOSE_BUFFER] = 14,
             [CHOOSE_NO_NAME] = 10,
             [CHOOSE_FRESH] = 16},
    .copy_percent = 50,
    .near_miss = {[CHANGE_ONE_BYTE] = 4,
                  [FLIP_ONE_BIT] = 2,
                  [CUT_THE_LAST] = 3,
                  [CUT_THE_FIRST] = 1,
                  [APPEND_ONE] = 3,
                  [CHANGE_CASE] = 2,
                  [KEEP_A_PREFIX] = 2},
    .fresh_length = {[LENGTH_0] = 3,
                     [LENGTH_1] = 6,
                     [LENGTH_2] = 6,
                     [LENGTH_3_TO_12] = 12,
                     [LENGTH_255] = 1,
                     [LENGTH_LONGEST] = 1},

    .usual_version_percent = 70,
    .whole_table_percent = 65,
    .no_table_percent = 45,
    .true_size_percent = 80,

    .cobject_percent = 60,

    .other_kind_percent = 15,

    .asked_percent = 10,
};

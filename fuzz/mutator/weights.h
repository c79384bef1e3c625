/* All numbers that the mutator and the generator decide by. Percentages are
 * percentages; the entries of an array are relative to each other. */
#ifndef FUZZ_MUTATOR_WEIGHTS_H
#define FUZZ_MUTATOR_WEIGHTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum object_choice {
    CHOOSE_LIVE,       /* a living capsule of the program */
    CHOOSE_NO_OBJECT,  /* NULL */
    CHOOSE_FOREIGN,    /* an object of another type */
    CHOOSE_EMPTY_SLOT, /* any slot; the executor may skip the call */
    OBJECT_CHOICES
};

enum pointer_choice {
    CHOOSE_PAYLOAD,
    CHOOSE_ADDRESS,
    CHOOSE_NO_POINTER,
    POINTER_CHOICES
};

/* Ways to choose the name of an argument that is no variant of an existing
 * name. */
enum name_choice {
    CHOOSE_OWN_NAME, /* the capsule's own name, same address */
    CHOOSE_BUFFER,   /* any buffer of the program */
    CHOOSE_NO_NAME,  /* NULL */
    CHOOSE_FRESH,    /* characters of the alphabet */
    NAME_CHOICES
};

enum near_miss {
    CHANGE_ONE_BYTE,
    FLIP_ONE_BIT,
    CUT_THE_LAST,
    CUT_THE_FIRST,
    APPEND_ONE,
    CHANGE_CASE,
    KEEP_A_PREFIX,
    NEAR_MISSES
};

enum fresh_length {
    LENGTH_0,
    LENGTH_1,
    LENGTH_2,
    LENGTH_3_TO_12,
    LENGTH_255,
    LENGTH_LONGEST, /* the target's longest name */
    FRESH_LENGTHS
};

enum size_choice {
    SIZE_0,
    SIZE_1,
    SIZE_SMALL, /* 2..64 */
    SIZE_LARGE, /* up to 4096 */
    SIZE_CHOICES
};

enum count_choice {
    COUNT_SMALL,  /* below 2^9 */
    COUNT_MIDDLE, /* below 2^15 */
    COUNT_LARGE,
    COUNT_CHOICES
};

struct weights {
    /* These four choose how a result comes about. */
    uint8_t fresh_percent;      /* of inputs: generated, not mutated */
    uint8_t extend_percent;     /* of mutations: cut, then append new calls */
    uint8_t more_edits_percent; /* after each edit: another one, up to eight */
    uint8_t repair_percent; /* of mutations: replace empty slots in arguments */

    /* These weights choose an edit. */
    uint8_t insert;
    uint8_t remove;
    uint8_t replace;
    uint8_t duplicate;
    uint8_t swap;
    uint8_t move;
    uint8_t splice;
    uint8_t repeat;
    uint8_t change_argument;
    uint8_t edit_name;
    uint8_t chain;
    uint8_t fitting_argument_percent; /* of changed arguments: chosen as by the
                                         generator */

    /* These weights choose the way in which two programs are crossed. */
    uint8_t cross_tail;
    uint8_t cross_insert;
    uint8_t cross_interleave;
    uint8_t rename_slots_percent; /* of crossovers: rename the slots of the
                                     other program */

    /* Generated programs. */
    uint8_t whole_percent;     /* of swarms: all calls and destructors; else: */
    uint8_t keep_call_percent; /* each call of the target is kept */
    uint8_t keep_destructor_percent; /* each destructor is kept */
    uint8_t long_percent; /* of programs: longer than half of MAX_CALLS */

    /* Arguments. */
    uint8_t object[OBJECT_CHOICES];
    uint8_t pointer[POINTER_CHOICES];
    uint8_t
        alias_percent; /* of pointers of a target with `extremes`: aliases */
    uint8_t no_destructor_percent;
    uint8_t size[SIZE_CHOICES];
    uint8_t count[COUNT_CHOICES];
    uint8_t name[NAME_CHOICES];
    uint8_t copy_percent; /* of variants: equal text at another address; the
                             others are near misses */
    uint8_t near_miss[NEAR_MISSES];
    uint8_t fresh_length[FRESH_LENGTHS];

    /* Tables of functions and their consumers. */
    uint8_t usual_version_percent; /* the initial version of the consumer */
    uint8_t whole_table_percent;   /* of sizes: a head and whole entries */
    uint8_t no_table_percent;  /* of the others: 0, 1, SIZE_MAX; else one byte
                                  more or less than whole */
    uint8_t true_size_percent; /* of tables: as long as they claim */

    uint8_t cobject_percent; /* of objects in such calls: the PyCObject */

    uint8_t other_kind_percent; /* of consumers: they expect any kind of
                                   struct */

    uint8_t asked_percent; /* of new names: one that a destructor expects */
};

extern const struct weights DEFAULT_WEIGHTS;

#ifdef __cplusplus
}
#endif

#endif

/* Every number that the mutator and the generator decide by. Percentages are
 * of a hundred; arrays are relative to each other. */
#ifndef FUZZ_MUTATOR_WEIGHTS_H
#define FUZZ_MUTATOR_WEIGHTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum object_choice {
    CHOOSE_LIVE,       /* a capsule that the program has */
    CHOOSE_NO_OBJECT,  /* NULL */
    CHOOSE_FOREIGN,    /* an object that is no capsule */
    CHOOSE_EMPTY_SLOT, /* any slot; the call may be left out */
    OBJECT_CHOICES
};

enum pointer_choice {
    CHOOSE_PAYLOAD,
    CHOOSE_ADDRESS,
    CHOOSE_NO_POINTER,
    POINTER_CHOICES
};

/* Names that are no relatives of a name that the program has. */
enum name_choice {
    CHOOSE_OWN_NAME, /* what the capsule at hand is called by, same address */
    CHOOSE_BUFFER,   /* any buffer that the program has */
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

struct weights {
    /* What comes out. */
    uint8_t fresh_percent;      /* of inputs: generated, not mutated */
    uint8_t extend_percent;     /* of the others: a beginning of it, continued
                                 * like a fresh one */
    uint8_t more_edits_percent; /* after each edit: one more, up to eight */
    uint8_t repair_percent;     /* of mutations: slots that the edits left
                                 * empty are replaced by others */

    /* Which edit. */
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
    uint8_t fitting_argument_percent; /* of changed arguments: one that the
                                       * generator would choose */

    /* How two programs are crossed. */
    uint8_t cross_tail;
    uint8_t cross_insert;
    uint8_t cross_interleave;
    uint8_t rename_slots_percent; /* of crossings: the other program's slots
                                   * are renamed */

    /* Fresh programs. */
    uint8_t whole_percent;           /* of programs: all calls, all destructors;
                                      * of the others: */
    uint8_t keep_call_percent;       /* each call of the target */
    uint8_t keep_destructor_percent; /* each destructor */
    uint8_t long_percent;            /* of programs: over half of MAX_CALLS */

    /* Arguments. */
    uint8_t object[OBJECT_CHOICES];
    uint8_t pointer[POINTER_CHOICES];
    uint8_t no_destructor_percent;
    uint8_t size[SIZE_CHOICES];
    uint8_t name[NAME_CHOICES];
    uint8_t copy_percent; /* of names that are relatives: equal text at
                           * another address; the rest are near misses */
    uint8_t near_miss[NEAR_MISSES];
    uint8_t fresh_length[FRESH_LENGTHS];

    /* Tables of functions and their consumers. */
    uint8_t usual_version_percent; /* the one that consumers begin with */
    uint8_t whole_table_percent;   /* of sizes: a head and whole entries */
    uint8_t no_table_percent;      /* of the others: 0, 1, SIZE_MAX; else one
                                    * byte more or less than whole */
    uint8_t true_size_percent;     /* of tables: as long as they claim */

    uint8_t cobject_percent; /* of objects in calls about PyCObject: it */

    uint8_t asked_percent; /* of fresh names: one that a destructor asks for */
};

extern const struct weights DEFAULT_WEIGHTS;

#ifdef __cplusplus
}
#endif

#endif

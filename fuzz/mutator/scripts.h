/* What the destructors' programs do, in the form that the forecast needs.
 * Private to this folder. */
#ifndef FUZZ_MUTATOR_SCRIPTS_H
#define FUZZ_MUTATOR_SCRIPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum { MAX_SCRIPT_CALLS = 8 };

struct script {
    bool misuse;
    bool frees_pointer; /* of the capsule that is destroyed */
    bool frees_name;
    bool drops_context;
    bool drops_slots;      /* gives up references of the program */
    uint8_t capsule_slots; /* that it uses, as a mask */
    uint8_t call_count;
    struct call calls[MAX_SCRIPT_CALLS]; /* texts: in SCRIPT_TEXT */
};

extern struct script SCRIPTS[DESTRUCTOR_COUNT];
extern char SCRIPT_TEXT[];

/* Reads destructors.def into SCRIPTS; more than once does no harm. */
void scripts_init(void);

#endif

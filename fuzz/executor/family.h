/* A family of calls, as the executor knows it. fuzz/program/families.def lists
 * the families; the file NAME.c of this folder defines executor_family_NAME. */
#ifndef FUZZ_EXECUTOR_FAMILY_H
#define FUZZ_EXECUTOR_FAMILY_H

#include <stdint.h>

#include "fuzz/model/step.h"

/* What can be wrong after a call that returned what it should. */
enum symptom {
    WRONG_REFERENCES,     /* a capsule's reference count */
    WRONG_FIELD,          /* a field of a capsule */
    WRONG_FOREIGN_OBJECT, /* an object that is no capsule was changed */
    WRONG_SIGNAL          /* result and exception tell the caller different
                           * things */
};

/* A function that is NULL does nothing. */
struct executor_family {
    /* What the implementation lacks that the call needs, in words; NULL:
     * nothing. Static. */
    const char *(*lacks)(enum call_op op);

    /* Once per process: before the host starts, after it has started, before it
     * stops; and after each program. What start() allocates outlives
     * programs. */
    void (*announce)(void);
    void (*start)(void);
    void (*stop)(void);
    void (*end)(void);

    /* Before the call is made. May set step->observed. */
    void (*begin)(struct step *step);
    /* Makes the call; allocations fail as the program has asked. Returns what
     * came back: an address or an int; for calls that yield nothing 0, or
     * CALL_FAILED. */
    uintptr_t (*perform)(const struct call *call, const struct model_arg *args);
    /* In place of `perform`, for a family that says itself which allocations
     * fail, and what that changes in the prediction. */
    uintptr_t (*perform_step)(struct step *step);

    /* Compares what the call left behind: before the capsules are compared,
     * and after that. */
    void (*check)(const struct step *step);
    void (*check_after)(const struct step *step);
    /* Counts rules that hold besides the one of the prediction. */
    void (*exercise)(const struct step *step);

    /* The rule that the call breaks when a wrong value came back; `raised`:
     * with an exception. NULL: the rule of the prediction. */
    uint16_t (*broken_rule)(const struct step *step, bool raised);
    /* The rule that the call breaks when this is wrong after it; RULE_COUNT:
     * none of its own. NULL: RULE_COUNT for all. */
    uint16_t (*blame)(enum call_op op, enum symptom symptom);
};

#define FAMILY(ident, name)                                                    \
    extern const struct executor_family executor_family_##name;
#include "fuzz/program/families.def"
#undef FAMILY

/* What a call that yields nothing gives when it fails. */
#define CALL_FAILED ((uintptr_t)-1)

extern const struct executor_family *const EXECUTOR_FAMILIES[FAMILY_COUNT];

static inline const struct executor_family *family_of(const struct call *call)
{
    return EXECUTOR_FAMILIES[CALLS[call->op].family];
}

/* The family's own rule for that symptom, or `usual`. */
uint16_t rule_to_blame(const struct call *call, enum symptom symptom,
                       uint16_t usual);

/* Each family's function of that name, in the order of families.def. */
void families_announce(void);
void families_start(void);
void families_stop(void);
void families_end(void);

#endif

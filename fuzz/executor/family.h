/* The interface between the executor and a family of calls.
 * fuzz/program/families.def lists the families; the file NAME.c of this folder
 * defines executor_family_NAME. */
#ifndef FUZZ_EXECUTOR_FAMILY_H
#define FUZZ_EXECUTOR_FAMILY_H

#include <stdint.h>

#include "fuzz/model/step.h"

/* The differences that can remain after a call that returned the right value.
 */
enum symptom {
    WRONG_REFERENCES,     /* a capsule's reference count */
    WRONG_FIELD,          /* a field of a capsule */
    WRONG_FOREIGN_OBJECT, /* another object was changed */
    WRONG_SIGNAL /* the result and the exception contradict each other */
};

/* A NULL function does nothing. */
struct executor_family {
    /* Returns what the call needs and the implementation lacks, in words; NULL
     * if the implementation has everything. Static. */
    const char *(*lacks)(enum call_op op);

    /* announce(), start() and stop() run once per process: before the host
     * starts, after the start, before the stop. end() runs after each program.
     * Memory that start() allocates outlives programs. */
    void (*announce)(void);
    void (*start)(void);
    void (*stop)(void);
    void (*end)(void);

    /* Called before the call is made. May set step->observed. */
    void (*begin)(struct step *step);
    /* Makes the call. Allocations fail as the program has requested. Returns
     * the result: an address or an int. A call without a result returns 0 or
     * CALL_FAILED. */
    uintptr_t (*perform)(const struct call *call, const struct model_arg *args);
    /* Replaces `perform` in a family that decides itself which allocations fail
     * and how a failure changes the prediction. */
    uintptr_t (*perform_step)(struct step *step);

    /* check() runs before the capsules are compared, check_after() afterwards.
     */
    void (*check)(const struct step *step);
    void (*check_after)(const struct step *step);
    /* Counts further rules that the call exercised, besides the predicted one.
     */
    void (*exercise)(const struct step *step);

    /* Returns the rule that is broken if the call returned a wrong value;
     * `raised`: with an exception. NULL: the rule of the prediction. */
    uint16_t (*broken_rule)(const struct step *step, bool raised);
    /* Returns the rule that is broken if the symptom appears after this call;
     * RULE_COUNT if the call has no rule of its own. NULL: RULE_COUNT for every
     * call. */
    uint16_t (*symptom_rule)(enum call_op op, enum symptom symptom);
};

#define FAMILY(ident, name)                                                    \
    extern const struct executor_family executor_family_##name;
#include "fuzz/program/families.def"
#undef FAMILY

/* A call without a result returns this value if it fails. */
#define CALL_FAILED ((uintptr_t)-1)

extern const struct executor_family *const EXECUTOR_FAMILIES[FAMILY_COUNT];

static inline const struct executor_family *family_of(const struct call *call)
{
    return EXECUTOR_FAMILIES[CALLS[call->op].family];
}

/* Returns the family's rule for the symptom, or `usual` if it has none. */
uint16_t rule_of_symptom(const struct call *call, enum symptom symptom,
                         uint16_t usual);

/* Call the function of that name in each family, in the order of
 * families.def. */
void families_announce(void);
void families_start(void);
void families_stop(void);
void families_end(void);

#endif

/* The steps of a call, in their fixed order. Two users follow a program with
 * the model: the executor, which makes the calls on an implementation, and the
 * mutator's forecast, which invents the results.
 *
 *    1. resolve   what do the arguments mean in this state?
 *    2. predict   what must come back?
 *    3. permit    may the caller make the call, given that result?
 *    4. apply     the model updates its state, as far as it can know it
 *    5. perform   the performer makes the call; each call of a destructor that
 *                 runs meanwhile is a step of its own
 *    6. made      the model records a new capsule, block or table
 *    7. deaths    capsules without references are destroyed by now
 *    8. finish    what ends with the call: a collection, an interpreter
 *    9. done      the performer compares the result and the state */
#ifndef FUZZ_MODEL_STEP_H
#define FUZZ_MODEL_STEP_H

#include "fuzz/model/model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct step {
    const struct program *program; /* borrowed: has the literals */
    const struct call *call;       /* borrowed */
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;
    struct model_error before; /* the error indicator before the call */
    uintptr_t got;             /* the result: an address or an int */
    /* True: step 4 comes after step 5, because the performer corrects the
     * prediction from what happened. */
    bool observed;
};

/* The functions by which the executor or the forecast performs calls. `self` is
 * the argument of model_step(). A NULL function does nothing and lets the call
 * continue. */
struct performer {
    /* After step 1. Returns false to skip the call. */
    bool (*resolved)(void *self, struct step *step);
    /* Step 3. Asks model_permits(), unless the performer decides otherwise.
     * Returns false to skip the call. May change the prediction and set
     * `observed`. Never NULL. */
    bool (*begin)(void *self, struct step *step);
    /* Step 5: makes the call and returns the result. Never NULL. */
    uintptr_t (*perform)(void *self, struct step *step);
    /* Step 7: the capsule's destructor should have run by now but has not. */
    void (*owes_destructor)(void *self, const struct step *step, int capsule);
    /* Step 7: the capsule is destroyed. */
    void (*destroyed)(void *self, const struct step *step, int capsule);
    /* Step 9. */
    void (*done)(void *self, struct step *step);
};

/* Makes one call of the program or of a running destructor's program. Returns
 * false, and changes nothing, if the call is skipped. */
bool model_step(struct model *model, const struct performer *who, void *self,
                const struct program *program, const struct call *call);

/* Makes the calls of a destructor's program. The caller has begun the frame
 * with model_enter_destructor() or model_enter_by_hand(). */
void model_run_destructor(struct model *model, const struct performer *who,
                          void *self, int behaviour);

#ifdef __cplusplus
}
#endif

#endif

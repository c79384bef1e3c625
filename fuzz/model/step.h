/* The steps of a call, in their one order, for everybody who follows a program
 * with the model: the executor, which makes the calls on an implementation, and
 * the mutator's forecast, which makes up what comes back.
 *
 *   1. resolve   what do the arguments mean in this state?
 *   2. predict   what must come back?
 *   3. permit    may the caller make the call, which must give that?
 *   4. apply     the state afterwards, as far as the model knows it by itself
 *   5. perform   the call is made; destructors run, each call of theirs a step
 *   6. made      what the call made: a capsule, a block, a table
 *   7. deaths    capsules without references are destroyed by now
 *   8. finish    what ends with the call: a collection, an interpreter
 *   9. done      what came back and what is left is compared
 */
#ifndef FUZZ_MODEL_STEP_H
#define FUZZ_MODEL_STEP_H

#include "fuzz/model/model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct step {
    const struct program *program; /* borrowed: has the literals of the call */
    const struct call *call;       /* borrowed */
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;
    struct model_error before; /* the error indicator before the call */
    uintptr_t got;             /* what came back: an address or an int */
    bool observed; /* the model applies the call after it was performed, by what
                    * then stands in `prediction` */
};

/* Who performs the calls. `self` is what model_step() was given. A function
 * that is NULL does nothing and lets the call go on. */
struct performer {
    /* After 1. False: the call is left out. */
    bool (*resolved)(void *self, struct step *step);
    /* 3: asks model_permits(), unless the performer has reasons of its own.
     * False: the call is left out. Else the call will be made: may change the
     * prediction, and set `observed`. Never NULL. */
    bool (*begin)(void *self, struct step *step);
    /* 5: makes the call and returns what came back. Never NULL. */
    uintptr_t (*perform)(void *self, struct step *step);
    /* In 7: the destructor of the capsule had to run by now and has not. */
    void (*owes_destructor)(void *self, const struct step *step, int capsule);
    /* In 7: the capsule is gone. */
    void (*destroyed)(void *self, const struct step *step, int capsule);
    /* 9. */
    void (*done)(void *self, struct step *step);
};

/* Makes one call of the program, or of a destructor's program if one is
 * running. Returns false, and changes nothing, when the call is left out. */
bool model_step(struct model *model, const struct performer *who, void *self,
                const struct program *program, const struct call *call);

/* Makes the calls of a destructor's program, in the frame that
 * model_enter_destructor() or model_enter_by_hand() has begun. */
void model_run_destructor(struct model *model, const struct performer *who,
                          void *self, int behaviour);

#ifdef __cplusplus
}
#endif

#endif

/* Compares a call of a trace with the prediction of the model. */
#ifndef CHECK_FOLLOW_COMPARE_H
#define CHECK_FOLLOW_COMPARE_H

#include "check/follow/reader.h"
#include "check/follow/store.h"
#include "fuzz/model/step.h"

/* A call of the trace. */
struct traced_call {
    const struct reader *reader;
    const struct trace_record *record;
    /* The capsule before the call; NULL if the call makes the capsule, or if
     * none is known at this address. */
    const struct stored *capsule;
    /* The addresses, in the traced process, that the capsule must hold as its
     * name and as its destructor after the call. */
    uint64_t name, destructor;
};

/* Notes each way in which the call deviates from the prediction. `model` has
 * the state after the call; its capsule 0 is the call's capsule. */
void compare_call(const struct traced_call *call, const struct model *model,
                  const struct step *step);

/* Returns the call as a text: PyCapsule_GetName(capsule "x"). Static. */
const char *call_text(const struct traced_call *call);

#endif

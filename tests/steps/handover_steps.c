/* The contract of capsule/handover.h: a resource with one owner at a time. The
 * block is in any state, and the callback is arbitrary code. */
#include STEP_SOURCE

#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/step.h"
#include "tests/steps/steps.h"

/* --- the state ------------------------------------------------------------ */

static struct handover *block;
static size_t blocks_before;

/* The callback's notes of what it saw and did. */
static struct {
    int calls;
    void *owner;
    int state;
    bool ended; /* it dropped the capsule */
} seen;

/* May release again, and may drop the capsule. */
static void arbitrary_release(void *owner)
{
    seen.calls++;
    seen.owner = owner;
    seen.state = block->state;
    if (any_bool("the callback releases again")) {
        handover_release(block);
    }
    if ((block->state & HANDOVER_ENDED) == 0 &&
        any_bool("the callback drops the capsule")) {
        handover_end(block);
        seen.ended = true;
    }
}

/* A block in any state in which somebody may still use the block. */
static void begin(void)
{
    static const int states[] = {
        0,
        HANDOVER_CLAIMED,
        HANDOVER_CLAIMED | HANDOVER_RELEASED,
        HANDOVER_ENDED,
        HANDOVER_ENDED | HANDOVER_CLAIMED,
    };
    block = malloc(sizeof *block);
    block->owner = any_pointer("the owner");
    block->release = any_bool("there is a callback") ? arbitrary_release : NULL;
    block->state = states[any_below("the state", 5)];
    environment_blocks++;
    blocks_before = environment_blocks;
    environment_begin_error();
}

/* --- steps ---------------------------------------------------------------- */

STEP(handover_release)
{
    begin();
    struct handover before = *block;
    struct error error = error_now();
    bool claimed = before.state & HANDOVER_CLAIMED;

    handover_release(block);

    SAME("DLPACK-2", seen.calls, !claimed && before.release != NULL,
         "the callback runs once, unless it ran before");
    if (seen.calls > 0) {
        SAME("DLPACK-2", seen.owner, before.owner,
             "the callback gets the owner");
        SAME("DLPACK-2", seen.state, before.state | HANDOVER_CLAIMED,
             "the callback meets a block that is claimed and not released");
    }
    bool ended = (before.state & HANDOVER_ENDED) || seen.ended;
    bool freed = !claimed && ended;
    SAME("BUG-4", environment_blocks, blocks_before - freed,
         "the block is freed if the capsule has ended");
    if (!freed) {
        SAME("DLPACK-2", block->state,
             claimed ? before.state
                     : before.state | HANDOVER_CLAIMED | HANDOVER_RELEASED,
             "the block knows that the resource is released");
        HOLDS("DLPACK-2",
              block->owner == before.owner && block->release == before.release,
              "the owner and the callback stay");
    }
    HOLDS("DTOR-6", same_error(error_now(), error),
          "the pending exception stays");
}

STEP(handover_end)
{
    begin();
    struct handover before = *block;
    struct error error = error_now();
    ASSUME((before.state & HANDOVER_ENDED) == 0, "a capsule ends once");

    handover_end(block);

    bool freed = before.state & HANDOVER_RELEASED;
    SAME("DLPACK-2", seen.calls, 0, "the end of the capsule calls nothing");
    SAME("BUG-4", environment_blocks, blocks_before - freed,
         "the block is freed if the resource is released");
    if (!freed) {
        SAME("DLPACK-2", block->state, before.state | HANDOVER_ENDED,
             "the block knows that the capsule has ended");
        HOLDS("DLPACK-2",
              block->owner == before.owner && block->release == before.release,
              "the owner and the callback stay");
    }
    HOLDS("DTOR-6", same_error(error_now(), error),
          "the pending exception stays");
}

/* handover_save(), foreign code, and handover_restore(). */
STEP(handover_restore)
{
    environment_begin_error();
    struct error before = error_now();

    struct handover_exception saved = handover_save();
    SAME("DTOR-6", error_now().type, NULL,
         "foreign code meets no pending exception");
    if (any_bool("the foreign code leaves an exception")) {
        PyErr_SetNone(PyExc_ValueError);
    }
    handover_restore(saved);

    HOLDS("DTOR-6", same_error(error_now(), before),
          "the exception from before is pending again, and no other");
    SAME("BUG-4", environment_fetched, 0, "no exception is kept");
}

/* State changes that several families share. Private to the model. */
#ifndef FUZZ_MODEL_STATE_H
#define FUZZ_MODEL_STATE_H

#include "fuzz/model/model.h"

/* Marks the block as freed and empties its slots. Ignores NOTHING. */
void free_block(struct model *model, int block);

/* Sets a field of the capsule, and the rule that explains the value. */
void set_field(struct model *model, int capsule, enum field field,
               const struct model_address *value, uint16_t rule);
void set_destructor(struct model *model, int capsule, int behaviour,
                    uint16_t rule);

/* Called after a reference count of the capsule was decreased. Starts the
 * capsule's death if no reference is left. */
void reference_dropped(struct model *model, int capsule);

/* Begins a frame without a capsule. */
void model_enter_code(struct model *model);

/* Gives back one of the references in `held`. */
void model_give_back(struct model *model, int capsule);

#endif

/* Changes of the state that several families make. Private to the model. */
#ifndef FUZZ_MODEL_STATE_H
#define FUZZ_MODEL_STATE_H

#include "fuzz/model/model.h"

/* Marks the block as freed and empties the slots that hold it. NOTHING is
 * ignored. */
void free_block(struct model *model, int block);

/* Gives a field of the capsule a value, and the rule that the value obeys. */
void set_field(struct model *model, int capsule, enum field field,
               const struct model_address *value, uint16_t rule);
void set_destructor(struct model *model, int capsule, int behaviour,
                    uint16_t rule);

/* A count of the capsule's references was decreased: the capsule begins to die
 * if that was the last one. */
void reference_dropped(struct model *model, int capsule);

/* A reference in `held` is given back. */
void model_give_back(struct model *model, int capsule);

#endif

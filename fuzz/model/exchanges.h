/* Functions between the files of the family of protocols: exchanges.c reads the
 * arguments of calls and the state of exchanges, permit_protocols.c checks the
 * demands on callers. Private to the model. */
#ifndef FUZZ_MODEL_EXCHANGES_H
#define FUZZ_MODEL_EXCHANGES_H

#include "fuzz/model/model.h"

/* Each returns the enumerator that the argument's text names, or NOTHING. */
int kind_of(const struct model_arg *arg); /* enum struct_kind */
int manner_of(const struct call *call,
              const struct model_arg *arg); /* enum offer_manner */
int way_of(const struct model_arg *arg);    /* enum hostile_way */

/* Returns the number of the capsule's exchange, or NOTHING. */
int exchange_of(const struct model *model, int capsule);

/* Returns the capsule's exchange, or NULL. */
const struct model_exchange *find_exchange(const struct model *model,
                                           int capsule);

/* Returns the exchange of the handle; NULL if the handle was never used. */
const struct model_exchange *in_handle(const struct model *model,
                                       const struct model_handle *handle);

/* True if the capsule has the first name of structs of that kind. */
bool has_name_of(const struct model *model, int capsule, int kind);

/* Returns the kind whose first name the capsule has, if a consumer of `kind`
 * accepts that name, else NOTHING. A consumer of DLPack accepts the names of
 * both kinds of tensors. */
int accepted_kind(const struct model *model, int capsule, int kind);

/* True if the contract permits the call of the family. */
bool model_permits_protocols(const struct model *model, const struct call *call,
                             const struct model_arg *args,
                             const struct prediction *prediction);

#endif

/* Stands in front of the callbacks with which a consumer releases what it took:
 * the deleter of DLPack, release of Arrow.
 *
 * The callback of a structure is replaced by one of a fixed number of
 * functions, each of which stands for one original. So the original is always
 * known, however often the structure is copied.
 */
#ifndef CHECK_CALLBACKS_H
#define CHECK_CALLBACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/record.h"

typedef void (*callback)(void *self);

/* Replaces the callback at `place`, a field of a writable structure. Leaves it
 * alone and returns false if the callback is NULL or not part of a mapped
 * object (code that is made at run time), or if too many different ones exist.
 * Takes the lock. */
bool callback_replace(callback *place, uint32_t kind);

/* True if the callback is one of those that stand for others. */
bool callback_is_replaced(callback function);

/* Told of each call of a replaced callback. It calls `original`, once.
 * `return_address` is that of the caller. The GIL may not be held. */
typedef void (*callback_hook)(uint32_t kind, void *self, callback original,
                              uintptr_t return_address);
void callback_start(callback_hook hook);

#endif

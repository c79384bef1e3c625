/* Makes an input smaller while a predicate stays true for it. */
#ifndef FUZZ_DRIVER_REDUCE_H
#define FUZZ_DRIVER_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns true if the candidate still shows the finding. */
typedef bool (*keeps_program)(void *context, const struct program *candidate);
typedef bool (*keeps_bytes)(void *context, const uint8_t *bytes, size_t size);

/* Returns how much a reader must understand. Calls weigh most. Then arguments:
 * NULL least, low slots less than high ones, short names less than long ones,
 * literals less than name buffers, small numbers less than large ones. */
uint64_t program_weight(const struct program *program);

/* Replaces the program by the lightest program that it finds for which keeps()
 * is true. keeps() must be true for the original. Calls keeps() only for
 * programs lighter than the best so far. */
void reduce_program(struct program *program, keeps_program keeps,
                    void *context);

/* Reduces bytes in place: first fewer bytes, then '0' instead of other bytes.
 * Returns the new size. */
size_t reduce_bytes(uint8_t *bytes, size_t size, keeps_bytes keeps,
                    void *context);

#ifdef __cplusplus
}
#endif

#endif

/* Makes an input smaller as long as a predicate holds for it. */
#ifndef FUZZ_DRIVER_REDUCE_H
#define FUZZ_DRIVER_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The predicate: true if the candidate still shows the finding. */
typedef bool (*keeps_program)(void *context, const struct program *candidate);
typedef bool (*keeps_bytes)(void *context, const uint8_t *bytes, size_t size);

/* Returns how much a reader must understand in a program: calls count most,
 * then arguments (NULL before all others, slot 0 before slot 1, short names
 * before long ones, names written out before name buffers, small numbers before
 * large ones). */
uint64_t program_weight(const struct program *program);

/* Replaces the program, for which keeps() is true, by the lightest one that it
 * finds for which keeps() is true. Calls keeps() only for programs that are
 * lighter than the best one so far. */
void reduce_program(struct program *program, keeps_program keeps,
                    void *context);

/* The same for bytes: first fewer bytes, then '0' in the place of other bytes.
 * Changes `bytes` in place and returns the new size. */
size_t reduce_bytes(uint8_t *bytes, size_t size, keeps_bytes keeps,
                    void *context);

#ifdef __cplusplus
}
#endif

#endif

/* Makes an input smaller while something stays true of it. */
#ifndef FUZZ_DRIVER_REDUCE_H
#define FUZZ_DRIVER_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a candidate still shows what is looked for. */
typedef bool (*keeps_program)(void *context, const struct program *candidate);
typedef bool (*keeps_bytes)(void *context, const uint8_t *bytes, size_t size);

/* How much there is to understand in a program: calls first, then arguments
 * (NULL before all others, slot 0 before slot 1, short names before long ones,
 * names written out before name buffers, small numbers before large ones). */
uint64_t program_weight(const struct program *program);

/* Replaces the program, for which keeps() holds, by one of the least weight
 * that it finds for which keeps() holds. keeps() is asked only for programs
 * that are lighter than all that it said yes to before. */
void reduce_program(struct program *program, keeps_program keeps,
                    void *context);

/* The same for bytes: fewest first, then '0' instead of others. `bytes` is
 * changed in place; returns the new size. */
size_t reduce_bytes(uint8_t *bytes, size_t size, keeps_bytes keeps,
                    void *context);

#ifdef __cplusplus
}
#endif

#endif

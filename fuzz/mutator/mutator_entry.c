/* The custom mutator that libFuzzer calls. Linked only into fuzz targets: other
 * binaries use the mutator without an engine. */
#include "fuzz/mutator/mutator.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                                 const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max_size, unsigned seed);

static const struct mutator *the_mutator(void)
{
    static struct mutator mutator;
    if (!mutator.target) {
        mutator_init(&mutator, &TARGET, &DEFAULT_WEIGHTS);
    }
    return &mutator;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    return mutator_mutate_bytes(the_mutator(), data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                                 const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max_size, unsigned seed)
{
    return mutator_cross_bytes(the_mutator(), data, size, other, other_size,
                               out, max_size, seed);
}

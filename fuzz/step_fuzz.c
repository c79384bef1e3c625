/* One call from any state: builds a state from the input, makes the call, and
 * asserts each rule about the call and everything that must not change. The
 * steps are those that tools/prove shows to a model checker (tests/steps).
 *
 * The first byte of the input is the function. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/steps/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    machine_start(getenv("CAPSULE_PROFILE"));
    int step = size > 0 ? data[0] % machine_steps() : 0;
    machine_read(size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    machine_run(step);
    return 0;
}

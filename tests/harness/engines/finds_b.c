/* A target that fails on inputs that begin with "B", for the tests of the
 * engines. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && data[0] == 'B') {
        abort();
    }
    return 0;
}

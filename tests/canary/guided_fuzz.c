/* A fuzz target with a fault behind four bytes. Guided by coverage, libFuzzer
 * finds it at once; random inputs practically never reach it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 3 && data[0] == 'F') {
        if (data[1] == 'U') {
            if (data[2] == 'Z') {
                if (data[3] == 'Z') {
                    abort();
                }
            }
        }
    }
    return 0;
}

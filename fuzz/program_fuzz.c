/* The harness's own parsers: any bytes decode to a program, any text gives a
 * program or one message; whatever is a program survives binary, text and back
 * unchanged. */
#include "fuzz/program/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    program_check_binary(data, size);
    program_check_text((const char *)data, size);
    return 0;
}

/* The harness's own parsers. Any bytes must decode to a program; any text must
 * parse to a program or give one message. A program must survive the way to
 * binary, to text and back unchanged. */
#include "fuzz/program/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    program_check_binary(data, size);
    program_check_text((const char *)data, size);
    return 0;
}

#include "fuzz/executor/touch.h"

void touch_read(const char *block) { (void)*(const volatile char *)block; }

void touch_write(char *block, size_t index, char value)
{
    block[index] = value;
}

#include "fuzz/executor/caller_memory.h"

#include <string.h>

void touch_read(const char *block) { (void)*(const volatile char *)block; }

void touch_write(char *block, size_t index, char value)
{
    block[index] = value;
}

/* volatile hides from the compiler that the address of a local is returned. */
char *touch_stack(const char *text, size_t length)
{
    char name[4096 + 1];
    char *volatile escaped = name;
    memcpy(escaped, text, length + 1);
    return escaped;
}

/* Collects the deviations of the interpreter from the contract; reports equal
 * ones once, with their number. */
#ifndef CHECK_FOLLOW_DEVIATION_H
#define CHECK_FOLLOW_DEVIATION_H

#include <stdint.h>

/* Notes a deviation. `object` is the path of the object that made the call, or
 * NULL. Texts are copied. */
void deviation(uint16_t rule, const char *call, const char *expected,
               const char *got, const char *object);

/* Prints the deviations as JSON objects, one per line, and forgets them. */
void deviations_print(void);

#endif

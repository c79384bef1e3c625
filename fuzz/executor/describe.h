/* Describes results in words, in one of several static buffers. Never prints an
 * address. */
#ifndef FUZZ_EXECUTOR_DESCRIBE_H
#define FUZZ_EXECUTOR_DESCRIBE_H

#include <stdint.h>

#include "fuzz/model/model.h"

const char *describe_value(enum yield yields, uintptr_t value);
const char *describe_field(const char *field, enum yield yields,
                           uintptr_t value);
const char *describe_pending(void); /* the pending exception */
const char *describe_error(const struct model_error *error);
const char *describe_outcome(enum yield yields, uintptr_t value,
                             const char *exception);
const char *describe_expected(const char *value, const char *exception);
const char *describe_count(const char *what, long count);

#endif

/* Follows a trace with the model, and says where the interpreter deviates from
 * the contract. */
#ifndef CHECK_FOLLOW_FOLLOW_H
#define CHECK_FOLLOW_FOLLOW_H

#include <stdbool.h>

/* Follows the trace in the file and prints JSON objects, one per line: a
 * deviation each, {"rule", "text", "function", "call",
 * "expected", "got", "object", "times"}, and at the end
 * {"calls", "unpermitted"}. On failure returns false and prints one line to
 * stderr. */
bool follow_trace(const char *path);

#endif

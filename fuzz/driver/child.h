/* Runs a function in a child process, captures the child's output and names the
 * finding. */
#ifndef FUZZ_DRIVER_CHILD_H
#define FUZZ_DRIVER_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz/executor/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The result of a child. */
struct child {
    int status;     /* from waitpid() */
    char *output;   /* stdout and stderr, NUL-terminated; owned: child_free() */
    size_t size;    /* without the NUL */
    bool timed_out; /* child_limit() ended the child */
    char finding[FINDING_SIZE]; /* see finding.h; "" if there was no finding */
};

/* Forks, runs body(context) in the child and waits. The child ends with status
 * 0 when the body returns. Ends the program with status 2 if the child cannot
 * be started. */
void child_run(struct child *child, void (*body)(void *), void *context);

/* Called in a child: ends the child after that many seconds, counted from the
 * latest call. 0 removes the limit. */
void child_limit(unsigned seconds);

/* True if the child's body returned. */
bool child_survived(const struct child *child);

/* Returns zeroed memory that this process shares with its children. */
void *child_shared(size_t size);

void child_free(struct child *child);

#ifdef __cplusplus
}
#endif

#endif

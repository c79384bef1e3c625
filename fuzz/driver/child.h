/* Runs a function in a process of its own, keeps what the process prints and
 * names what it found. */
#ifndef FUZZ_DRIVER_CHILD_H
#define FUZZ_DRIVER_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "fuzz/executor/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a child. */
struct child {
    int status;     /* as waitpid() gives it */
    char *output;   /* stdout and stderr, NUL-terminated; owned: child_free() */
    size_t size;    /* without the NUL */
    bool timed_out; /* ended by child_limit() */
    char finding[FINDING_SIZE]; /* see finding.h; "" if it survived */
};

/* Forks, runs body(context) in the child, which ends with status 0 when the
 * body returns, and waits. A child that cannot be started ends the program
 * with status 2. */
void child_run(struct child *child, void (*body)(void *), void *context);

/* In a child: ends it unless this is called again, or the child ends, within
 * that many seconds; 0 takes the limit away. */
void child_limit(unsigned seconds);

/* True if the child returned from its body. */
bool child_survived(const struct child *child);

/* Returns memory, all zero, that this process shares with its children. */
void *child_shared(size_t size);

void child_free(struct child *child);

#ifdef __cplusplus
}
#endif

#endif

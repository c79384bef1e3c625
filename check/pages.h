/* Memory for the checker's own tables, and the lock that guards them.
 *
 * The checker never allocates from the program's heap: it would take the very
 * blocks whose reuse it watches.
 */
#ifndef CHECK_PAGES_H
#define CHECK_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* Returns `size` zeroed bytes that live as long as the process, aligned to 16
 * bytes; NULL if the system has no memory. The caller holds the lock, or no
 * other thread runs yet. */
void *pages_take(size_t size);

/* Returns whole zeroed pages; NULL if the system has no memory. */
void *pages_map(size_t size);

/* Gives pages_map() pages, or pages of a file, back. Calls the system and not
 * munmap(): unmap.c watches the program there, and takes the lock. */
void pages_unmap(void *pages, size_t size);

/* The one lock around all tables. free() runs in any thread, without the GIL.
 * No Python function is called while the lock is held. */
void lock_take(void);
void lock_give(void);

/* Takes the lock if it is free. For a signal handler, which must not wait. */
bool lock_try(void);

/* Makes the lock free, in a new child process. */
void lock_reset(void);

#endif

/* Looks at memory that may not be there, and at stacks. */
#ifndef CHECK_MEMORY_H
#define CHECK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies memory. Returns false, without a fault, if it is not readable. */
bool memory_read(void *to, uintptr_t from, size_t size);

/* Remembers from now on which pages can be read and written, so that most
 * questions need no system call. The caller must call memory_forget() whenever
 * pages may have changed: after free(), munmap(), mprotect(), dlclose(). Only a
 * heap that shrinks is noticed here. */
void memory_remember_pages(void);

/* Forgets the pages of this memory, which the program has unmapped, protected
 * or freed. Needs no lock. */
void memory_forget(uintptr_t from, size_t size);

/* True if the bytes are mapped and readable. */
bool memory_is_readable(uintptr_t from, size_t size);

/* True if the bytes are mapped, readable and writable. */
bool memory_is_writable(uintptr_t from, size_t size);

/* True if the text is readable up to its zero byte, or for `most` bytes. */
bool memory_is_text(uintptr_t text, size_t most);

/* The function call whose stack frame holds an address. */
struct stack_frame {
    uintptr_t end;      /* the first address above the frame */
    uintptr_t function; /* the start of its code */
};

/* Finds the frame of this thread's stack that holds the address. `stack` is an
 * address in the frame of the caller. Returns false if the address lies
 * elsewhere, or below `stack`. */
bool memory_stack_frame(uintptr_t address, uintptr_t stack,
                        struct stack_frame *frame);

/* True if the address surely lies in this thread's stack, below `stack`: in the
 * frame of a function that has returned. */
bool memory_is_dead_stack(uintptr_t address, uintptr_t stack);

#endif

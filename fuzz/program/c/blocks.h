/* Blocks and names that a program owns. */
#ifndef FUZZ_PROGRAM_C_BLOCKS_H
#define FUZZ_PROGRAM_C_BLOCKS_H

#include <Python.h>

#include <stdlib.h>
#include <string.h>

/* Returns a copy of the text in a block of exactly its size. */
static char *new_name(const char *text)
{
    size_t size = strlen(text) + 1;
    return (char *)memcpy(malloc(size), text, size);
}

/* Returns a name of that many characters. */
static char *long_name(unsigned length)
{
    char *name = (char *)malloc((size_t)length + 1);
    memset(name, 'a', length);
    name[length] = '\0';
    return name;
}

/* Python and malloc() decide here what new memory holds and when freed memory
 * is used again; the executor of the fuzz targets follows the program. */
static void set_memory(unsigned fill, unsigned reuse)
{
    (void)fill;
    (void)reuse;
}

/* Returns the address of a local variable, which is invalid after the
 * return. */
__attribute__((noinline)) static char *stack_name(const char *text)
{
    char name[4097];
    char *volatile escaped = strcpy(name, text);
    return escaped;
}

/* Reads the payload like a consumer. */
static void read_payload(PyObject *capsule, const char *name)
{
    volatile char *payload =
        (volatile char *)PyCapsule_GetPointer(capsule, name);
    if (payload != NULL) {
        (void)payload[0];
    }
}

/* Frees the pointer if the capsule still has the name. A consumer that takes
 * the pointer over renames the capsule. */
static void free_pointer_if(PyObject *capsule, const char *name)
{
    if (PyCapsule_IsValid(capsule, name)) {
        free(PyCapsule_GetPointer(capsule, name));
    }
}

#endif

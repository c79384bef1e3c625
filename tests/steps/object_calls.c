/* The functions that object.c calls, as the proofs replace them: memory that
 * may be missing, and abort(), which ends the step after a report. */
#include "tests/steps/object_calls.h"

#include <stdio.h>
#include <stdlib.h>

/* This file is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

size_t wanted_size, blocks;
void *freed;
bool no_memory_is_raised;

void *PyMem_Malloc(size_t size)
{
    SAME("TYPE-1", size, wanted_size,
         "the block has the size that the type says");
    if (any_bool("this allocation fails")) {
        return NULL;
    }
    blocks++;
    return malloc(sizeof(PyVarObject));
}

void PyMem_Free(void *block)
{
    blocks--;
    freed = block;
    free(block);
}

PyObject *PyErr_NoMemory(void)
{
    no_memory_is_raised = true;
    return NULL;
}

static int printed;

int fprintf(FILE *stream, const char *format, ...)
{
    (void)stream;
    (void)format;
    printed++;
    return 0;
}

bool object_is_dying;

void abort(void)
{
    HOLDS("DTOR-9", object_is_dying,
          "only a reference to a dying object ends the process");
    SAME("DTOR-9", printed, 1, "the misuse of a count is reported");
    __CPROVER_assume(false);
}

/* The memory of programs: blocks, and the literals that calls pass. */
#include "fuzz/executor/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/executor/arena.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/world.h"

void *block_malloc(size_t size)
{
    return world.options.use_malloc ? malloc(size) : arena_malloc(size);
}

void *block_realloc(void *block, size_t size)
{
    return world.options.use_malloc ? realloc(block, size ? size : 1)
                                    : arena_realloc(block, size);
}

void block_free(void *block)
{
    if (world.options.use_malloc) {
        free(block);
    } else {
        arena_free(block);
    }
}

bool block_is_live(const void *block)
{
    return world.options.use_malloc ? !memory_is_poisoned(block)
                                    : arena_is_live(block);
}

char *copy_text(const char *text, size_t length)
{
    char *copy = block_malloc(length + 1);
    memcpy(copy, text, length + 1);
    return copy;
}

/* The literals of the running program. They live until the program ends and
 * must not change. */
static struct {
    struct literal {
        char *copy;
        const char *text; /* the literal's address in the program */
        size_t length;
    } list[2048];
    unsigned count;
} literals;

uintptr_t make_literal(const char *text, size_t length)
{
    char *copy = copy_text(text, length);
    if (literals.count == sizeof(literals.list) / sizeof(literals.list[0])) {
        fputs("executor: too many literals in one run\n", stderr);
        abort();
    }
    literals.list[literals.count++] = (struct literal){copy, text, length};
    return (uintptr_t)copy;
}

void check_literals(void)
{
    for (unsigned i = 0; i < literals.count; i++) {
        const struct literal *literal = &literals.list[i];
        if (memcmp(literal->copy, literal->text, literal->length) != 0) {
            violation(RULE_GETN_3, "the names keep their characters",
                      "the implementation wrote into a name");
        }
    }
}

void free_literals(void)
{
    if (world.options.use_malloc) {
        for (unsigned i = 0; i < literals.count; i++) {
            free(literals.list[i].copy);
        }
    }
    literals.count = 0;
}

void free_owned(void *block)
{
    bool ours = block == NULL || !world.options.misuse;
    for (int i = 0; !ours && i < run.model.block_count; i++) {
        ours = run.model.block[i].address == (uintptr_t)block;
    }
    if (!ours) {
        violation(RULE_DTOR_13, "what the capsule owns is freed",
                  "the freed pointer is not a block of the program");
    }
    block_free(block);
}

void drop_owned(void *context)
{
    bool ours = context == NULL || !world.options.misuse;
    for (int i = 0; !ours && i < run.model.capsule_count; i++) {
        ours = run.model.capsule[i].handle == context;
    }
    if (!ours) {
        violation(RULE_DTOR_13, "a reference that the capsule owns is dropped",
                  "the context is not a capsule");
    }
    Py_XDECREF((PyObject *)context);
}

/* Payloads and names of the program. */
#include "fuzz/executor/arena.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/blocks.h"
#include "fuzz/executor/caller_memory.h"
#include "fuzz/executor/content.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/world.h"

#include <string.h>

static uintptr_t new_payload(size_t size)
{
    char *block = block_malloc(size);
    memset(block, PAYLOAD_BYTE, size);
    return (uintptr_t)block;
}

static uintptr_t resize(void *old, size_t size)
{
    char *block = block_realloc(old, size);
    memset(block, PAYLOAD_BYTE, size);
    return (uintptr_t)block;
}

/* Returns a name of that many characters. */
static uintptr_t new_long_name(size_t length)
{
    char *name = block_malloc(length + 1);
    memset(name, 'a', length);
    name[length] = '\0';
    return (uintptr_t)name;
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    switch ((enum call_op)call->op) {
    case CALL_PAYLOAD:
        return new_payload(args[0].number);
    case CALL_NAME:
        return (uintptr_t)copy_text(name_of(&args[0]), args[0].number);
    case CALL_SET_MEMORY:
        arena_set_mode(args[0].number % ARENA_FILLS,
                       args[1].number % ARENA_REUSES);
        return 0;
    case CALL_LONG_NAME:
        return new_long_name(args[0].number);
    case CALL_STACK_NAME:
        return (uintptr_t)touch_stack(name_of(&args[0]), args[0].number);
    case CALL_EDIT:
        touch_write(pointer_of(&args[0]), args[1].number, (char)args[2].number);
        return 0;
    case CALL_REALLOC:
        return resize(pointer_of(&args[0]), args[1].number);
    default: /* CALL_FREE */
        if (!world.options.misuse) {
            content_check(args[0].value.block);
        }
        block_free(pointer_of(&args[0]));
        return 0;
    }
}

/* Remembers what the program has written into a name. */
static void check(const struct step *step)
{
    switch ((enum call_op)step->call->op) {
    case CALL_NAME:
    case CALL_LONG_NAME:
        content_note(run.model.block_slot[SLOTS + step->call->result]);
        break;
    case CALL_EDIT:
        content_note(step->args[0].value.block);
        break;
    default:
        break;
    }
}

const struct executor_family executor_family_memory = {
    .perform = perform,
    .check = check,
};

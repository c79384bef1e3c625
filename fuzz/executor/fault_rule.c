/* Finds the rule behind a fault that only a sanitizer sees, by the address that
 * the implementation has touched. */
#include "fuzz/executor/fault_rule.h"
#include "fuzz/executor/world.h"

/* True if the byte is in the block, or is the first byte behind the block. */
static bool is_in(const struct model_block *block, uintptr_t address)
{
    return address - block->address <= block->size;
}

/* True if the byte belongs to a name that a destructor has freed. */
static bool was_freed_by_destructor(uintptr_t address)
{
    for (int i = 0; i < run.model.capsule_count; i++) {
        const struct model_capsule *capsule = &run.model.capsule[i];
        int id = capsule->field[FIELD_NAME].block;
        if (id == NOTHING) {
            continue;
        }
        const struct model_block *block = &run.model.block[id];
        if (capsule->life != LIFE_ALIVE &&
            behaviour_uses(capsule->last_destructor, CALL_FREE_NAME_OF) &&
            !block->alive && is_in(block, address)) {
            return true;
        }
    }
    return false;
}

uint16_t rule_of_running_code(void)
{
    const struct level *level = &run.level[run.level_count - 1];
    if (run.model.owed > 0) {
        return RULE_DTOR_13;
    }
    return !level->call || level->compared ? RULE_GET_ALL_2 : level->rule;
}

/* Returns the rule that the implementation breaks if it touches this freed
 * byte, or RULE_COUNT. */
static uint16_t rule_of_freed(uintptr_t address)
{
    for (int i = run.model.block_count - 1; i >= 0; i--) {
        const struct model_block *block = &run.model.block[i];
        if (is_in(block, address)) {
            return block->is_name ? RULE_NEW_5
                   : block->alive ? RULE_DTOR_13
                                  : RULE_NEW_11;
        }
    }
    for (int i = run.model.capsule_count - 1; i >= 0; i--) {
        const struct model_capsule *capsule = &run.model.capsule[i];
        if (address - (uintptr_t)capsule->handle <
            (uintptr_t)PyCapsule_Type.tp_basicsize) {
            return run.level_count > 1 ? RULE_DTOR_2 : rule_of_running_code();
        }
    }
    return RULE_COUNT;
}

/* True if the address is one of the opaque pointers of programs. */
static bool is_opaque(uintptr_t address)
{
    for (unsigned i = 0; i < ADDRESS_COUNT; i++) {
        if (ADDRESSES[i] == address) {
            return true;
        }
    }
    return false;
}

uint16_t fault_rule(uintptr_t address)
{
    return is_opaque(address)                 ? RULE_NEW_11
           : was_freed_by_destructor(address) ? RULE_NEW_6
                                              : rule_of_freed(address);
}

/* The program that a report shows: the calls that were made, and the getters of
 * the harness that show the finding. */
#include "fuzz/executor/shown_program.h"

#include <string.h>

#include "fuzz/executor/arena.h"
#include "fuzz/executor/world.h"

/* Returns the program reduced to the calls made so far, the current call
 * included, and those of earlier runs of the same program. Skipped calls did
 * nothing. */
static struct program *performed_program(void)
{
    static struct program program;
    program = *run.program;
    unsigned kept = 0;
    for (unsigned i = 0; i < run.program->call_count; i++) {
        if (run.performed >> i & 1) {
            program.calls[kept++] = run.program->calls[i];
        }
    }
    program.call_count = kept;
    return &program;
}

/* Sets the value to the capsule's own name. Returns false if the name cannot be
 * written in a program: its memory is freed or has no slot. */
static bool set_own_name(struct program *program, struct value *value,
                         const struct model_address *name)
{
    *value = (struct value){.tag = VALUE_NULL};
    if (name->block != NOTHING) {
        for (unsigned i = 0; i < SLOTS; i++) {
            if (run.model.block_slot[SLOTS + i] == name->block) {
                *value =
                    (struct value){.tag = VALUE_BUFFER, .index = (uint8_t)i};
            }
        }
        return value->tag == VALUE_BUFFER && run.model.block[name->block].alive;
    }
    const char *text = (const char *)name->address;
    if (text && memory_is_poisoned(text)) {
        return false; /* the implementation has freed it by mistake */
    }
    return text == NULL || program_set_text(program, value, text, strlen(text));
}

/* Appends the getter of a field, called for the capsule in the slot. Appends
 * nothing if the program is full or cannot write the capsule's name. */
static void add_getter(struct program *program, unsigned slot, enum field field)
{
    static const enum call_op GETTERS[FIELD_COUNT] = {
        CALL_GET_POINTER, CALL_GET_NAME, CALL_GET_CONTEXT, CALL_GET_DESTRUCTOR};
    const struct model_capsule *capsule =
        &run.model.capsule[run.model.capsule_slot[slot]];
    struct call *call = program_append(program, GETTERS[field]);
    if (call == NULL) {
        return;
    }
    call->args[0].tag = VALUE_CAPSULE;
    call->args[0].index = (uint8_t)slot;
    if (field == FIELD_POINTER &&
        !set_own_name(program, &call->args[1], &capsule->field[FIELD_NAME])) {
        program->call_count--;
    }
}

/* Appends the getters that the harness calls to compare, for each capsule that
 * has a slot: the fault is in one of them. */
static void add_getters(struct program *program)
{
    static const enum field ORDER[FIELD_COUNT] = {
        FIELD_NAME, FIELD_CONTEXT, FIELD_DESTRUCTOR, FIELD_POINTER};
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        for (unsigned i = 0; i < FIELD_COUNT; i++) {
            if (run.model.capsule_slot[slot] != NOTHING) {
                add_getter(program, slot, ORDER[i]);
            }
        }
    }
}

/* The field that the harness found to be wrong by calling a getter. */
static struct {
    const struct model_capsule *capsule; /* NULL: there is none */
    enum field field;
} wrong_field;

/* Appends the getter that shows the wrong field, if the capsule has a slot. */
static void add_getter_of_wrong_field(struct program *program)
{
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        int id = run.model.capsule_slot[slot];
        if (id != NOTHING && wrong_field.capsule == &run.model.capsule[id]) {
            add_getter(program, slot, wrong_field.field);
            return;
        }
    }
}

/* True if the fault is in a call that the harness makes after a call of the
 * main program. */
static bool is_comparing(void)
{
    const struct level *level = &run.level[0];
    return run.level_count == 1 && !run.cleaning_up && level->call &&
           level->compared;
}

void shown_program_ends_with(const struct model_capsule *capsule,
                             enum field field)
{
    wrong_field.capsule = capsule;
    wrong_field.field = field;
}

const struct program *shown_program(bool fault)
{
    struct program *program = performed_program();
    if (fault && is_comparing()) {
        add_getters(program);
    } else if (wrong_field.capsule && is_comparing()) {
        add_getter_of_wrong_field(program);
    }
    return program;
}

#include "fuzz/mutator/scripts.h"

#include <assert.h>
#include <string.h>

enum { SCRIPT_TEXT_SIZE = 512 };

struct script SCRIPTS[DESTRUCTOR_COUNT];
char SCRIPT_TEXT[SCRIPT_TEXT_SIZE];

static void note_call(struct script *script, const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];

    script->frees_pointer |= call->op == CALL_FREE_POINTER_OF;
    script->frees_name |= call->op == CALL_FREE_NAME_OF;
    script->drops_context |= call->op == CALL_DROP_CONTEXT_OF;
    script->drops_slots |= call->op == CALL_DECREF;
    if (info->yields == RESULT_CAPSULE) {
        script->capsule_slots |= (uint8_t)(1u << call->result);
    }
    for (size_t i = 0; i < info->arg_count; i++) {
        const struct value *value = &call->args[i];
        if (value->tag == VALUE_CAPSULE && value->index < SLOTS) {
            script->capsule_slots |= (uint8_t)(1u << value->index);
        }
    }
}

void scripts_init(void)
{
    static struct program program;
    static bool done;
    size_t used = 0;

    if (done) {
        return;
    }
    done = true;
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        struct script *script = &SCRIPTS[i];
        program_of_destructor(&program, (enum behaviour)i);
        assert(program.call_count <= MAX_SCRIPT_CALLS);
        assert(used + program.text_size <= SCRIPT_TEXT_SIZE);

        script->misuse = DESTRUCTORS[i].misuse;
        script->call_count = (uint8_t)program.call_count;
        memcpy(SCRIPT_TEXT + used, program.text, program.text_size);
        for (size_t j = 0; j < program.call_count; j++) {
            struct call *call = &script->calls[j];
            *call = program.calls[j];
            note_call(script, call);
            for (size_t k = 0; k < CALLS[call->op].arg_count; k++) {
                if (call->args[k].tag == VALUE_TEXT) {
                    call->args[k].offset += (uint32_t)used;
                }
            }
        }
        used += program.text_size;
    }
}

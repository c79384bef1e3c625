#include "fuzz/mutator/effects.h"

bool step_fail(const struct step *s)
{
    s->forecast->error_pending |= step_may_touch_error(s);
    return step_may_touch_error(s);
}

effect *const EFFECTS[CALL_COUNT] = {
    [CALL_PAYLOAD] = effect_make_payload,
    [CALL_NAME] = effect_make_name,
    [CALL_EDIT] = effect_edit_buffer,
    [CALL_FREE] = effect_free_block,
    [CALL_REALLOC] = effect_resize_payload,
    [CALL_NEW] = effect_make_capsule,
    [CALL_GET_POINTER] = effect_get_pointer,
    [CALL_SET_POINTER] = effect_set_pointer,
    [CALL_SET_DESTRUCTOR] = effect_set_destructor,
    [CALL_SET_NAME] = effect_set_name,
    [CALL_SET_CONTEXT] = effect_set_context,
    [CALL_INCREF] = effect_take_reference,
    [CALL_DECREF] = effect_give_up_reference,
    [CALL_NEW_REF] = effect_store_reference,
    [CALL_RAISE] = effect_raise_error,
    [CALL_CLEAR_ERROR] = effect_clear_error,
    [CALL_SAVE_ERROR] = effect_save_error,
    [CALL_RESTORE_ERROR] = effect_restore_error,
    [CALL_READ] = effect_read_payload_of,
    [CALL_FREE_POINTER_OF] = effect_free_pointer,
    [CALL_FREE_NAME_OF] = effect_free_name,
    [CALL_HOLD] = effect_hold,
    [CALL_DROP_CONTEXT_OF] = effect_drop_context,
    [CALL_CALL_DESTRUCTOR] = effect_call_destructor,
    [CALL_LEAVE_IN_CYCLE] = effect_leave_in_cycle,
    [CALL_COLLECT] = effect_collect,
    [CALL_REPR] = effect_show,
    [CALL_FAIL_ALLOCATION] = effect_fail_allocation,
};

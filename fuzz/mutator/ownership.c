/* What destructors will free. */
#include "fuzz/mutator/effects.h"

#include "fuzz/mutator/scripts.h"

static bool owns_payload(const struct forecast_object *object)
{
    return object->pointer_tag == VALUE_PAYLOAD &&
           object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_pointer;
}

static bool owns_buffer(const struct forecast_object *object)
{
    return object->name.tag == VALUE_BUFFER &&
           object->behaviour != NO_BEHAVIOUR &&
           SCRIPTS[object->behaviour].frees_name;
}

void forecast_disown(struct forecast *f, const struct forecast_object *object)
{
    if (owns_payload(object)) {
        f->owned[RESULT_PAYLOAD] &= (uint8_t)~(1u << object->pointer_index);
    }
    if (owns_buffer(object)) {
        f->owned[RESULT_BUFFER] &= (uint8_t)~(1u << object->name.index);
    }
}

void forecast_own(struct forecast *f, const struct forecast_object *object)
{
    if (owns_payload(object)) {
        f->owned[RESULT_PAYLOAD] |= (uint8_t)(1u << object->pointer_index);
    }
    if (owns_buffer(object)) {
        f->owned[RESULT_BUFFER] |= (uint8_t)(1u << object->name.index);
    }
}

bool forecast_may_become(struct forecast *f,
                         const struct forecast_object *before,
                         const struct forecast_object *after)
{
    const struct script *script =
        after->behaviour == NO_BEHAVIOUR ? NULL : &SCRIPTS[after->behaviour];
    bool same_buffer = before && before->name.tag == VALUE_BUFFER &&
                       after->name.tag == VALUE_BUFFER &&
                       before->name.index == after->name.index;
    bool right = true;

    if (before) {
        forecast_disown(f, before);
    }
    if (script && script->frees_pointer) {
        right &= after->pointer_tag == VALUE_PAYLOAD &&
                 !(f->owned[RESULT_PAYLOAD] >> after->pointer_index & 1);
    }
    if (after->name.tag == VALUE_BUFFER) {
        right &= !(f->owned[RESULT_BUFFER] >> after->name.index & 1);
        right &= !script || !script->frees_name ||
                 f->buffers[after->name.index].users == (same_buffer ? 1 : 0);
    } else {
        right &= !script || !script->frees_name;
    }
    if (before) {
        forecast_own(f, before);
    }
    return right;
}

void forecast_use_buffer(struct forecast *f, const struct forecast_name *name,
                         int change)
{
    if (name->tag == VALUE_BUFFER) {
        f->buffers[name->index].users += (uint8_t)change;
    }
}

#include "fuzz/mutator/place.h"

#include <string.h>

#include "fuzz/mutator/scripts.h"

static bool perform(struct forecast *f, const struct call *call,
                    struct place place);

void forecast_start(struct forecast *f, const struct program *program)
{
    f->program = program;
    memset(f->slots, 0, sizeof f->slots);
    f->error_pending = false;
    memset(f->saved, 0, sizeof f->saved);
    f->object_count = 0;
    f->edited_size = 0;
}

static void fill_slot(struct forecast *f, enum yield kind, unsigned slot)
{
    f->slots[kind] |= (uint8_t)(1u << slot);
}

static void empty_slot(struct forecast *f, enum yield kind, unsigned slot)
{
    f->slots[kind] &= (uint8_t)~(1u << slot);
}

/* --- names ---------------------------------------------------------------- */

static struct characters name_text(const struct forecast *f,
                                   const struct forecast_name *name)
{
    switch (name->tag) {
    case VALUE_TEXT:
        return name->text;
    case VALUE_BUFFER:
        return f->buffers[name->index].text;
    default:
        return (struct characters){NULL, 0};
    }
}

struct characters forecast_name_of(const struct forecast *f,
                                   const struct forecast_object *object)
{
    return name_text(f, &object->name);
}

static struct forecast_name name_value(const struct value *value,
                                       struct place place)
{
    struct forecast_name name = {value->tag, value->index, {NULL, 0}};
    if (value->tag == VALUE_TEXT) {
        name.text =
            (struct characters){place.text + value->offset, value->number};
    }
    return name;
}

static bool same_text(struct characters a, struct characters b)
{
    return (a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
           (a.bytes == b.bytes || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static void use_buffer(struct forecast *f, const struct forecast_name *name,
                       int change)
{
    if (name->tag == VALUE_BUFFER) {
        f->buffers[name->index].users += (uint8_t)change;
    }
}

/* --- objects -------------------------------------------------------------- */

const struct forecast_object *forecast_object_of(const struct forecast *f,
                                                 const struct value *value)
{
    uint8_t object =
        place_object(f, value, (struct place){f->program->text, NO_OBJECT, 0});
    return object == NO_OBJECT ? NULL : &f->objects[object];
}

static void run_script(struct forecast *f, uint8_t behaviour,
                       struct place place)
{
    if (behaviour == NO_BEHAVIOUR || place.depth == MAX_DEPTH) {
        return;
    }
    const struct script *script = &SCRIPTS[behaviour];
    f->saved[1].present = false;
    for (size_t i = 0; i < script->call_count; i++) {
        perform(f, &script->calls[i], place);
    }
}

static void drop_reference(struct forecast *f, uint8_t index,
                           struct place place)
{
    struct forecast_object *object = &f->objects[index];
    if (--object->references > 0) {
        return;
    }
    run_script(f, object->behaviour,
               (struct place){SCRIPT_TEXT, index, place.depth + 1});
    use_buffer(f, &object->name, -1);
}

/* A block is gone: nobody can read or free it any more. */
static void forget_payload(struct forecast *f, unsigned slot)
{
    empty_slot(f, RESULT_PAYLOAD, slot);
    for (unsigned i = 0; i < f->object_count; i++) {
        struct forecast_object *object = &f->objects[i];
        if (object->pointer_tag == VALUE_PAYLOAD &&
            object->pointer_index == slot) {
            object->pointer_tag = VALUE_NULL;
        }
    }
}

static void new_object(struct forecast *f, const struct call *call,
                       struct place place)
{
    if (call->args[0].tag == VALUE_NULL) {
        f->error_pending = true;
        return;
    }
    if (f->object_count == FORECAST_OBJECTS) {
        return;
    }
    uint8_t index = (uint8_t)f->object_count++;
    struct forecast_object *object = &f->objects[index];
    *object = (struct forecast_object){
        .name = name_value(&call->args[1], place),
        .pointer_tag = call->args[0].tag,
        .pointer_index = call->args[0].index,
        .behaviour = call->args[2].tag == VALUE_NULL ? NO_BEHAVIOUR
                                                     : call->args[2].index,
        .references = 1,
        .held = NO_OBJECT};
    use_buffer(f, &object->name, 1);
    f->object[call->result] = index;
    f->references[call->result] = 1;
    fill_slot(f, RESULT_CAPSULE, call->result);
}

/* --- calls ---------------------------------------------------------------- */

static void edit_buffer(struct forecast *f, const struct call *call)
{
    struct forecast_buffer *buffer = &f->buffers[call->args[0].index];
    unsigned at = call->args[1].number;
    char byte = (char)call->args[2].number;

    /* Long texts, and bytes behind an earlier end, are not followed. */
    if (at >= buffer->text.length ||
        buffer->text.length > sizeof f->edited - f->edited_size) {
        return;
    }
    char *copy = f->edited + f->edited_size;
    memcpy(copy, buffer->text.bytes, buffer->text.length);
    copy[at] = byte;
    f->edited_size += buffer->text.length;
    buffer->text.bytes = copy;
    if (!byte) {
        buffer->text.length = (uint16_t)at;
    }
}

static void drop_context(struct forecast *f, struct forecast_object *object,
                         struct place place)
{
    uint8_t held = object->held;
    object->held = NO_OBJECT;
    drop_reference(f, held, place);
}

static void collect(struct forecast *f, struct place place)
{
    unsigned count = f->object_count;
    for (unsigned i = 0; i < count; i++) {
        while (f->objects[i].in_cycles > 0) {
            f->objects[i].in_cycles--;
            drop_reference(f, (uint8_t)i, place);
        }
    }
}

/* What a slot gives up: the last of its references empties it. */
static void leave_slot(struct forecast *f, unsigned slot)
{
    if (slot < SLOTS && --f->references[slot] == 0) {
        empty_slot(f, RESULT_CAPSULE, slot);
    }
}

static void set_name(struct forecast *f, struct forecast_object *object,
                     struct forecast_name name)
{
    use_buffer(f, &object->name, -1);
    object->name = name;
    use_buffer(f, &name, 1);
}

static void perform_on_object(struct forecast *f, const struct call *call,
                              uint8_t index, struct place place)
{
    struct forecast_object *object = &f->objects[index];
    const struct value *args = call->args;

    switch (call->op) {
    case CALL_GET_POINTER:
    case CALL_READ: {
        struct forecast_name name = name_value(&args[1], place);
        f->error_pending |=
            !same_text(name_text(f, &name), name_text(f, &object->name));
        break;
    }
    case CALL_SET_POINTER:
        if (args[1].tag == VALUE_NULL) {
            f->error_pending = true;
        } else {
            object->pointer_tag = args[1].tag;
            object->pointer_index = args[1].index;
        }
        break;
    case CALL_SET_DESTRUCTOR:
        object->behaviour =
            args[1].tag == VALUE_NULL ? NO_BEHAVIOUR : args[1].index;
        break;
    case CALL_SET_NAME:
        set_name(f, object, name_value(&args[1], place));
        break;
    case CALL_INCREF:
        object->references++;
        if (args[0].index < SLOTS) {
            f->references[args[0].index]++;
        }
        break;
    case CALL_DECREF:
        leave_slot(f, args[0].index);
        drop_reference(f, index, place);
        break;
    case CALL_NEW_REF:
        object->references++;
        f->object[call->result] = index;
        f->references[call->result] = 1;
        fill_slot(f, RESULT_CAPSULE, call->result);
        break;
    case CALL_FREE_POINTER_OF:
        forget_payload(f, object->pointer_index);
        break;
    case CALL_FREE_NAME_OF:
        empty_slot(f, RESULT_BUFFER, object->name.index);
        break;
    case CALL_HOLD:
        object->held = place_object(f, &args[1], place);
        f->objects[object->held].references++;
        break;
    case CALL_DROP_CONTEXT_OF:
        drop_context(f, object, place);
        break;
    case CALL_CALL_DESTRUCTOR:
        run_script(f, object->behaviour,
                   (struct place){SCRIPT_TEXT, index, place.depth + 1});
        break;
    case CALL_LEAVE_IN_CYCLE:
        object->in_cycles++;
        leave_slot(f, args[0].index);
        break;
    default:
        break;
    }
}

static void perform_on_memory(struct forecast *f, const struct call *call,
                              struct place place)
{
    const struct value *args = call->args;
    struct forecast_saved *saved = &f->saved[place_is_destructor(place)];

    switch (call->op) {
    case CALL_PAYLOAD:
    case CALL_REALLOC:
        if (call->op == CALL_REALLOC) {
            forget_payload(f, args[0].index);
        }
        f->payload_size[call->result] = args[call->op == CALL_REALLOC].number;
        fill_slot(f, RESULT_PAYLOAD, call->result);
        break;
    case CALL_NAME:
        f->buffers[call->result] = (struct forecast_buffer){
            {place.text + args[0].offset, args[0].number}, args[0].number, 0};
        fill_slot(f, RESULT_BUFFER, call->result);
        break;
    case CALL_EDIT:
        edit_buffer(f, call);
        break;
    case CALL_FREE:
        if (args[0].tag == VALUE_PAYLOAD) {
            forget_payload(f, args[0].index);
        } else {
            empty_slot(f, RESULT_BUFFER, args[0].index);
        }
        break;
    case CALL_NEW:
        new_object(f, call, place);
        break;
    case CALL_RAISE:
        f->error_pending = true;
        break;
    case CALL_CLEAR_ERROR:
        f->error_pending = false;
        break;
    case CALL_SAVE_ERROR:
        *saved = (struct forecast_saved){true, f->error_pending};
        f->error_pending = false;
        break;
    case CALL_RESTORE_ERROR:
        saved->present = false;
        f->error_pending = saved->pending;
        break;
    case CALL_COLLECT:
        collect(f, place);
        break;
    default:
        break;
    }
}

/* Calls that are about an object, and fail for what is none. */
static bool takes_object(enum arg_kind kind)
{
    return kind == ARG_OBJECT || kind == ARG_OBJECT_NOT_NULL ||
           kind == ARG_CAPSULE;
}

static bool perform(struct forecast *f, const struct call *call,
                    struct place place)
{
    if (!place_permits(f, call, place)) {
        return false;
    }
    if (!takes_object(CALLS[call->op].args[0])) {
        perform_on_memory(f, call, place);
    } else if (call->args[0].tag == VALUE_CAPSULE) {
        perform_on_object(f, call, place_object(f, &call->args[0], place),
                          place);
    } else {
        f->error_pending |=
            call->op != CALL_IS_VALID && call->op != CALL_CHECK_EXACT;
    }
    return true;
}

bool forecast_apply(struct forecast *f, const struct call *call)
{
    return perform(f, call, (struct place){f->program->text, NO_OBJECT, 0});
}

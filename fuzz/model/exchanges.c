#include "fuzz/model/exchanges.h"

#include <string.h>

#include "fuzz/model/family.h"

const char *const STRUCT_KIND_WORDS[STRUCT_KINDS] = {
    "dltensor",    "dltensor_versioned", "arrow_schema",
    "arrow_array", "arrow_array_stream", "arrow_device_array"};
const char *const OFFER_MANNER_WORDS[HOSTILE_MANNERS] = {
    "plain", "raises", "again", "no release", "unmarked", "next version"};
const char *const HOSTILE_WAY_WORDS[HOSTILE_WAYS] = {
    "keep",  "move",   "hold",      "release", "copy",
    "twice", "forget", "give back", "raise"};

/* Returns the number of the argument's text among the words, or NOTHING. */
static int word_in(const struct model_arg *arg, const char *const *words,
                   int count)
{
    const char *text = (const char *)arg->value.address;
    int i = 0;
    while (i < count && strcmp(text, words[i]) != 0) {
        i++;
    }
    return i < count ? i : NOTHING;
}

int kind_of(const struct model_arg *arg)
{
    return word_in(arg, STRUCT_KIND_WORDS, STRUCT_KINDS);
}

int manner_of(const struct call *call, const struct model_arg *arg)
{
    return word_in(arg, OFFER_MANNER_WORDS,
                   call->op == CALL_HOSTILE_OFFER ? HOSTILE_MANNERS
                                                  : OFFER_MANNERS);
}

int way_of(const struct model_arg *arg)
{
    return word_in(arg, HOSTILE_WAY_WORDS, HOSTILE_WAYS);
}

int exchange_of(const struct model *model, int capsule)
{
    int i = model->protocols.count - 1;
    while (i >= 0 && model->protocols.exchange[i].capsule != capsule) {
        i--;
    }
    return capsule == NOTHING ? NOTHING : i;
}

const struct model_exchange *find_exchange(const struct model *model,
                                           int capsule)
{
    int i = exchange_of(model, capsule);
    return i == NOTHING ? NULL : &model->protocols.exchange[i];
}

bool has_name_of(const struct model *model, int capsule, int kind)
{
    const struct model_address *name =
        &model->capsule[capsule].field[FIELD_NAME];
    return model_names_match(characters_of(name), STRUCT_KIND_WORDS[kind]);
}

const struct model_exchange *in_handle(const struct model *model,
                                       const struct model_handle *handle)
{
    return handle->exchange == NOTHING
               ? NULL
               : &model->protocols.exchange[handle->exchange];
}

int accepted_kind(const struct model *model, int capsule, int kind)
{
    if (!struct_is_dlpack(kind)) {
        return has_name_of(model, capsule, kind) ? kind : NOTHING;
    }
    return has_name_of(model, capsule, STRUCT_DLTENSOR) ? STRUCT_DLTENSOR
           : has_name_of(model, capsule, STRUCT_DLTENSOR_VERSIONED)
               ? STRUCT_DLTENSOR_VERSIONED
               : NOTHING;
}

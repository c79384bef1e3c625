/* The error indicator: the program sets, clears, saves and restores it. */
#include "fuzz/model/callers.h"
#include "fuzz/model/family.h"

static void predict(const struct model *model, const struct call *call,
                    const struct model_arg *args, struct prediction *p)
{
    (void)model, (void)call, (void)args;
    predict_success(p, 0, RULE_TYPE_1);
}

static void no_memory(const struct call *call, struct prediction *p)
{
    (void)call; /* CALL_RAISE or CALL_RAISE_TEXT */
    predict_no_memory(p, -1, RULE_ERR_2);
}

/* True if str() of the exception gives the text: KeyError quotes the text, and
 * other encodings than UTF-8 are an error. */
static bool is_plain_text(const struct model_arg *type,
                          const struct model_arg *text)
{
    const char *bytes = (const char *)text->value.address;
    return !bytes || (type->index != EXCEPTION_KEY_ERROR &&
                      model_is_utf8(bytes, strlen(bytes)));
}

static bool permits(const struct model *model, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    (void)prediction;
    switch ((enum call_op)call->op) {
    case CALL_RAISE:
        return !in_destructor(model);
    case CALL_RAISE_TEXT:
    case CALL_RAISE_CHAINED:
        return !in_destructor(model) && is_plain_text(&args[0], &args[1]);
    case CALL_CLEAR_ERROR:
        return model_may_touch_error(model);
    case CALL_SAVE_ERROR:
        return !current_frame(model)->has_saved;
    default: /* CALL_RESTORE_ERROR */
        return current_frame(model)->has_saved;
    }
}

static void apply(struct model *model, const struct call *call,
                  const struct model_arg *args,
                  const struct prediction *prediction)
{
    struct model_frame *frame = &model->frame[model->frame_count - 1];
    if (prediction->fails) {
        return;
    }
    switch ((enum call_op)call->op) {
    case CALL_RAISE:
        model->error = (struct model_error){
            .set = true,
            .type = args[0].index,
        };
        break;
    case CALL_RAISE_TEXT:
    case CALL_RAISE_CHAINED:
        model->error = (struct model_error){
            .set = true,
            .type = args[0].index,
            .message = (const char *)args[1].value.address,
            .has_text = true,
            .has_chain = call->op == CALL_RAISE_CHAINED,
        };
        break;
    case CALL_CLEAR_ERROR:
        model->error.set = false;
        break;
    case CALL_SAVE_ERROR:
        frame->saved = model->error;
        frame->has_saved = true;
        model->error.set = false;
        break;
    default: /* CALL_RESTORE_ERROR */
        model->error = frame->saved;
        frame->has_saved = false;
        break;
    }
}

const struct model_family model_family_errors = {
    .predict = predict,
    .permits = permits,
    .no_memory = no_memory,
    .apply = apply,
};

/* Compares results with those that the program's text expects. */
#include <string.h>

#include "fuzz/executor/check.h"
#include "fuzz/executor/describe.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/world.h"
#include "fuzz/program/expectation.h"

/* Returns the value in the words of the text form. */
static const char *value_word(const struct call *call,
                              const struct model_arg *args, uintptr_t got)
{
    enum yield yields = CALLS[call->op].yields;
    if (yields == YIELDS_FATE) {
        int id = args[0].capsule;
        return id != NOTHING && run.model.capsule[id].life == LIFE_ALIVE
                   ? "alive"
                   : "destroyed";
    }
    if (yields == RESULT_CAPSULE) {
        static char slot[] = "c0";
        slot[1] = (char)('0' + call->result);
        return CALLS[call->op].nature == NATURE_CREATES && got == 0 ? "NULL"
                                                                    : slot;
    }
    if (yields == YIELDS_DESTRUCTOR) {
        yields = YIELDS_NOTHING; /* the result is a function's address */
    }
    return describe_value(yields, got);
}

static bool value_matches(struct piece expected, const char *word,
                          uintptr_t got)
{
    return expected.length == 0 || piece_is(expected, word) ||
           (piece_is(expected, "nonzero") && got != 0);
}

/* True if the exception pending after the call is the expected one. The
 * exception may be older than the call: the indicator has been compared with
 * the model before. */
static bool exception_matches(const struct expectation *expected)
{
    const struct model_error *error = &run.model.error;
    if (expected->exception.length == 0) {
        return true;
    }
    if (!error->set) {
        return piece_is(expected->exception, "no exception");
    }
    return piece_is(expected->exception,
                    EXCEPTION_NAMES[error->type] + strlen("PyExc_")) &&
           (expected->message.length == 0 ||
            (error->message && piece_is(expected->message, error->message)));
}

/* The text states what happens if destruction is immediate. If destructors run
 * later, later results differ too. The model knows the profile, and every
 * result has been compared with the model before. */
void check_expectation(const struct step *step)
{
    const char *text = run.annotations->expected[run.call_index];
    if (text == NULL || run.model.profile->deferred_destruction) {
        return;
    }
    struct expectation expectation = expectation_of(text);
    const char *word = value_word(step->call, step->args, step->got);
    if (!value_matches(expectation.value, word, step->got) ||
        !exception_matches(&expectation)) {
        violation(step->prediction.rule, text,
                  describe_expected(word, describe_error(&run.model.error)));
    }
}

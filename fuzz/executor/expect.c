/* The results that a program's own comments expect. */
#include <string.h>

#include "fuzz/executor/run.h"
#include "fuzz/program/expectation.h"

/* The value in the words of the text form. */
static const char *value_word(const struct call *call, uintptr_t got)
{
    enum yield yields = CALLS[call->op].yields;
    if (yields == YIELDS_FATE) {
        int slot = call->args[0].index;
        return slot < SLOTS && run.model.capsule_slot[slot] != NOTHING
                   ? "alive"
                   : "destroyed";
    }
    if (yields == RESULT_CAPSULE) {
        static char slot[] = "c0";
        slot[1] = (char)('0' + call->result);
        return call->op == CALL_NEW && got == 0 ? "NULL" : slot;
    }
    if (yields == YIELDS_DESTRUCTOR) {
        yields = YIELDS_NOTHING; /* got is a function's address */
    }
    return describe_value(yields, got);
}

static bool value_matches(struct piece expected, const struct call *call,
                          uintptr_t got)
{
    if (expected.length == 0 || piece_is(expected, value_word(call, got))) {
        return true;
    }
    return piece_is(expected, "nonzero") && got != 0;
}

static bool exception_matches(struct piece expected,
                              const struct prediction *p)
{
    if (expected.length == 0) {
        return true;
    }
    if (!p->fails) {
        return piece_is(expected, "no exception");
    }
    return piece_is(expected,
                    EXCEPTION_NAMES[p->exception] + strlen("PyExc_"));
}

static bool message_matches(struct piece expected, const struct prediction *p)
{
    return expected.length == 0 ||
           (p->fails && p->message && piece_is(expected, p->message));
}

void check_expectation(const struct call *call, const struct prediction *p,
                       uintptr_t got)
{
    const char *text = run.annotations->expected[run.call_index];
    if (text == NULL) {
        return;
    }
    struct expectation expectation = expectation_of(text);
    if (!value_matches(expectation.value, call, got) ||
        !exception_matches(expectation.exception, p) ||
        !message_matches(expectation.message, p)) {
        violation(p->rule, text,
                  p->fails ? describe_expected(value_word(call, got),
                                               describe_error(
                                                   &run.model.error))
                           : value_word(call, got));
    }
}

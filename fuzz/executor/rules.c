/* Counts how often the run has exercised each rule. */
#include "fuzz/executor/rules.h"

#include "fuzz/executor/executor.h"
#include "fuzz/executor/status.h"

/* Extra libFuzzer counters: a cell that becomes nonzero counts as new coverage.
 * volatile, because the program itself never reads them. */
enum { EXTRA_COUNTERS = 512 };
__attribute__((section("__libfuzzer_extra_counters"))) static volatile uint8_t
    extra_counters[EXTRA_COUNTERS];
_Static_assert(RULE_COUNT *OUTCOMES <= EXTRA_COUNTERS,
               "more extra counters cost speed and gain nothing");

void exercise(uint16_t rule, enum outcome outcome)
{
    status->rule[rule].count++;
    extra_counters[rule * OUTCOMES + outcome] = 1;
}

/* The calls under the names that contract.def uses for them. */
enum {
#define CALL(ident, ...) ident = CALL_##ident,
#include "fuzz/program/calls.def"
#undef CALL
};

/* For each rule the calls that a program needs to exercise the rule, beyond
 * those of every program, ended by CALL_COUNT. NULL if no program can. */
static const uint16_t *const needed_calls[RULE_COUNT] = {
#define ANY_PROGRAM                                                            \
    (const uint16_t[]) { CALL_COUNT }
#define NEEDS(...)                                                             \
    (const uint16_t[]) { __VA_ARGS__, CALL_COUNT }
#define NO_PROGRAM(reason) NULL
#define RULE(ident, id, function, level, text, source, programs, rests_on)     \
    [RULE_##ident] = programs,
#include "capsule/contract.def"
};

/* True if a target with these weights makes all of the calls. A target without
 * weights makes every call. */
static bool makes_all(const uint8_t *weights, const uint16_t *calls)
{
    for (; *calls != CALL_COUNT; calls++) {
        if (weights && weights[*calls] == 0) {
            return false;
        }
    }
    return true;
}

void executor_set_calls(const uint8_t *weights)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        status->rule[i].reachable =
            needed_calls[i] && makes_all(weights, needed_calls[i]);
    }
}

void executor_print_rules(FILE *out)
{
    unsigned exercised = 0, reachable = 0;
    for (int i = 0; i < RULE_COUNT; i++) {
        reachable += status->rule[i].reachable != 0;
        exercised += status->rule[i].reachable && status->rule[i].count;
    }
    fprintf(out, "rules exercised: %u of %u\n", exercised, reachable);
    for (int i = 0; i < RULE_COUNT; i++) {
        if (status->rule[i].count) {
            fprintf(out, "  %-10s %12llu\n", CONTRACT[i].id,
                    (unsigned long long)status->rule[i].count);
        }
    }
    fprintf(out, "never reached:%s", exercised == reachable ? " none" : "");
    for (int i = 0; i < RULE_COUNT; i++) {
        if (status->rule[i].reachable && status->rule[i].count == 0) {
            fprintf(out, " %s", CONTRACT[i].id);
        }
    }
    fputc('\n', out);
}

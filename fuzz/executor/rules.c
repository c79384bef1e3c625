/* Which rules the run has exercised. */
#include "fuzz/executor/run.h"

/* libFuzzer takes each of these that becomes nonzero for new coverage. It reads
 * them behind the compiler's back, which would drop them otherwise. */
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

enum { MOST_NEEDED = 4 };

/* A rule that programs which keep the contract can exercise, and the calls that
 * they need for it beyond those of every program. */
struct reachable {
    uint16_t rule;
    uint16_t calls[MOST_NEEDED]; /* enum call_op + 1; 0 ends the list */
};

#define NEEDS(op) (CALL_##op + 1)

static const struct reachable reachable[] = {
    {RULE_TYPE_1, {NEEDS(NEW_REF)}},
    {RULE_TYPE_2, {0}},
    {RULE_TYPE_3, {NEEDS(CHECK_EXACT)}},
    {RULE_TYPE_4, {0}},
    {RULE_TYPE_6, {NEEDS(REPR)}},
    {RULE_NEW_1, {0}},
    {RULE_NEW_2, {0}},
    {RULE_NEW_3, {NEEDS(FAIL_ALLOCATION)}},
    {RULE_NEW_4, {0}},
    {RULE_NEW_5, {0}},
    {RULE_NEW_6, {NEEDS(NAME)}},
    {RULE_NEW_7, {0}},
    {RULE_NEW_8, {0}},
    {RULE_NEW_10, {0}},
    {RULE_NEW_11, {0}},
    {RULE_NEW_12, {0}},
    {RULE_GETP_1, {0}},
    {RULE_GETP_2, {0}},
    {RULE_GETP_3, {0}},
    {RULE_GETP_4, {0}},
    {RULE_GETP_5, {0}},
    {RULE_GETP_6, {0}},
    {RULE_GETD_1, {0}},
    {RULE_GETD_2, {NEEDS(GET_DESTRUCTOR)}},
    {RULE_GETC_1, {NEEDS(GET_CONTEXT), NEEDS(SET_CONTEXT)}},
    {RULE_GETC_2, {NEEDS(GET_CONTEXT)}},
    {RULE_GETN_1, {0}},
    {RULE_GETN_2, {NEEDS(GET_NAME)}},
    {RULE_GETN_3, {0}},
    {RULE_GET_ALL_1, {0}},
    {RULE_GET_ALL_2, {0}},
    {RULE_VAL_1, {0}},
    {RULE_VAL_2, {0}},
    {RULE_VAL_3, {0}},
    {RULE_VAL_4, {0}},
    {RULE_VAL_5, {0}},
    {RULE_VAL_6, {0}},
    {RULE_SETP_1, {0}},
    {RULE_SETP_2, {NEEDS(SET_POINTER)}},
    {RULE_SETN_1, {0}},
    {RULE_SETN_2, {0}},
    {RULE_SETN_3, {NEEDS(SET_NAME)}},
    {RULE_SETD_1, {0}},
    {RULE_SETD_2, {NEEDS(SET_DESTRUCTOR)}},
    {RULE_SETD_3, {NEEDS(SET_DESTRUCTOR)}},
    {RULE_SETC_1, {0}},
    {RULE_SET_ALL_1, {0}},
    {RULE_SET_ALL_2, {0}},
    {RULE_SET_ALL_3, {0}},
    {RULE_SET_ALL_4, {NEEDS(NEW_REF)}},
    {RULE_ERR_1, {0}},
    {RULE_ERR_2, {0}},
    {RULE_ERR_3, {0}},
    {RULE_ERR_4, {NEEDS(GET_POINTER)}},
    {RULE_ERR_5, {0}},
    {RULE_DTOR_1, {0}},
    {RULE_DTOR_2, {0}},
    {RULE_DTOR_3, {0}},
    {RULE_DTOR_4, {0}},
    {RULE_DTOR_6, {NEEDS(RAISE)}},
    {RULE_DTOR_7, {NEEDS(RAISE)}},
    {RULE_DTOR_11, {NEEDS(LEAVE_IN_CYCLE), NEEDS(COLLECT)}},
    {RULE_DTOR_12, {NEEDS(CALL_DESTRUCTOR)}},
    {RULE_DTOR_13, {NEEDS(PAYLOAD)}},
    {RULE_DTOR_14, {NEEDS(LEAVE_IN_CYCLE), NEEDS(COLLECT)}},
    {RULE_DTOR_10, {NEEDS(END_INTERPRETER), NEEDS(SHARE)}},
    {RULE_MODST_1, {NEEDS(SET_STATE), NEEDS(GET_STATE)}},
    {RULE_SUB_1, {NEEDS(SET_STATE)}},
    {RULE_SUB_2, {NEEDS(START_INTERPRETER)}},
    {RULE_API_9, {NEEDS(PRODUCE), NEEDS(FAIL_ALLOCATION)}},
    {RULE_CTX_1, {NEEDS(SET_CONTEXT)}},
    {RULE_API_1, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_API_2, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_API_3, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_API_4, {NEEDS(TABLE), NEEDS(TAKE_TABLE), NEEDS(CALL_ENTRY)}},
    {RULE_API_5, {NEEDS(TABLE), NEEDS(TAKE_TABLE), NEEDS(CALL_ENTRY)}},
    {RULE_API_6, {NEEDS(TAKE_TABLE)}},
    {RULE_API_7, {NEEDS(TABLE), NEEDS(TAKE_TABLE), NEEDS(CALL_ENTRY)}},
    {RULE_API_8, {NEEDS(TABLE), NEEDS(TAKE_TABLE), NEEDS(CALL_ENTRY)}},
    {RULE_API_12, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_API_14, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_API_15, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_LIFE_1, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_LIFE_2, {NEEDS(TABLE), NEEDS(TAKE_TABLE), NEEDS(FREE)}},
    {RULE_LIFE_3, {NEEDS(TABLE), NEEDS(TAKE_TABLE)}},
    {RULE_IMP_1, {NEEDS(IMPORT), NEEDS(PUBLISH)}},
    {RULE_IMP_2, {NEEDS(IMPORT), NEEDS(PUBLISH)}},
    {RULE_IMP_3, {NEEDS(IMPORT)}},
    {RULE_IMP_4, {NEEDS(IMPORT)}},
    {RULE_IMP_5, {NEEDS(IMPORT)}},
    {RULE_IMP_6, {NEEDS(IMPORT)}},
    {RULE_IMP_7, {NEEDS(IMPORT), NEEDS(ANSWER)}},
    {RULE_IMP_8, {NEEDS(IMPORT)}},
    {RULE_IMP_9, {NEEDS(IMPORT)}},
    {RULE_IMP_10, {NEEDS(IMPORT), NEEDS(PUBLISH)}},
    {RULE_IMP_11, {NEEDS(IMPORT)}},
    {RULE_IMP_12, {NEEDS(IMPORT)}},
    {RULE_IMP_15, {NEEDS(IMPORT)}},
    {RULE_IMP_16, {NEEDS(IMPORT), NEEDS(FAIL_ALLOCATION)}},
    {RULE_NEW_9, {NEEDS(IMPORT), NEEDS(PUBLISH)}},
    {RULE_PUB_1, {NEEDS(IMPORT), NEEDS(PUBLISH)}},
    {RULE_PUB_2, {NEEDS(IMPORT), NEEDS(PUBLISH), NEEDS(SET_NAME)}},
    {RULE_API_10, {NEEDS(ADD_OBJECT)}},
    {RULE_API_11, {NEEDS(CONSUME)}},
    {RULE_BUG_1, {NEEDS(CONSUME)}},
    {RULE_W27_2, {NEEDS(COBJECT_AS_POINTER)}},
    {RULE_W27_3, {NEEDS(COBJECT_AS_POINTER), NEEDS(SET_WARNINGS)}},
    {RULE_COBJ_1, {NEEDS(COBJECT_AS_POINTER)}},
    {RULE_COBJ_2, {NEEDS(COBJECT_NEW)}},
    {RULE_COBJ_3, {NEEDS(COBJECT_NEW)}},
    {RULE_COBJ_4, {NEEDS(COBJECT_AS_POINTER)}},
    {RULE_COBJ_5, {NEEDS(COBJECT_GET_DESC)}},
    {RULE_COBJ_6, {NEEDS(COBJECT_SET_POINTER)}},
    {RULE_COBJ_7, {NEEDS(COBJECT_IMPORT)}},
    {RULE_COBJ_8, {NEEDS(COBJECT_GET_DESC), NEEDS(RAISE)}},
};

/* True if programs may have all calls that the rule needs. */
static bool has_needed_calls(const struct reachable *rule,
                             const uint8_t *weights)
{
    for (unsigned i = 0; i < MOST_NEEDED && rule->calls[i]; i++) {
        if (weights && weights[rule->calls[i] - 1] == 0) {
            return false;
        }
    }
    return true;
}

void executor_set_calls(const uint8_t *weights)
{
    for (unsigned i = 0; i < sizeof(reachable) / sizeof(reachable[0]); i++) {
        status->rule[reachable[i].rule].reachable =
            has_needed_calls(&reachable[i], weights);
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

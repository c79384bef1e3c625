/* Which rules the run has exercised. */
#include "fuzz/executor/run.h"

/* libFuzzer takes each of these that becomes nonzero for new coverage. */
enum { EXTRA_COUNTERS = 512 };
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t
    extra_counters[EXTRA_COUNTERS];
_Static_assert(RULE_COUNT *OUTCOMES <= EXTRA_COUNTERS,
               "more extra counters cost speed and gain nothing");

void exercise(uint16_t rule, enum outcome outcome)
{
    status->rule[rule].count++;
    extra_counters[rule * OUTCOMES + outcome] = 1;
}

/* The rules that some exercise() below or in destructors.c and executor.c can
 * name for a program that keeps the contract. */
void mark_reachable_rules(void)
{
    static const uint16_t reachable[] = {
        RULE_TYPE_1,    RULE_TYPE_2,    RULE_TYPE_3,    RULE_TYPE_4,
        RULE_TYPE_6,    RULE_NEW_1,     RULE_NEW_2,     RULE_NEW_3,
        RULE_NEW_4,     RULE_NEW_5,     RULE_NEW_6,     RULE_NEW_7,
        RULE_NEW_8,     RULE_NEW_10,    RULE_NEW_11,    RULE_NEW_12,
        RULE_GETP_1,    RULE_GETP_2,    RULE_GETP_3,    RULE_GETP_4,
        RULE_GETP_5,    RULE_GETP_6,    RULE_GETD_1,    RULE_GETD_2,
        RULE_GETC_1,    RULE_GETC_2,    RULE_GETN_1,    RULE_GETN_2,
        RULE_GETN_3,    RULE_GET_ALL_1, RULE_GET_ALL_2, RULE_VAL_1,
        RULE_VAL_2,     RULE_VAL_3,     RULE_VAL_4,     RULE_VAL_5,
        RULE_VAL_6,     RULE_SETP_1,    RULE_SETP_2,    RULE_SETN_1,
        RULE_SETN_2,    RULE_SETN_3,    RULE_SETD_1,    RULE_SETD_2,
        RULE_SETD_3,    RULE_SETC_1,    RULE_SET_ALL_1, RULE_SET_ALL_2,
        RULE_SET_ALL_3, RULE_SET_ALL_4, RULE_ERR_1,     RULE_ERR_2,
        RULE_ERR_3,     RULE_ERR_4,     RULE_ERR_5,     RULE_DTOR_1,
        RULE_DTOR_2,    RULE_DTOR_3,    RULE_DTOR_4,    RULE_DTOR_6,
        RULE_DTOR_7,    RULE_DTOR_11,   RULE_DTOR_12,   RULE_DTOR_13,
        RULE_DTOR_14,   RULE_CTX_1,
    };
    for (unsigned i = 0; i < sizeof(reachable) / sizeof(reachable[0]); i++) {
        status->rule[reachable[i]].reachable = 1;
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

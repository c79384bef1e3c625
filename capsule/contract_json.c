/* Prints the contract as JSON for programs that are not written in C: the
 * rules, the facts in which profiles differ, and the profiles.
 * tools/lib/contract.py reads the output. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "capsule/contract.h"
#include "capsule/profile.h"

/* Short names of the rules, as contract.def and profile.def use them. */
enum {
#define RULE(ident, ...) ident = RULE_##ident,
#include "capsule/contract.def"
};

/* Lists of rules, each ended by RULE_COUNT. */
#define RULES(...)                                                             \
    (const int[]) { __VA_ARGS__, RULE_COUNT }
#define NO_RULE                                                                \
    (const int[]) { RULE_COUNT }

/* A row of contract.def: a rule, or the title of a section. */
struct row {
    const char *section; /* the title, or NULL if the row is a rule */
    int rule;
    const char *identifier;
    const char *calls;   /* "IMPORT, PUBLISH" */
    const int *rests_on; /* rules, ended by RULE_COUNT */
};

static const struct row ROWS[] = {
#define SECTION(title) {.section = title},
#define ANY_PROGRAM ""
#define NEEDS(...) #__VA_ARGS__
#define NO_PROGRAM(reason) ""
#define RESTS_ON RULES
#define RESTS_ON_NOTHING NO_RULE
#define RULE(ident, id, function, level, text, source, programs, rests)        \
    {.rule = RULE_##ident,                                                     \
     .identifier = #ident,                                                     \
     .calls = programs,                                                        \
     .rests_on = rests},
#include "capsule/contract.def"
#undef ANY_PROGRAM
#undef NEEDS
#undef NO_PROGRAM
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static const char *const LEVELS[] = {
    [LEVEL_DOCUMENTED] = "documented",
    [LEVEL_OBSERVED] = "observed",
    [LEVEL_ADVICE] = "advice",
};

struct fact {
    const char *name;
    const char *text;
    const int *rules; /* ended by RULE_COUNT */
};

static const struct fact FACTS[] = {
#define FACT(identifier, rules, text) {#identifier, text, rules},
#include "capsule/profile.def"
};
enum { FACT_COUNT = sizeof FACTS / sizeof FACTS[0] };

/* ---- JSON ---- */

static void print_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }
        putchar(*text);
    }
    putchar('"');
}

static void print_field(const char *name, const char *value)
{
    printf("\"%s\": ", name);
    print_string(value);
    fputs(", ", stdout);
}

/* Prints a list of words, separated by commas, as an array of strings. */
static void print_words(const char *list)
{
    fputs(*list ? "[\"" : "[", stdout);
    for (const char *c = list; *c; c++) {
        if (*c == ',') {
            fputs("\", \"", stdout);
        } else if (*c != ' ') {
            putchar(*c);
        }
    }
    fputs(*list ? "\"]" : "]", stdout);
}

static void print_ids(const int *rules)
{
    putchar('[');
    for (const int *rule = rules; *rule != RULE_COUNT; rule++) {
        fputs(rule == rules ? "" : ", ", stdout);
        print_string(CONTRACT[*rule].id);
    }
    putchar(']');
}

static void print_rule(const struct row *row, const char *section)
{
    const struct contract_entry *rule = &CONTRACT[row->rule];

    putchar('{');
    print_field("id", rule->id);
    print_field("identifier", row->identifier);
    print_field("section", section);
    print_field("function", rule->function);
    print_field("level", LEVELS[rule->level]);
    print_field("text", rule->text);
    print_field("source", rule->source);
    print_field("no_program", rule->no_program);
    fputs("\"needs\": ", stdout);
    print_words(row->calls);
    fputs(", \"rests_on\": ", stdout);
    print_ids(row->rests_on);
    putchar('}');
}

static void print_rules(void)
{
    const char *section = "";
    int printed = 0;

    for (int i = 0; i < ROW_COUNT; i++) {
        if (ROWS[i].section) {
            section = ROWS[i].section;
            continue;
        }
        fputs(printed++ ? ",\n  " : "\n  ", stdout);
        print_rule(&ROWS[i], section);
    }
}

static void print_facts(void)
{
    for (int i = 0; i < FACT_COUNT; i++) {
        fputs(i ? ",\n  {" : "\n  {", stdout);
        print_field("name", FACTS[i].name);
        print_field("text", FACTS[i].text);
        fputs("\"rules\": ", stdout);
        print_ids(FACTS[i].rules);
        putchar('}');
    }
}

/* Prints the facts that are true of the profile. */
static void print_facts_of(const struct profile *profile)
{
    const char *before = "";

#define FACT(identifier, rules, text)                                          \
    if (profile->identifier) {                                                 \
        printf("%s\"%s\"", before, #identifier);                               \
        before = ", ";                                                         \
    }
#include "capsule/profile.def"
}

static void print_profiles(void)
{
    for (const struct profile *profile = PROFILES; profile->name; profile++) {
        fputs(profile == PROFILES ? "\n  {" : ",\n  {", stdout);
        print_field("name", profile->name);
        fputs("\"facts\": [", stdout);
        print_facts_of(profile);
        fputs("]}", stdout);
    }
}

int main(void)
{
    fputs("{\"rules\": [", stdout);
    print_rules();
    fputs("\n],\n\"facts\": [", stdout);
    print_facts();
    fputs("\n],\n\"profiles\": [", stdout);
    print_profiles();
    fputs("\n]}\n", stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : 2;
}

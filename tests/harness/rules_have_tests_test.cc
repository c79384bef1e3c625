// Holds capsule/contract.def and the rule tests together: a testable rule has
// a test, and a test names a rule.
//
// The arguments are the rule test programs; each is asked for its tests.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "capsule/contract.h"

namespace {

std::vector<std::string> programs;

struct ListedTest {
    std::string program;
    std::string name; // without its suite
};

struct Rule {
    const contract_entry *entry;
    std::string identifier;
};

const std::vector<Rule> &Rules()
{
    static const std::vector<Rule> rules = {
#define RULE(ident, id, function, level, status, text, source, reason)         \
    {&CONTRACT[RULE_##ident], #ident},
#include "capsule/contract.def"
#undef RULE
    };
    return rules;
}

// What Bazel tells a test about itself; a program that is only asked for its
// list must not take it for its own, write the results of this test or obey
// its filter.
const char WITHOUT_BAZEL[] =
    "env -u XML_OUTPUT_FILE -u GTEST_OUTPUT -u TEST_PREMATURE_EXIT_FILE "
    "-u TESTBRIDGE_TEST_ONLY -u TEST_TOTAL_SHARDS -u TEST_SHARD_INDEX "
    "-u TEST_SHARD_STATUS_FILE ";

// The tests of a program; none where it fails.
std::vector<ListedTest> TestsOf(const std::string &program)
{
    std::vector<ListedTest> tests;
    std::string command =
        WITHOUT_BAZEL + ("'" + program + "' --gtest_list_tests");
    FILE *pipe = popen(command.c_str(), "r");
    if (!pipe) {
        return tests;
    }
    char line[1000];
    while (std::fgets(line, sizeof line, pipe)) {
        // A suite stands at the margin, its tests are indented; `# ...` after
        // a name and `/0` at its end belong to parametrised tests.
        if (std::strncmp(line, "  ", 2) == 0) {
            std::string name = line + 2;
            name.resize(name.find_first_of(" /#\n"));
            tests.push_back({program, name});
        }
    }
    if (pclose(pipe) != 0) {
        tests.clear();
    }
    return tests;
}

const std::map<std::string, std::vector<ListedTest>> &TestsPerProgram()
{
    static const auto tests = [] {
        std::map<std::string, std::vector<ListedTest>> all;
        for (const std::string &program : programs) {
            all[program] = TestsOf(program);
        }
        return all;
    }();
    return tests;
}

// The rule that a test's name begins with, or NULL. The longest one wins.
const Rule *RuleOf(const std::string &test_name)
{
    const Rule *best = nullptr;
    for (const Rule &rule : Rules()) {
        std::string prefix = rule.identifier + "_";
        if (test_name.compare(0, prefix.size(), prefix) == 0 &&
            (!best || rule.identifier.size() > best->identifier.size())) {
            best = &rule;
        }
    }
    return best;
}

std::map<const contract_entry *, int> TestsPerRule()
{
    std::map<const contract_entry *, int> count;
    for (const auto &program : TestsPerProgram()) {
        for (const ListedTest &test : program.second) {
            if (const Rule *rule = RuleOf(test.name)) {
                count[rule->entry]++;
            }
        }
    }
    return count;
}

bool IsAdvice(const contract_entry &entry)
{
    return entry.level == LEVEL_ADVICE;
}

bool NeedsATest(const contract_entry &entry)
{
    return !IsAdvice(entry) && entry.status == STATUS_TESTED;
}

TEST(RulesHaveTests, EveryProgramListsItsTests)
{
    for (const auto &program : TestsPerProgram()) {
        EXPECT_FALSE(program.second.empty())
            << program.first << " lists no test; run it with "
            << "--gtest_list_tests";
    }
}

TEST(RulesHaveTests, EveryTestableRuleHasATest)
{
    std::map<const contract_entry *, int> count = TestsPerRule();
    int testable = 0, pending = 0, advice = 0;
    std::string missing;
    for (const Rule &rule : Rules()) {
        const contract_entry &entry = *rule.entry;
        testable += NeedsATest(entry);
        advice += IsAdvice(entry);
        pending += !IsAdvice(entry) && !NeedsATest(entry);
        if (NeedsATest(entry) && count[&entry] == 0) {
            missing += std::string("\n  ") + entry.id + "  " + entry.function +
                       ": " + entry.text;
        }
    }
    std::cout << "rules: " << testable << " testable, " << pending
              << " pending, " << advice << " advice" << std::endl;
    RecordProperty("testable", testable);
    RecordProperty("pending", pending);
    RecordProperty("advice", advice);
    if (!missing.empty()) {
        ADD_FAILURE() << "rules without a test; write one in tests/rules "
                      << "whose name begins with the id, '_' for '-':"
                      << missing;
    }
}

TEST(RulesHaveTests, EveryTestNamesARule)
{
    for (const auto &program : TestsPerProgram()) {
        for (const ListedTest &test : program.second) {
            if (!RuleOf(test.name)) {
                ADD_FAILURE()
                    << "test " << test.name << " of " << test.program
                    << " names no rule; begin its name with the id of a rule "
                    << "of capsule/contract.def, '_' for '-', and '_'";
            }
        }
    }
}

TEST(RulesHaveTests, ARuleWithATestIsNeitherPendingNorAdvice)
{
    std::map<const contract_entry *, int> count = TestsPerRule();
    for (const Rule &rule : Rules()) {
        if (!NeedsATest(*rule.entry) && count[rule.entry] > 0) {
            ADD_FAILURE() << "rule " << rule.entry->id << " has a test; mark "
                          << "it TESTED in capsule/contract.def";
        }
    }
}

TEST(Contract, IdentifiersAreTheIds)
{
    for (const Rule &rule : Rules()) {
        std::string expected = rule.entry->id;
        for (char &c : expected) {
            c = c == '-' ? '_' : c;
        }
        EXPECT_EQ(rule.identifier, expected)
            << "rule " << rule.entry->id << " in capsule/contract.def";
    }
}

TEST(Contract, OnlyAdviceHasAReason)
{
    for (const Rule &rule : Rules()) {
        bool reason = rule.entry->reason[0] != '\0';
        EXPECT_EQ(reason, IsAdvice(*rule.entry))
            << "rule " << rule.entry->id
            << (reason ? " has a reason, but it is no advice"
                       : " is advice and does not say why");
    }
}

TEST(Contract, TextsReadAsHeadlines)
{
    for (const Rule &rule : Rules()) {
        const contract_entry &entry = *rule.entry;
        std::string text = entry.text;
        ASSERT_FALSE(text.empty()) << "rule " << entry.id << " has no text";
        EXPECT_TRUE(text.size() <= 100 && text.back() != '.')
            << "rule " << entry.id << ": '" << text
            << "' is longer than 100 characters or ends with a full stop";
        EXPECT_STRNE(entry.function, "") << "of rule " << entry.id;
        EXPECT_STRNE(entry.source, "") << "of rule " << entry.id;
    }
}

} // namespace

int main(int argc, char **argv)
{
    ::testing::InitGoogleTest(&argc, argv);
    programs.assign(argv + 1, argv + argc);
    if (programs.empty()) {
        std::fprintf(stderr, "rules_have_tests_test: no rule test programs; "
                             "name them as arguments\n");
        return 2;
    }
    return RUN_ALL_TESTS();
}

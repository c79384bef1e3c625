// Checks for each build configuration that its sanitizers are on and fatal.
//
//   canary_test CONFIGURATION=FAULTS[,GUIDED_FUZZ] ...
//
// Each argument names a configuration and the programs faults.c and
// guided_fuzz.c built in it. `default` and `command-line-...` are the
// configuration of the command line; a transition builds the others.
//
// SANITIZERS_OF below says what each configuration must catch. It repeats the
// table that makes the flags on purpose: if a flag is lost from that table,
// this test still expects its effect.
#include <regex.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using std::string;

const std::map<string, std::set<string>> SANITIZERS_OF = {
    {"default", {"address", "undefined"}},
    {"asan-libfuzzer", {"address", "fuzzer"}},
    {"asan-ubsan-libfuzzer", {"address", "undefined", "fuzzer"}},
    {"coverage", {}},
    {"fuzz", {"address", "undefined"}},
    {"msan-libfuzzer", {"memory", "fuzzer"}},
    {"release", {}},
    {"replay", {}},
    {"tsan", {"thread"}},
    {"ubsan-libfuzzer", {"undefined", "fuzzer"}},
};

const string COMMAND_LINE = "command-line-";

struct Fault {
    const char *name;
    const char *sanitizer;
    const char *report; // an extended regular expression for a whole line
};

const Fault FAULTS[] = {
    {"heap_use_after_free", "address",
     "^==[0-9]+==ERROR: AddressSanitizer: heap-use-after-free on address "},
    {"double_free", "address",
     "^==[0-9]+==ERROR: AddressSanitizer: attempting double-free on "},
    {"leak", "address",
     "^==[0-9]+==ERROR: LeakSanitizer: detected memory leaks$"},
    {"stack_use_after_return", "address",
     "^==[0-9]+==ERROR: AddressSanitizer: stack-use-after-return on address "},
    {"signed_overflow", "undefined",
     "^[^ ]*faults\\.c:[0-9]+:[0-9]+: runtime error: signed integer overflow: "
     "2147483647 \\+ 1 cannot be represented in type 'int'$"},
    {"wrong_function_type", "undefined",
     "^[^ ]*faults\\.c:[0-9]+:[0-9]+: runtime error: call to function "
     "takes_a_pointer through pointer to incorrect function type "},
    {"data_race", "thread",
     "^WARNING: ThreadSanitizer: data race \\(pid=[0-9]+\\)$"},
    {"uninitialised_memory", "memory",
     "^==[0-9]+==WARNING: MemorySanitizer: use-of-uninitialized-value$"},
};

struct Outcome {
    string command;
    string output; // standard output and standard error
    int status;    // as from waitpid()
};

Outcome Run(const string &command)
{
    Outcome outcome = {command, "", -1};
    FILE *pipe = popen((command + " 2>&1").c_str(), "r");
    if (!pipe) {
        return outcome;
    }
    char buffer[4096];
    size_t length;
    while ((length = fread(buffer, 1, sizeof buffer, pipe)) > 0) {
        outcome.output.append(buffer, length);
    }
    outcome.status = pclose(pipe);
    return outcome;
}

bool EndedWith(const Outcome &outcome, int status)
{
    return WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == status;
}

bool HasLine(const string &text, const char *expression)
{
    regex_t regex;
    if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0) {
        ADD_FAILURE() << "bad regular expression: " << expression;
        return false;
    }
    std::istringstream lines(text);
    string line;
    bool found = false;
    while (!found && std::getline(lines, line)) {
        found = regexec(&regex, line.c_str(), 0, nullptr, 0) == 0;
    }
    regfree(&regex);
    return found;
}

string Describe(const Outcome &outcome)
{
    std::ostringstream text;
    text << "  command  " << outcome.command << "\n  ended    ";
    if (WIFEXITED(outcome.status)) {
        text << "with status " << WEXITSTATUS(outcome.status);
    } else {
        text << "by signal " << WTERMSIG(outcome.status);
    }
    text << "\n  printed  "
         << (outcome.output.empty() ? "nothing" : "\n" + outcome.output);
    return text.str();
}

// Expects that the sanitizer of this configuration reports the fault and ends
// the program.
void ExpectCaught(const string &configuration, const string &program,
                  const Fault &fault)
{
    Outcome outcome = Run(program + " " + fault.name);
    EXPECT_TRUE(HasLine(outcome.output, fault.report))
        << "Configuration '" << configuration << "' did not report "
        << fault.name << ": has it lost -fsanitize=" << fault.sanitizer
        << "?\n  expected a line that matches " << fault.report << "\n"
        << Describe(outcome);
    EXPECT_TRUE(HasLine(outcome.output, "faults\\.c:[0-9]+:[0-9]+"))
        << "Configuration '" << configuration << "': the report on "
        << fault.name << " names no source line: is -g lost, or "
        << "llvm-symbolizer not found?\n"
        << Describe(outcome);
    EXPECT_TRUE(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) != 0)
        << "Configuration '" << configuration << "': " << fault.name
        << " must end with an exit status that is not 0: is the report not "
           "fatal (-fno-sanitize-recover=all)?\n"
        << Describe(outcome);
}

void ExpectSilent(const string &configuration, const string &program,
                  const string &fault)
{
    Outcome outcome = Run(program + " " + fault);
    EXPECT_TRUE(EndedWith(outcome, 0) && outcome.output.empty())
        << "Configuration '" << configuration << "': '" << fault
        << "' must end with status 0 and print nothing\n"
        << Describe(outcome);
}

void ExpectCoverage(const string &configuration, const string &program,
                    bool expected)
{
    Outcome outcome = Run(program + " coverage");
    EXPECT_EQ(outcome.output,
              expected ? "instrumented\n" : "not instrumented\n")
        << "Configuration '" << configuration << "' must "
        << (expected ? "" : "not ")
        << "be instrumented for libFuzzer (-fsanitize=fuzzer-no-link)\n"
        << Describe(outcome);
}

void ExpectGuided(const string &configuration, const string &program)
{
    Outcome outcome =
        Run(program + " -seed=1 -runs=2000000" + " -artifact_prefix='" +
            ::testing::TempDir() + configuration + ".'");
    EXPECT_TRUE(EndedWith(outcome, 77)) // libFuzzer turns abort() into 77
        << "Configuration '" << configuration << "': libFuzzer did not find "
        << "the fault in guided_fuzz.c: does coverage guide it?\n"
        << Describe(outcome);
}

class Case : public ::testing::Test {
  public:
    explicit Case(std::function<void()> body) : body_(body) {}
    void TestBody() override { body_(); }

  private:
    std::function<void()> body_;
};

void Register(string suite, const string &name, std::function<void()> body)
{
    std::replace(suite.begin(), suite.end(), '-', '_');
    ::testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr,
                            __FILE__, __LINE__, [=] { return new Case(body); });
}

void RegisterConfiguration(const string &configuration,
                           const std::set<string> &sanitizers,
                           const string &faults, const string &guided)
{
    for (const Fault &fault : FAULTS) {
        if (sanitizers.count(fault.sanitizer) > 0) {
            Register(configuration, fault.name, [=, &fault] {
                ExpectCaught(configuration, faults, fault);
            });
        }
    }
    std::vector<string> silent = {"no_fault"};
    if (sanitizers.empty()) {
        // These faults would show a sanitizer that is on by mistake.
        silent.insert(silent.end(), {"signed_overflow", "leak"});
    }
    for (const string &fault : silent) {
        Register(configuration, fault + "_is_silent",
                 [=] { ExpectSilent(configuration, faults, fault); });
    }
    bool fuzzer = sanitizers.count("fuzzer") > 0;
    Register(configuration, fuzzer ? "coverage" : "no_coverage",
             [=] { ExpectCoverage(configuration, faults, fuzzer); });
    if (!guided.empty()) {
        Register(configuration, "coverage_guides_libfuzzer",
                 [=] { ExpectGuided(configuration, guided); });
    }
}

// Returns a path that popen() can run: Bazel's $(rootpath) may have no slash,
// so this adds "./".
string Command(const string &path)
{
    return path.empty() ? path : "'./" + path + "'";
}

} // namespace

int main(int argc, char **argv)
{
    ::testing::InitGoogleTest(&argc, argv);
    for (int i = 1; i < argc; i++) {
        string argument = argv[i];
        size_t equals = argument.find('=');
        string configuration = argument.substr(0, equals);
        bool chosen = configuration.rfind(COMMAND_LINE, 0) == 0;
        auto entry = SANITIZERS_OF.find(
            chosen ? configuration.substr(COMMAND_LINE.size()) : configuration);
        if (equals == string::npos || entry == SANITIZERS_OF.end()) {
            std::fprintf(stderr,
                         "canary_test: SANITIZERS_OF does not say what '%s' "
                         "must catch; add it\n",
                         argv[i]);
            return 2;
        }
        size_t comma = argument.find(',', equals);
        RegisterConfiguration(
            configuration, entry->second,
            Command(argument.substr(equals + 1, comma - equals - 1)),
            Command(comma == string::npos ? "" : argument.substr(comma + 1)));
    }
    return RUN_ALL_TESTS();
}

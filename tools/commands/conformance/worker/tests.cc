// Runs the rule tests and announces each test before it begins.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <Python.h>

#include "capsule/host.h"
#include "tests/rules/support.h"
#include "tools/commands/conformance/worker/worker.h"

namespace {

std::string NameOf(const ::testing::TestInfo &test)
{
    return std::string(test.test_suite_name()) + "." + test.name();
}

// Announces each test, each comparison that fails, and the test's end. A crash
// loses nothing that was announced before it.
class Announcer : public ::testing::EmptyTestEventListener {
    void OnTestStart(const ::testing::TestInfo &test) override
    {
        name_ = NameOf(test);
        failures_ = 0;
        reason_.clear();
        worker_say("begin", name_.c_str(), nullptr, nullptr);
    }

    void OnTestPartResult(const ::testing::TestPartResult &part) override
    {
        const int enough = 20;
        if (part.skipped()) {
            reason_ = part.message();
        }
        if (!part.failed() || failures_++ >= enough) {
            return;
        }
        std::string text;
        if (part.file_name()) {
            text = std::string(part.file_name()) + ":" +
                   std::to_string(part.line_number()) + ": ";
        }
        text += part.message();
        worker_say("failure", name_.c_str(), nullptr, text.c_str());
    }

    void OnTestEnd(const ::testing::TestInfo &test) override
    {
        const ::testing::TestResult &result = *test.result();
        const char *word = result.Failed()    ? "failed"
                           : result.Skipped() ? "skipped"
                                              : "passed";
        worker_say("end", name_.c_str(), word, reason_.c_str());
    }

    std::string name_;
    int failures_ = 0;
    std::string reason_; // why the test was skipped
};

// GoogleTest reads its flags only from a command line. A death test starts this
// program again with flags of GoogleTest only.
void Initialize(std::vector<std::string> flags)
{
    static char program[] = "/proc/self/exe";
    std::vector<char *> argv = {program};
    for (std::string &flag : flags) {
        argv.push_back(&flag[0]);
    }
    int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    ::testing::InitGoogleTest(&argc, argv.data());
}

bool Start()
{
    rules::inside_another_program = Py_IsInitialized() != 0;
    rules::CallFunctionsBeforeStart();
    if (host_start(worker_profile()) < 0) {
        std::fprintf(stderr, "worker: the implementation does not start\n");
        return false;
    }
    return true;
}

} // namespace

int worker_list_tests()
{
    Initialize({});
    const auto &unit = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < unit.total_test_suite_count(); i++) {
        const ::testing::TestSuite &suite = *unit.GetTestSuite(i);
        for (int j = 0; j < suite.total_test_count(); j++) {
            worker_say("test", NameOf(*suite.GetTestInfo(j)).c_str(), nullptr,
                       nullptr);
        }
    }
    return 0;
}

int worker_death_test(int argc, char **argv)
{
    Initialize({argv, argv + argc});
    return Start() ? RUN_ALL_TESTS() : 3;
}

int worker_tests(const char *path)
{
    std::ifstream names(path);
    std::string filter, name;
    while (std::getline(names, name)) {
        filter += name + ":";
    }
    Initialize({"--gtest_filter=" + filter});
    if (!Start()) {
        return 3;
    }
    auto &listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Announcer);
    (void)RUN_ALL_TESTS();
    // Does not finalize the implementation: the results are written, and
    // objects that a failed test has left behind would only cause further
    // errors.
    std::fflush(nullptr);
    _exit(0);
}

// main() of the rule tests: starts the implementation, then runs the tests.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "capsule/host.h"
#include "tests/rules/support.h"

// The environment variable CAPSULE_PROFILE names the profile that the tests
// expect.
int main(int argc, char **argv)
{
    ::testing::InitGoogleTest(&argc, argv);
    const char *profile = std::getenv("CAPSULE_PROFILE");
    rules::CallFunctionsBeforeStart();
    if (host_start(profile) < 0) {
        std::fprintf(stderr,
                     "rules: the implementation has no profile '%s'; set "
                     "CAPSULE_PROFILE to one that it has\n",
                     profile ? profile : "");
        return 2;
    }
    ::testing::Test::RecordProperty("implementation", host_name());
    int status = RUN_ALL_TESTS();
    host_stop();
    return status;
}

// The programs of programs/ use every call and every conforming destructor.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/harness/program/text.h"

namespace {

std::vector<std::string> files;

TEST(Programs, UseEveryCallAndEveryDestructorThatConforms)
{
    std::set<int> ops, destructors;
    for (const std::string &file : files) {
        std::ifstream in(file);
        std::stringstream text;
        text << in.rdbuf();
        program p;
        ASSERT_EQ(Parse(text.str(), &p), "") << file;
        for (size_t i = 0; i < p.call_count; i++) {
            const call &c = p.calls[i];
            ops.insert(c.op);
            for (size_t j = 0; j < CALLS[c.op].arg_count; j++) {
                if (c.args[j].tag == VALUE_DESTRUCTOR) {
                    destructors.insert(c.args[j].index);
                }
            }
        }
    }
    for (int op = 0; op < CALL_COUNT; op++) {
        EXPECT_TRUE(ops.count(op)) << "no program calls " << CALLS[op].name;
    }
    for (int i = 0; i < DESTRUCTOR_COUNT; i++) {
        EXPECT_TRUE(DESTRUCTORS[i].misuse || destructors.count(i))
            << "no program uses " << DESTRUCTORS[i].name;
    }
}

} // namespace

int main(int argc, char **argv)
{
    testing::InitGoogleTest(&argc, argv);
    files.assign(argv + 1, argv + argc);
    return RUN_ALL_TESTS();
}

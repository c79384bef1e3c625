// The walk of tools/exhaust makes each program once: compared with a slow
// enumeration that shares no code with the walk.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fuzz/driver/exhaust.h"
#include "fuzz/executor/executor.h"
#include "tests/harness/driver/slow_enumeration.h"

namespace {

constexpr part kWhole = {1, 1};

class ExhaustTest : public testing::Test {
  protected:
    static void SetUpTestSuite()
    {
        struct executor_options options = {};
        ASSERT_EQ(0, executor_start(&options));
    }
    static void TearDownTestSuite() { executor_stop(); }
};

std::string TextOf(const struct program *program)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    program_print(out, program);
    fclose(out);
    std::string result(text, size);
    free(text);
    return result;
}

// Collects the programs of a walk, up to `most` of them.
struct Collector {
    Texts texts;
    size_t most;
    static bool Visit(void *self, const struct program *program)
    {
        auto *collector = static_cast<Collector *>(self);
        if (collector->texts.size() == collector->most) {
            return false;
        }
        collector->texts.push_back(TextOf(program));
        return true;
    }
};

Texts Walk(unsigned calls, struct part part)
{
    Collector collector{{}, SIZE_MAX};
    struct position position;
    position_start(&position);
    EXPECT_TRUE(walk(&position, calls, part, Collector::Visit, &collector));
    uint64_t counted = 0;
    for (unsigned i = 1; i <= calls; i++) {
        counted += position.programs[i];
    }
    EXPECT_EQ(counted, collector.texts.size());
    return collector.texts;
}

// The programs of up to two calls.
const Texts &AllOfTwoCalls()
{
    static const Texts all = Walk(2, kWhole);
    return all;
}

TEST_F(ExhaustTest, AWalkMakesEachProgramOnceUpToTheNumbersOfItsSlots)
{
    std::set<std::string> keys;
    for (const std::string &text : AllOfTwoCalls()) {
        Texts calls = CallsOf(text);
        if (std::all_of(calls.begin(), calls.end(), IsInSlowAlphabet)) {
            ASSERT_TRUE(keys.insert(KeyOf(calls)).second) << text;
        }
    }
    std::set<std::string> expected = SlowEnumeration();
    EXPECT_GT(expected.size(), 1000u);
    Texts missing, excess;
    std::set_difference(expected.begin(), expected.end(), keys.begin(),
                        keys.end(), std::back_inserter(missing));
    std::set_difference(keys.begin(), keys.end(), expected.begin(),
                        expected.end(), std::back_inserter(excess));
    EXPECT_TRUE(missing.empty()) << missing.size() << ", such as\n"
                                 << missing[0];
    EXPECT_TRUE(excess.empty()) << excess.size() << ", such as\n" << excess[0];
}

// Finds a position by the calls of its program.
struct Finder {
    Texts calls;
    static bool Visit(void *self, const struct program *program)
    {
        return CallsOf(TextOf(program)) != static_cast<Finder *>(self)->calls;
    }
};

TEST_F(ExhaustTest, ANewCapsuleTakesTheSlotOfADeadOne)
{
    Finder finder{{"c0 = PyCapsule_New(p0, NULL, NULL)", "Py_DECREF(c0)"}};
    struct position position;
    position_start(&position);
    ASSERT_FALSE(walk(&position, 2, kWhole, Finder::Visit, &finder));
    position.length = 3; // the position of its first successor
    position.index[2] = 0;
    Collector collector{{}, 300};
    walk(&position, 3, kWhole, Collector::Visit, &collector);
    std::set<Texts> made;
    for (const std::string &text : collector.texts) {
        made.insert(CallsOf(text));
    }
    Texts calls = finder.calls;
    calls.push_back("c0 = PyCapsule_New(p0, NULL, NULL)");
    EXPECT_EQ(1u, made.count(calls));
    calls.back() = "c1 = PyCapsule_New(p0, NULL, NULL)";
    EXPECT_EQ(0u, made.count(calls));
}

TEST_F(ExhaustTest, ThePartsShareTheProgramsOut)
{
    Texts whole = AllOfTwoCalls(), together;
    for (unsigned i = 1; i <= 5; i++) {
        Texts part = Walk(2, {i, 5});
        EXPECT_GT(part.size(), whole.size() / 10);
        together.insert(together.end(), part.begin(), part.end());
    }
    std::sort(whole.begin(), whole.end());
    std::sort(together.begin(), together.end());
    EXPECT_EQ(whole, together);
}

TEST_F(ExhaustTest, AWalkGoesOnWhereItStopped)
{
    constexpr part kPart = {7, 200};
    Texts whole = Walk(3, kPart), together;
    struct position position;
    position_start(&position);
    Collector collector{{}, 0};
    size_t stops = 0;
    // Numbers of programs that end in all kinds of places.
    for (collector.most = 1;
         !walk(&position, 3, kPart, Collector::Visit, &collector);
         collector.most = collector.most % 97 + stops % 7 + 1) {
        together.insert(together.end(), collector.texts.begin(),
                        collector.texts.end());
        collector.texts.clear();
        ASSERT_LT(stops++, 100000u);
    }
    together.insert(together.end(), collector.texts.begin(),
                    collector.texts.end());
    EXPECT_GT(stops, 100u);
    EXPECT_EQ(whole, together);
}

TEST_F(ExhaustTest, ThePositionTellsTheProgram)
{
    struct position position;
    position_start(&position);
    Collector collector{{}, 12345};
    EXPECT_FALSE(walk(&position, 2, kWhole, Collector::Visit, &collector));
    static struct program program;
    walk_program_at(&position, &program);
    EXPECT_EQ(AllOfTwoCalls()[12345], TextOf(&program));
}

TEST_F(ExhaustTest, TheStateIsReadAsItWasWritten)
{
    struct exhaust_state state = {};
    snprintf(state.implementation, sizeof state.implementation, "any 1.0 (x)");
    snprintf(state.build, sizeof state.build, "0a1b2c");
    state.alphabet = 0xfedcba98;
    state.part = {3, 16};
    state.seconds = 12.5;
    position_start(&state.position);
    Collector collector{{}, 1000};
    walk(&state.position, 2, {3, 16}, Collector::Visit, &collector);
    std::string path = testing::TempDir() + "/state";
    ASSERT_TRUE(state_write(&state, path.c_str()));

    struct exhaust_state read;
    FILE *file = fopen(path.c_str(), "r");
    ASSERT_TRUE(state_read(&read, file));
    fclose(file);
    EXPECT_STREQ(state.implementation, read.implementation);
    EXPECT_STREQ(state.build, read.build);
    EXPECT_EQ(state.alphabet, read.alphabet);
    EXPECT_EQ(3u, read.part.number);
    EXPECT_EQ(16u, read.part.count);
    EXPECT_EQ(12.5, read.seconds);
    EXPECT_EQ(state.position.length, read.position.length);
    EXPECT_EQ(state.position.unit, read.position.unit);
    for (int i = 0; i < LONGEST_WALK; i++) {
        EXPECT_EQ(state.position.index[i], read.position.index[i]);
        EXPECT_EQ(state.position.programs[i + 1],
                  read.position.programs[i + 1]);
    }
}

TEST_F(ExhaustTest, EachDamageOfAStateFileIsNoticed)
{
    struct exhaust_state state = {};
    snprintf(state.implementation, sizeof state.implementation, "any 1.0 (x)");
    snprintf(state.build, sizeof state.build, "0a1b2c");
    state.part = kWhole;
    position_start(&state.position);
    std::string path = testing::TempDir() + "/damaged";
    ASSERT_TRUE(state_write(&state, path.c_str()));
    FILE *file = fopen(path.c_str(), "r");
    char text[4096];
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);

    struct exhaust_state read;
    for (size_t i = 0; i < size; i++) {
        text[i] ^= 1;
        file = fmemopen(text, size, "r");
        EXPECT_FALSE(state_read(&read, file)) << "byte " << i;
        fclose(file);
        text[i] ^= 1;
        if (i > 0) {
            file = fmemopen(text, i, "r");
            EXPECT_FALSE(state_read(&read, file)) << i << " bytes";
            fclose(file);
        }
    }
}

} // namespace

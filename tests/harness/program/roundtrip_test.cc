// Binary -> text -> binary and text -> binary -> text, on random programs.
#include <cstdlib>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "fuzz/program/check.h"
#include "tests/harness/program/text.h"

namespace {

constexpr unsigned kSeeds = 300;

TEST(RoundTrip, ARandomProgramSurvivesTextAndBinary)
{
    for (unsigned seed = 1; seed <= kSeeds; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        program p, from_text, from_binary;
        Randomize(&p, &random, random() % (MAX_CALLS + 1));

        std::string text = Text(p);
        ASSERT_EQ(Parse(text, &from_text), "");
        EXPECT_TRUE(program_equal(&p, &from_text)) << text;

        std::vector<uint8_t> bytes = Encoded(p);
        program_decode(&from_binary, bytes.data(), bytes.size());
        EXPECT_TRUE(program_equal(&p, &from_binary)) << text;

        EXPECT_EQ(Text(from_text), text);
        EXPECT_EQ(Text(from_binary), text);
        EXPECT_EQ(Encoded(from_text), bytes);
    }
}

TEST(RoundTrip, RandomBytesDecodeToAProgramThatSurvives)
{
    for (unsigned seed = 1; seed <= kSeeds; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::vector<uint8_t> bytes(random() % 600);
        for (uint8_t &byte : bytes) {
            // Half of the bytes are 0, so that text lengths are small.
            byte = random() % 2 ? random() : 0;
        }
        program_check_binary(bytes.data(), bytes.size());
    }
}

TEST(RoundTrip, DamagedTextIsRefusedOrSurvives)
{
    for (unsigned seed = 1; seed <= kSeeds; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        program p;
        Randomize(&p, &random, 1 + random() % 6);
        std::string text = Text(p);
        for (unsigned edits = random() % 4; edits > 0; edits--) {
            const char bytes[] = "\0\"'\\\n;#(),=cp0 \xff";
            text[random() % text.size()] = bytes[random() % 16];
        }
        program_check_text(text.data(), text.size() - random() % 3);
    }
}

TEST(RoundTrip, RandomProgramsHaveEveryCallEveryTagAndEveryIndex)
{
    std::set<int> ops;
    std::set<std::pair<int, int>> tags, indices;
    std::mt19937 random(1);
    for (int i = 0; i < 200; i++) {
        program p;
        Randomize(&p, &random, MAX_CALLS);
        for (size_t j = 0; j < p.call_count; j++) {
            const call &c = p.calls[j];
            ops.insert(c.op);
            for (size_t k = 0; k < CALLS[c.op].arg_count; k++) {
                tags.insert({CALLS[c.op].args[k], c.args[k].tag});
                indices.insert({c.args[k].tag, c.args[k].index});
            }
        }
    }
    EXPECT_EQ(ops.size(), CALL_COUNT);
    size_t all_tags = 0, all_indices = 0;
    for (int kind = ARG_NONE + 1; kind < ARG_KIND_COUNT; kind++) {
        all_tags += kind_tag_count(static_cast<arg_kind>(kind));
    }
    for (int tag = 0; tag < VALUE_TAG_COUNT; tag++) {
        all_indices += value_index_count(static_cast<value_tag>(tag));
    }
    EXPECT_EQ(tags.size(), all_tags);
    EXPECT_EQ(indices.size(), all_indices);
}

TEST(RoundTrip, EveryDestructorHasAProgramThatPrintsAsItIsWritten)
{
    for (int i = 0; i < DESTRUCTOR_COUNT; i++) {
        program p;
        program_of_destructor(&p, static_cast<behaviour>(i));
        std::string text = Text(p), expected = DESTRUCTORS[i].program;
        for (size_t at; (at = expected.find("; ")) != std::string::npos;) {
            expected.replace(at, 2, "\n");
        }
        EXPECT_EQ(text, expected.empty() ? "" : expected + "\n");
    }
}

} // namespace

// The binary form: the meaning of each byte, and inputs that are too short or
// too long.
#include <gtest/gtest.h>

#include "tests/harness/program/text.h"

namespace {

std::string Decoded(const std::vector<uint8_t> &bytes)
{
    program p;
    program_decode(&p, bytes.data(), bytes.size());
    return Text(p);
}

TEST(Binary, NoBytesAreTheEmptyProgram) { EXPECT_EQ(Decoded({}), ""); }

TEST(Binary, EachByteHasItsPlace)
{
    EXPECT_EQ(Decoded({CALL_PAYLOAD, 3, 0x34, 0x12}), "p3 = payload(4660)\n");
    EXPECT_EQ(Decoded({CALL_NAME, 2, 2, 0, 'h', 'i'}), "n2 = name(\"hi\")\n");
    EXPECT_EQ(Decoded({CALL_EDIT, 7, 1, 0, 'x'}), "edit(n7, 1, 'x')\n");
    EXPECT_EQ(Decoded({CALL_NEW, 1, 1, 4, 1, 5, 1, DESTRUCTOR_log}),
              "c1 = PyCapsule_New(p4, n5, log)\n");
}

TEST(Binary, MissingBytesAreZero)
{
    EXPECT_EQ(Decoded({CALL_NEW}), "c0 = PyCapsule_New(NULL, NULL, NULL)\n");
    EXPECT_EQ(Decoded({CALL_NAME, 1, 9, 0, 'h', 'i'}), "n1 = name(\"hi\")\n");
    EXPECT_EQ(Decoded({CALL_PAYLOAD, 1, 9}), "p1 = payload(9)\n");
}

TEST(Binary, LargeNumbersAreTakenModulo)
{
    EXPECT_EQ(Decoded({CALL_COUNT + CALL_INCREF, SLOTS + 3}),
              "Py_INCREF(c3)\n");
}

TEST(Binary, ANulEndsATextEarly)
{
    EXPECT_EQ(Decoded({CALL_NAME, 0, 3, 0, 'a', 0, 'b', CALL_CLEAR_ERROR}),
              "n0 = name(\"a\")\nPyErr_Clear()\n");
}

TEST(Binary, CallsBeyondTheLastAreIgnored)
{
    std::vector<uint8_t> bytes(MAX_CALLS + 10, CALL_CLEAR_ERROR);
    program p;
    program_decode(&p, bytes.data(), bytes.size());
    EXPECT_EQ(p.call_count, MAX_CALLS);
}

TEST(Binary, TextsBeyondTheRoomAreCut)
{
    std::vector<uint8_t> bytes;
    for (int i = 0; i < 6; i++) {
        const unsigned length = MAX_NAME + 10;
        bytes.insert(bytes.end(), {CALL_NAME, 0, length & 0xff, length >> 8});
        bytes.insert(bytes.end(), length, 'a');
    }
    program p, again;
    program_decode(&p, bytes.data(), bytes.size());
    ASSERT_EQ(p.call_count, 6u);
    EXPECT_EQ(p.calls[0].args[0].number, MAX_NAME);
    EXPECT_EQ(p.calls[5].args[0].number, 0);
    EXPECT_STREQ(program_text(&p, &p.calls[5].args[0]), "");
    EXPECT_LE(p.text_size, static_cast<unsigned>(MAX_TEXT));
    bytes = Encoded(p);
    program_decode(&again, bytes.data(), bytes.size());
    EXPECT_TRUE(program_equal(&p, &again));
}

TEST(Binary, ASmallBufferGetsFewerCalls)
{
    program p;
    ASSERT_EQ(Parse("Py_INCREF(c0)\nn0 = name(\"ab\")\n", &p), "");
    uint8_t bytes[8];
    EXPECT_EQ(program_encode(&p, bytes, 8), 8u);
    EXPECT_EQ(program_encode(&p, bytes, 7), 2u);
    EXPECT_EQ(program_encode(&p, bytes, 1), 0u);
}

TEST(Building, AppendGivesTheSimplestCallUntilTheProgramIsFull)
{
    program p;
    program_clear(&p);
    program_append(&p, CALL_NEW);
    EXPECT_EQ(Text(p), "c0 = PyCapsule_New(NULL, NULL, NULL)\n");
    while (p.call_count < MAX_CALLS) {
        ASSERT_NE(program_append(&p, CALL_NAME), nullptr);
    }
    EXPECT_EQ(program_append(&p, CALL_NAME), nullptr);
    program_remove(&p, 0);
    EXPECT_EQ(Text(p).substr(0, 15), "n0 = name(\"\")\nn");
}

TEST(Building, ATextThatHasNoRoomChangesNothing)
{
    program p;
    program_clear(&p);
    value v = {VALUE_NULL, 0, 0, 0};
    std::string longest(MAX_NAME, 'x');
    std::string too_long = longest + "x";
    EXPECT_FALSE(program_set_text(&p, &v, too_long.data(), too_long.size()));
    EXPECT_EQ(v.tag, VALUE_NULL);
    while (program_set_text(&p, &v, longest.data(), longest.size())) {
    }
    EXPECT_TRUE(program_set_text(&p, &v, "a\0b", 3));
    EXPECT_STREQ(program_text(&p, &v), "a");
}

} // namespace

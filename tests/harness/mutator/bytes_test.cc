// The mutator as libFuzzer calls it: bytes in, bytes out.
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "tests/harness/mutator/programs.h"

namespace {

using Bytes = std::vector<uint8_t>;

class MutatorBytes : public ::testing::Test {
  protected:
    void SetUp() override
    {
        all_ = TargetOfAllCalls();
        mutator_init(&mutator_, &all_, &DEFAULT_WEIGHTS);
    }

    // Copies the bytes into blocks of exactly their size, so that the sanitizer
    // reports an access past the end.
    Bytes Mutated(const Bytes &input, size_t max_size, unsigned seed)
    {
        size_t room = std::max(input.size(), max_size);
        std::unique_ptr<uint8_t[]> data(new uint8_t[room]);
        std::copy(input.begin(), input.end(), data.get());
        size_t size = mutator_mutate_bytes(&mutator_, data.get(), input.size(),
                                           max_size, seed);
        EXPECT_LE(size, max_size);
        return Bytes(data.get(), data.get() + std::min(size, room));
    }

    Bytes Crossed(const Bytes &a, const Bytes &b, size_t max_size,
                  unsigned seed)
    {
        std::unique_ptr<uint8_t[]> out(new uint8_t[max_size]);
        std::unique_ptr<uint8_t[]> first(new uint8_t[a.size()]);
        std::unique_ptr<uint8_t[]> second(new uint8_t[b.size()]);
        std::copy(a.begin(), a.end(), first.get());
        std::copy(b.begin(), b.end(), second.get());
        size_t size =
            mutator_cross_bytes(&mutator_, first.get(), a.size(), second.get(),
                                b.size(), out.get(), max_size, seed);
        EXPECT_LE(size, max_size);
        return Bytes(out.get(), out.get() + std::min(size, max_size));
    }

    // Returns arbitrary bytes, as another engine would leave them in a corpus.
    Bytes Noise()
    {
        Bytes bytes(random_() % 300);
        for (uint8_t &byte : bytes) {
            byte = static_cast<uint8_t>(random_());
        }
        return bytes;
    }

    Bytes Generated()
    {
        random_state_.state = random_();
        mutator_generate(&mutator_, &random_state_, &program_, MAX_ENCODED);
        return Encoded(program_);
    }

    // Expects that decoding the bytes and encoding them again gives the same
    // bytes.
    void ExpectCanonical(const Bytes &bytes)
    {
        program_decode(&program_, bytes.data(), bytes.size());
        ASSERT_EQ(Encoded(program_), bytes);
        ASSERT_EQ(MisuseIn(program_), 0u) << Text(program_);
    }

    target all_;
    mutator mutator_;
    std::mt19937 random_{20240607};
    struct random random_state_;
    program program_;
};

TEST_F(MutatorBytes, TheSameSeedGivesTheSameBytes)
{
    unsigned different = 0;
    for (unsigned seed = 0; seed < 500; seed++) {
        Bytes a = seed % 2 ? Noise() : Generated(), b = Generated();
        Bytes mutated = Mutated(a, 4096, seed);
        Bytes crossed = Crossed(a, b, 4096, seed);
        Mutated(b, 4096, seed + 1); // this call must not influence the next
        ASSERT_EQ(Mutated(a, 4096, seed), mutated) << "seed " << seed;
        ASSERT_EQ(Crossed(a, b, 4096, seed), crossed) << "seed " << seed;
        different += Mutated(a, 4096, seed + 7919) != mutated;
    }
    EXPECT_GT(different, 480u);
}

TEST_F(MutatorBytes, AnyInputGivesAProgramWithoutMisuse)
{
    Bytes bytes;
    unsigned empty = 0;
    for (unsigned seed = 0; seed < 4000; seed++) {
        Bytes input = seed % 3 == 0 ? Noise() : bytes;
        bytes = Mutated(input, MAX_ENCODED, seed);
        ExpectCanonical(bytes);
        empty += bytes.empty();
        bytes =
            Crossed(bytes, seed % 2 ? Noise() : Generated(), MAX_ENCODED, seed);
        ExpectCanonical(bytes);
    }
    EXPECT_EQ(empty, 0u);
}

TEST_F(MutatorBytes, ResultsFitIntoMaxSize)
{
    for (unsigned seed = 0; seed < 4000; seed++) {
        size_t max_size = seed % 40;
        Bytes input = Generated();
        input.resize(std::min(input.size(), max_size));
        ExpectCanonical(Mutated(input, max_size, seed));
        ExpectCanonical(Crossed(input, Generated(), max_size, seed));
    }
}

TEST_F(MutatorBytes, MisuseThatCameInIsReplaced)
{
    Parse("c0 = PyCapsule_New(0x1, \"a\", keep_alive)\n"
          "PyCapsule_SetDestructor(c0, clear_error)\n"
          "c1 = PyCapsule_New(0x1, \"a\", wrong_name)\n",
          &program_);
    ASSERT_EQ(MisuseIn(program_), 3u);
    Bytes input = Encoded(program_);
    for (unsigned seed = 0; seed < 1000; seed++) {
        ExpectCanonical(Mutated(input, 4096, seed));
        ExpectCanonical(Crossed(input, input, 4096, seed));
    }
}

// Texts that no call uses any more must not fill up the program.
TEST_F(MutatorBytes, NamesAreStillEditedAfterManyMutations)
{
    Parse("c0 = PyCapsule_New(0x1, \"demo._C_API\", NULL)\n", &program_);
    Bytes bytes = Encoded(program_);
    unsigned with_text = 0;
    for (unsigned seed = 0; seed < 2000; seed++) {
        bytes = Mutated(bytes, 4096, seed);
        program_decode(&program_, bytes.data(), bytes.size());
        ASSERT_LE(program_.text_size, 4096u) << "seed " << seed;
        with_text += program_.text_size > 1;
    }
    EXPECT_GT(with_text, 1500u);
}

// The program's texts leave no room. Then a near miss of "" is NULL, if NULL is
// allowed. A quarter of the mutations ignore the input and generate a new
// program.
TEST_F(MutatorBytes, ArgumentsKeepTheirKindsWhenTheTextIsFull)
{
    std::string text;
    for (int length : {4095, 4095, 4095, 4093}) {
        text += "n0 = name(\"" + std::string(length, 'a') + "\")\nfree(n0)\n";
    }
    auto full = std::make_unique<program>();
    Parse(text + "n1 = name(\"\")\n", full.get());
    ASSERT_GT(full->text_size, unsigned{MAX_TEXT} - 2);

    for (unsigned seed = 0; seed < 2000; seed++) {
        program p = *full;
        struct random random = {seed};
        mutator_mutate(&mutator_, &random, &p);
        for (unsigned i = 0; i < p.call_count; i++) {
            const call_info &info = CALLS[p.calls[i].op];
            for (unsigned j = 0; j < info.arg_count; j++) {
                ASSERT_TRUE(ARG_TAGS[info.args[j]] >> p.calls[i].args[j].tag &
                            1)
                    << "seed " << seed << ", call " << i << ", " << info.name
                    << ", argument " << j;
            }
        }
    }
}

TEST_F(MutatorBytes, AsManyInputsAreFreshAsTheWeightSays)
{
    const unsigned tries = 4000;
    Bytes a = Generated(), b = Generated();
    unsigned fresh = 0;
    for (unsigned seed = 0; seed < tries; seed++) {
        fresh += Mutated(a, MAX_ENCODED, seed) == Mutated(b, MAX_ENCODED, seed);
    }
    double percent = 100.0 * fresh / tries;
    EXPECT_NEAR(percent, DEFAULT_WEIGHTS.fresh_percent, 2.0);
}

} // namespace

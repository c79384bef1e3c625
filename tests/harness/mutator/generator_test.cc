// The generator draws calls and arguments according to its weights.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>

#include "tests/harness/mutator/programs.h"

namespace {

class Generator : public ::testing::Test {
  protected:
    void Use(const target &t, const weights &w)
    {
        target_ = t;
        weights_ = w;
        mutator_init(&mutator_, &target_, &weights_);
        generator_ = {&target_, &weights_, &mutator_.choices, &swarm_,
                      &random_, &program_, &forecast_};
    }

    void SetUp() override { Use(TargetOfAllCalls(), DEFAULT_WEIGHTS); }

    struct random random_ = {1};
    target target_;
    weights weights_;
    mutator mutator_;
    generator generator_;
    swarm swarm_;
    program program_;
    forecast forecast_;
};

// Returns the 99.9 percent quantile, by the approximation of Wilson and
// Hilferty.
double ChiSquareQuantile(int degrees_of_freedom)
{
    double part = 2.0 / (9.0 * degrees_of_freedom);
    return degrees_of_freedom * std::pow(1 - part + 3.09 * std::sqrt(part), 3);
}

// At each step the generator draws from the calls of its swarm that make sense
// in the current state, in proportion to their weights. The test sums over all
// steps: the number of draws of each call may differ from the expected number
// only by chance, that is, chi-square must stay below its 99.9 percent
// quantile.
TEST_F(Generator, DrawsCallsByTheirWeights)
{
    double expected[CALL_COUNT] = {0}, drawn[CALL_COUNT] = {0};

    for (int i = 0; i < 10000; i++) {
        swarm_draw(&swarm_, &target_, &weights_, &random_);
        program_clear(&program_);
        forecast_start(&forecast_, &program_);
        for (int j = 0; j < 40; j++) {
            double sum = 0, wanted[CALL_COUNT] = {0};
            for (unsigned k = 0; k < swarm_.call_count; k++) {
                unsigned op = swarm_.calls[k];
                wanted[op] =
                    forecast_wants(&forecast_, (call_op)op, swarm_.limits) *
                    target_.calls[op];
                sum += wanted[op];
            }
            struct call call;
            ASSERT_EQ(generate_call(&generator_, &call), sum > 0);
            if (sum == 0) {
                break;
            }
            ASSERT_TRUE(
                forecast_wants(&forecast_, (call_op)call.op, swarm_.limits));
            for (unsigned k = 0; k < swarm_.call_count; k++) {
                unsigned op = swarm_.calls[k];
                expected[op] += wanted[op] / sum;
            }
            drawn[call.op]++;
            program_.calls[program_.call_count++] = call;
            forecast_apply(&forecast_, &call);
        }
    }
    double chi_square = 0;
    int calls = 0;
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        SCOPED_TRACE(CALLS[op].name);
        if (expected[op] == 0) {
            EXPECT_EQ(drawn[op], 0);
            continue;
        }
        EXPECT_GT(expected[op], 100);
        calls++;
        double difference = drawn[op] - expected[op];
        chi_square += difference * difference / expected[op];
    }
    EXPECT_LT(chi_square, ChiSquareQuantile(calls - 1));
}

TEST_F(Generator, NeverDrawsACallOfWeightZero)
{
    target some = TargetOfAllCalls();
    for (unsigned op = 0; op < CALL_COUNT; op += 3) {
        some.calls[op] = 0;
    }
    Use(some, DEFAULT_WEIGHTS);
    unsigned calls = 0;
    for (int i = 0; i < 3000; i++) {
        mutator_generate(&mutator_, &random_, &program_, MAX_ENCODED);
        for (unsigned j = 0; j < program_.call_count; j++, calls++) {
            ASSERT_NE(some.calls[program_.calls[j].op], 0);
        }
    }
    EXPECT_GT(calls, 30000u);
}

TEST_F(Generator, NeverNamesADestructorOfTheMisuseKind)
{
    std::set<unsigned> named;
    for (int i = 0; i < 3000; i++) {
        mutator_generate(&mutator_, &random_, &program_, MAX_ENCODED);
        ASSERT_EQ(MisuseIn(program_), 0u) << Text(program_);
        for (unsigned j = 0; j < program_.call_count; j++) {
            const value &last = program_.calls[j].args[2];
            if (program_.calls[j].op == CALL_NEW &&
                last.tag == VALUE_DESTRUCTOR) {
                named.insert(last.index);
            }
        }
    }
    // All conforming destructors, except those that come with hold(), with the
    // structs of a protocol, and with targets that reenter.
    unsigned conforming = 0;
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        conforming += behaviour_may_be_installed(static_cast<int>(i)) &&
                      !DESTRUCTORS[i].reenters;
    }
    EXPECT_EQ(named.size(), conforming);
}

TEST_F(Generator, MostCallsArePerformed)
{
    unsigned calls = 0, performed = 0;
    for (int i = 0; i < 3000; i++) {
        mutator_generate(&mutator_, &random_, &program_, MAX_ENCODED);
        forecast_start(&forecast_, &program_);
        for (unsigned j = 0; j < program_.call_count; j++, calls++) {
            performed += forecast_apply(&forecast_, &program_.calls[j]);
        }
    }
    EXPECT_GT(performed, calls * 0.99);
}

TEST_F(Generator, MostProgramsAreLong)
{
    unsigned longer = 0;
    const unsigned programs = 5000;
    for (unsigned i = 0; i < programs; i++) {
        unsigned length = generate_length(&weights_, &random_);
        ASSERT_GE(length, 1u);
        ASSERT_LE(length, static_cast<unsigned>(MAX_CALLS));
        longer += length > MAX_CALLS / 2;
    }
    EXPECT_NEAR(100.0 * longer / programs, weights_.long_percent, 2.5);
}

// A swarm contains all calls, or each call with the stated probability. All
// numbers of slots are equally likely, and a swarm always has a call that makes
// a capsule.
TEST_F(Generator, ASwarmIsARandomPart)
{
    const unsigned swarms = 4000;
    unsigned kept[CALL_COUNT] = {0}, limits[3][SLOTS + 1] = {{0}};
    std::set<unsigned> sizes;

    for (unsigned i = 0; i < swarms; i++) {
        swarm_draw(&swarm_, &target_, &weights_, &random_);
        sizes.insert(swarm_.call_count);
        for (unsigned k = 0; k < swarm_.call_count; k++) {
            kept[swarm_.calls[k]]++;
        }
        for (int k = 0; k < 3; k++) {
            ASSERT_GE(swarm_.limits[k], 1);
            ASSERT_LE(swarm_.limits[k], SLOTS);
            limits[k][swarm_.limits[k]]++;
        }
    }
    EXPECT_GE(sizes.size(), 12u);
    const double whole = weights_.whole_percent;
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        double part = weights_.keep_call_percent;
        double percent = CALLS[op].nature == NATURE_CREATES
                             ? 100
                             : whole + part * (1 - whole / 100);
        EXPECT_NEAR(100.0 * kept[op] / swarms, percent, 3) << CALLS[op].name;
    }
    for (int k = 0; k < 3; k++) {
        for (int n = 1; n <= SLOTS; n++) {
            EXPECT_NEAR(100.0 * limits[k][n] / swarms, 100.0 / SLOTS, 2.5);
        }
    }
}

// Swarms make programs differ: some have few distinct calls, some many.
TEST_F(Generator, ProgramsDifferInTheNumberOfDistinctCalls)
{
    std::set<unsigned> numbers;
    for (int i = 0; i < 500; i++) {
        swarm_draw(&swarm_, &target_, &weights_, &random_);
        program_clear(generator_.program);
        generate_calls(&generator_, MAX_CALLS, MAX_ENCODED);
        std::set<unsigned> distinct;
        for (unsigned j = 0; j < program_.call_count; j++) {
            distinct.insert(program_.calls[j].op);
            if (yields_result(CALLS[program_.calls[j].op].yields) &&
                program_.calls[j].op != CALL_REALLOC) {
                ASSERT_LT(program_.calls[j].result,
                          swarm_.limits[CALLS[program_.calls[j].op].yields]);
            }
        }
        numbers.insert(distinct.size());
    }
    EXPECT_GE(numbers.size(), 12u);
}

// True if `a` is a near miss of `b`: one byte changed, cut or appended, another
// case, or a prefix.
bool IsNear(const std::string &a, const std::string &b)
{
    if (a.size() == b.size()) {
        unsigned different = 0;
        for (size_t i = 0; i < a.size(); i++) {
            different += a[i] != b[i];
        }
        return different == 1;
    }
    return b.compare(0, a.size(), a) == 0 || (!b.empty() && b.substr(1) == a) ||
           (a.size() == b.size() + 1 && a.compare(0, b.size(), b) == 0);
}

// Names of 12 bytes are never near misses of each other by chance. Of the names
// that a call passes for an existing capsule, the share that is derived from
// the capsule's name must be the share that the target states; of these, the
// share of exact copies must follow the weights.
TEST_F(Generator, NamesAreRelativesAsOftenAsTheTargetSays)
{
    target names = {};
    names.longest_name = 12;
    names.near_miss_percent = 40;
    names.calls[CALL_NEW] = 10;
    names.calls[CALL_GET_POINTER] = 30;
    weights w = DEFAULT_WEIGHTS;
    memset(w.fresh_length, 0, sizeof w.fresh_length);
    w.fresh_length[LENGTH_LONGEST] = 1;
    memset(w.name, 0, sizeof w.name);
    w.name[CHOOSE_FRESH] = 1;
    w.copy_percent = 30;
    Use(names, w);

    unsigned asked = 0, copies = 0, near = 0;
    for (int i = 0; i < 2000; i++) {
        mutator_generate(&mutator_, &random_, &program_, MAX_ENCODED);
        forecast_start(&forecast_, &program_);
        for (unsigned j = 0; j < program_.call_count; j++) {
            const call &c = program_.calls[j];
            const model_capsule *object =
                forecast_object_of(&forecast_, &c.args[0]);
            characters own = {nullptr, 0};
            if (c.op == CALL_GET_POINTER && object) {
                own = forecast_name_of(object);
            }
            if (own.length > 0) { // "" is a near miss of every short name
                ASSERT_EQ(c.args[1].tag, VALUE_TEXT);
                std::string a = program_text(&program_, &c.args[1]);
                std::string b(own.bytes, own.length);
                asked++;
                copies += a == b;
                near += a != b && IsNear(a, b);
            }
            forecast_apply(&forecast_, &c);
        }
    }
    ASSERT_GT(asked, 20000u);
    EXPECT_NEAR(100.0 * (copies + near) / asked, 40, 1.5);
    EXPECT_NEAR(100.0 * copies / (copies + near), 30, 2);
}

// A near miss of each kind is near the name and never equal to it.
TEST_F(Generator, ANearMissIsNearAndMissesAlways)
{
    const std::string name = "demo._C_API";
    for (unsigned kind = 0; kind < NEAR_MISSES; kind++) {
        weights w = DEFAULT_WEIGHTS;
        memset(w.near_miss, 0, sizeof w.near_miss);
        w.near_miss[kind] = 1;
        Use(TargetOfAllCalls(), w);
        std::set<std::string> all;
        for (int i = 0; i < 500; i++) {
            value near;
            program_clear(&program_);
            make_near_miss(&generator_,
                           {name.data(), static_cast<uint16_t>(name.size())},
                           &near);
            std::string text = program_text(&program_, &near);
            ASSERT_EQ(text.size(), near.number);
            ASSERT_NE(text, name);
            ASSERT_TRUE(IsNear(text, name)) << kind << ' ' << text;
            all.insert(text);
        }
        bool one = kind == CUT_THE_LAST || kind == CUT_THE_FIRST;
        EXPECT_GE(all.size(), one ? 1u : 6u) << kind;
    }
}

TEST_F(Generator, NamesAreNoLongerThanTheTargetSays)
{
    target short_names = TargetOfAllCalls();
    short_names.longest_name = 9;
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        if (CALLS[op].family == FAMILY_PROTOCOLS) {
            short_names.calls[op] = 0; // the protocols give their own names
        }
    }
    Use(short_names, DEFAULT_WEIGHTS);
    unsigned longest = 0;
    for (int i = 0; i < 2000; i++) {
        mutator_generate(&mutator_, &random_, &program_, MAX_ENCODED);
        for (unsigned j = 0; j < program_.call_count; j++) {
            const call &c = program_.calls[j];
            for (unsigned k = 0; k < CALLS[c.op].arg_count; k++) {
                if (c.args[k].tag == VALUE_TEXT) {
                    ASSERT_LE(c.args[k].number, 9) << Text(program_);
                    longest = std::max<unsigned>(longest, c.args[k].number);
                }
            }
        }
    }
    EXPECT_EQ(longest, 9u);
}

} // namespace

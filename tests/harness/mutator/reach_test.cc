// The mutator can reach the neighbours of a program: each test mutates a
// program until the result is exactly a given neighbour. Seeds are fixed, so
// that the tests are deterministic.
#include <gtest/gtest.h>

#include "tests/harness/mutator/programs.h"

namespace {

const char BASE[] = "p0 = payload(16)\n"
                    "n0 = name(\"demo._C_API\")\n"
                    "c0 = PyCapsule_New(p0, n0, free_payload)\n"
                    "PyCapsule_GetPointer(c0, \"demo._C_API\")\n"
                    "Py_DECREF(c0)\n";

const unsigned SEEDS = 5;

struct Neighbour {
    const char *name;
    unsigned tries; // the limit, about eight times the mean
    std::string from;
    std::string to;
};

std::string With(std::string text, const std::string &what,
                 const std::string &by)
{
    text.replace(text.find(what), what.size(), by);
    return text;
}

class Reach : public ::testing::TestWithParam<Neighbour> {};

TEST_P(Reach, WithinTheStatedTries)
{
    const Neighbour &neighbour = GetParam();
    static program from, to, tried;
    mutator m;
    target all = TargetOfAllCalls();

    mutator_init(&m, &all, &DEFAULT_WEIGHTS);
    Parse(neighbour.from, &from);
    Parse(neighbour.to, &to);
    ASSERT_FALSE(program_equal(&from, &to));
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random = {seed * 0x100000001};
        unsigned tries = 0;
        do {
            ASSERT_LE(++tries, neighbour.tries) << "seed " << seed;
            tried = from;
            mutator_mutate(&m, &random, &tried);
        } while (!program_equal(&tried, &to));
        printf("seed %u: %u tries of %u\n", static_cast<unsigned>(seed), tries,
               neighbour.tries);
    }
}

const Neighbour NEIGHBOURS[] = {
    {"CallRemoved", 2000, BASE, With(BASE, "Py_DECREF(c0)\n", "")},
    {"CallDuplicated", 3000, BASE,
     With(BASE, "Py_DECREF(c0)\n", "Py_DECREF(c0)\nPy_DECREF(c0)\n")},
    {"CallInserted", 100000, BASE,
     With(BASE, "Py_DECREF", "Py_INCREF(c0)\nPy_DECREF")},
    {"CallReplaced", 80000, BASE,
     With(BASE, "Py_DECREF(c0)", "PyCapsule_GetContext(c0)")},
    {"CallsSwapped", 1000, BASE,
     With(BASE, "p0 = payload(16)\nn0 = name(\"demo._C_API\")\n",
          "n0 = name(\"demo._C_API\")\np0 = payload(16)\n")},
    {"CallMoved", 12000, BASE,
     With(With(BASE, "p0 = payload(16)\n", ""), "Py_DECREF(c0)\n",
          "Py_DECREF(c0)\np0 = payload(16)\n")},
    {"BlockRepeated", 40000, BASE, BASE + std::string(BASE)},
    {"ResultInAnotherSlot", 30000, BASE, With(BASE, "c0 = ", "c5 = ")},
    {"AnotherCapsule", 15000, BASE,
     With(BASE, "Py_DECREF(c0)", "Py_DECREF(c3)")},
    {"ObjectForCapsule", 30000, BASE,
     With(BASE, "GetPointer(c0", "GetPointer(lookalike")},
    {"NullForPointer", 15000, BASE, With(BASE, "New(p0", "New(NULL")},
    {"AnotherDestructor", 40000, BASE,
     With(BASE, "free_payload", "wrong_name_then_clear")},
    {"AnotherSize", 60000, BASE, With(BASE, "payload(16)", "payload(17)")},
    {"NameWithoutItsEnd", 3000, BASE,
     With(BASE, "c0, \"demo._C_API\"", "c0, \"demo._C_AP\"")},
    {"NameWithOneMore", 30000, BASE,
     With(BASE, "c0, \"demo._C_API\"", "c0, \"demo._C_API.\"")},
    {"NameInAnotherCase", 20000, BASE,
     With(BASE, "c0, \"demo._C_API\"", "c0, \"demo._C_APi\"")},
    {"NameOfTheBuffer", 2000, BASE,
     With(BASE, "c0, \"demo._C_API\"", "c0, n0")},
    {"NullForEmptyName", 200, "PyCapsule_IsValid(c0, \"\")\n",
     "PyCapsule_IsValid(c0, NULL)\n"},
    {"EmptyForNullName", 200, "PyCapsule_IsValid(c0, NULL)\n",
     "PyCapsule_IsValid(c0, \"\")\n"},
    {"ChainedToAResult", 200, With(BASE, "Py_DECREF(c0)", "Py_DECREF(c7)"),
     BASE},
    {"TwoEdits", 300000, BASE,
     With(With(BASE, "c0, \"demo._C_API\"", "c0, \"demo._C_AP\""),
          "Py_DECREF(c0)\n", "")},
};

INSTANTIATE_TEST_SUITE_P(Mutator, Reach, ::testing::ValuesIn(NEIGHBOURS),
                         [](const auto &info) { return info.param.name; });

// Crossing joins a part of each program.
TEST(Cross, GivesTheBeginningOfOneAndTheEndOfTheOther)
{
    static program a, b, wanted, tried;
    mutator m;
    target all = TargetOfAllCalls();
    struct random random = {1};

    mutator_init(&m, &all, &DEFAULT_WEIGHTS);
    Parse("c0 = PyCapsule_New(0x1, \"one\", log)\nPy_INCREF(c0)\n", &a);
    Parse("c1 = PyCapsule_New(0x2, \"other\", NULL)\nPy_DECREF(c1)\n", &b);
    Parse("c0 = PyCapsule_New(0x1, \"one\", log)\nPy_DECREF(c1)\n", &wanted);
    unsigned tries = 0;
    do {
        ASSERT_LE(++tries, 200u);
        tried = a;
        mutator_cross(&m, &random, &tried, &b);
    } while (!program_equal(&tried, &wanted));

    Parse("c0 = PyCapsule_New(0x1, \"one\", log)\n"
          "c4 = PyCapsule_New(0x2, \"other\", NULL)\n"
          "Py_INCREF(c0)\nPy_DECREF(c4)\n",
          &wanted);
    do {
        ASSERT_LE(++tries, 2000u) << "interleaved, slots renamed";
        tried = a;
        mutator_cross(&m, &random, &tried, &b);
    } while (!program_equal(&tried, &wanted));
}

} // namespace

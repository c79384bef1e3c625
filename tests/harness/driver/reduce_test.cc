/* The algorithm that reduces programs, with predicates that need no
 * implementation. */
#include "fuzz/driver/reduce.h"

#include <cstring>
#include <functional>
#include <string>

#include "gtest/gtest.h"

namespace {

using Predicate = std::function<bool(const program &)>;

struct Asked {
    Predicate predicate;
    uint64_t lightest =
        UINT64_MAX; /* the smallest weight for which the predicate was true */
    int count = 0;
};

bool Ask(void *context, const program *candidate)
{
    Asked *asked = static_cast<Asked *>(context);
    asked->count++;
    EXPECT_LT(program_weight(candidate), asked->lightest);
    bool holds = asked->predicate(*candidate);
    if (holds) {
        asked->lightest = program_weight(candidate);
    }
    return holds;
}

struct Reduced {
    program result;
    std::string text;
    int count;
};

std::string TextOf(const program &program)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    program_print(out, &program);
    fclose(out);
    std::string copy(text, size);
    free(text);
    return copy;
}

program Parse(const std::string &text)
{
    program program;
    char error[512] = "";
    EXPECT_TRUE(program_parse(&program, text.data(), text.size(), "test",
                              nullptr, error, sizeof error))
        << error;
    return program;
}

Reduced Reduce(const std::string &text, const Predicate &predicate)
{
    static Reduced reduced;
    reduced.result = Parse(text);
    Asked asked;
    asked.predicate = predicate;
    EXPECT_TRUE(predicate(reduced.result));
    reduce_program(&reduced.result, Ask, &asked);
    EXPECT_TRUE(predicate(reduced.result));
    reduced.text = TextOf(reduced.result);
    reduced.count = asked.count;
    return reduced;
}

int Count(const program &program, call_op op)
{
    int count = 0;
    for (uint32_t i = 0; i < program.call_count; i++) {
        count += program.calls[i].op == op;
    }
    return count;
}

/* Returns a program of 64 calls of all kinds. */
std::string Long()
{
    std::string text;
    for (int i = 0; i < 8; i++) {
        std::string n = std::to_string(i);
        text += "p" + n + " = payload(" + std::to_string(100 + i) + ")\n" +
                "n" + n + " = name(\"a name of some length " + n + "\")\n" +
                "c" + n + " = PyCapsule_New(p" + n + ", n" + n +
                ", free_payload)\n" + "PyCapsule_SetContext(c" + n +
                ", 0x1000)\n" + "Py_INCREF(c" + n + ")\n" +
                "PyCapsule_GetPointer(c" + n + ", \"another name\")\n" +
                "Py_DECREF(c" + n + ")\n" + "Py_DECREF(c" + n + ")\n";
    }
    return text;
}

TEST(Reduce, AnEmptyProgramIsReachedWhenAnythingDoes)
{
    Reduced reduced = Reduce(Long(), [](const program &) { return true; });
    EXPECT_EQ(reduced.text, "");
    EXPECT_EQ(reduced.count, 1);
}

TEST(Reduce, OneCallIsReachedFrom64)
{
    Reduced reduced = Reduce(Long(), [](const program &program) {
        return Count(program, CALL_SET_CONTEXT) > 0;
    });
    EXPECT_EQ(reduced.text, "PyCapsule_SetContext(NULL, NULL)\n");
    EXPECT_LT(reduced.count, 200);
}

TEST(Reduce, CallsThatOnlyGoTogetherGoTogether)
{
    /* The predicate: the program takes as many references as it drops. */
    Reduced reduced = Reduce(Long(), [](const program &program) {
        return Count(program, CALL_NEW) + Count(program, CALL_INCREF) ==
                   Count(program, CALL_DECREF) &&
               Count(program, CALL_NEW) > 0;
    });
    EXPECT_EQ(reduced.result.call_count, 2u) << reduced.text;
}

TEST(Reduce, TheFewestCallsOfSeveralKindsAreReached)
{
    Reduced reduced = Reduce(Long(), [](const program &program) {
        return Count(program, CALL_NEW) >= 3 &&
               Count(program, CALL_GET_POINTER) >= 2;
    });
    EXPECT_EQ(reduced.result.call_count, 5u) << reduced.text;
}

TEST(Reduce, ASetterIsFoldedIntoTheConstructor)
{
    Reduced reduced = Reduce("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                             "PyCapsule_SetDestructor(c0, free_name)\n"
                             "Py_DECREF(c0)\n",
                             [](const program &program) {
                                 return TextOf(program).find("free_name") !=
                                            std::string::npos &&
                                        Count(program, CALL_NEW) == 1 &&
                                        Count(program, CALL_DECREF) == 1;
                             });
    EXPECT_EQ(reduced.text, "c0 = PyCapsule_New(NULL, NULL, free_name)\n"
                            "Py_DECREF(c0)\n");
}

TEST(Reduce, SlotsAreRenamedWithAllTheirUses)
{
    Reduced reduced = Reduce("c6 = PyCapsule_New(0x2, \"x\", log)\n"
                             "Py_DECREF(c6)\n",
                             [](const program &program) {
                                 return program.call_count == 2 &&
                                        program.calls[0].op == CALL_NEW &&
                                        program.calls[0].result ==
                                            program.calls[1].args[0].index;
                             });
    EXPECT_EQ(reduced.text, "c0 = PyCapsule_New(NULL, NULL, NULL)\n"
                            "Py_DECREF(c0)\n");
}

TEST(Reduce, EqualNamesStayEqualWhileTheyGetShorter)
{
    Reduced reduced = Reduce("c0 = PyCapsule_New(0x1, \"demo._C_API\", NULL)\n"
                             "PyCapsule_GetPointer(c0, \"demo._C_API\")\n",
                             [](const program &program) {
                                 if (program.call_count != 2) {
                                     return false;
                                 }
                                 const value &a = program.calls[0].args[1];
                                 const value &b = program.calls[1].args[1];
                                 return a.tag == VALUE_TEXT &&
                                        b.tag == VALUE_TEXT && a.number >= 2 &&
                                        strcmp(program_text(&program, &a),
                                               program_text(&program, &b)) == 0;
                             });
    EXPECT_EQ(reduced.text, "c0 = PyCapsule_New(NULL, \"aa\", NULL)\n"
                            "PyCapsule_GetPointer(NULL, \"aa\")\n");
}

TEST(Reduce, ANameBufferIsWrittenOutAndItsCallGoes)
{
    Reduced reduced = Reduce(
        "n3 = name(\"demo\")\n"
        "c0 = PyCapsule_New(0x1, n3, NULL)\n",
        [](const program &program) {
            for (uint32_t i = 0; i < program.call_count; i++) {
                const call &call = program.calls[i];
                if (call.op == CALL_NEW && call.args[1].tag != VALUE_NULL) {
                    return true;
                }
            }
            return false;
        });
    EXPECT_EQ(reduced.text, "c0 = PyCapsule_New(NULL, \"\", NULL)\n");
}

TEST(Reduce, NumbersGoDownToTheLeastThatServes)
{
    Reduced reduced = Reduce("p0 = payload(65535)\n", [](const program &p) {
        return p.call_count == 1 && p.calls[0].args[0].number >= 1234;
    });
    EXPECT_EQ(reduced.text, "p0 = payload(1234)\n");
}

TEST(Reduce, TheLongestProgramsAreReduced)
{
    std::string text;
    for (int i = 0; i < 3; i++) {
        text += "n0 = name(\"" + std::string(4096, 'x') + "\")\n";
    }
    for (int i = 0; i < 61; i++) {
        text += "PyErr_Clear()\n";
    }
    Reduced reduced = Reduce(text, [](const program &program) {
        return Count(program, CALL_NAME) >= 1;
    });
    EXPECT_EQ(reduced.text, "n0 = name(\"\")\n");
}

std::string ReduceBytes(std::string bytes,
                        std::function<bool(const std::string &)> predicate)
{
    size_t size = reduce_bytes(
        reinterpret_cast<uint8_t *>(&bytes[0]), bytes.size(),
        [](void *context, const uint8_t *candidate, size_t length) {
            return (*static_cast<std::function<bool(const std::string &)> *>(
                context))(
                std::string(reinterpret_cast<const char *>(candidate), length));
        },
        &predicate);
    return bytes.substr(0, size);
}

TEST(ReduceBytes, OnlyNeededBytesRemain)
{
    EXPECT_EQ(ReduceBytes("xxxxAxxxxxxxxBxxxxx",
                          [](const std::string &s) {
                              size_t a = s.find('A');
                              return a != s.npos && s.find('B', a) != s.npos;
                          }),
              "AB");
}

TEST(ReduceBytes, BytesOfNoImportanceBecomeZeros)
{
    EXPECT_EQ(ReduceBytes("abcdef",
                          [](const std::string &s) { return s.size() >= 3; }),
              "000");
}

} // namespace

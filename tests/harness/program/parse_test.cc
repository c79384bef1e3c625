// The parser's error messages, and how it treats comments.
#include <ostream>

#include <gtest/gtest.h>

#include "tests/harness/program/text.h"

namespace {

struct Error {
    const char *name;
    std::string text;
    const char *message; // without the prefix "t.prog:"
};

// GoogleTest uses this in its messages.
void PrintTo(const Error &error, std::ostream *out) { *out << error.name; }

std::string Repeated(const char *text, int times)
{
    std::string result;
    for (int i = 0; i < times; i++) {
        result += text;
    }
    return result;
}

const Error ERRORS[] = {
    {"UnknownCall", "PyCapsule_GetNme(c0)",
     "1:1: expected the name of a call, got PyCapsule_GetNme; did you mean "
     "PyCapsule_GetName?"},
    {"UnknownWord", "\n\n  zzzzzzzz()",
     "3:3: expected the name of a call, got zzzzzzzz"},
    {"NoWord", "(c0)", "1:1: expected the name of a call, got '('"},
    {"NoCall", "c0 =\n", "1:5: expected the name of a call, got end of line"},
    {"NoParenthesis", "PyErr_Clear",
     "1:12: expected '(' after PyErr_Clear, got end of file"},
    {"NoClosingParenthesis", "Py_INCREF(c0\n",
     "1:13: expected ')' after the 1 argument of Py_INCREF, got end of line"},
    {"ArgumentTooMany", "Py_INCREF(c0, c1)",
     "1:13: expected ')' after the 1 argument of Py_INCREF, got ','"},
    {"ArgumentWhereThereIsNone", "PyErr_Clear(c0)",
     "1:13: expected ')' after the '(' of PyErr_Clear, got c0"},
    {"ArgumentMissing", "PyCapsule_GetPointer(c0)",
     "1:24: expected ',' after argument 1 of PyCapsule_GetPointer, got ')'"},
    {"ArgumentEmpty", "PyCapsule_GetPointer(c0, )",
     "1:26: expected a name (n0..n7, NULL or a string) as argument 2 of "
     "PyCapsule_GetPointer, got ')'"},
    {"WrongKind", "PyCapsule_GetPointer(c0, p0)",
     "1:26: expected a name (n0..n7, NULL or a string) as argument 2 of "
     "PyCapsule_GetPointer, got p0"},
    {"NoNull", "PyCapsule_CheckExact(NULL)",
     "1:22: expected an object (c0..c7 or None, int, type, list, lookalike) as "
     "argument 1 of PyCapsule_CheckExact, got NULL"},
    {"SlotOutOfRange", "Py_INCREF(c8)",
     "1:11: expected a capsule (c0..c7) as argument 1 of Py_INCREF, got c8"},
    {"SlotOfTwoSpellings", "Py_INCREF(c07)",
     "1:11: expected a capsule (c0..c7) as argument 1 of Py_INCREF, got c07"},
    {"UnknownAddress", "PyCapsule_SetPointer(c0, 0x3)",
     "1:26: expected a pointer (p0..p7, 0x1, ... of ADDRESSES, NULL or "
     "at_c0..at_c7, at_n0..at_n7, at_log) as argument 2 of "
     "PyCapsule_SetPointer, got 0x3"},
    {"UnknownDestructor", "PyCapsule_SetDestructor(c0, fre_payload)",
     "1:29: expected a destructor (free_payload, ... of destructors.def or "
     "NULL) as argument 2 of PyCapsule_SetDestructor, got fre_payload; did you "
     "mean free_payload?"},
    {"UnknownException", "PyErr_SetNone(KeyError)",
     "1:15: expected an exception (PyExc_KeyError, PyExc_ValueError, "
     "PyExc_MemoryError, PyExc_SystemExit, PyExc_AttributeError, "
     "PyExc_ImportError) as argument 1 of PyErr_SetNone, got KeyError"},
    {"UnknownModule", "import_module(\"dem\")",
     "1:15: expected a module (\"demo\", \"pack\", \"pack.sub\") as argument 1 "
     "of import_module, got a string"},
    {"NamespaceOutOfRange", "forget(s2)",
     "1:8: expected an owner of attributes (\"demo\", \"pack\", \"pack.sub\" "
     "or "
     "s0..s1) as argument 1 of forget, got s2"},
    {"UnknownOutcome", "set_init(\"demo\", silence)",
     "1:18: expected an outcome (works, silent, unreported or PyExc_KeyError, "
     "PyExc_ValueError, PyExc_MemoryError, PyExc_SystemExit, "
     "PyExc_AttributeError, PyExc_ImportError) as argument 2 of set_init, got "
     "silence; did you mean silent?"},
    {"SizeTooLarge", "p0 = payload(65536)",
     "1:14: expected a size (0..65535) as argument 1 of payload, got 65536"},
    {"SizeOverflows", "p0 = payload(99999999999999999999999999)",
     "1:14: expected a size (0..65535) as argument 1 of payload, got "
     "99999999999999999999999999"},
    {"NumberWithLetters", "p0 = payload(12ab)",
     "1:16: expected decimal digits in a number"},
    {"NumberWithoutDigits", "PyCapsule_SetPointer(c0, 0x)",
     "1:28: expected hexadecimal digits in a number"},
    {"NumberForByte", "edit(n0, 0, 65)",
     "1:13: expected a byte ('a', '\\xff', '\\0') as argument 3 of edit, got "
     "65"},
    {"EmptyByte", "edit(n0, 0, '')",
     "1:13: expected one byte between the quotes, got 0"},
    {"TwoBytes", "edit(n0, 0, 'ab')",
     "1:13: expected one byte between the quotes, got 2"},
    {"NoResult", "PyCapsule_New(NULL, NULL, NULL)",
     "1:1: expected a slot for the result (c0..c7 = PyCapsule_New), got none"},
    {"ResultOfOtherLetter", "p0 = PyCapsule_New(NULL, NULL, NULL)",
     "1:1: expected a slot c0..c7 for the result of PyCapsule_New, got p0"},
    {"ResultOutOfRange", "c8 = PyCapsule_New(NULL, NULL, NULL)",
     "1:1: expected a slot c0..c7 for the result of PyCapsule_New, got c8"},
    {"ResultOfNothing", "c0 = PyErr_Clear()",
     "1:1: expected no result, as PyErr_Clear gives nothing to keep, got c0 ="},
    {"Self", "Py_INCREF(self)",
     "1:11: expected c0..c7, got self, which only the program of a destructor "
     "has"},
    {"StringOpen", "n0 = name(\"abc\n",
     "1:11: expected a closing \" on the same line, got end of line"},
    {"StringOpenAtEnd", "n0 = name(\"abc",
     "1:11: expected a closing \" on the same line, got end of file"},
    {"UnknownEscape", "n0 = name(\"a\\q\")",
     "1:13: expected one of \\\" \\' \\\\ \\n \\t \\0 \\xNN after a backslash"},
    {"OneHexDigit", "n0 = name(\"\\x1z\")",
     "1:12: expected two hexadecimal digits after \\x"},
    {"NulInString", "n0 = name(\"a\\x00\")",
     "1:13: expected a string without NUL bytes, which would end it"},
    {"ControlByteInString", "n0 = name(\"a\x01\")",
     "1:13: expected \\x01 in place of the byte itself"},
    {"StringTooLong", "n0 = name(\"" + std::string(MAX_NAME + 1, 'a') + "\")",
     "1:11: expected a string of at most 4096 bytes, got more"},
    {"TextFull",
     Repeated(("n0 = name(\"" + std::string(MAX_NAME, 'a') + "\")\n").c_str(),
              4),
     "4:11: expected at most 16384 bytes in all strings together, got more"},
    {"TooManyCalls", Repeated("PyErr_Clear()\n", MAX_CALLS + 1),
     "65:1: expected at most 64 calls, got more"},
    {"NulByte", std::string("PyErr_Clear()\n\0", 15),
     "2:1: expected text, got the byte 0x00"},
    {"NulByteInComment", std::string("# a\0b\n", 6),
     "1:4: expected text, got the byte 0x00"},
    {"OtherSign", "@", "1:1: expected a call or a comment, got '@'"},
    {"TwoCallsOnALine", "PyErr_Clear() PyErr_Clear()",
     "1:15: expected the end of the line or a comment, got PyErr_Clear"},
    {"ExpectationOfNothing", "PyErr_Clear()\n# -> NULL\n",
     "2:1: expected a call before '# ->' on its line"},
    {"ExpectationEmpty", "PyErr_Clear()  # -> ",
     "1:16: expected a value or an exception after '->'"},
};

class ParseError : public testing::TestWithParam<Error> {};

TEST_P(ParseError, SaysWhereAndWhatWasExpected)
{
    program p;
    EXPECT_EQ(Parse(GetParam().text, &p),
              std::string("t.prog:") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Table, ParseError, testing::ValuesIn(ERRORS),
                         [](const auto &info) { return info.param.name; });

TEST(Parse, BlanksAndLineEndsAreFree)
{
    program p;
    ASSERT_EQ(Parse("\r\n  c1=Py_NewRef( c0 ) ;\tPyErr_Clear ( );\r\n;\n", &p),
              "");
    EXPECT_EQ(Text(p), "c1 = Py_NewRef(c0)\nPyErr_Clear()\n");
}

TEST(Parse, EscapesSayOneByteEach)
{
    program p;
    ASSERT_EQ(Parse(R"(n0 = name("\"\\\n\t\x41\xff'\'é"))", &p), "");
    EXPECT_STREQ(program_text(&p, &p.calls[0].args[0]),
                 "\"\\\n\tA\xff''\xc3\xa9");
    EXPECT_EQ(Text(p), "n0 = name(\"\\\"\\\\\\n\\tA\\xff''\\xc3\\xa9\")\n");
}

TEST(Parse, AnEmptyFileIsTheEmptyProgram)
{
    program p;
    EXPECT_EQ(Parse("", &p), "");
    EXPECT_EQ(p.call_count, 0u);
}

TEST(Parse, CommentsAreKeptWhereTheyMeanSomething)
{
    program p;
    annotations notes;
    ASSERT_EQ(Parse("#\n"
                    "# GETP-3: a prefix does not match \n"
                    "# report arena: use-after-poison\n"
                    "#report malloc:heap-use-after-free\n"
                    "# more\n"
                    "PyErr_Clear()  # a remark\n"
                    "Py_DECREF(c0); Py_DECREF(c1) #->  destroyed  \n"
                    "PyCapsule_GetName(c0)  # -> \"a#b\", no exception",
                    &p, &notes),
              "");
    EXPECT_STREQ(notes.title, "GETP-3: a prefix does not match");
    EXPECT_STREQ(notes.report_arena, "use-after-poison");
    EXPECT_STREQ(notes.report_malloc, "heap-use-after-free");
    EXPECT_EQ(notes.expected[0], nullptr);
    EXPECT_EQ(notes.expected[1], nullptr);
    EXPECT_STREQ(notes.expected[2], "destroyed");
    EXPECT_STREQ(notes.expected[3], "\"a#b\", no exception");
    EXPECT_EQ(notes.line[0], 6u);
    EXPECT_EQ(notes.line[1], 7u);
    EXPECT_EQ(notes.line[2], 7u);
    EXPECT_EQ(notes.line[3], 8u);
    annotations_free(&notes);
}

} // namespace

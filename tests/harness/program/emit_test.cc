// The emitter: the C code for each kind of call and argument.
#include <gtest/gtest.h>

#include "tests/harness/program/text.h"

namespace {

std::string Emitted(const std::string &text, bool as_gtest)
{
    program p;
    annotations notes;
    EXPECT_EQ(Parse(text, &p, &notes), "");
    std::string c = Printed([&](FILE *out) {
        if (as_gtest) {
            program_emit_gtest(out, &p, &notes, "Suite", "Test");
        } else {
            program_emit_main(out, &p, &notes);
        }
    });
    annotations_free(&notes);
    return c;
}

// Returns the lines of the function that runs the program, up to the last call.
std::string Body(const std::string &c, const std::string &start)
{
    size_t from = c.find(start);
    size_t to = c.find("\n    /* What the program still has. */");
    EXPECT_NE(from, std::string::npos) << c;
    EXPECT_NE(to, std::string::npos) << c;
    from += start.size();
    return c.substr(from, to - from);
}

std::string Main(const std::string &text)
{
    return Body(Emitted(text, false), "static void run_program(void)\n{\n");
}

std::string Gtest(const std::string &text)
{
    return Body(Emitted(text, true), "TEST_F(Suite, Test)\n{\n");
}

struct Golden {
    const char *text;
    const char *in_main;
    const char *in_gtest;
};

const Golden GOLDENS[] = {
    {"p0 = payload(16)", "SHOW(p0 = malloc(16));", "p0 = malloc(16);"},
    {"n0 = name(\"a\\\"b\\\\\")", "SHOW(n0 = new_name(\"a\\\"b\\\\\"));",
     "n0 = new_name(\"a\\\"b\\\\\");"},
    // \x takes all hexadecimal digits that follow, so the emitter splits
    // strings.
    {"n0 = name(\"\\xffag\\x01g?\?=\")",
     "SHOW(n0 = new_name(\"\\xff\" \"ag\\x01g?\\?=\"));",
     "n0 = new_name(\"\\xff\" \"ag\\x01g?\\?=\");"},
    {"edit(n0, 3, '\\'')", "SHOW(n0[3] = '\\'');", "n0[3] = '\\'';"},
    {"edit(n0, 3, '\\0')", "SHOW(n0[3] = '\\0');", "n0[3] = '\\0';"},
    {"free(p1)", "SHOW(free(p1); p1 = NULL);", "free(p1); p1 = NULL;"},
    {"c0 = PyCapsule_New(0xffffffffffffffff, NULL, log)",
     "SHOW_CAPSULE(c0, c0 = PyCapsule_New((void *)0xffffffffffffffff, NULL, "
     "destructor_log));",
     "c0 = PyCapsule_New((void *)0xffffffffffffffff, NULL, destructor_log);"},
    {"c0 = PyCapsule_New(NULL, NULL, NULL)  # -> NULL, ValueError",
     "SHOW_CAPSULE(c0, c0 = PyCapsule_New(NULL, NULL, NULL)); /* -> NULL, "
     "ValueError */",
     "c0 = PyCapsule_New(NULL, NULL, NULL); /* -> NULL, ValueError */\n"
     "    EXPECT_EQ(c0, nullptr);\n"
     "    EXPECT_EQ(PyErr_Occurred(), PyExc_ValueError);"},
    {"PyCapsule_GetPointer(c0, \"a\")",
     "SHOW_POINTER(PyCapsule_GetPointer(c0, \"a\"));",
     "(void)(PyCapsule_GetPointer(c0, \"a\"));"},
    {"PyCapsule_GetPointer(c0, NULL)  # -> 0x2, no exception",
     "SHOW_POINTER(PyCapsule_GetPointer(c0, NULL)); /* -> 0x2, no exception */",
     "EXPECT_EQ(PyCapsule_GetPointer(c0, NULL), (void *)0x2); /* -> 0x2, no "
     "exception */\n"
     "    EXPECT_EQ(PyErr_Occurred(), nullptr);"},
    {"PyCapsule_GetName(c0)  # -> \"a, \\xffb\"",
     "SHOW_NAME(PyCapsule_GetName(c0)); /* -> \"a, \\xffb\" */",
     "EXPECT_STREQ(PyCapsule_GetName(c0), \"a, \\xff\" \"b\"); /* -> \"a, "
     "\\xffb\" */"},
    {"PyCapsule_IsValid(c0, NULL)  # -> nonzero",
     "SHOW_INT(PyCapsule_IsValid(c0, NULL)); /* -> nonzero */",
     "EXPECT_NE(PyCapsule_IsValid(c0, NULL), 0); /* -> nonzero */"},
    {"PyCapsule_SetPointer(None, NULL)  # -> -1, ValueError: a, b: c",
     "SHOW_INT(PyCapsule_SetPointer(Py_None, NULL)); /* -> -1, ValueError: a, "
     "b: c */",
     "EXPECT_EQ(PyCapsule_SetPointer(Py_None, NULL), -1); /* -> -1, "
     "ValueError: a, b: c */\n"
     "    EXPECT_EQ(PyErr_Occurred(), PyExc_ValueError);"},
    {"PyCapsule_CheckExact(lookalike)  # -> 0",
     "SHOW_INT(PyCapsule_CheckExact((PyObject *)&lookalike)); /* -> 0 */",
     "EXPECT_EQ(PyCapsule_CheckExact((PyObject *)&lookalike), 0); /* -> 0 */"},
    {"Py_DECREF(c0)  # -> destroyed",
     "SHOW_FATE(c0, Py_DECREF(c0)); /* -> destroyed */",
     "EXPECT_EQ(Py_REFCNT(c0), 1);\n"
     "    Py_DECREF(c0); /* -> destroyed */"},
    {"PyErr_Clear()  # -> no exception",
     "SHOW(PyErr_Clear()); /* -> no exception */",
     "PyErr_Clear(); /* -> no exception */\n"
     "    EXPECT_EQ(PyErr_Occurred(), nullptr);"},
    // An expectation that has no meaning for the call stays a comment.
    {"PyCapsule_GetName(c0)  # -> 12, FooError /*/",
     "SHOW_NAME(PyCapsule_GetName(c0)); /* -> 12, FooError / * / */",
     "(void)(PyCapsule_GetName(c0)); /* -> 12, FooError / * / */"},
};

TEST(Emit, EachCallBecomesItsC)
{
    for (const Golden &golden : GOLDENS) {
        SCOPED_TRACE(golden.text);
        const std::string indent = "    ";
        EXPECT_EQ(Main(golden.text), indent + golden.in_main + "\n");
        EXPECT_EQ(Gtest(golden.text), indent + golden.in_gtest + "\n");
    }
}

TEST(Emit, AReusedSlotDropsItsFormerValue)
{
    EXPECT_EQ(Gtest("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                    "Py_INCREF(c0)\n"
                    "c0 = PyCapsule_New(0x2, NULL, NULL)\n"),
              "    c0 = PyCapsule_New((void *)0x1, NULL, NULL);\n"
              "    Py_INCREF(c0);\n"
              "    Py_XDECREF(c0);\n"
              "    Py_XDECREF(c0);\n"
              "    c0 = PyCapsule_New((void *)0x2, NULL, NULL);\n");
}

TEST(Emit, ASlotThatADestructorUsesIsCountedAsItRuns)
{
    std::string c = Emitted("c0 = PyCapsule_New(0x1, NULL, NULL)\n"
                            "c1 = PyCapsule_New(0x1, NULL, drop_c0)\n"
                            "Py_DECREF(c0)\n",
                            true);
    EXPECT_NE(c.find("static void destructor_drop_c0(PyObject *capsule)\n"
                     "{\n"
                     "    if (c0_references > 0) {\n"
                     "    c0_references--;\n"
                     "    Py_DECREF(c0);\n"
                     "    }\n"
                     "    (void)capsule;\n"
                     "}\n"),
              std::string::npos)
        << c;
    EXPECT_NE(c.find("    c0_references--;\n"
                     "    Py_DECREF(c0);\n"
                     "\n"
                     "    /* What the program still has. */\n"
                     "    while (c0_references > 0) {\n"
                     "        c0_references--;\n"
                     "        Py_DECREF(c0);\n"
                     "    }\n"
                     "    Py_XDECREF(c1);\n"
                     "    PyErr_Clear();\n"),
              std::string::npos)
        << c;
}

TEST(Emit, TheWholeOfASmallProgram)
{
    EXPECT_EQ(
        Emitted("# GETP-5: no pointer /* for */ another name\n"
                "c0 = PyCapsule_New(0x1, \"a\", log)\n"
                "PyCapsule_GetPointer(c0, \"b\")  # -> NULL, ValueError\n",
                true),
        "/* GETP-5: no pointer / * for * / another name */\n"
        "#include \"tests/rules/support.h\"\n"
        "\n"
        "#include <cstdio>\n"
        "#include <cstdlib>\n"
        "#include <cstring>\n"
        "\n"
        "namespace {\n"
        "\n"
        "static PyObject *c0;\n"
        "\n"
        "static void destructor_log(PyObject *capsule);\n"
        "\n"
        "static void destructor_log(PyObject *capsule)\n"
        "{\n"
        "    (void)capsule;\n"
        "}\n"
        "\n"
        "class Suite : public rules::CapsuleTest {};\n"
        "\n"
        "TEST_F(Suite, Test)\n"
        "{\n"
        "    c0 = PyCapsule_New((void *)0x1, \"a\", destructor_log);\n"
        "    EXPECT_EQ(PyCapsule_GetPointer(c0, \"b\"), nullptr); /* -> "
        "NULL, ValueError */\n"
        "    EXPECT_EQ(PyErr_Occurred(), PyExc_ValueError);\n"
        "\n"
        "    /* What the program still has. */\n"
        "    Py_XDECREF(c0);\n"
        "    PyErr_Clear();\n"
        "}\n"
        "\n"
        "} // namespace\n");
}

} // namespace

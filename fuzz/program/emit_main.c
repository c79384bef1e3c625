/* A program as a main() that prints each call, what it gave and which exception
 * is pending after it. */
#include "fuzz/program/emit.h"

#include <inttypes.h>

static const char TITLE[] =
    "\n"
    " *\n"
    " *     cc THIS_FILE.c $(python3-config --cflags --ldflags --embed)\n"
    " *     ./a.out\n";

static const char INCLUDES[] = "#define PY_SSIZE_T_CLEAN\n"
                               "#include <Python.h>\n"
                               "\n"
                               "#include <stdio.h>\n"
                               "#include <stdlib.h>\n"
                               "#include <string.h>\n"
                               "\n";

static const char SHOW_START[] =
    "static int depth;   /* of destructors within destructors */\n"
    "static int in_line; /* a call was printed, its result was not */\n"
    "\n"
    "/* Prints a call before it is made, so that a crash comes after it. */\n"
    "static void begin(const char *call)\n"
    "{\n"
    "    printf(\"%s%*s%s\", in_line ? \"\\n\" : \"\", 4 * depth, \"\", call);\n"
    "    fflush(stdout);\n"
    "    in_line = 1;\n"
    "}\n"
    "\n"
    "/* Prints what the call gave and the exception that is pending. */\n"
    "static void end(const char *value)\n"
    "{\n"
    "    PyObject *type, *exception, *traceback;\n"
    "    PyErr_Fetch(&type, &exception, &traceback);\n"
    "    if (!in_line && (value != NULL || type != NULL)) {\n"
    "        printf(\"%*s...\", 4 * depth, \"\");\n"
    "        in_line = 1;\n"
    "    }\n"
    "    if (value != NULL) {\n"
    "        printf(\" -> %s\", value);\n"
    "    }\n"
    "    if (type != NULL) {\n"
    "        printf(\", %s\", ((PyTypeObject *)type)->tp_name);\n";

/* Not where an allocation is to fail: str() would be the one. */
static const char SHOW_MESSAGE[] =
    "        PyObject *text = exception ? PyObject_Str(exception) : NULL;\n"
    "        const char *message = text ? PyUnicode_AsUTF8(text) : NULL;\n"
    "        if (message != NULL && *message != '\\0') {\n"
    "            printf(\": %s\", message);\n"
    "        }\n"
    "        Py_XDECREF(text);\n"
    "        PyErr_Clear();\n";

static const char SHOW_END[] = "    }\n"
                               "    PyErr_Restore(type, exception, traceback);\n"
                               "    printf(\"%s\", in_line ? \"\\n\" : \"\");\n"
                               "    fflush(stdout);\n"
                               "    in_line = 0;\n"
                               "}\n"
                               "\n";

static const char SHOW_DESTRUCTOR[] =
    "static void enter(const char *destructor)\n"
    "{\n"
    "    depth++;\n"
    "    begin(destructor);\n"
    "}\n"
    "\n"
    "static void leave(void)\n"
    "{\n"
    "    printf(\"%s\", in_line ? \"\\n\" : \"\");\n"
    "    in_line = 0;\n"
    "    depth--;\n"
    "}\n"
    "\n";

/* How a call is shown, by what it yields. */
struct show {
    const char *macro;
    const char *definition;
};

static const struct show SHOW = {
    "SHOW", "#define SHOW(...) \\\n"
            "    do { begin(#__VA_ARGS__); __VA_ARGS__; end(NULL); } while (0)\n"};

static const struct show SHOWS[YIELD_COUNT] = {
    [RESULT_CAPSULE] =
        {"SHOW_CAPSULE",
         "#define SHOW_CAPSULE(slot, ...) \\\n"
         "    do { \\\n"
         "        begin(#__VA_ARGS__); \\\n"
         "        __VA_ARGS__; \\\n"
         "        end(slot != NULL ? \"a capsule\" : \"NULL\"); \\\n"
         "    } while (0)\n"},
    [YIELDS_POINTER] = {"SHOW_POINTER",
                        "#define SHOW_POINTER(call) "
                        "(begin(#call), end_pointer(call))\n"},
    [YIELDS_NAME] = {"SHOW_NAME", "#define SHOW_NAME(call) "
                                  "(begin(#call), end_name(call))\n"},
    [YIELDS_DESTRUCTOR] = {"SHOW_DESTRUCTOR",
                           "#define SHOW_DESTRUCTOR(call) "
                           "(begin(#call), end_destructor(call))\n"},
    [YIELDS_INT] = {"SHOW_INT", "#define SHOW_INT(call) "
                                "(begin(#call), end_int(call))\n"},
    [YIELDS_FATE] = {"SHOW_FATE",
                     "#define SHOW_FATE(capsule, call) \\\n"
                     "    do { \\\n"
                     "        begin(#call); \\\n"
                     "        int last = Py_REFCNT(capsule) == 1; \\\n"
                     "        call; \\\n"
                     "        end(last ? \"destroyed\" : \"alive\"); \\\n"
                     "    } while (0)\n"},
};

static const struct show *show_of(enum yield yields)
{
    return SHOWS[yields].macro ? &SHOWS[yields] : &SHOW;
}

static void statement(struct emitter *e, const struct program *program,
                      const struct call *call, const char *expected)
{
    enum yield yields = CALLS[call->op].yields;

    fprintf(e->out, "    %s(", show_of(yields)->macro);
    if (yields == RESULT_CAPSULE) {
        fprintf(e->out, "c%u, ", call->result);
    } else if (yields == YIELDS_FATE) {
        if (call->args[0].index == SLOT_SELF) {
            fputs("capsule, ", e->out);
        } else {
            fprintf(e->out, "c%u, ", call->args[0].index);
        }
    }
    emit_call(e, program, call);
    fputs(");", e->out);
    emit_expected(e, expected);
    fputc('\n', e->out);
}

static void emit_comparison(struct emitter *e, const char *what, char letter,
                            unsigned index)
{
    fprintf(e->out,
            "    if (%s == %c%u) {\n"
            "        return \"%c%u\";\n"
            "    }\n",
            what, letter, index, letter, index);
}

static void emit_end_pointer(struct emitter *e)
{
    fputs("static const char *pointer_name(void *pointer)\n"
          "{\n"
          "    if (pointer == NULL) {\n"
          "        return \"NULL\";\n"
          "    }\n",
          e->out);
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->slots[RESULT_PAYLOAD][i]) {
            emit_comparison(e, "pointer", 'p', i);
        }
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->slots[RESULT_CAPSULE][i]) {
            emit_comparison(e, "pointer", 'c', i);
        }
    }
    for (unsigned i = 0; i < ADDRESS_COUNT; i++) {
        if (e->addresses[i]) {
            fprintf(e->out,
                    "    if (pointer == (void *)0x%" PRIxPTR ") {\n"
                    "        return \"0x%" PRIxPTR "\";\n"
                    "    }\n",
                    ADDRESSES[i], ADDRESSES[i]);
        }
    }
    fputs("    return \"another pointer\";\n"
          "}\n"
          "\n"
          "static void end_pointer(void *pointer)\n"
          "{\n"
          "    end(pointer_name(pointer));\n"
          "}\n"
          "\n",
          e->out);
}

static void emit_end_name(struct emitter *e)
{
    fputs("static void end_name(const char *name)\n"
          "{\n"
          "    if (name == NULL) {\n"
          "        end(\"NULL\");\n"
          "        return;\n"
          "    }\n"
          "    printf(\" -> \\\"%s\\\"\", name);\n",
          e->out);
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->slots[RESULT_BUFFER][i]) {
            fprintf(e->out,
                    "    if (name == n%u) {\n"
                    "        printf(\" in n%u\");\n"
                    "    }\n",
                    i, i);
        }
    }
    fputs("    end(NULL);\n"
          "}\n"
          "\n",
          e->out);
}

static void emit_end_destructor(struct emitter *e)
{
    fputs("static void end_destructor(PyCapsule_Destructor destructor)\n"
          "{\n",
          e->out);
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            fputs("    if (destructor == ", e->out);
            emit_behaviour_name(e->out, (enum behaviour)i);
            fputs(") {\n        end(\"", e->out);
            emit_behaviour_name(e->out, (enum behaviour)i);
            fputs("\");\n        return;\n    }\n", e->out);
        }
    }
    fputs("    end(destructor == NULL ? \"NULL\" : \"another destructor\");\n"
          "}\n"
          "\n",
          e->out);
}

static void emit_show(struct emitter *e)
{
    fputs(SHOW_START, e->out);
    fputs(emit_fails_allocations(e) ? "" : SHOW_MESSAGE, e->out);
    fputs(SHOW_END, e->out);
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            fputs(SHOW_DESTRUCTOR, e->out);
            break;
        }
    }
    if (e->yields[YIELDS_POINTER]) {
        emit_end_pointer(e);
    }
    if (e->yields[YIELDS_NAME]) {
        emit_end_name(e);
    }
    if (e->yields[YIELDS_DESTRUCTOR]) {
        emit_end_destructor(e);
    }
    if (e->yields[YIELDS_INT]) {
        fputs("static void end_int(int number)\n"
              "{\n"
              "    char digits[16];\n"
              "    snprintf(digits, sizeof digits, \"%d\", number);\n"
              "    end(digits);\n"
              "}\n"
              "\n",
              e->out);
    }
    fputs(SHOW.definition, e->out);
    for (int yields = 0; yields < YIELD_COUNT; yields++) {
        if (e->yields[yields] && SHOWS[yields].macro) {
            fputs(SHOWS[yields].definition, e->out);
        }
    }
    fputc('\n', e->out);
}

void program_emit_main(FILE *out, const struct program *program,
                       const struct annotations *annotations)
{
    struct emitter e = {.out = out,
                        .program = program,
                        .annotations = annotations,
                        .form = IN_MAIN,
                        .statement = statement};
    emit_survey(&e);
    emit_title(&e, TITLE);
    fputs(INCLUDES, out);
    emit_variables(&e);
    emit_declarations(&e);
    emit_modules(&e);
    emit_helpers(&e);
    if (program->call_count) {
        emit_show(&e);
    }
    emit_destructors(&e);
    fprintf(out,
            "int main(void)\n"
            "{\n"
            "%s"
            "    Py_InitializeEx(0);\n",
            e.modules ? "    announce_modules();\n" : "");
    emit_run(&e);
    fputs("    return Py_FinalizeEx() < 0;\n"
          "}\n",
          out);
}

/* Prints a program as a main() that prints each call, its result and the
 * pending exception. The same file is an extension module too, for
 * implementations that no program can embed. */
#include "fuzz/program/emit.h"

#include <inttypes.h>

static const char TITLE[] =
    "\n"
    " *\n"
    " *     cc THIS_FILE.c $(python3-config --cflags --ldflags --embed)\n"
    " *     ./a.out\n"
    " *\n"
    " * or, as an extension module of any interpreter:\n"
    " *\n"
    " *     cc -DAS_MODULE -shared -fPIC -o as_module.so THIS_FILE.c \\\n"
    " *         $(python3-config --includes)\n"
    " *     python3 -c 'import as_module'\n";

static const char INCLUDES[] = "#define PY_SSIZE_T_CLEAN\n"
                               "#include <Python.h>\n"
                               "\n"
                               "#include <stddef.h>\n"
                               "#include <stdio.h>\n"
                               "#include <stdlib.h>\n"
                               "#include <string.h>\n"
                               "\n"
                               "#if PY_MAJOR_VERSION < 3\n"
                               "#define PyUnicode_AsUTF8 PyString_AsString\n"
                               "#define Py_FinalizeEx() (Py_Finalize(), 0)\n"
                               "#endif\n"
                               "\n";

/* The macros of c/main_show.h that show a call, by the kind of its result. */
static const char *const SHOWS[YIELD_COUNT] = {
    [RESULT_CAPSULE] = "SHOW_CAPSULE", [YIELDS_POINTER] = "SHOW_POINTER",
    [YIELDS_NAME] = "SHOW_NAME",       [YIELDS_DESTRUCTOR] = "SHOW_DESTRUCTOR",
    [YIELDS_INT] = "SHOW_INT",         [YIELDS_FATE] = "SHOW_FATE",
};

static void statement(struct emitter *e, const struct program *program,
                      const struct call *call, const char *expected)
{
    enum yield yields = CALLS[call->op].yields;

    fprintf(e->out, "    %s(", SHOWS[yields] ? SHOWS[yields] : "SHOW");
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

static void emit_pointer_name(struct emitter *e)
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
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->slots[RESULT_BUFFER][i]) {
            emit_comparison(e, "pointer", 'n', i);
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
          "\n",
          e->out);
}

static void emit_buffer_name(struct emitter *e)
{
    fputs("static const char *buffer_name(const char *name)\n"
          "{\n",
          e->out);
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->slots[RESULT_BUFFER][i]) {
            emit_comparison(e, "name", 'n', i);
        }
    }
    fputs("    (void)name;\n"
          "    return NULL;\n"
          "}\n"
          "\n",
          e->out);
}

static void emit_destructor_name(struct emitter *e)
{
    fputs(
        "static const char *destructor_name(PyCapsule_Destructor destructor)\n"
        "{\n",
        e->out);
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            fputs("    if (destructor == ", e->out);
            emit_behaviour_name(e->out, (enum behaviour)i);
            fputs(") {\n        return \"", e->out);
            emit_behaviour_name(e->out, (enum behaviour)i);
            fputs("\";\n    }\n", e->out);
        }
    }
    fputs("    return destructor == NULL ? \"NULL\" : \"another destructor\";\n"
          "}\n"
          "\n",
          e->out);
}

/* Prints the functions that c/given.h describes. */
static void lookups(struct emitter *e)
{
    fprintf(e->out, "enum { SHOW_MESSAGES = %d };\n\n",
            !emit_fails_allocations(e));
    if (e->yields[YIELDS_POINTER]) {
        emit_pointer_name(e);
    }
    if (e->yields[YIELDS_NAME]) {
        emit_buffer_name(e);
    }
    if (e->yields[YIELDS_DESTRUCTOR]) {
        emit_destructor_name(e);
    }
}

static void enter(struct emitter *e, enum behaviour behaviour)
{
    fputs("    enter(\"", e->out);
    emit_behaviour_name(e->out, behaviour);
    fputs("(capsule)\");\n", e->out);
}

static void begin(struct emitter *e)
{
    fputs("static void run_program(void)\n"
          "{\n",
          e->out);
}

/* The modules of a program must be announced before Python starts, so that an
 * extension module cannot have them. */
static const char NO_MODULE[] =
    "#error the program adds built-in modules; compile it with main()\n";

static const char MODULE[] =
    "#if PY_MAJOR_VERSION < 3\n"
    "PyMODINIT_FUNC initas_module(void)\n"
    "{\n"
    "    static PyMethodDef none[] = {{NULL, NULL, 0, NULL}};\n"
    "    Py_InitModule(\"as_module\", none);\n"
    "    run_program();\n"
    "}\n"
    "#else\n"
    "PyMODINIT_FUNC PyInit_as_module(void)\n"
    "{\n"
    "    static struct PyModuleDef module = {\n"
    "        PyModuleDef_HEAD_INIT, \"as_module\", NULL, -1, NULL,\n"
    "        NULL, NULL, NULL, NULL};\n"
    "    run_program();\n"
    "    return PyModule_Create(&module);\n"
    "}\n"
    "#endif\n";

static void end(struct emitter *e)
{
    fprintf(e->out,
            "}\n"
            "\n"
            "#ifdef AS_MODULE\n"
            "%s"
            "#else\n"
            "int main(void)\n"
            "{\n"
            "%s"
            "    Py_InitializeEx(0);\n"
            "    run_program();\n"
            "    return Py_FinalizeEx() < 0;\n"
            "}\n"
            "#endif\n",
            e->modules ? NO_MODULE : MODULE,
            e->modules ? "    announce_modules();\n" : "");
}

static const struct form MAIN = {
    .name = "main",
    .title = TITLE,
    .includes = INCLUDES,
    .before_call = "SHOW(",
    .after_call = ")",
    .enter = enter,
    .leave = "    leave();\n",
    .lookups = lookups,
    .statement = statement,
    .begin = begin,
    .end = end,
};

void program_emit_main(FILE *out, const struct program *program,
                       const struct annotations *annotations)
{
    struct emitter e = {.out = out,
                        .program = program,
                        .annotations = annotations,
                        .form = &MAIN};
    emit_program(&e);
}

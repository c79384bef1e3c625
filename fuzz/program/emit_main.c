/* Prints a program as a main() that prints each call, its result and the
 * pending exception. */
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
                               "#include <stddef.h>\n"
                               "#include <stdio.h>\n"
                               "#include <stdlib.h>\n"
                               "#include <string.h>\n"
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
    fprintf(e->out,
            "int main(void)\n"
            "{\n"
            "%s"
            "    Py_InitializeEx(0);\n",
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
    .end = "    return Py_FinalizeEx() < 0;\n"
           "}\n",
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

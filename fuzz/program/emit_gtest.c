/* Prints a program as a GoogleTest case that asserts the expectation of each
 * call. */
#include "fuzz/program/emit.h"

static const char INCLUDES[] = "#include \"tests/rules/support.h\"\n"
                               "\n"
                               "#include <cstdio>\n"
                               "#include <cstdlib>\n"
                               "#include <cstring>\n"
                               "\n"
                               "namespace {\n"
                               "\n";

/* The way in which emitted C compares a value. NO_ASSERTION: the expectation
 * does not suit what the call returns, and stays a comment. */
enum assertion {
    NO_ASSERTION,
    IS_NULL,
    IS_NOT_NULL,
    IS_VARIABLE,
    IS_NUMBER,
    IS_NOT_ZERO,
    IS_ADDRESS,
    IS_BEHAVIOUR,
    IS_TEXT,
    IS_DESTROYED,
    IS_ALIVE,
};

/* Returns the behaviour that the piece names, or -1. */
static int behaviour_of(struct piece piece)
{
    for (int i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (piece_is(piece, DESTRUCTORS[i].name)) {
            return i;
        }
    }
    return -1;
}

/* True if the piece names a slot that the program uses: c0, p0, n0. */
static bool is_variable(const struct emitter *e, struct piece piece)
{
    if (piece.length != 2 || piece.start[1] < '0' ||
        piece.start[1] >= '0' + SLOTS) {
        return false;
    }
    for (int kind = 0; kind <= RESULT_BUFFER; kind++) {
        if (*piece.start == result_letter((enum yield)kind)) {
            return e->slots[kind][piece.start[1] - '0'];
        }
    }
    return false;
}

static enum assertion assertion_of(const struct emitter *e, enum yield yields,
                                   struct piece value)
{
    bool variable = is_variable(e, value);
    bool null = piece_is(value, "NULL");
    int behaviour = behaviour_of(value);

    if (value.length == 0) {
        return NO_ASSERTION;
    }
    switch (yields) {
    case RESULT_CAPSULE:
    case RESULT_PAYLOAD:
    case RESULT_BUFFER:
        return null ? IS_NULL : variable ? IS_NOT_NULL : NO_ASSERTION;
    case YIELDS_POINTER:
        return null                     ? IS_NULL
               : variable               ? IS_VARIABLE
               : piece_is_number(value) ? IS_ADDRESS
                                        : NO_ASSERTION;
    case YIELDS_NAME:
        return null                  ? IS_NULL
               : variable            ? IS_VARIABLE
               : *value.start == '"' ? IS_TEXT
                                     : NO_ASSERTION;
    case YIELDS_DESTRUCTOR:
        return null                                          ? IS_NULL
               : behaviour >= 0 && e->destructors[behaviour] ? IS_BEHAVIOUR
                                                             : NO_ASSERTION;
    case YIELDS_INT:
        return piece_is(value, "nonzero") ? IS_NOT_ZERO
               : piece_is_number(value)   ? IS_NUMBER
                                          : NO_ASSERTION;
    case YIELDS_FATE:
        return piece_is(value, "destroyed") ? IS_DESTROYED
               : piece_is(value, "alive")   ? IS_ALIVE
                                            : NO_ASSERTION;
    default:
        return NO_ASSERTION;
    }
}

/* Prints a literal of the text form as a literal of C. */
static void emit_literal(struct emitter *e, struct piece value)
{
    static const char before[] = "n0 = name(";
    struct program program;
    char source[sizeof before + 4 * MAX_NAME + 4], error[256];
    int length = snprintf(source, sizeof source, "%s%.*s)", before,
                          (int)value.length, value.start);

    if (length > 0 && (size_t)length < sizeof source &&
        program_parse(&program, source, (size_t)length, "", NULL, error,
                      sizeof error) &&
        program.call_count == 1) {
        const struct value *text = &program.calls[0].args[0];
        emit_text(e->out, program_text(&program, text), text->number);
    } else {
        fprintf(e->out, "\"not a string\"");
    }
}

static void emit_expression(struct emitter *e, const struct program *program,
                            const struct call *call, enum assertion assertion,
                            struct piece value)
{
    fputs(assertion == NO_ASSERTION  ? "(void)("
          : assertion == IS_TEXT     ? "EXPECT_STREQ("
          : assertion == IS_NOT_ZERO ? "EXPECT_NE("
                                     : "EXPECT_EQ(",
          e->out);
    emit_call(e, program, call);
    fputs(assertion == NO_ASSERTION ? "" : ", ", e->out);
    switch (assertion) {
    case IS_NULL:
        fputs("nullptr", e->out);
        break;
    case IS_TEXT:
        emit_literal(e, value);
        break;
    case IS_NOT_ZERO:
        fputc('0', e->out);
        break;
    case IS_BEHAVIOUR:
        fputc('&', e->out);
        emit_behaviour_name(e->out, (enum behaviour)behaviour_of(value));
        break;
    case NO_ASSERTION:
        break;
    default:
        fprintf(e->out, "%s%.*s", assertion == IS_ADDRESS ? "(void *)" : "",
                (int)value.length, value.start);
        break;
    }
    fputs(");", e->out);
}

static void statement(struct emitter *e, const struct program *program,
                      const struct call *call, const char *expected)
{
    struct expectation expects = expectation_of(expected);
    enum yield yields = CALLS[call->op].yields;
    enum assertion assertion = assertion_of(e, yields, expects.value);

    if (assertion == IS_DESTROYED) {
        fprintf(e->out, "    EXPECT_EQ(Py_REFCNT(c%u), 1);\n",
                call->args[0].index);
    } else if (assertion == IS_ALIVE) {
        fprintf(e->out, "    EXPECT_GT(Py_REFCNT(c%u), 1);\n",
                call->args[0].index);
    }
    fputs("    ", e->out);
    if (call_is_expression(call)) {
        emit_expression(e, program, call, assertion, expects.value);
    } else {
        emit_call(e, program, call);
        fputc(';', e->out);
    }
    emit_expected(e, expected);
    fputc('\n', e->out);
    if (yields_result(yields) && assertion != NO_ASSERTION) {
        fprintf(e->out, "    EXPECT_%s(%c%u, nullptr);\n",
                assertion == IS_NULL ? "EQ" : "NE", result_letter(yields),
                call->result);
    }
    if (piece_is(expects.exception, "no exception")) {
        fputs("    EXPECT_EQ(PyErr_Occurred(), nullptr);\n", e->out);
    } else if (expects.exception.length) {
        fprintf(e->out, "    EXPECT_EQ(PyErr_Occurred(), PyExc_%.*s);\n",
                (int)expects.exception.length, expects.exception.start);
    }
}

static void begin(struct emitter *e)
{
    fputs(e->modules
              ? "const rules::BeforeStart before_start(announce_modules);\n"
                "\n"
              : "",
          e->out);
    fprintf(e->out,
            "class %s : public rules::CapsuleTest {};\n"
            "\n"
            "TEST_F(%s, %s)\n"
            "{\n",
            e->suite, e->suite, e->test);
}

static void end(struct emitter *e)
{
    fputs("}\n"
          "\n"
          "} // namespace\n",
          e->out);
}

static const struct form GTEST = {
    .name = "gtest",
    .title = "",
    .includes = INCLUDES,
    .before_call = "",
    .after_call = "",
    .leave = "",
    .statement = statement,
    .begin = begin,
    .end = end,
};

void program_emit_gtest(FILE *out, const struct program *program,
                        const struct annotations *annotations,
                        const char *suite, const char *test)
{
    struct emitter e = {.out = out,
                        .program = program,
                        .annotations = annotations,
                        .form = &GTEST,
                        .suite = suite,
                        .test = test};
    emit_program(&e);
}

/* The parts of C around a program: what it uses, helpers, destructors. */
#include "fuzz/program/emit.h"

#include <string.h>

/* --- what is used --------------------------------------------------------- */

static void survey(struct emitter *e, const struct program *program,
                   bool in_destructor);

static void survey_behaviour(struct emitter *e, enum behaviour behaviour)
{
    if (!e->destructors[behaviour]) {
        struct program program;
        e->destructors[behaviour] = true;
        program_of_destructor(&program, behaviour);
        survey(e, &program, true);
    }
}

static void survey_value(struct emitter *e, const struct value *value,
                         bool in_destructor)
{
    switch (value->tag) {
    case VALUE_CAPSULE:
        if (value->index != SLOT_SELF) {
            e->slots[RESULT_CAPSULE][value->index] = true;
            e->counted[value->index] |= in_destructor;
        }
        break;
    case VALUE_PAYLOAD:
        e->slots[RESULT_PAYLOAD][value->index] = true;
        break;
    case VALUE_BUFFER:
        e->slots[RESULT_BUFFER][value->index] = true;
        break;
    case VALUE_ADDRESS:
        e->addresses[value->index] = true;
        break;
    case VALUE_OBJECT:
        e->objects[value->index] = true;
        break;
    case VALUE_DESTRUCTOR:
        survey_behaviour(e, (enum behaviour)value->index);
        break;
    default:
        break;
    }
}

/* A row's C may name destructors by itself. */
static void survey_statement(struct emitter *e, const char *c)
{
    static const char prefix[] = "destructor_";
    for (const char *at = c; (at = strstr(at, prefix)) != NULL;) {
        at += strlen(prefix);
        for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
            size_t length = strlen(DESTRUCTORS[i].name);
            if (strncmp(at, DESTRUCTORS[i].name, length) == 0 &&
                (at[length] == ')' || at[length] == ',')) {
                survey_behaviour(e, (enum behaviour)i);
            }
        }
    }
}

static void survey(struct emitter *e, const struct program *program,
                   bool in_destructor)
{
    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        const struct call_info *info = &CALLS[call->op];
        e->calls[call->op] = true;
        e->modules |= is_module_call(call->op);
        e->cobjects |= is_cobject_call(call->op);
        e->yields[info->yields] = true;
        if (yields_result(info->yields)) {
            e->slots[info->yields][call->result] = true;
        }
        if (info->yields == RESULT_CAPSULE) {
            e->counted[call->result] |= in_destructor;
        }
        survey_statement(e, info->c);
        for (size_t j = 0; j < info->arg_count; j++) {
            survey_value(e, &call->args[j], in_destructor);
        }
    }
}

bool emit_fails_allocations(const struct emitter *e)
{
    return e->calls[CALL_FAIL_ALLOCATION] ||
           e->calls[CALL_FAIL_ALLOCATIONS_FROM];
}

void emit_survey(struct emitter *e)
{
    survey(e, e->program, false);
    if (emit_fails_allocations(e)) {
        memcpy(e->counted, e->slots[RESULT_CAPSULE], sizeof e->counted);
    }
}

/* --- helpers -------------------------------------------------------------- */

struct helper {
    const char *name;
    int forms;
    const char *code;
};

static const struct helper HELPERS[] = {
#define HELPER(name, forms, code) {#name, forms, code},
#include "fuzz/program/cobject_helpers.def"
#include "fuzz/program/helpers.def"
#include "fuzz/program/interpreter_helpers.def"
#include "fuzz/program/module_helpers.def"
#include "fuzz/program/table_helpers.def"
#undef HELPER
};

/* Whether the code calls a function, or uses a variable or a `struct`, whose
 * name ends like that. */
static bool mentions(const char *code, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = code; (at = strstr(at, name)) != NULL; at += length) {
        if (strchr("(. ", at[length])) {
            return true;
        }
    }
    return false;
}

/* By a call, or by a helper that is used itself. */
static bool helper_is_used(const struct emitter *e, const char *name)
{
    for (size_t op = 0; op < CALL_COUNT; op++) {
        if (e->calls[op] && mentions(CALLS[op].c, name)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof HELPERS / sizeof *HELPERS; i++) {
        const struct helper *helper = &HELPERS[i];
        if (strcmp(helper->name, name) != 0 && mentions(helper->code, name) &&
            helper_is_used(e, helper->name)) {
            return true;
        }
    }
    return false;
}

void emit_helpers(struct emitter *e)
{
    for (size_t i = 0; i < sizeof HELPERS / sizeof *HELPERS; i++) {
        const struct helper *helper = &HELPERS[i];
        if ((helper->forms & e->form) && helper_is_used(e, helper->name)) {
            fprintf(e->out, "%s\n", helper->code);
        }
    }
}

/* --- destructors ---------------------------------------------------------- */

static bool uses_self(const struct program *program)
{
    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        for (size_t j = 0; j < CALLS[call->op].arg_count; j++) {
            if (call->args[j].tag == VALUE_CAPSULE &&
                call->args[j].index == SLOT_SELF) {
                return true;
            }
        }
    }
    return false;
}

static void emit_destructor(struct emitter *e, enum behaviour behaviour)
{
    struct program program;
    program_of_destructor(&program, behaviour);

    fputs("static void ", e->out);
    emit_behaviour_name(e->out, behaviour);
    fputs("(PyObject *capsule)\n{\n", e->out);
    emit_saved(e, &program);
    if (e->form == IN_MAIN) {
        fputs("    enter(\"", e->out);
        emit_behaviour_name(e->out, behaviour);
        fputs("(capsule)\");\n", e->out);
    }
    emit_calls(e, &program, true);
    fputs(e->form == IN_MAIN ? "    leave();\n" : "", e->out);
    fputs(uses_self(&program) ? "}\n\n" : "    (void)capsule;\n}\n\n", e->out);
}

void emit_declarations(struct emitter *e)
{
    bool any = false;
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            fputs("static void ", e->out);
            emit_behaviour_name(e->out, (enum behaviour)i);
            fputs("(PyObject *capsule);\n", e->out);
            any = true;
        }
    }
    fputs(any ? "\n" : "", e->out);
}

void emit_destructors(struct emitter *e)
{
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            emit_destructor(e, (enum behaviour)i);
        }
    }
}

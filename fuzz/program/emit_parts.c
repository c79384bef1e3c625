/* Prints a program as a C file: determines what the program uses, then prints
 * each part of the file in order. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "fuzz/program/emit.h"

#include <stdlib.h>
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

static void survey_alias(struct emitter *e, unsigned alias)
{
    if (alias == ALIAS_FUNCTION) {
        survey_behaviour(e, DESTRUCTOR_log);
    } else if (alias >= ALIAS_BUFFER) {
        e->slots[RESULT_BUFFER][alias - ALIAS_BUFFER] = true;
    } else {
        e->slots[RESULT_CAPSULE][alias] = true;
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
    case VALUE_ALIAS:
        survey_alias(e, value->index);
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

/* Records the destructors that the C code of a row names. */
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
        e->modules |= CALLS[call->op].family == FAMILY_MODULES;
        e->protocols |= CALLS[call->op].family == FAMILY_PROTOCOLS;
        e->cobjects |= CALLS[call->op].family == FAMILY_COBJECTS;
        e->yields[info->yields] = true;
        if (yields_result(info->yields)) {
            e->slots[info->yields][call->result] = true;
        }
        if (info->yields == RESULT_CAPSULE) {
            e->counted[call->result] |= in_destructor;
        }
        if (call->op == CALL_TAKE_REFERENCES) { /* too many to print */
            e->counted[call->args[0].index] = true;
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

static void find_uses(struct emitter *e)
{
    survey(e, e->program, false);
    if (emit_fails_allocations(e)) {
        memcpy(e->counted, e->slots[RESULT_CAPSULE], sizeof e->counted);
    }
}

/* --- destructors ---------------------------------------------------------- */

static void emit_destructor(struct emitter *e, enum behaviour behaviour)
{
    struct program program;
    program_of_destructor(&program, behaviour);

    fputs("static void ", e->out);
    emit_behaviour_name(e->out, behaviour);
    fputs("(PyObject *capsule)\n{\n", e->out);
    emit_saved(e, &program);
    if (e->form->enter) {
        e->form->enter(e, behaviour);
    }
    emit_calls(e, &program, true);
    fputs(e->form->leave, e->out);
    fputs(program_uses_self(&program) ? "}\n\n" : "    (void)capsule;\n}\n\n",
          e->out);
}

/* Declares all destructors first: one may install another in any order. */
static void emit_declarations(struct emitter *e)
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

static void emit_destructors(struct emitter *e)
{
    for (unsigned i = 0; i < DESTRUCTOR_COUNT; i++) {
        if (e->destructors[i]) {
            emit_destructor(e, (enum behaviour)i);
        }
    }
}

/* --- the file ------------------------------------------------------------- */

/* Prints the modules and `announce_modules()`, which runs before Python starts.
 * Prints nothing if the program uses no modules. */
static void emit_modules(struct emitter *e)
{
    if (!e->modules) {
        return;
    }
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        fprintf(e->out, "DEFINE_INIT(%u, \"%s\")\n", i, MODULE_NAMES[i]);
    }
    fputs("\nstatic void announce_modules(void)\n{\n", e->out);
    for (unsigned i = 0; i < MODULE_COUNT; i++) {
        fprintf(e->out, "    add_module(\"%s\", init_%u);\n", MODULE_NAMES[i],
                i);
    }
    for (unsigned i = 0; i < SPACES; i++) {
        fprintf(e->out, "    add_space(\"s%u\");\n", i);
    }
    fputs("}\n\n", e->out);
}

/* Returns the code that follows the helpers; owned by the caller. */
static char *code_of(struct emitter *e)
{
    FILE *file = e->out;
    char *code;
    size_t size;

    e->out = open_memstream(&code, &size);
    if (!e->out) {
        abort();
    }
    emit_modules(e);
    emit_destructors(e);
    e->form->begin(e);
    emit_run(e);
    e->form->end(e);
    if (fclose(e->out) != 0) {
        abort();
    }
    e->out = file;
    return code;
}

void emit_program(struct emitter *e)
{
    find_uses(e);
    emit_title(e, e->form->title);
    if (e->calls[CALL_NEXT_THREAD]) {
        fputs("#include <pthread.h>\n"
              "#include <semaphore.h>\n"
              "#include <ucontext.h>\n"
              "\n",
              e->out);
    }
    if (e->calls[CALL_SET_LOCALE]) {
        fputs("#include <locale.h>\n\n", e->out);
    }
    fputs(e->form->includes, e->out);
    emit_variables(e);
    emit_declarations(e);
    if (e->form->lookups) {
        e->form->lookups(e);
    }
    char *code = code_of(e);
    emit_helpers(e, code);
    fputs(code, e->out);
    free(code);
}

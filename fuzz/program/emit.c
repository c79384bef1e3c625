/* Prints variables and calls in C; the same for both C forms.
 *
 * A slot owns the references that the program stored in it. A call that stores
 * into a slot first drops the slot's references; at the end all slots are
 * emptied, c0 first. If no destructor uses a slot and no allocation fails, this
 * file knows the number of references at each line. Otherwise the emitted C
 * counts them.
 */
#include "fuzz/program/emit.h"

#include <stdlib.h>

/* --- calls ---------------------------------------------------------------- */

bool call_is_expression(const struct call *call)
{
    return CALLS[call->op].c[0] == '=';
}

void emit_call(struct emitter *e, const struct program *program,
               const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];

    for (const char *c = info->c + call_is_expression(call); *c; c++) {
        if (*c == ';' && c[1] == '\0') {
            break;
        }
        if (*c != '$') {
            fputc(*c, e->out);
        } else if (*++c == 'r') {
            fprintf(e->out, "%c%u", result_letter(info->yields), call->result);
        } else {
            size_t i = (size_t)(*c - '0');
            emit_value(e->out, program, info->args[i], &call->args[i]);
        }
    }
}

/* Returns the number of references to the capsule `*of` that the call adds. */
static int references_taken(const struct call *call, const struct value **of)
{
    *of = &call->args[0];
    switch (call->op) {
    case CALL_INCREF:
        return 1;
    case CALL_TAKE_REFERENCES:
        return (int)COUNTS[call->args[1].index];
    case CALL_DROP_REFERENCES:
        return -(int)COUNTS[call->args[1].index];
    case CALL_DECREF:
    case CALL_LEAVE_IN_CYCLE:
        return -1;
    case CALL_ADD_OBJECT:
        *of = &call->args[2];
        return call->args[0].tag == VALUE_OBJECT ? 0 : -1;
    default:
        return 0;
    }
}

/* Prints the release of all references that the slot owns. */
static void emit_give_up(struct emitter *e, unsigned slot)
{
    const char *before = e->form->before_call, *after = e->form->after_call;
    if (e->counted[slot]) {
        fprintf(e->out,
                "    while (c%u_references > 0) {\n"
                "        c%u_references--;\n"
                "        %sPy_DECREF(c%u)%s;\n"
                "    }\n",
                slot, slot, before, slot, after);
    }
    for (; e->references[slot] > 0; e->references[slot]--) {
        fprintf(e->out, "    %sPy_XDECREF(c%u)%s;\n", before, slot, after);
    }
}

/* Opens a block that runs only if no slot of the call is empty. Returns true if
 * the call uses a slot. */
static bool emit_guard(struct emitter *e, const struct call *call)
{
    const struct call_info *info = &CALLS[call->op];
    bool guarded = false;
    for (size_t i = 0; i < info->arg_count; i++) {
        const struct value *value = &call->args[i];
        if (value->tag == VALUE_CAPSULE && value->index != SLOT_SELF) {
            fprintf(e->out, "%sc%u_references > 0",
                    guarded ? " && " : "    if (", value->index);
            guarded = true;
        }
    }
    if (guarded) {
        fputs(") {\n", e->out);
    }
    return guarded;
}

/* True if an argument is the slot that the result overwrites. */
static bool uses_result_slot(const struct call *call)
{
    for (size_t i = 0; i < CALLS[call->op].arg_count; i++) {
        if (call->args[i].tag == VALUE_CAPSULE &&
            call->args[i].index == call->result) {
            return true;
        }
    }
    return false;
}

/* Prints the change of a variable that counts references. */
static void emit_count(FILE *out, unsigned slot, int change)
{
    fprintf(out, "    c%u_references", slot);
    if (change == 1 || change == -1) {
        fputs(change > 0 ? "++;\n" : "--;\n", out);
    } else {
        fprintf(out, " %s= %d;\n", change > 0 ? "+" : "-", abs(change));
    }
}

static void emit_step(struct emitter *e, const struct program *program,
                      const struct call *call, const char *expected,
                      bool in_destructor)
{
    const struct value *of;
    int taken = references_taken(call, &of);
    bool stores = CALLS[call->op].yields == RESULT_CAPSULE;
    bool counted = taken && of->index != SLOT_SELF && e->counted[of->index];

    bool give_up_first = stores && !uses_result_slot(call);
    if (give_up_first) {
        emit_give_up(e, call->result);
    }
    bool guarded =
        (in_destructor || emit_fails_allocations(e)) && emit_guard(e, call);
    if (counted) {
        emit_count(e->out, of->index, taken);
    } else if (taken && of->index != SLOT_SELF) {
        e->references[of->index] += taken;
    }
    e->form->statement(e, program, call, expected);
    if (stores && !give_up_first) {
        emit_give_up(e, call->result);
    }
    if (stores && e->counted[call->result]) {
        fprintf(e->out, "    c%u_references = c%u != NULL;\n", call->result,
                call->result);
    } else if (stores) {
        e->references[call->result] = 1;
    }
    if (guarded) {
        fputs("    }\n", e->out);
    }
}

void emit_saved(struct emitter *e, const struct program *program)
{
    for (size_t i = 0; i < program->call_count; i++) {
        unsigned op = program->calls[i].op;
        if (op == CALL_SAVE_ERROR || op == CALL_RESTORE_ERROR) {
            fputs("    PyObject *saved_type = NULL, *saved_value = NULL;\n"
                  "    PyObject *saved_traceback = NULL;\n\n",
                  e->out);
            return;
        }
    }
}

void emit_calls(struct emitter *e, const struct program *program,
                bool in_destructor)
{
    const struct annotations *notes = in_destructor ? NULL : e->annotations;

    for (size_t i = 0; i < program->call_count; i++) {
        const struct call *call = &program->calls[i];
        emit_step(e, program, call, notes ? notes->expected[i] : NULL,
                  in_destructor);
        if (!in_destructor) {
            e->error_saved |= call->op == CALL_SAVE_ERROR;
            e->error_saved &= call->op != CALL_RESTORE_ERROR;
        }
    }
}

/* Prints the removal of published capsules and the end of all interpreters
 * except the main one. */
static void emit_leave_interpreters(struct emitter *e)
{
    bool starts = e->calls[CALL_START_INTERPRETER] ||
                  e->calls[CALL_NEXT_INTERPRETER] ||
                  e->calls[CALL_END_INTERPRETER];
    bool shares = e->calls[CALL_SHARE] || e->calls[CALL_UNSHARE] ||
                  e->calls[CALL_IMPORT_SHARED];
    bool remembers = e->calls[CALL_SET_STATE] || e->calls[CALL_GET_STATE];
    fputs(starts ? "    end_interpreters();\n" : "", e->out);
    fputs(starts || shares || remembers ? "    PyErr_Clear();\n" : "", e->out);
    fputs(shares ? "    end_share();\n" : "", e->out);
    fputs(remembers ? "    forget_state();\n" : "", e->out);
}

void emit_run(struct emitter *e)
{
    emit_saved(e, e->program);
    emit_objects(e);
    emit_calls(e, e->program, false);
    fputs("\n    /* What the program still has. */\n", e->out);
    if (emit_fails_allocations(e)) {
        fputs("    fail_allocations(0, 0);\n", e->out);
    }
    if (e->error_saved) {
        fputs("    PyErr_Restore(saved_type, saved_value, saved_traceback);\n",
              e->out);
    }
    emit_leave_interpreters(e);
    for (unsigned i = 0; i < SLOTS; i++) {
        emit_give_up(e, i);
    }
    if (e->protocols) {
        fputs("    check_exchanges();\n", e->out);
    }
    if (e->cobjects) {
        fputs("    Py_XDECREF(cobject);\n", e->out);
    }
    if (e->calls[CALL_SET_WARNINGS]) {
        fputs("    PyErr_Clear();\n"
              "    end_warnings();\n",
              e->out);
    }
    if (e->modules) {
        fputs("    PyErr_Clear();\n"
              "    forget_modules();\n",
              e->out);
    }
    emit_objects_end(e);
    fputs("    PyErr_Clear();\n", e->out);
    fputs(e->calls[CALL_NEXT_THREAD] ? "    end_threads();\n" : "", e->out);
}

/* --- comments and variables ----------------------------------------------- */

/* Prints the text in a form that neither ends nor opens a comment. */
static void emit_comment_text(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool meets = c > text && ((c[-1] == '*' && *c == '/') ||
                                  (c[-1] == '/' && *c == '*'));
        fprintf(out, "%s%c", meets ? " " : "", *c);
    }
}

void emit_title(struct emitter *e, const char *lines)
{
    const char *title = e->annotations ? e->annotations->title : NULL;
    fputs("/* ", e->out);
    emit_comment_text(e->out, title ? title : "A program of capsule calls.");
    fprintf(e->out, "%s */\n", lines);
}

void emit_expected(struct emitter *e, const char *expected)
{
    if (expected) {
        fputs(" /* -> ", e->out);
        emit_comment_text(e->out, expected);
        fputs(" */", e->out);
    }
}

void emit_variables(struct emitter *e)
{
    static const char *const TYPES[] = {"PyObject *", "void *", "char *"};

    for (int kind = 0; kind <= RESULT_BUFFER; kind++) {
        for (unsigned i = 0; i < SLOTS; i++) {
            if (e->slots[kind][i]) {
                fprintf(e->out, "static %s%c%u;\n", TYPES[kind],
                        result_letter((enum yield)kind), i);
            }
        }
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        if (e->counted[i]) {
            fprintf(e->out,
                    "static int c%u_references; /* that the program has */\n",
                    i);
        }
    }
    fputc('\n', e->out);
}

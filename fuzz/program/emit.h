/* What both C forms of a program share. Private to this folder. */
#ifndef FUZZ_PROGRAM_EMIT_H
#define FUZZ_PROGRAM_EMIT_H

#include "fuzz/program/expectation.h"
#include "fuzz/program/program.h"

enum { YIELD_COUNT = YIELDS_FATE + 1 };

struct emitter;

/* What differs between the two C forms of a program. */
struct form {
    const char *name; /* "main": headers main_*.h of c/ are for this form */
    /* At the top of the file. */
    const char *title; /* more lines of the opening comment */
    const char *includes;
    /* Printed around a call that a destructor or the end of the program makes
     * by itself. */
    const char *before_call, *after_call;
    /* Prints the start of a destructor and its end; NULL: prints nothing. */
    void (*enter)(struct emitter *emitter, enum behaviour behaviour);
    const char *leave;
    /* Prints what helpers of this form call and only the program defines; NULL:
     * prints nothing. */
    void (*lookups)(struct emitter *emitter);
    /* Prints one call, its result shown or asserted. */
    void (*statement)(struct emitter *emitter, const struct program *program,
                      const struct call *call, const char *expected);
    /* Print the start and the end of the function that runs the program. */
    void (*begin)(struct emitter *emitter);
    const char *end;
};

/* What is printed, and what the program uses: destructors count with all that
 * they use themselves. */
struct emitter {
    FILE *out;
    const struct program *program;
    const struct annotations *annotations; /* may be NULL */
    const struct form *form;
    const char *suite, *test; /* of the GoogleTest case */
    bool calls[CALL_COUNT];
    bool yields[YIELD_COUNT];
    bool destructors[DESTRUCTOR_COUNT];
    bool slots[RESULT_BUFFER + 1][SLOTS];
    bool modules;  /* true if any call is about modules */
    bool cobjects; /* true if any call is about PyCObject */
    bool addresses[ADDRESS_COUNT];
    bool objects[OBJECT_COUNT];
    /* Capsule slots that a destructor uses too, and all slots if allocations
     * may fail: the printed C counts their references. The emitter counts the
     * references of the other slots, in `references`. */
    bool counted[SLOTS];
    int references[SLOTS];
    bool error_saved; /* by the last save_error() or restore_error() */
};

/* Prints the whole file. All members in front of `calls` are set, the others
 * are zero. */
void emit_program(struct emitter *emitter);

/* True if the program makes allocations fail: what it creates may be missing.
 */
bool emit_fails_allocations(const struct emitter *emitter);

/* The call as a C expression or statements, without the last `;`. */
void emit_call(struct emitter *emitter, const struct program *program,
               const struct call *call);

/* The title as a comment, with more lines below it. */
void emit_title(struct emitter *emitter, const char *lines);

/* `-> text` as a comment, or nothing for NULL. */
void emit_expected(struct emitter *emitter, const char *expected);

/* A literal in C. */
void emit_text(FILE *out, const char *text, size_t length);

/* The name of a destructor's function. */
void emit_behaviour_name(FILE *out, enum behaviour behaviour);

/* True if the call is an expression in C, with a value to show or to assert. */
bool call_is_expression(const struct call *call);

/* In a function: the calls of a program, and what they need declared. */
void emit_saved(struct emitter *emitter, const struct program *program);
void emit_calls(struct emitter *emitter, const struct program *program,
                bool in_destructor);

/* At file level: the variables of the slots. */
void emit_variables(struct emitter *emitter);

/* At file level: the definitions of c/ that this C uses. */
void emit_helpers(struct emitter *emitter, const char *code);

/* In the function that runs the program: objects, calls, and what is given up
 * at the end. */
void emit_run(struct emitter *emitter);

#endif

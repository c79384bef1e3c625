/* What both C forms of a program share. Private to this folder. */
#ifndef FUZZ_PROGRAM_EMIT_H
#define FUZZ_PROGRAM_EMIT_H

#include "fuzz/program/program.h"

enum { IN_MAIN = 1, IN_GTEST = 2 };
enum { YIELD_COUNT = YIELDS_FATE + 1 };

/* What there is to print, and what the program makes use of: destructors count
 * with all that they use themselves. */
struct emitter {
    FILE *out;
    const struct program *program;
    const struct annotations *annotations; /* may be NULL */
    int form;                              /* IN_MAIN or IN_GTEST */
    bool calls[CALL_COUNT];
    bool yields[YIELD_COUNT];
    bool destructors[DESTRUCTOR_COUNT];
    bool slots[RESULT_BUFFER + 1][SLOTS];
    bool modules;  /* any call that is about them */
    bool cobjects; /* the same for PyCObject */
    bool addresses[ADDRESS_COUNT];
    bool objects[OBJECT_COUNT];
    /* Capsule slots that a destructor uses too, and all where memory may be
     * short: their references are counted when the program runs; of the
     * others, here. */
    bool counted[SLOTS];
    int references[SLOTS];
    bool error_saved; /* by the last save_error() or restore_error() */
    /* Prints one call, its result shown or asserted. */
    void (*statement)(struct emitter *emitter, const struct program *program,
                      const struct call *call, const char *expected);
};

/* Fills in what the program uses; the first five members are set. */
void emit_survey(struct emitter *emitter);

/* Whether the program makes allocations fail: what it creates may be missing.
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

/* Whether the call is an expression in C, with a value to show or to assert. */
bool call_is_expression(const struct call *call);

/* In a function: the calls of a program, and what they need declared. */
void emit_saved(struct emitter *emitter, const struct program *program);
void emit_calls(struct emitter *emitter, const struct program *program,
                bool in_destructor);

/* At file level: variables, declarations of the destructors (one may install
 * another, in any order), helpers, destructors. */
void emit_variables(struct emitter *emitter);
void emit_declarations(struct emitter *emitter);
void emit_helpers(struct emitter *emitter);
void emit_destructors(struct emitter *emitter);

/* The modules, and `announce_modules()`, which is to be called before Python
 * is started; nothing where the program has no use for them. */
void emit_modules(struct emitter *emitter);

/* In the function that runs the program: objects, calls, and what is to be
 * given up at the end. */
void emit_run(struct emitter *emitter);

#endif

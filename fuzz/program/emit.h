/* Shared by both C forms of a program. Private to this folder. */
#ifndef FUZZ_PROGRAM_EMIT_H
#define FUZZ_PROGRAM_EMIT_H

#include "fuzz/program/expectation.h"
#include "fuzz/program/program.h"

enum { YIELD_COUNT = YIELDS_FATE + 1 };

struct emitter;

/* The differences between the two C forms. */
struct form {
    const char *name; /* "main": headers main_*.h of c/ are for this form */
    /* The beginning of the file. */
    const char *title; /* more lines for the opening comment */
    const char *includes;
    /* Printed around calls that destructors and the end of the program make. */
    const char *before_call, *after_call;
    /* Print the start and the end of a destructor. NULL: print nothing. */
    void (*enter)(struct emitter *emitter, enum behaviour behaviour);
    const char *leave;
    /* Prints the functions that helpers of this form call and that depend on
     * the program. NULL: prints nothing. */
    void (*lookups)(struct emitter *emitter);
    /* Prints one call and shows or asserts its result. */
    void (*statement)(struct emitter *emitter, const struct program *program,
                      const struct call *call, const char *expected);
    /* Print the start and the end of the function that runs the program. */
    void (*begin)(struct emitter *emitter);
    void (*end)(struct emitter *emitter);
};

/* The output, and what the program uses. A destructor that the program uses
 * counts with everything that the destructor uses. */
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
    bool modules;   /* true if any call is about modules */
    bool cobjects;  /* true if any call is about PyCObject */
    bool protocols; /* true if any call is about DLPack or Arrow */
    bool addresses[ADDRESS_COUNT];
    bool objects[OBJECT_COUNT];
    /* True for capsule slots that destructors use, and for all slots if
     * allocations may fail: the emitted C counts the references of these slots
     * at run time. The emitter counts those of the others, in `references`. */
    bool counted[SLOTS];
    int references[SLOTS];
    bool error_saved; /* an exception is saved at this point */
};

/* Prints the whole file. The caller sets the members before `calls`; the others
 * are zero. */
void emit_program(struct emitter *emitter);

/* True if the program makes allocations fail: objects may be missing then. */
bool emit_fails_allocations(const struct emitter *emitter);

/* Prints the call as a C expression or as statements, without the last `;`. */
void emit_call(struct emitter *emitter, const struct program *program,
               const struct call *call);

/* Prints the title and `lines` as a comment. */
void emit_title(struct emitter *emitter, const char *lines);

/* Prints `-> text` as a comment; nothing for NULL. */
void emit_expected(struct emitter *emitter, const char *expected);

/* Prints the text as a C literal. */
void emit_text(FILE *out, const char *text, size_t length);

/* Prints the argument as a C expression. */
void emit_value(FILE *out, const struct program *program, enum arg_kind kind,
                const struct value *value);

/* Within the function that runs the program: print the creation of the objects
 * that are not capsules, and their release. */
void emit_objects(struct emitter *emitter);
void emit_objects_end(struct emitter *emitter);

/* Prints the name of the destructor's C function. */
void emit_behaviour_name(FILE *out, enum behaviour behaviour);

/* True if the call is a C expression whose value can be shown or asserted. */
bool call_is_expression(const struct call *call);

/* Within a function: print the variables for saved exceptions, and the
 * calls. */
void emit_saved(struct emitter *emitter, const struct program *program);
void emit_calls(struct emitter *emitter, const struct program *program,
                bool in_destructor);

/* At file level: prints the variables of the slots. */
void emit_variables(struct emitter *emitter);

/* At file level: prints the definitions of c/ that `code` uses. */
void emit_helpers(struct emitter *emitter, const char *code);

/* Within the function that runs the program: prints the objects, the calls, and
 * the release of what is left. */
void emit_run(struct emitter *emitter);

#endif

/* What the files of the executor share: the run in progress. */
#ifndef FUZZ_EXECUTOR_RUN_H
#define FUZZ_EXECUTOR_RUN_H

#include <Python.h>

#include "capsule/host.h"
#include "fuzz/executor/executor.h"
#include "fuzz/executor/status.h"
#include "fuzz/model/model.h"

/* One program level: the program itself, or a destructor's. */
struct level {
    const struct program *program;
    const struct call *call; /* being performed; NULL between calls */
    uint16_t rule;           /* that the call is held to */
    int behaviour;           /* whose program it is; NOTHING: the input's */
    bool lacked_memory;      /* an allocation failed during the call */
    bool unforeseen;         /* a destructor that the model does not expect */
    /* What save_error() took. */
    PyObject *saved_type, *saved_value, *saved_traceback;
};

/* Whatever lives as long as the executor. */
struct world {
    struct executor_options options;
    PyObject *foreign[OBJECT_COUNT];
    PyObject *exception_type[EXCEPTION_COUNT];
    const uint8_t *input;
    size_t input_size;
    bool reporting; /* a report has been begun; one is enough */
};
extern struct world world;

/* Whatever lives as long as a program. */
struct run {
    struct model model;
    const struct program *program;
    const struct annotations *annotations;
    unsigned call_index; /* of the input's program */
    uint64_t performed;  /* bit per call of the input's program */
    bool cleaning_up;    /* after the last call */
    int called_by_hand;  /* capsule whose destructor is called, or NOTHING */
    struct model_address replaced; /* what the field had before a setter */
    unsigned level_count;
    struct level level[MAX_FRAMES];
    struct {
        size_t left; /* until one fails; 0: none will */
        enum host_failure how;
        bool counting; /* between allocations_begin() and allocations_end() */
        size_t tried;
    } allocations;
};
extern struct run run;

/* --- call.c --------------------------------------------------------------- */

/* Permits, predicts, performs and compares one call of the current level. */
void execute_call(const struct call *call);

/* --- clean_up.c ----------------------------------------------------------- */

/* Gives back what the program still holds, as the program itself would. */
void clean_up(void);

/* --- blocks.c ------------------------------------------------------------- */

/* Memory of programs. */
void *block_malloc(size_t size);
void block_free(void *block);
/* Whether a block or literal of the program is still allocated. */
bool block_is_live(const void *block);

/* A text in a block of exactly its size. */
char *copy_text(const char *text, size_t length);
/* The same as a literal, which lives until the program ends and which nobody
 * may change: its address. */
uintptr_t make_literal(const char *text, size_t length);
/* The implementation has not written into one. */
void check_literals(void);
void free_literals(void);

/* Frees what a destructor takes for its capsule's own. Where that may be
 * anything, it must be a block of the program: a literal is none, although here
 * it lives in one. */
void free_owned(void *block);
/* The same for the reference that a context is taken for. */
void drop_owned(void *context);

/* --- perform.c ------------------------------------------------------------ */

/* Gives the arguments their meaning in the current state; names that are
 * literals get a block each. */
void resolve_args(const struct program *program, const struct call *call,
                  struct model_arg *args);

/* The look-alike of a capsule, of the same size: behind its head, fields that
 * all hold lookalike_value. */
extern const char lookalike_value[];
static inline size_t lookalike_count(void)
{
    return ((size_t)PyCapsule_Type.tp_basicsize - sizeof(PyObject)) /
           sizeof(char *);
}
static inline const char **lookalike_fields(PyObject *lookalike)
{
    return (const char **)(lookalike + 1);
}

/* The object that an ARG_OBJECT stands for; NULL for NULL. */
PyObject *object_of(const struct model_arg *arg);

/* Makes the call. Returns what came back: an address or an int; for calls that
 * yield nothing, 0, or -1 where they failed. */
uintptr_t perform(const struct call *call, const struct model_arg *args);

/* --- allocations.c -------------------------------------------------------- */

/* Makes the n-th allocation from here on fail; 0: none. */
void fail_allocations(size_t nth, enum host_failure how);

/* Around what the implementation does for a call: in between allocations are
 * counted and fail. What the executor itself asks of the implementation has all
 * the memory that it wants. */
void allocations_begin(void);
void allocations_end(void);

/* --- producer.c ---------------------------------------------------------- */

/* Makes a module with a table, and drops it. Returns 0, or -1 with an exception
 * where a step failed; of what was made nothing is left either way (API-9). */
int produce(void);

/* --- tables.c ------------------------------------------------------------- */

/* As perform(), for calls about tables. */
uintptr_t perform_table_call(const struct call *call,
                             const struct model_arg *args);

/* What the call left behind: tables are as their producer made them. */
void check_table(const struct call *call, const struct model_arg *args,
                 const struct prediction *prediction);

/* --- cobjects.c ----------------------------------------------------------- */

/* Around all programs, and after each: the PyCObject is given up, and the
 * warning filters are what they were.
 * The first is for the time when what is allocated stays. */
void cobjects_start(void);
void cobjects_stop(void);
void cobjects_end(void);

/* As perform(), for calls about PyCObject. */
uintptr_t perform_cobject_call(const struct call *call,
                               const struct model_arg *args);

/* What the call left behind: the destructor was called where it was to be, and
 * nobody keeps the PyCObject. */
void check_cobject(const struct prediction *prediction);

/* --- modules.c, import.c -------------------------------------------------- */

/* Announces the modules that programs import; before host_start(). */
void modules_announce(void);

/* From here on there are no others. */
void modules_start(void);

/* Gives up the namespaces of a program, and what waits for modules. */
void modules_end(void);

/* Takes all modules of programs from sys.modules. */
void modules_forget(void);

/* As perform(), for calls about modules. */
uintptr_t perform_module_call(const struct call *call,
                              const struct model_arg *args);

/* The call itself and its effect on the model; where memory fails, also the
 * prediction follows what happened. Returns what came back. */
uintptr_t execute_module_call(const struct call *call,
                              const struct model_arg *args,
                              struct prediction *prediction);

/* What the call left behind: names, references, sys.modules. */
void check_import(const struct call *call, const struct model_arg *args,
                  const struct prediction *prediction);

/* The rule of an import that is to succeed and does not. */
uint16_t refused_import_rule(const struct prediction *prediction);

/* The module's object, borrowed; NULL where it is not in sys.modules. */
PyObject *module_in_sys_modules(unsigned module);

/* The namespace or imported module, borrowed; NULL where there is none. */
PyObject *owner_object(unsigned owner);

/* How often the module's init was called in this program. */
unsigned module_initialised(unsigned module);

/* --- destructors.c -------------------------------------------------------- */

/* The C function of a behaviour; NOTHING gives NULL. */
PyCapsule_Destructor destructor_function(int behaviour);

/* --- rules.c -------------------------------------------------------------- */

/* Notes that a situation which the rule speaks of was met and its results were
 * compared. `outcome` is a small number that tells kinds of this apart. */
enum outcome { WHEN_SUCCEEDS, WHEN_FAILS, WHEN_PENDING, OUTCOMES };
void exercise(uint16_t rule, enum outcome outcome);

/* --- check_value.c, check_error.c, check_capsules.c --------------------------
 */

static inline bool is_setter(unsigned op)
{
    return op == CALL_SET_POINTER || op == CALL_SET_DESTRUCTOR ||
           op == CALL_SET_NAME || op == CALL_SET_CONTEXT;
}

/* Getters and questions: whatever only looks. */
static inline bool only_looks(unsigned op)
{
    return op == CALL_GET_POINTER || op == CALL_GET_DESTRUCTOR ||
           op == CALL_GET_NAME || op == CALL_GET_CONTEXT ||
           op == CALL_IS_VALID || op == CALL_CHECK_EXACT || op == CALL_REPR ||
           op == CALL_READ;
}

/* What came back is what was predicted; `before` is the indicator before the
 * call. */
void check_value(const struct call *call, const struct model_arg *args,
                 const struct prediction *prediction,
                 const struct model_error *before, uintptr_t got);
/* An exception is pending that was not there before the call. */
bool has_raised(const struct model_error *before);
/* The indicator changed as predicted; `before` is what it was. */
void check_error(const struct prediction *prediction,
                 const struct model_error *before);
/* Gives up the references to the exceptions that were met. */
void forget_exceptions(void);
/* The indicator is what the model says; `rule` is what is broken otherwise. */
void check_indicator(uint16_t rule);
/* Fields and reference counts of all capsules that this call may have changed
 * or has changed. */
void check_capsules(const struct call *call, const struct model_arg *args,
                    const struct prediction *prediction);
/* Those of all capsules. */
void check_all_capsules(void);

/* Whether reference counts can be held against the model's: a profile that
 * destroys later need not have counts that mean something. */
bool counts_mean_something(void);
/* Reads all fields through the API. Returns the first that is not what the
 * model says and what it is in *got, or FIELD_COUNT. */
enum field find_difference(const struct model_capsule *capsule, uintptr_t *got);
void report_difference(const struct model_capsule *capsule, enum field field,
                       uintptr_t got, uint16_t rule) __attribute__((cold));
/* All that the destructor finds in its capsule. */
void check_at_the_end(int capsule);
/* No object that is not a capsule was written to. */
void check_foreign_objects(uint16_t rule);
/* For programs that break the contract: no capsule's name has been freed. */
void check_names_alive(void);
/* The result that the program's own comment expects. */
void check_expectation(const struct call *call, const struct model_arg *args,
                       const struct prediction *prediction, uintptr_t got);

/* --- snapshot.c -------------------------------------------------------------
 */

/* Whether the capsule's object has not one byte that differs from what it was
 * when note_as_seen() was called for it. */
bool is_as_seen(int capsule);
void note_as_seen(int capsule);

/* --- check_setter.c, check_validity.c ------------------------------------- */

/* Before a setter's call: what the field has. */
void note_replaced(const struct call *call, int capsule);
/* After its success. */
void check_setter(const struct call *call, int capsule);
/* The rule that it has broken when this field is `got`. */
uint16_t setter_rule(const struct call *call,
                     const struct model_capsule *capsule, enum field field,
                     uintptr_t got);
/* The name is still there: a literal, a block or share()'s; or freed by the
 * program. */
bool keeps_its_memory(const struct model_address *name);
/* What a true or false PyCapsule_IsValid() says about the getters. */
void check_validity(const struct model_arg *args, bool valid);

/* --- report.c ------------------------------------------------------------- */

/* Prints the report and aborts. The texts may come from describe_*(). Returns
 * only where nobody asks for more than the sanitizers' reports. */
void violation(uint16_t rule, const char *expected, const char *got)
    __attribute__((cold));

/* Arranges that the program also follows a sanitizer's finding. */
void report_install(void);
/* The same for an abort() of the implementation. Late, as the fuzz engine
 * installs a handler of its own between executor_start() and the first
 * program; whoever handled it before is called afterwards. */
void report_catch_abort(void);

/* --- describe.c ----------------------------------------------------------- */

/* Words for what came back; in one of a few static buffers. No addresses. */
const char *describe_value(enum yield yields, uintptr_t value);
const char *describe_field(const char *field, enum yield yields,
                           uintptr_t value);
const char *describe_pending(void); /* the pending exception */
const char *describe_error(const struct model_error *error);
const char *describe_outcome(enum yield yields, uintptr_t value,
                             const char *exception);
const char *describe_expected(const char *value, const char *exception);
const char *describe_count(const char *what, long count);

#endif

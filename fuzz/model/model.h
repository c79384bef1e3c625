/* The model: predicts what the contract says about each call.
 *
 * The model knows the state that a program has reached: capsules with their
 * fields and references, blocks of memory, the error indicator, the running
 * destructors. The model never calls the implementation. It is written from the
 * contract, not from any code.
 *
 * model_step() in step.h makes one call in steps. Three of the steps ask the
 * model, in this order:
 *
 *    model_resolve   what do the arguments mean in this state?
 *    model_predict   what must come back?
 *    model_permits   may the caller make the call, given that result?
 *
 * Other steps tell the model what only the implementation knows: the address of
 * a new capsule, the identity of a new exception.
 *
 * Each row of fuzz/program/families.def is a family of calls. One file per
 * family implements the functions of family.h. */
#ifndef FUZZ_MODEL_MODEL_H
#define FUZZ_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "capsule/contract.h"
#include "capsule/profile.h"
#include "fuzz/model/cobjects.h"
#include "fuzz/model/modules.h"
#include "fuzz/model/protocols.h"
#include "fuzz/model/tables.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MAX_CAPSULES = 128, /* created by one run, destructors included */
    MAX_BLOCKS = 256,
    MAX_FRAMES = 24,  /* nested destructors */
    INTERPRETERS = 8, /* at the same time; 0 is the main interpreter */
    NOTHING = -1      /* no capsule, no block, no destructor */
};

enum field {
    FIELD_POINTER,
    FIELD_NAME,
    FIELD_CONTEXT,
    FIELD_DESTRUCTOR,
    FIELD_COUNT
};

enum life {
    LIFE_ALIVE,
    LIFE_DYING, /* no references left; the destructor may still run */
    LIFE_DEAD
};

/* A pointer or a name, as an argument of a call. */
struct model_address {
    uintptr_t address;
    int16_t block;   /* the block that starts there, or NOTHING */
    int16_t capsule; /* the capsule that is the context, or NOTHING */
};

struct model_capsule {
    const void *handle;      /* the object's address */
    uint8_t life;            /* enum life */
    bool owes_destructor;    /* while DYING: its destructor must run */
    bool destructor_ran;     /* while DYING: its destructor has run */
    bool called_by_hand;     /* the program called its destructor while ALIVE */
    uint8_t death_frame;     /* while DYING: frame_count when the death began */
    int32_t references;      /* references that the program's slots own */
    int16_t held;            /* references that contexts and modules own */
    int16_t in_cycles;       /* references that only the collector can drop */
    int16_t uncollected;     /* references that a running collector may drop */
    int16_t destructor;      /* enum behaviour, or NOTHING */
    int16_t last_destructor; /* while DYING: the destructor that must run */
    int16_t published;       /* references that attributes own */
    bool imported;           /* PyCapsule_Import() has found it */
    bool changed;            /* its pointer or name was set after the import */
    struct model_address field[FIELD_DESTRUCTOR]; /* pointer, name, context */
    uint16_t rule[FIELD_COUNT]; /* the rule that defines each field's value */
};

/* A block of memory that the program allocated. */
struct model_block {
    uintptr_t address;
    uint32_t size; /* writable bytes; for a name, without the NUL */
    int16_t owner; /* the capsule whose destructor frees it, or NOTHING */
    bool is_name;
    bool alive;
};

struct model_error {
    bool set;
    uint8_t type;         /* enum exception_type */
    const char *message;  /* static; NULL: no message is predicted */
    bool has_text;        /* the program has given the message */
    bool has_chain;       /* the program has given a cause, a context, a note */
    const void *identity; /* the exception object; NULL: unknown */
};

/* A frame: the program itself, a running destructor, or code of a module that
 * an import runs. */
struct model_frame {
    int16_t capsule; /* `self`; NOTHING: the program, or code of a module */
    bool has_saved;
    struct model_error saved; /* what save_error() saved */
    struct model_error entry; /* the exception at the start of the frame */
};

struct model_interpreter {
    bool runs;
    bool has_module;          /* the module "here" exists */
    bool has_state;           /* the module "state" exists */
    uint16_t state;           /* the number in the module "state" */
    int16_t shared;           /* the published capsule, or NOTHING */
    struct model_error error; /* while the thread is elsewhere */
};

struct model {
    const struct profile *profile;
    /* True for programs that break the contract: slots keep dead objects so
     * that the program can misuse them. */
    bool misuse;
    int16_t capsule_slot[SLOTS];
    int16_t block_slot[2 * SLOTS]; /* payloads, then buffers */
    uint16_t capsule_count, block_count, frame_count, alive_count;
    uint8_t alive[MAX_CAPSULES]; /* living capsules, in no order */
    uint16_t owed;               /* capsules that are dying */
    struct model_error error;
    uint8_t current; /* the interpreter of the thread */
    bool ending;     /* the current interpreter is ending */
    struct model_interpreter interpreter[INTERPRETERS];
    struct model_frame frame[MAX_FRAMES];
    struct model_capsule capsule[MAX_CAPSULES];
    struct model_block block[MAX_BLOCKS];
    struct model_tables tables;
    struct model_cobject cobject;
    struct model_modules modules;
    struct model_protocols protocols;
    uint8_t thread;     /* the thread that makes the calls, 0..THREADS-1 */
    uintptr_t function; /* the address of the destructor log */
    uint32_t bulk; /* capsules and bytes of names that bulk calls have made */
};

/* An argument, resolved: everything that the model needs to know about it. */
struct model_arg {
    uint8_t tag;                /* enum value_tag */
    uint8_t index;              /* as in struct value */
    uint32_t number;            /* VALUE_NUMBER, VALUE_COUNT */
    int16_t capsule;            /* VALUE_CAPSULE: its id, or NOTHING */
    struct model_address value; /* pointers and names */
};

struct prediction {
    bool fails;
    /* The result: an address, an int, or an enum behaviour + 1. A capsule that
     * the call creates: 1. */
    uintptr_t value;
    uint16_t rule;           /* the rule for the value */
    uint16_t indicator_rule; /* the rule for the error indicator */
    uint16_t message_rule;   /* the rule for the exception's message */
    uint8_t exception;       /* if the call fails: enum exception_type */
    const char *message;     /* if the call fails; static */
    int16_t found;           /* the capsule that PyCapsule_Import() finds */
    uint8_t initialises;     /* bit set: modules whose init is called */
    uint8_t imports;         /* bit set: modules whose init succeeds */
    /* Bit sets: modules whose init, and whose __getattr__, run a program inside
     * the call. That program may change the result: predict again after it. */
    uint8_t inits_inside, lookups_inside;
};

/* Makes the state empty. Costs the same whatever the state was. */
void model_reset(struct model *model, const struct profile *profile,
                 bool misuse);

/* Resolves the call's arguments in this state. The address of a literal is the
 * address of its characters in the program. */
void model_resolve(const struct model *model, const struct program *program,
                   const struct call *call, struct model_arg *args);

/* True if the contract allows the caller to make this call in this state.
 * `prediction` comes from model_predict() for the same call. */
bool model_permits(const struct model *model, const struct call *call,
                   const struct model_arg *args,
                   const struct prediction *prediction);

/* Predicts the result of the call; does not change the model. */
void model_predict(const struct model *model, const struct call *call,
                   const struct model_arg *args, struct prediction *prediction);

/* Changes the prediction to that of a failed allocation. Returns false if a
 * failed allocation must not make the call fail. Calls without a result return
 * -1 here. The exception that the call would have raised anyway stays in the
 * prediction; a MemoryError may replace it. */
bool model_predict_no_memory(const struct call *call,
                             struct prediction *prediction);

/* Returns the usual number of allocations of this call: an estimate for the
 * mutator's forecast. */
unsigned model_allocations(const struct call *call,
                           const struct prediction *prediction);

/* True if the running code may change the error indicator: the program always
 * may; a destructor, if no exception was pending when it began or it has saved
 * that exception. */
bool model_may_touch_error(const struct model *model);

/* Sets the error indicator after a call failed, as predicted, for lack of
 * memory. */
void model_lacked_memory(struct model *model);

/* Makes the state of each family empty; a part of model_reset(). */
void model_reset_families(struct model *model);

/* Record a capsule that PyCapsule_New() created from these arguments, and a
 * block that the program allocated. */
void model_created(struct model *model, unsigned slot, const void *handle,
                   const struct model_arg *args);
void model_allocated(struct model *model, unsigned block_slot,
                     uintptr_t address, size_t size, bool is_name);

/* Begins the frame of a destructor that is called with this object. Returns the
 * capsule, or NOTHING if no dying capsule has that address. */
int model_enter_destructor(struct model *model, const void *handle);
void model_leave_destructor(struct model *model);

/* Begins the frame of a destructor that the program itself calls, for a capsule
 * that stays alive. model_leave_destructor() ends the frame. */
void model_enter_by_hand(struct model *model, int capsule);

/* Begins the frame of the program that the module's init or __getattr__ runs,
 * and records the module as imported. Returns the behaviour that has the
 * program, or NOTHING if the module runs none now. */
int model_enter_inside(struct model *model, unsigned module);
void model_leave_inside(struct model *model, unsigned module);

/* True if calls about modules are permitted: the thread is in the main
 * interpreter, and the calls about interpreters have created no module
 * there. */
static inline bool model_knows_modules(const struct model *model)
{
    return model->current == 0 && !model->interpreter[0].has_module &&
           !model->interpreter[0].has_state;
}

/* Return the interpreter that would be started or entered next.
 * model_free_interpreter() returns NOTHING if no more can start;
 * model_next_interpreter() returns the current one if no other runs. */
int model_free_interpreter(const struct model *model);
int model_next_interpreter(const struct model *model);

/* The name that share() sets on a capsule. */
extern const char model_shared_name[];

/* Drops the references that a collection frees. */
void model_collected(struct model *model);

/* Marks the capsule as dead: the implementation has destroyed it. */
void model_destroyed(struct model *model, int capsule);

/* Returns the number of references to the capsule from all owners. */
static inline int model_references(const struct model_capsule *capsule)
{
    return capsule->references + capsule->held + capsule->in_cycles +
           capsule->published;
}

/* --- tables.c ---------------------------------------------------------------
 */

/* Returns the table in the block, or NULL. */
const struct model_table *model_table_in(const struct model *model, int block);

/* --- modules.c --------------------------------------------------------------
 */

/* Gives back the reference that an attribute owned. The implementation may hold
 * the capsule until the call ends. */
void model_unpublish(struct model *model, int capsule);

/* Moves the caller's reference to the capsule to another owner: the reference
 * is stolen. */
void model_give_away(struct model *model, int capsule);

/* Returns the module or namespace of the argument. */
static inline unsigned model_owner_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_SPACE ? MODULE_COUNT + arg->index : arg->index;
}

/* Returns the package of the module, or NOTHING. */
int model_parent_of(unsigned module);

/* Records that the init of these modules (one bit each) was called, or
 * succeeded. */
void model_imported(struct model *model, uint8_t initialises, uint8_t imports);

/* True if forget() would change anything. */
bool model_has_to_forget(const struct model *model, unsigned owner);

/* Returns the owner's attribute of that name, or NULL. The name NULL stands for
 * `__getattr__`. */
const struct model_attribute *model_attribute_of(const struct model *model,
                                                 unsigned owner,
                                                 const char *name,
                                                 size_t length);

/* Returns the number of references that attributes and sys.modules own to the
 * foreign object. */
int model_foreign_references(const struct model *model,
                             enum foreign_object object);

/* Returns the number of references that attributes own to the module or
 * namespace. */
int model_owner_references(const struct model *model, unsigned owner);

/* Builds the message of an exception: each `%` is replaced by the next text,
 * and bytes that are not UTF-8 by U+FFFD if names are strings in the profile.
 * Returns one of two static buffers: never the one that a saved exception
 * uses. */
const char *model_message(const struct model *model, const char *format, ...);

/* True if the bytes are UTF-8. */
bool model_is_utf8(const char *bytes, size_t length);

/* True if the name is longer than each text of a program: long_name() has made
 * it. */
static inline bool model_is_long_name(const char *name)
{
    return name && !memchr(name, '\0', MAX_NAME + 1);
}

/* True if PyCapsule_GetPointer() treats the names as equal. */
bool model_names_match(const char *a, const char *b);

/* Returns the rule for the pointer of a new capsule. */
static inline uint16_t new_pointer_rule(const struct model_arg *pointer)
{
    return pointer->tag == VALUE_ADDRESS || pointer->tag == VALUE_ALIAS
               ? RULE_NEW_11
               : RULE_NEW_1;
}

/* True if the behaviour's program contains that call. */
bool behaviour_uses(int behaviour, enum call_op op);

/* Returns the name that the behaviour expects before it frees the pointer, or
 * NULL if the behaviour does not check the name. */
const char *behaviour_asks_for(int behaviour);

/* True if the behaviour frees the pointer of a capsule with this name. */
bool model_frees_pointer(const struct model *model, int behaviour,
                         const struct model_address *name);

/* True if any program may install the behaviour by naming it. NOTHING stands
 * for no destructor. */
bool behaviour_may_be_installed(int behaviour);

/* True if the behaviour's program can run without a capsule that dies. */
bool behaviour_runs_alone(int behaviour);

/* Returns the parsed program of a row of destructors.def. Parses all rows on
 * the first call. */
const struct program *behaviour_program(int behaviour);

#ifdef __cplusplus
}
#endif

#endif

/* The model: what the contract says that each call must do.
 *
 * The model knows the state that a program has brought about: capsules with
 * their fields and references, blocks of memory, the error indicator, the
 * destructors that are running. It never calls the implementation and is
 * written from the contract, not from any code.
 *
 * model_step() in step.h makes the steps of a call. It asks three things, in
 * this order: model_resolve   what do the arguments mean now? model_predict
 * what must come back? model_permits   may the caller make the call, which must
 * give that? and tells the model what only the implementation can know: the
 * address of a new capsule, the identity of a new exception.
 *
 * What a call means is said by its family: one file for each row of
 * fuzz/program/families.def, with the functions of family.h.
 */
#ifndef FUZZ_MODEL_MODEL_H
#define FUZZ_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capsule/contract.h"
#include "capsule/profile.h"
#include "fuzz/model/cobjects.h"
#include "fuzz/model/modules.h"
#include "fuzz/model/tables.h"
#include "fuzz/program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MAX_CAPSULES = 128, /* made by one run, in destructors too */
    MAX_BLOCKS = 256,
    MAX_FRAMES = 24,  /* destructors inside destructors */
    INTERPRETERS = 4, /* at a time; the first one is the main one */
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
    LIFE_DYING, /* the last reference is gone, the destructor may still run */
    LIFE_DEAD
};

/* A pointer or name as a call passes it. */
struct model_address {
    uintptr_t address;
    int16_t block;   /* whose start it is, or NOTHING */
    int16_t capsule; /* the context of `hold`, or NOTHING */
};

struct model_capsule {
    const void *handle;      /* the object's address */
    uint8_t life;            /* enum life */
    bool owes_destructor;    /* while DYING: it had one at its end */
    bool destructor_ran;     /* while DYING */
    bool called_by_hand;     /* its destructor, while it was ALIVE */
    uint8_t death_frame;     /* while DYING: frame_count when that began */
    int16_t references;      /* those that the program owns, in slots */
    int16_t held;            /* those that contexts and modules own */
    int16_t in_cycles;       /* those that only the collector can drop */
    int16_t uncollected;     /* those that it may drop any time, as it runs */
    int16_t destructor;      /* enum behaviour, or NOTHING */
    int16_t last_destructor; /* while DYING: the one that is to run */
    int16_t published;       /* those that attributes own */
    bool imported;           /* PyCapsule_Import() has found it */
    bool changed;            /* its pointer or name was set since then */
    struct model_address field[FIELD_DESTRUCTOR]; /* pointer, name, context */
    uint16_t rule[FIELD_COUNT]; /* the rule that gave each field its value */
};

/* Memory that the program allocated. */
struct model_block {
    uintptr_t address;
    uint32_t size; /* bytes that may be written; of a name, without the NUL */
    int16_t owner; /* the capsule whose destructor frees it, or NOTHING */
    bool is_name;
    bool alive;
};

struct model_error {
    bool set;
    uint8_t type;         /* enum exception_type */
    const char *message;  /* static; NULL: not predicted */
    const void *identity; /* the exception object; NULL: not seen yet */
};

/* The program itself, or a destructor that is running. */
struct model_frame {
    int16_t capsule; /* `self`; NOTHING for the program */
    bool has_saved;
    struct model_error saved; /* by save_error() */
    struct model_error entry; /* pending when the frame began */
};

struct model_interpreter {
    bool runs;
    bool has_module;          /* "here" */
    bool has_state;           /* the module "state" */
    uint16_t state;           /* that it remembers */
    int16_t shared;           /* the capsule that is published, or NOTHING */
    struct model_error error; /* while the thread is in another one */
};

struct model {
    const struct profile *profile;
    /* For programs that break the contract: slots keep what is dead, so that
     * it can be misused. */
    bool misuse;
    int16_t capsule_slot[SLOTS];
    int16_t block_slot[2 * SLOTS]; /* payloads, then buffers */
    uint16_t capsule_count, block_count, frame_count, alive_count;
    uint8_t alive[MAX_CAPSULES]; /* the capsules that are, in no order */
    uint16_t owed; /* capsules whose destruction is still to come */
    struct model_error error;
    uint8_t current; /* the interpreter that the thread is in */
    bool ending;     /* and that it is ending */
    struct model_interpreter interpreter[INTERPRETERS];
    struct model_frame frame[MAX_FRAMES];
    struct model_capsule capsule[MAX_CAPSULES];
    struct model_block block[MAX_BLOCKS];
    struct model_tables tables;
    struct model_cobject cobject;
    struct model_modules modules;
};

/* One argument with everything that its meaning needs. */
struct model_arg {
    uint8_t tag;                /* enum value_tag */
    uint8_t index;              /* as in struct value */
    uint16_t number;            /* VALUE_NUMBER */
    int16_t capsule;            /* VALUE_CAPSULE: which, or NOTHING */
    struct model_address value; /* pointers and names */
};

struct prediction {
    bool fails;
    /* What comes back: an address, an int, or an enum behaviour + 1. A capsule
     * that is to be created: 1. */
    uintptr_t value;
    uint16_t rule;           /* that the value obeys */
    uint16_t indicator_rule; /* that the error indicator obeys */
    uint16_t message_rule;   /* that the exception's message obeys */
    uint8_t exception;       /* when it fails: enum exception_type */
    const char *message;     /* when it fails; static */
    int16_t found;           /* the capsule that PyCapsule_Import() finds */
    uint8_t initialises;     /* a bit for each module whose init is called */
    uint8_t imports;         /* a bit for each module that succeeds in it */
};

/* An empty state. The cost does not depend on what was there. */
void model_reset(struct model *model, const struct profile *profile,
                 bool misuse);

/* Gives the call's arguments their meaning in this state. A literal's address
 * is that of its characters in the program. */
void model_resolve(const struct model *model, const struct program *program,
                   const struct call *call, struct model_arg *args);

/* True if the caller may make this call in this state: the contract's demands
 * on callers. `prediction` is that of the same call. */
bool model_permits(const struct model *model, const struct call *call,
                   const struct model_arg *args,
                   const struct prediction *prediction);

/* What the call must give; changes nothing. */
void model_predict(const struct model *model, const struct call *call,
                   const struct model_arg *args, struct prediction *prediction);

/* What the call must give when it fails because an allocation failed; false
 * where it must not fail for that. Calls that yield nothing give -1 then. What
 * the call would have raised anyway stays in the prediction, and a MemoryError
 * may take its place. */
bool model_predict_no_memory(const struct call *call,
                             struct prediction *prediction);

/* The usual number of allocations of this call: an estimate for the forecast.
 */
unsigned model_allocations(const struct call *call,
                           const struct prediction *prediction);

/* True if a destructor that is running may change the error indicator, or none
 * is running. */
bool model_may_touch_error(const struct model *model);

/* The call failed because an allocation failed, as predicted. */
void model_lacked_memory(struct model *model);

/* The state of an empty program, family by family; a part of model_reset(). */
void model_reset_families(struct model *model);

/* A capsule exists that PyCapsule_New() has made of these arguments, and a
 * block that was allocated. */
void model_created(struct model *model, unsigned slot, const void *handle,
                   const struct model_arg *args);
void model_allocated(struct model *model, unsigned block_slot,
                     uintptr_t address, size_t size, bool is_name);

/* A destructor is called with this object: begins its frame. Returns the
 * capsule, or NOTHING when no capsule at that address is to be destroyed. */
int model_enter_destructor(struct model *model, const void *handle);
void model_leave_destructor(struct model *model);

/* The program itself calls the destructor of a capsule that lives on; ended by
 * model_leave_destructor(). */
void model_enter_by_hand(struct model *model, int capsule);

/* True if the calls about modules are permitted: in the main interpreter, and
 * only while the calls about interpreters have published nothing there. */
static inline bool model_knows_modules(const struct model *model)
{
    return model->current == 0 && !model->interpreter[0].has_module &&
           !model->interpreter[0].has_state;
}

/* The interpreter that would be started or entered next; NOTHING where no more
 * can be, and itself where it is the only one. */
int model_free_interpreter(const struct model *model);
int model_next_interpreter(const struct model *model);

/* The name that share() gives a capsule. */
extern const char model_shared_name[];

/* The collector has done its work. */
void model_collected(struct model *model);

/* The implementation is done with the capsule. */
void model_destroyed(struct model *model, int capsule);

/* All references to the capsule. */
static inline int model_references(const struct model_capsule *capsule)
{
    return capsule->references + capsule->held + capsule->in_cycles +
           capsule->published;
}

/* --- tables.c ---------------------------------------------------------------
 */

/* The table that the block is, or NULL. */
const struct model_table *model_table_in(const struct model *model, int block);

/* --- modules.c --------------------------------------------------------------
 */

/* A reference to the capsule that an attribute had is given back; for the time
 * of the call the implementation may still hold it. */
void model_unpublish(struct model *model, int capsule);

/* The caller's reference to the capsule is somebody else's now. */
void model_give_away(struct model *model, int capsule);

/* The module or namespace that the argument is. */
static inline unsigned model_owner_of(const struct model_arg *arg)
{
    return arg->tag == VALUE_SPACE ? MODULE_COUNT + arg->index : arg->index;
}

/* The package that the module is in, or NOTHING. */
int model_parent_of(unsigned module);

/* The init of the modules (a bit each) was called, or succeeded. */
void model_imported(struct model *model, uint8_t initialises, uint8_t imports);

/* True if there is anything for forget() to do. */
bool model_has_to_forget(const struct model *model, unsigned owner);

/* The attribute of that name, or of the hook for NULL; or NULL. */
const struct model_attribute *model_attribute_of(const struct model *model,
                                                 unsigned owner,
                                                 const char *name,
                                                 size_t length);

/* The references that attributes and sys.modules own to the foreign object. */
int model_foreign_references(const struct model *model,
                             enum foreign_object object);

/* The references that attributes own to the module or namespace. */
int model_owner_references(const struct model *model, unsigned owner);

/* The message of an exception in one of two places that are not in use, with
 * the texts put in for each `%`; bytes that are not UTF-8 are replaced where
 * the profile has strings. */
const char *model_message(const struct model *model, const char *format, ...);

/* True if the bytes are UTF-8. */
bool model_is_utf8(const char *bytes, size_t length);

/* True if the names are equal as PyCapsule_GetPointer compares them. */
bool model_names_match(const char *a, const char *b);

/* The rule that a new capsule's pointer obeys. */
static inline uint16_t new_pointer_rule(const struct model_arg *pointer)
{
    return pointer->tag == VALUE_ADDRESS ? RULE_NEW_11 : RULE_NEW_1;
}

/* True when the behaviour's program contains that call. */
bool behaviour_uses(int behaviour, enum call_op op);

/* The name by which the behaviour asks whether the pointer is still the
 * capsule's to free; NULL where it does not ask. */
const char *behaviour_asks_for(int behaviour);

/* True if the behaviour frees the pointer of a capsule that has this name. */
bool model_frees_pointer(const struct model *model, int behaviour,
                         const struct model_address *name);

/* True if any program may install the behaviour, or NOTHING, by naming it. */
bool behaviour_may_be_installed(int behaviour);

/* The parsed programs of destructors.def; parsed on the first call. */
const struct program *behaviour_program(int behaviour);

#ifdef __cplusplus
}
#endif

#endif

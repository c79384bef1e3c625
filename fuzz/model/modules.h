/* The modules of a program and their attributes, as the model knows them. Part
 * of model.h. */
#ifndef FUZZ_MODEL_MODULES_H
#define FUZZ_MODEL_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum {
    OWNERS = MODULE_COUNT + SPACES, /* modules, then namespaces */
    MAX_ATTRIBUTES = MAX_CALLS + MODULE_COUNT
};

/* An object on a dotted path. */
struct model_object {
    enum {
        OBJECT_IS_NOTHING,
        OBJECT_IS_CAPSULE, /* index: the capsule */
        OBJECT_IS_FOREIGN, /* index: enum foreign_object */
        OBJECT_IS_OWNER,   /* index: the module or namespace */
        OBJECT_IS_FRESH,   /* index: the module whose __getattr__ creates it */
        OBJECT_IS_RAISED,  /* index: enum exception_type; raised, no object */
    } kind;
    int index;
};

/* An attribute of an owner. A module that is not imported yet gets its
 * attributes at its next import. Each attribute owns a reference to its
 * value. */
struct model_attribute {
    const char *name;
    uint16_t length;
    uint8_t owner;
    bool is_hook; /* the attribute is __getattr__; the value is its answer */
    struct model_object value;
};

enum module_state {
    MODULE_ABSENT,
    MODULE_IMPORTED,
    MODULE_REPLACED /* sys.modules has another object in its place */
};

struct model_module {
    uint8_t state;        /* enum module_state */
    uint8_t outcome;      /* enum init, or INIT_COUNT + enum exception_type */
    uint16_t initialised; /* the number of calls of its init */
    uint8_t inside;   /* enum behaviour + 1: the program that its init and its
                         __getattr__ run; 0: none */
    bool runs_inside; /* that program is running */
    struct model_object replacement;
};

struct model_modules {
    struct model_module module[MODULE_COUNT];
    bool changing; /* a call that sets or removes attributes is in progress */
    uint16_t attribute_count;
    struct model_attribute attribute[MAX_ATTRIBUTES];
};

#endif

/* Modules and what they publish, as the model sees them. Part of model.h. */
#ifndef FUZZ_MODEL_MODULES_H
#define FUZZ_MODEL_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "fuzz/program/program.h"

enum {
    OWNERS = MODULE_COUNT + SPACES, /* modules, then namespaces */
    MAX_ATTRIBUTES = MAX_CALLS + MODULE_COUNT
};

/* An object that can be met on a dotted path. */
struct model_object {
    enum {
        OBJECT_IS_NOTHING,
        OBJECT_IS_CAPSULE, /* index: which */
        OBJECT_IS_FOREIGN, /* index: enum foreign_object */
        OBJECT_IS_OWNER,   /* index: which */
        OBJECT_IS_FRESH,   /* index: the module whose __getattr__ makes it */
        OBJECT_IS_RAISED,  /* index: enum exception_type; no object */
    } kind;
    int index;
};

/* An attribute of an owner; of a module that is not imported, one that it will
 * have. Each owns a reference to its value. */
struct model_attribute {
    const char *name;
    uint16_t length;
    uint8_t owner;
    bool is_hook; /* __getattr__, and the value what it answers */
    struct model_object value;
};

enum module_state {
    MODULE_ABSENT,
    MODULE_IMPORTED,
    MODULE_REPLACED /* something else stands in sys.modules */
};

struct model_module {
    uint8_t state;        /* enum module_state */
    uint8_t outcome;      /* enum init, or INIT_COUNT + enum exception_type */
    uint16_t initialised; /* how often that was tried */
    struct model_object replacement;
};

struct model_modules {
    struct model_module module[MODULE_COUNT];
    uint16_t attribute_count;
    struct model_attribute attribute[MAX_ATTRIBUTES];
};

#endif

/* The steps of a dotted path: the import of its first component, and a lookup
 * of each further one. Private to the model. */
#ifndef FUZZ_MODEL_LOOKUP_H
#define FUZZ_MODEL_LOOKUP_H

#include "fuzz/model/model.h"

/* The exception of a failed step, if the step failed. */
struct failure {
    bool failed;
    uint8_t exception;
    const char *message; /* NULL: not predicted */
};

static inline struct failure failure(enum exception_type exception,
                                     const char *message)
{
    return (struct failure){true, (uint8_t)exception, message};
}

/* A component of a dotted path: the text between two dots. */
struct component {
    const char *text; /* only the last component of a path is NUL-terminated */
    size_t length;
};

/* Returns a NUL-terminated copy of the component, static: valid until the next
 * call. */
const char *model_component_text(struct component component);

/* Predicts the import of the first component of a path. Sets *object to the
 * module. Writes to the prediction which modules are initialised. */
struct failure model_import_first(const struct model *model,
                                  struct component first,
                                  struct prediction *prediction,
                                  struct model_object *object);

/* Predicts the import of a module after that of its package; otherwise like
 * model_import_first(). */
struct failure model_import_with_package(const struct model *model, unsigned id,
                                         struct prediction *prediction,
                                         struct model_object *object);

/* Replaces the object by its attribute. If a module's __getattr__ answers, sets
 * *rule to the rule for that; otherwise leaves *rule as it is. */
struct failure model_look_up(const struct model *model,
                             struct component component,
                             struct prediction *prediction,
                             struct model_object *object, uint16_t *rule);

#endif

/* Dotted paths: names of modules and attributes, joined by dots. Private to
 * this folder. */
#ifndef FUZZ_MUTATOR_PATHS_H
#define FUZZ_MUTATOR_PATHS_H

#include "fuzz/mutator/generate.h"

/* A dotted path under construction. */
struct path {
    char text[MAX_NAME + 1];
    size_t length;
};

/* Appends the text. A text that does not fit is left out. */
void path_add(struct path *path, const char *text, size_t length);

/* Appends the path of the owner. For a namespace that is no attribute of any
 * module, appends a path where it may be published. */
void path_add_owner(const struct forecast *forecast, unsigned owner,
                    struct path *path);

/* Sets the value to the path's text, cut to the target's longest name. */
void path_store(struct generator *generator, const struct path *path,
                struct value *value);

/* Returns the name of an attribute; sometimes an odd one. */
const char *path_word(struct generator *generator);

/* Sets the value to a path for PyCapsule_Import: of an attribute or a capsule
 * that exists, or any path; or to a name buffer. */
void path_choose(struct generator *generator, struct value *value);

#endif

/* The table of families, and the families that need no functions of their own
 * in the mutator. */
#include "fuzz/mutator/family.h"

const struct mutator_family mutator_family_objects = {.wants = NULL};
const struct mutator_family mutator_family_references = {.wants = NULL};
const struct mutator_family mutator_family_threads = {.wants = NULL};
const struct mutator_family mutator_family_surroundings = {.wants = NULL};

const struct mutator_family *const MUTATOR_FAMILIES[FAMILY_COUNT] = {
#define FAMILY(ident, name) [FAMILY_##ident] = &mutator_family_##name,
#include "fuzz/program/families.def"
#undef FAMILY
};

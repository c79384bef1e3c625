/* The table of families, and those that need nothing of their own here. */
#include "fuzz/mutator/family.h"

const struct mutator_family mutator_family_objects = {.wants = NULL};
const struct mutator_family mutator_family_references = {.wants = NULL};

const struct mutator_family *const MUTATOR_FAMILIES[FAMILY_COUNT] = {
#define FAMILY(ident, name) [FAMILY_##ident] = &mutator_family_##name,
#include "fuzz/program/families.def"
#undef FAMILY
};

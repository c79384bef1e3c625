/* Profiles: groups of CPython versions that behave alike.
 *
 * A profile is a named row of facts; profile.def lists the facts. Tests and the
 * model ask for a fact, never for a version, so that a new profile is just one
 * more row.
 */
#ifndef CAPSULE_PROFILE_H
#define CAPSULE_PROFILE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct profile {
    const char *name;
#define FACT(identifier, rules, text) bool identifier;
#include "capsule/profile.def"
};

/* Returns the profile with this name, or NULL. The result is static. */
const struct profile *profile_by_name(const char *name);

/* All profiles. The last entry has the name NULL. */
extern const struct profile PROFILES[];

#ifdef __cplusplus
}
#endif

#endif

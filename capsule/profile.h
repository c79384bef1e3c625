/* Profiles: the versions of CPython whose measured behaviour differs.
 *
 * A profile is a named row of facts; profile.def lists the facts. Tests and the
 * model ask for the fact that they need, never for a version, so that a new
 * profile is one row.
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

/* The profile of that name, or NULL. The result is static. */
const struct profile *profile_by_name(const char *name);

/* All profiles, ended by one whose name is NULL. */
extern const struct profile PROFILES[];

#ifdef __cplusplus
}
#endif

#endif

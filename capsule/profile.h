/* Profiles: the versions of CPython whose measured behaviour differs.
 *
 * A profile is a named row of facts. Tests and the model ask for the fact that
 * they need, never for a version, so that a new profile is one row.
 */
#ifndef CAPSULE_PROFILE_H
#define CAPSULE_PROFILE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct profile {
    const char *name;
    /* PyCapsule_SetPointer looks at the pointer before it looks at the
     * capsule, so a NULL pointer is the error that wins (ERR-4). */
    bool set_pointer_checks_null_first;
    /* PyCapsule_Import(name, 1) leaves an import's own exception alone
     * instead of replacing it with ImportError (IMP-8). */
    bool import_no_block_is_unwrapped;
    /* PyCapsule_Import returns NULL without an exception when there is no
     * memory for its copy of the name (IMP-16). */
    bool import_lacks_memory_error;
    /* A str is any bytes: the repr of a capsule shows its name as it is
     * (TYPE-6), and a module or attribute whose name is not UTF-8 is missing
     * like any other, without a UnicodeDecodeError (IMP-7). */
    bool names_are_bytes;
    /* What the interpreter itself raises reads as in Python 2: `ImportError: No
     * module named x`, `'module' object has no attribute 'x'`; and built-in
     * types belong to `__builtin__`. */
    bool python_2_messages;
    /* An object that cannot be pickled is refused with `can't pickle x objects`
     * (TYPE-7): so until Python 3.7. */
    bool says_cant_pickle;
    /* A module's own `__getattr__` is not asked for attributes that it lacks:
     * so until Python 3.6. */
    bool modules_ignore_getattr;
    /* `<` and the like order any two objects, by their addresses where nothing
     * else does, instead of raising TypeError (TYPE-7). */
    bool objects_have_an_order;
    /* PyCObject exists (COBJ-*). */
    bool has_cobject;
    /* PyCObject_AsVoidPtr signals a PendingDeprecationWarning, as the text has
     * it; 2.7.18 does not (W27-3). */
    bool as_void_ptr_warns;
    /* Rules of the level `observed` apply: exact messages, -1 and 1. */
    bool observed_rules;
    /* A destructor that leaves the error indicator otherwise than it found it
     * ends the process: so in debug builds since 3.11 (DTOR-5, DTOR-6). */
    bool bad_destructors_are_fatal;
    /* Destructors run at the next host_collect(), not at once (DTOR-11). */
    bool deferred_destruction;
};

/* The profile of that name, or NULL. The result is static. */
const struct profile *profile_by_name(const char *name);

/* All profiles, ended by one whose name is NULL. */
extern const struct profile PROFILES[];

#ifdef __cplusplus
}
#endif

#endif

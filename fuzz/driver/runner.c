/* Reads the options of runners from the environment; see runner.h. */
#include "fuzz/driver/runner.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/target.h"

/* TARGET is weak: a tool without a target has none. */
#pragma weak TARGET

/* True if the environment variable has the second of two values. Unset means
 * the first. Another value ends the program. */
static bool is_second(const char *variable, const char *what, const char *first,
                      const char *second)
{
    const char *value = getenv(variable);
    bool other = value && strcmp(value, first) != 0;
    if (other && strcmp(value, second) != 0) {
        fprintf(stderr, "%s=%s: there %s; set it to %s or %s\n", variable,
                value, what, first, second);
        exit(2);
    }
    return other;
}

struct runner_options runner_options_from_environment(void)
{
    struct runner_options options = {
        .use_malloc = is_second("CAPSULE_ALLOCATOR", "is no such allocator",
                                "arena", "malloc"),
        .sanitizers_only = is_second("CAPSULE_CHECKS", "are no such checks",
                                     "all", "sanitizers"),
    };
    options.profile = getenv("CAPSULE_PROFILE");
    if (!options.profile && &TARGET != NULL) {
        options.profile = TARGET.profile;
    }
    return options;
}

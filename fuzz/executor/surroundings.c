/* Changes what surrounds a program: the locale of the process and the clock
 * that the implementation reads. Both are as before when the program has ended.
 */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "capsule/host_clock.h"
#include "fuzz/executor/arguments.h"
#include "fuzz/executor/family.h"
#include "fuzz/executor/world.h"
#include "fuzz/program/c/surroundings.h"

static char *usual_locale; /* the locale between programs; owned */
static bool is_changed;
static long clock_ahead; /* seconds */

static void start(void)
{
    usual_locale = strdup(setlocale(LC_ALL, NULL));
    if (usual_locale == NULL) {
        abort();
    }
}

static void stop(void) { free(usual_locale); }

static void end(void)
{
    if (is_changed) {
        setlocale(LC_ALL, usual_locale);
        clock_ahead = 0;
        host_turn_clock(0);
        is_changed = false;
    }
}

static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    is_changed = true;
    if (call->op == CALL_SET_LOCALE) {
        set_locale(args[0].number);
    } else {
        clock_ahead += (long)args[0].number;
        host_turn_clock(clock_ahead);
    }
    return 0;
}

const struct executor_family executor_family_surroundings = {
    .start = start,
    .stop = stop,
    .end = end,
    .perform = perform,
};

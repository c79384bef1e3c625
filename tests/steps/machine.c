/* The steps that a machine can run, from steps.def. */
#include "tests/steps/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "capsule/host.h"
#include "tests/steps/steps.h"

void machine_start(const char *profile)
{
    static bool started;
    if (!started && host_start(profile) != 0) {
        fprintf(stderr, "steps: the implementation refuses the profile; set "
                        "CAPSULE_PROFILE to another\n");
        exit(2);
    }
    started = true;
}

#define STEP_ON_MACHINE(name) STEP(name);
#define STEP_FOR_CHECKER(name)
#define STEP_FOR_CPYTHON(name)
#define TABLE_STEP(subject, name, bytes, where) STEP_##where(name)
#include "tests/steps/steps.def"
#undef STEP_ON_MACHINE
#undef TABLE_STEP

static const struct {
    const char *name;
    void (*run)(void);
} steps[] = {
#define STEP_ON_MACHINE(name) {#name, step_##name},
#define TABLE_STEP(subject, name, bytes, where) STEP_##where(name)
#include "tests/steps/steps.def"
};

int machine_steps(void) { return (int)(sizeof steps / sizeof *steps); }

const char *machine_step_name(int step) { return steps[step].name; }

void machine_run(int step)
{
    machine_begin(steps[step].name);
    steps[step].run();
}

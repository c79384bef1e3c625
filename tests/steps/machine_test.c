/* Runs steps from seeds: machine_test STEPS [SEED]. Prints how many of each
 * function ran. A broken rule ends the process with a report. */
#include <stdio.h>
#include <stdlib.h>

#include "capsule/host.h"
#include "tests/steps/machine.h"

static const uint64_t SEED = 1;

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED;
    if (count <= 0) {
        fprintf(stderr,
                "machine_test: how many steps? give a number above 0\n");
        return 2;
    }
    machine_start(NULL);
    for (long i = 0; i < count; i++) {
        machine_seed(seed * 0x9e3779b97f4a7c15u + (uint64_t)i);
        machine_run((int)(i % machine_steps()));
    }
    for (int step = 0; step < machine_steps(); step++) {
        printf("%8ld  %s\n", count / machine_steps(), machine_step_name(step));
    }
    host_stop();
    return 0;
}

// emit_random --c|--gtest SEED: prints a random program as C.
#include <cstdlib>
#include <cstring>

#include "tests/harness/program/text.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "emit_random: give --c or --gtest, and a seed\n");
        return 2;
    }
    std::mt19937 random(atoi(argv[2]));
    program p;
    Randomize(&p, &random, MAX_CALLS);
    if (strcmp(argv[1], "--c") == 0) {
        program_emit_main(stdout, &p, nullptr);
    } else {
        program_emit_gtest(stdout, &p, nullptr, "Random", "Compiles");
    }
    return 0;
}

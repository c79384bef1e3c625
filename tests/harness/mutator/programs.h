// Targets and programs for the tests of the mutator.
#ifndef TESTS_HARNESS_MUTATOR_PROGRAMS_H
#define TESTS_HARNESS_MUTATOR_PROGRAMS_H

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/mutator/mutator.h"

// Returns a target with every call, each with a different weight.
target TargetOfAllCalls();

// Returns the text form of the program.
std::string Text(const program &p);

// Parses a program. A parse error fails the test at once.
void Parse(const std::string &text, program *p);

// Returns the canonical binary form of the program.
std::vector<uint8_t> Encoded(const program &p);

// Returns how many misuse destructors the program names.
unsigned MisuseIn(const program &p);

#endif

// Targets and programs for the tests of the mutator.
#ifndef TESTS_HARNESS_MUTATOR_PROGRAMS_H
#define TESTS_HARNESS_MUTATOR_PROGRAMS_H

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/mutator/mutator.h"

// Every call, each with another weight.
target TargetOfAllCalls();

// The text form.
std::string Text(const program &p);

// Parses; an error fails the test at once.
void Parse(const std::string &text, program *p);

// The canonical binary form.
std::vector<uint8_t> Encoded(const program &p);

// The destructors of the misuse kind that the program names.
unsigned MisuseIn(const program &p);

#endif

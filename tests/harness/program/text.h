// Programs as std::string, and random programs.
#ifndef TESTS_HARNESS_PROGRAM_TEXT_H
#define TESTS_HARNESS_PROGRAM_TEXT_H

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fuzz/program/program.h"

// Returns what `print` writes to its stream.
std::string Printed(const std::function<void(FILE *)> &print);

// Returns the text form of the program.
std::string Text(const program &p);

// Parses a program. Returns the parser's message, or "" on success.
std::string Parse(const std::string &text, program *p,
                  annotations *notes = nullptr);

// Returns the canonical binary form of the program.
std::vector<uint8_t> Encoded(const program &p);

// Fills the program with `calls` random calls. Each argument is drawn from all
// values that its kind allows.
void Randomize(program *p, std::mt19937 *random, size_t calls);

#endif

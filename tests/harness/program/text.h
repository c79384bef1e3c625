// Programs as std::string, and random ones.
#ifndef TESTS_HARNESS_PROGRAM_TEXT_H
#define TESTS_HARNESS_PROGRAM_TEXT_H

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fuzz/program/program.h"

// What `print` writes to the stream that it is given.
std::string Printed(const std::function<void(FILE *)> &print);

// The text form.
std::string Text(const program &p);

// Parses; the message of the parser, or "" when it had nothing to say.
std::string Parse(const std::string &text, program *p,
                  annotations *notes = nullptr);

// The canonical binary form.
std::vector<uint8_t> Encoded(const program &p);

// A program of `calls` calls, each argument drawn from all that its kind
// allows.
void Randomize(program *p, std::mt19937 *random, size_t calls);

#endif

/* The choices of a step on a machine, read from bytes or from a generator, and
 * the report of a failure, which shows the choices. */
#include "tests/steps/machine_input.h"

#include <stdio.h>
#include <stdlib.h>

#include "capsule/host.h"
#include "tests/steps/machine.h"
#include "tests/steps/step.h"

/* --- choices -------------------------------------------------------------- */

static struct {
    const uint8_t *bytes; /* NULL: from `random` */
    size_t size;
    uint64_t random;
} input;

/* The choices of this step, for the report. */
enum { TOLD = 96 };
static struct {
    const char *what;
    uintptr_t value;
} told[TOLD];
static size_t tellings;

void input_tell(const char *what, uintptr_t value)
{
    if (tellings < TOLD) {
        told[tellings].what = what;
        told[tellings++].value = value;
    }
}

/* The next number of the generator of Sebastiano Vigna, splitmix64. */
static uint64_t next_random(void)
{
    uint64_t z = input.random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint8_t input_byte(void)
{
    if (input.bytes == NULL) {
        return (uint8_t)next_random();
    }
    if (input.size == 0) {
        return 0;
    }
    input.size--;
    return *input.bytes++;
}

void machine_read(const uint8_t *bytes, size_t size)
{
    input.bytes = bytes;
    input.size = size;
    tellings = 0;
}

void machine_seed(uint64_t seed)
{
    input.bytes = NULL;
    input.random = seed;
    tellings = 0;
}

int input_below(int limit) { return input_byte() % limit; }

bool any_bool(const char *what)
{
    bool value = input_byte() & 1;
    input_tell(what, value);
    return value;
}

int any_below(const char *what, int limit)
{
    int value = input_below(limit);
    input_tell(what, (uintptr_t)value);
    return value;
}

size_t any_size(const char *what)
{
    static const size_t sizes[] = {0, 1, 2, 7, 8, 15, 16, 17, 255, SIZE_MAX};
    size_t value = sizes[input_below((int)(sizeof sizes / sizeof *sizes))];
    input_tell(what, value);
    return value;
}

void *any_pointer(const char *what)
{
    uintptr_t value = 0;
    switch (input_below(4)) {
    case 0:
        value = input_byte();
        break;
    case 1:
        value = (uintptr_t)0 - input_byte();
        break;
    default:
        for (size_t i = 0; i < sizeof value; i++) {
            value = value << 8 | input_byte();
        }
    }
    input_tell(what, value);
    return (void *)value;
}

/* --- reports -------------------------------------------------------------- */

static const char *step_name = "";

void machine_begin(const char *name) { step_name = name; }

void step_check(bool holds, const char *rule, const char *what, uintptr_t got,
                uintptr_t expected, bool compared)
{
    if (holds) {
        return;
    }
    fprintf(stderr, "step refuted: %s  %s: %s\n", rule, step_name, what);
    fprintf(stderr, "  implementation  %s\n", host_name());
    for (size_t i = 0; i < tellings; i++) {
        fprintf(stderr, "  %-34s %#zx\n", told[i].what, (size_t)told[i].value);
    }
    if (compared) {
        fprintf(stderr, "  %-34s %#zx\n", "expected", (size_t)expected);
        fprintf(stderr, "  %-34s %#zx\n", "got", (size_t)got);
    }
    abort();
}

/* The state as a machine has it: built by calls of the C API, from choices that
 * are read from bytes. Works on any implementation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void tell(const char *what, uintptr_t value)
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

static uint8_t next_byte(void)
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

static int below(int limit) { return next_byte() % limit; }

bool any_bool(const char *what)
{
    bool value = next_byte() & 1;
    tell(what, value);
    return value;
}

int any_below(const char *what, int limit)
{
    int value = below(limit);
    tell(what, (uintptr_t)value);
    return value;
}

size_t any_size(const char *what)
{
    static const size_t sizes[] = {0, 1, 2, 7, 8, 15, 16, 17, 255, SIZE_MAX};
    size_t value = sizes[below((int)(sizeof sizes / sizeof *sizes))];
    tell(what, value);
    return value;
}

void *any_pointer(const char *what)
{
    uintptr_t value = 0;
    switch (below(4)) {
    case 0:
        value = next_byte();
        break;
    case 1:
        value = (uintptr_t)0 - next_byte();
        break;
    default:
        for (size_t i = 0; i < sizeof value; i++) {
            value = value << 8 | next_byte();
        }
    }
    tell(what, value);
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

/* --- names ---------------------------------------------------------------- */

enum { NAMES = 3 };
static struct {
    char *block; /* NULL after name_free() */
    uint64_t sum;
} names[NAMES];

static size_t any_length(void)
{
    static const size_t lengths[] = {0,  1,  2,   3,   4,    5,   7,
                                     15, 16, 255, 256, 4095, 8192};
    /* Long names are rare, as they cost most of the time. */
    int which = below(64);
    return lengths[which < 13 ? which : which % 6];
}

static uint8_t any_name_byte(void)
{
    static const uint8_t bytes[] = {'a', 'b',  'A',  '.', '%',
                                    1,   0x7f, 0x80, 0xff};
    int which = below(16);
    uint8_t byte = which < 9 ? bytes[which] : next_byte();
    return byte ? byte : '_';
}

static uint64_t sum_of(const char *text)
{
    uint64_t sum = 14695981039346656037u;
    for (; *text; text++) {
        sum = (sum ^ (uint8_t)*text) * 1099511628211u;
    }
    return sum;
}

/* A name of its own, or a copy of the one before with an edit. */
static void name_begin(int i)
{
    const char *before = i > 0 ? names[i - 1].block : NULL;
    bool copies = before != NULL && below(2);
    size_t length = copies ? strlen(before) : any_length();
    char *block = malloc(length + 1);
    if (block == NULL) {
        abort();
    }
    uint8_t fill = any_name_byte();
    for (size_t j = 0; j < length; j++) {
        block[j] =
            copies ? before[j]
                   : (char)(j < 8 || length - j < 4 ? any_name_byte() : fill);
    }
    block[length] = '\0';
    if (copies && length > 0) {
        switch (below(4)) {
        case 0:
            block[length - 1] = (char)any_name_byte();
            break;
        case 1:
            block[(size_t)below(256) % length] = (char)any_name_byte();
            break;
        case 2:
            block[length - 1] = '\0';
            break;
        }
    }
    names[i].block = block;
    names[i].sum = sum_of(block);
    tell("length of a name", strlen(block));
}

const char *any_name(const char *what)
{
    int which = any_below(what, NAMES + 1);
    return which == NAMES ? NULL : names[which].block;
}

bool names_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void name_free(const char *name)
{
    for (int i = 0; name != NULL && i < NAMES; i++) {
        if (names[i].block == name) {
            free(names[i].block);
            names[i].block = NULL;
        }
    }
}

static uint64_t changed_names(void)
{
    uint64_t changed = 0;
    for (int i = 0; i < NAMES; i++) {
        changed += names[i].block && sum_of(names[i].block) != names[i].sum;
    }
    return changed;
}

/* --- objects -------------------------------------------------------------- */

static PyObject *capsules[CAPSULES];
static struct world last; /* what state_world() saw */

/* An object that lies in memory like a capsule; its type is `object`. */
static struct {
    PyObject base;
    void *members[8];
} other, other_before;

static size_t destructions;
static void first_destructor(PyObject *op)
{
    (void)op;
    destructions++;
}
static void second_destructor(PyObject *op)
{
    first_destructor(op);
    destructions++;
}

PyCapsule_Destructor any_destructor(const char *what)
{
    int which = any_below(what, 3);
    return which == 0   ? first_destructor
           : which == 1 ? second_destructor
                        : NULL;
}

/* A capsule gets its fields from the constructor or from setters. */
static PyObject *any_capsule(void)
{
    void *pointer = any_pointer("the pointer of a capsule");
    void *first = below(2) ? any_pointer("the pointer before") : pointer;
    const char *name = any_name("the name of a capsule");
    PyCapsule_Destructor destructor =
        any_destructor("the destructor of a capsule");
    pointer = pointer ? pointer : (void *)1;
    bool renamed = below(2), changed = below(2);
    PyObject *capsule = PyCapsule_New(
        first ? first : (void *)1, renamed ? any_name("the name before") : name,
        changed ? NULL : destructor);
    if (capsule == NULL) {
        abort();
    }
    PyCapsule_SetPointer(capsule, pointer);
    PyCapsule_SetName(capsule, name);
    PyCapsule_SetDestructor(capsule, destructor);
    PyCapsule_SetContext(capsule, any_pointer("the context of a capsule"));
    for (int more = any_below("more references to a capsule", 4); more > 0;
         more--) {
        Py_INCREF(capsule);
    }
    return capsule;
}

static void begin_other(void)
{
    memset(&other, 0, sizeof other);
    other.base.ob_type = &PyBaseObject_Type;
    Py_SET_REFCNT(&other.base, 1);
    for (size_t i = 0; i < sizeof other.members / sizeof *other.members; i++) {
        other.members[i] = any_pointer("the other object");
    }
    other_before = other;
}

/* The number of the allocation that fails, from 1; 0: none. */
static size_t failing;
static bool memory_failed;

static size_t blocks_before;

void state_begin(void)
{
    blocks_before = host_live_blocks();
    destructions = 0;
    for (int i = 0; i < NAMES; i++) {
        name_begin(i);
    }
    for (int i = 0; i < CAPSULES; i++) {
        capsules[i] = any_capsule();
    }
    begin_other();
    if (any_bool("an exception is pending")) {
        PyErr_SetNone(PyExc_KeyError);
    }
    failing = (size_t)any_below("the allocation that fails", 8);
    failing = failing < 4 ? failing : 0;
    memory_failed = false;
    if (failing > 0 && !host_fail_allocation(failing, HOST_FAIL_ONCE)) {
        failing = 0;
    }
}

void state_end(void)
{
    state_memory_failed();
    PyErr_Clear();
    for (int i = 0; i < CAPSULES; i++) {
        if (capsules[i]) {
            PyCapsule_SetDestructor(capsules[i], NULL);
            for (Py_ssize_t n = Py_REFCNT(capsules[i]); n > 0; n--) {
                Py_DECREF(capsules[i]);
            }
            capsules[i] = NULL;
        }
    }
    for (int i = 0; i < NAMES; i++) {
        free(names[i].block);
        names[i].block = NULL;
    }
    if (host_keeps_nothing()) {
        SAME("BUG-4", host_live_blocks(), blocks_before,
             "no block of memory is kept or lost");
    }
}

PyObject *state_capsule(int which) { return capsules[which]; }
PyObject *state_other(void) { return &other.base; }

PyObject *any_object(void)
{
    switch (any_below("the object", 8)) {
    case 0:
        return NULL;
    case 1:
        return &other.base;
    case 2:
        return Py_None;
    case 3:
        return (PyObject *)&PyCapsule_Type;
    case 4:
        return capsules[SECOND];
    default:
        return capsules[FIRST];
    }
}

int state_index(PyObject *object)
{
    for (int i = 0; i < CAPSULES; i++) {
        if (object != NULL && object == capsules[i]) {
            return i;
        }
    }
    return CAPSULES;
}

struct fields state_fields(PyObject *capsule)
{
    const char *name = PyCapsule_GetName(capsule);
    return (struct fields){
        .pointer = PyCapsule_GetPointer(capsule, name),
        .name = name,
        .context = PyCapsule_GetContext(capsule),
        .destructor = PyCapsule_GetDestructor(capsule),
    };
}

void state_last_reference(PyObject *capsule, PyCapsule_Destructor destructor)
{
    PyCapsule_SetDestructor(capsule, destructor);
    while (Py_REFCNT(capsule) > 1) {
        Py_DECREF(capsule);
    }
}

void state_destroyed(int which) { capsules[which] = NULL; }

void capsule_forget(PyObject *capsule)
{
    PyCapsule_SetDestructor(capsule, NULL);
    Py_DECREF(capsule);
}

struct world state_world(void)
{
    for (int i = 0; i < CAPSULES; i++) {
        if (capsules[i] != NULL) {
            last.fields[i] = state_fields(capsules[i]);
            last.references[i] = Py_REFCNT(capsules[i]);
        }
    }
    last.other = (uint64_t)memcmp(&other, &other_before, sizeof other);
    last.names = changed_names();
    last.error = error_now();
    last.destructions = destructions;
    return last;
}

/* --- memory --------------------------------------------------------------- */

bool state_memory_failed(void)
{
    if (failing > 0) {
        memory_failed = host_allocations() >= failing;
        failing = 0;
        host_fail_allocation(0, HOST_FAIL_ONCE);
    }
    return memory_failed;
}

/* Blocks are counted once per step, in state_end(): before, the exception that
 * is pending holds some. */
bool state_counts_blocks(void) { return false; }

/* --- errors --------------------------------------------------------------- */

struct error error_now(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    struct error error = {type, (size_t)value};
    PyErr_Restore(type, value, traceback);
    return error;
}

bool error_says(struct error error, const char *format, const char *name)
{
    char expected[256];
    (void)error;
    state_memory_failed();
    snprintf(expected, sizeof expected, format, name);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *got = text ? PyUnicode_AsUTF8(text) : NULL;
    bool says = got && strcmp(got, expected) == 0;
    Py_XDECREF(text);
    PyErr_Restore(type, value, traceback);
    return says;
}

/* --- what depends on the version ------------------------------------------ */

bool state_observed(void) { return host_profile()->observed_rules; }
bool state_null_pointer_first(void)
{
    return host_profile()->set_pointer_checks_null_first;
}
bool state_destroys_at_once(void)
{
    return !host_profile()->deferred_destruction;
}

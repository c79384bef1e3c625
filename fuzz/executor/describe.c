/* Describes results in words. Values have the names that they have in the
 * program. Addresses are never printed, so two runs print the same. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/executor/describe.h"
#include "fuzz/executor/destructors.h"
#include "fuzz/executor/world.h"

enum { BUFFERS = 8, BUFFER_SIZE = 512 };

/* Returns the next of several static buffers; one report needs fewer. */
static char *next_buffer(void)
{
    static char buffers[BUFFERS][BUFFER_SIZE];
    static unsigned next;
    return buffers[next++ % BUFFERS];
}

static const char *format(const char *format_text, ...)
{
    char *buffer = next_buffer();
    va_list arguments;
    va_start(arguments, format_text);
    vsnprintf(buffer, BUFFER_SIZE, format_text, arguments);
    va_end(arguments);
    return buffer;
}

/* Returns the value's name in the program: p3, n0, c1, 0x1, or a literal of the
 * current call; NULL if it has none. */
static const char *name_of_address(uintptr_t address)
{
    for (unsigned i = 0; i < 2 * SLOTS; i++) {
        int block = run.model.block_slot[i];
        if (block != NOTHING && run.model.block[block].address == address) {
            return format("%c%u", i < SLOTS ? 'p' : 'n', i % SLOTS);
        }
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        int capsule = run.model.capsule_slot[i];
        if (capsule != NOTHING &&
            (uintptr_t)run.model.capsule[capsule].handle == address) {
            return format("c%u", i);
        }
    }
    for (unsigned i = 0; i < ADDRESS_COUNT; i++) {
        if (ADDRESSES[i] == address) {
            return format("0x%llx", (unsigned long long)address);
        }
    }
    if (address == run.model.function) {
        return "at_log";
    }
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].address == address) {
            return run.model.block[i].is_name ? "a name that has no slot now"
                                              : "a payload that has no slot "
                                                "now";
        }
    }
    return NULL;
}

/* Returns the text of the literal if a capsule has it as its name. */
static const char *name_of_literal(uintptr_t address)
{
    for (int i = 0; i < run.model.capsule_count; i++) {
        if (run.model.capsule[i].life != LIFE_DEAD &&
            run.model.capsule[i].field[FIELD_NAME].address == address) {
            return format("\"%.200s\"", (const char *)address);
        }
    }
    return NULL;
}

const char *describe_value(enum yield yields, uintptr_t value)
{
    switch (yields) {
    case RESULT_CAPSULE:
        return value ? "a new capsule" : "NULL";
    case YIELDS_INT:
        return format("%d", (int)value);
    case YIELDS_DESTRUCTOR:
        return value ? DESTRUCTORS[value - 1].name : "NULL";
    case YIELDS_NOTHING: /* a destructor's function: its address is not printed
                          */
        for (int i = 0; i < DESTRUCTOR_COUNT; i++) {
            if ((uintptr_t)destructor_function(i) == value) {
                return DESTRUCTORS[i].name;
            }
        }
        return value ? "another address" : "NULL";
    default:
        break;
    }
    if (value == 0) {
        return "NULL";
    }
    const char *name = name_of_address(value);
    if (name == NULL && yields == YIELDS_NAME) {
        name = name_of_literal(value);
    }
    return name ? name : "another address";
}

const char *describe_field(const char *field, enum yield yields,
                           uintptr_t value)
{
    return format("%s %s", field, describe_value(yields, value));
}

const char *describe_error(const struct model_error *error)
{
    if (!error->set) {
        return "no exception";
    }
    const char *type = EXCEPTION_NAMES[error->type] + strlen("PyExc_");
    return error->message ? format("%s: %s", type, error->message) : type;
}

const char *describe_pending(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL) {
        return "no exception";
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *message = value ? PyObject_Str(value) : NULL;
    const char *text = message ? PyUnicode_AsUTF8(message) : NULL;
    const char *words =
        text && *text
            ? format("%s: %.300s", ((PyTypeObject *)type)->tp_name, text)
            : format("%s", ((PyTypeObject *)type)->tp_name);
    Py_XDECREF(message);
    PyErr_Restore(type, value, traceback);
    return words;
}

const char *describe_outcome(enum yield yields, uintptr_t value,
                             const char *exception)
{
    return describe_expected(describe_value(yields, value),
                             exception ? exception : "no exception");
}

const char *describe_expected(const char *value, const char *exception)
{
    return format("%s, %s", value, exception);
}

const char *describe_count(const char *what, long count)
{
    return format("%ld %s", count, what);
}

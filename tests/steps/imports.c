/* Modules and attributes that are anything, fail anywhere and run arbitrary
 * code; and the strings that PyUnicode_FromFormat() makes. */
#include "tests/steps/imports.h"

#include <stdarg.h>
#include <stdlib.h>

#include "tests/steps/environment.h"
#include "tests/steps/layout.h"

/* Reads a component as the rest of Python would, with every check. True if the
 * text is what stands in the path at `position`, up to a dot or the end. Sets
 * `next` to the position of the next component, or to -1. */
static bool is_component(const char *text, const char *path, int position,
                         int *next)
{
    for (int i = 0;; i++) {
        char expected = path[position + i];
        if (expected == '\0' || expected == '.') {
            *next = expected == '.' ? position + i + 1 : -1;
            return text[i] == '\0';
        }
        if (text[i] != expected) {
            return false;
        }
    }
}

/* The modules are no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

struct imports imports;

/* The fields of the capsules as the last lookup left them. */
static struct fields left[CAPSULES];

void imports_begin(const char *path)
{
    imports = (struct imports){.path = path};
    for (int i = 0; i < CAPSULES; i++) {
        left[i] = layout_read(state_capsule(i));
    }
}

/* Does what a module's code may do to a capsule. */
static void run_module(void)
{
    if (any_bool("the lookup changes the first capsule")) {
        left[FIRST].name = any_name("the new name");
        left[FIRST].pointer = any_pointer("the new pointer");
        ASSUME(left[FIRST].pointer != NULL, "SETP-2 refuses a NULL pointer");
        layout_write(state_capsule(FIRST), left[FIRST]);
    }
}

static PyObject *any_exception(void)
{
    int which = any_below("the exception of the lookup", 3);
    return which == 0   ? PyExc_ImportError
           : which == 1 ? PyExc_AttributeError
                        : PyExc_KeyError;
}

static PyObject *look_up(bool is_import, PyObject *in, const char *text)
{
    HOLDS("IMP-3", imports.position >= 0 && !imports.failed,
          "there is one lookup for each component, until one fails");
    ASSUME(imports.position >= 0, "the assertion above says so");
    HOLDS("IMP-4", is_import == (imports.count == 0),
          "the first component is imported, every other is an attribute");
    SAME("IMP-3", in, imports.found,
         "an attribute is looked up in the object found before");
    HOLDS("IMP-3",
          is_component(text, imports.path, imports.position, &imports.position),
          "the components are looked up from left to right");
    imports.count++;
    run_module();
    if (any_bool("the lookup fails")) {
        imports.failed = true;
        imports.found = NULL;
        PyErr_SetNone(any_exception());
        imports.error = error_now();
        return NULL;
    }
    int which = any_below("the object that is found", 3);
    imports.found = which == 0   ? state_capsule(FIRST)
                    : which == 1 ? state_capsule(SECOND)
                                 : state_other();
    Py_INCREF(imports.found);
    return imports.found;
}

bool imports_error_says(const char *format)
{
    int next;
    return error_says(error_now(), format, NULL) &&
           is_component(environment_raised.argument, imports.path, 0, &next);
}

PyObject *PyImport_ImportModule(const char *name)
{
    return look_up(true, NULL, name);
}

#if PY_MAJOR_VERSION < 3 || PY_VERSION_HEX < 0x030F0000
PyObject *PyImport_ImportModuleNoBlock(const char *name)
{
    return look_up(true, NULL, name);
}
#endif

PyObject *PyObject_GetAttrString(PyObject *object, const char *name)
{
    return look_up(false, object, name);
}

bool imports_keep_references(const struct world *before,
                             const struct world *after)
{
    return keeps_references(before, after) && Py_REFCNT(state_other()) == 1;
}

bool imports_keep_fields(const struct world *after)
{
    for (int i = 0; i < CAPSULES; i++) {
        const struct fields *a = &left[i], *b = &after->fields[i];
        if (a->pointer != b->pointer || a->name != b->name ||
            a->context != b->context || a->destructor != b->destructor) {
            return false;
        }
    }
    return true;
}

/* --- strings -------------------------------------------------------------- */

enum { ARGUMENTS = 4 };

/* What PyUnicode_FromFormat() was called with last. */
static struct message made_format;
static const char *made_arguments[ARGUMENTS];
static PyObject text;

/* Knows up to four arguments, each a pointer. */
PyObject *PyUnicode_FromFormat(const char *format, ...)
{
    int wanted = 0;
    for (const char *c = format; *c; c++) {
        wanted += c[0] == '%';
    }
    HOLDS("environment", wanted <= ARGUMENTS,
          "the source formats no more than four arguments");
    va_list arguments;
    va_start(arguments, format);
    for (int i = 0; i < ARGUMENTS && i < wanted; i++) {
        made_arguments[i] = va_arg(arguments, const char *);
    }
    va_end(arguments);
    if (any_bool("this allocation fails")) {
        environment_memory_failed = true;
        return PyErr_NoMemory();
    }
    made_format = environment_message(format);
    return &text;
}

static bool is_format(const char *expected)
{
    struct message message = environment_message(expected);
    return made_format.size == message.size && made_format.hash == message.hash;
}

/* The format of CPython, with one for all names. */
static bool shows_with_quotes(PyObject *capsule, const char *name)
{
    const char *const *a = made_arguments;
    if (a[3] != (const char *)capsule) {
        return false;
    }
    if (name == NULL) {
        return a[0][0] == '\0' && a[2][0] == '\0' && names_equal(a[1], "NULL");
    }
    return names_equal(a[0], "\"") && names_equal(a[2], "\"") && a[1] == name;
}

bool repr_shows(PyObject *capsule, const char *name)
{
    if (is_format("<capsule object %s%s%s at %p>")) {
        return shows_with_quotes(capsule, name);
    }
    if (name == NULL) {
        return is_format("<capsule object NULL at %p>") &&
               made_arguments[0] == (const char *)capsule;
    }
    return is_format("<capsule object \"%s\" at %p>") &&
           made_arguments[0] == name &&
           made_arguments[1] == (const char *)capsule;
}

void repr_forget(PyObject *object) { (void)object; }

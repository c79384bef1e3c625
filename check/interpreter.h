/* The checker's knowledge of the interpreter: its functions, the layout of its
 * objects, and when the checker may call it.
 *
 * There is no Python.h: one build serves all versions.
 */
#ifndef CHECK_INTERPRETER_H
#define CHECK_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/elf.h"

typedef void (*destructor_function)(void *capsule);

enum function {
#define FUNCTION(name, result, parameters) FUNCTION_##name,
#include "check/functions.def"
#undef FUNCTION
    FUNCTION_COUNT
};

enum head {
    HEAD_PLAIN,         /* count, type */
    HEAD_TRACE_REFS,    /* two links, count, type: debug builds up to 3.7 */
    HEAD_FREE_THREADED, /* owner, flags and local count, shared count, type */
    HEAD_PYPY           /* count, link, type */
};

/* The fields of a capsule, in the order of its memory behind the head. */
enum field { FIELD_POINTER, FIELD_NAME, FIELD_CONTEXT, FIELD_DESTRUCTOR };

struct interpreter {
    struct elf_object object;    /* the file that defines PyCapsule_New */
    int version;                 /* 3.11 is 311; 0 if unknown */
    void *(*thread_state)(void); /* of the thread that holds the GIL; or NULL */
    void **current_thread_state; /* the same in Python 2.7; or NULL */
    enum head head;
    size_t head_words;
    uintptr_t *type;   /* PyCapsule_Type, at its tp_name */
    size_t code_file;  /* offset of co_filename in a code object, or 0 */
    size_t code_name;  /* offset of co_name, or 0 */
    size_t frame_code; /* offset of f_code; only if Frame_GetCode is NULL */
    size_t frame_back; /* offset of f_back; only if Frame_GetBack is NULL */
    struct {
#define FUNCTION(name, result, parameters) result(*name) parameters;
#include "check/functions.def"
#undef FUNCTION
    } capsule; /* the interpreter's own capsule functions */
#define PYTHON(name, result, parameters) result(*name) parameters;
#include "check/python_api.def"
#undef PYTHON
};

/* Valid once interpreter_find() has returned true. */
extern struct interpreter python;

/* Looks for an interpreter among the mapped objects and reads its tables.
 * Returns false if there is none. `*problem` becomes a sentence if there is
 * one that cannot be checked, else NULL. */
bool interpreter_find(const char **problem);

/* Redirects every later lookup of a capsule function to `wrappers`, in the
 * order of `enum function`. Returns false if that is impossible. */
bool interpreter_redirect(void *const wrappers[FUNCTION_COUNT]);

/* True if this thread holds the GIL or, in a build without one, is attached.
 * False in every thread once the interpreter has ended. */
bool interpreter_is_attached(void);

/* True while the interpreter starts or shuts down, and before and after. */
bool interpreter_is_incomplete(void);

/* True if this thread may call the interpreter: the thread is attached, and the
 * interpreter does not shut down. */
bool interpreter_may_be_called(void);

/* True if the thread runs the main interpreter, whose memory is never freed by
 * the end of a subinterpreter. The caller may call the interpreter. */
bool interpreter_is_main(void);

/* Returns the characters of a Python string, borrowed; NULL if `text` is NULL
 * or no string. The caller may call the interpreter. */
const char *interpreter_text(void *text);

/* True if the object is a capsule. It must be readable. */
bool interpreter_is_capsule(const void *object);

/* True if capsules take part in garbage collection: CPython 3.13 and later. */
bool interpreter_has_gc(void);

/* Returns how many bytes of the garbage collector lie before each capsule. */
size_t interpreter_gc_head(void);

/* Reads or writes a field of a capsule. */
uintptr_t interpreter_field(const void *capsule, enum field field);
void interpreter_set_field(void *capsule, enum field field, uintptr_t value);

/* Returns the reference count; the sum of both counts in a free-threaded
 * build. */
int64_t interpreter_count(const void *object);

/* Sets the reference count of an object that nobody but the caller owns. */
void interpreter_set_count(void *object, int64_t count);

/* The destroying function of the capsule type. */
typedef void (*dealloc_function)(void *object);
dealloc_function interpreter_dealloc(void);
void interpreter_set_dealloc(dealloc_function function);

/* Puts `wrapper` in front of _Py_Dealloc() for the calls of extensions and
 * returns _Py_Dealloc(). Returns NULL and changes nothing if the interpreter
 * lacks that function, or if it is older than 3.14: only since then does
 * _Py_Dealloc() read the thread state before it calls the destroying function
 * of the type. */
dealloc_function interpreter_redirect_dealloc(dealloc_function wrapper);

#endif

/* Declarations that the files of the runtime and of the reference share; users
 * of the C API do not see them. */
#ifndef CAPSULE_RUNTIME_INTERNAL_H
#define CAPSULE_RUNTIME_INTERNAL_H

#include <Python.h>

#include <stdbool.h>

#include "capsule/profile.h"

/* The profile whose measured behaviour is followed; never NULL. */
extern const struct profile *reference_profile;

/* The head of an object that is never destroyed. */
#define STATIC_OBJECT(type) {_Py_STATIC_REFCNT, type}

/* Raised when there is no memory for another exception. */
extern PyBaseExceptionObject no_memory;

/* Objects of container types, for the collector: a list through the heads that
 * stand before the objects. */
struct gc_head {
    struct gc_head *next; /* NULL while not tracked */
    struct gc_head *previous;
    Py_ssize_t references; /* during a collection: not explained so far */
};

/* The name of the type without its module. */
const char *type_name(PyTypeObject *type);

/* The slot of `type` or of the nearest base that has it, or NULL. */
#define TYPE_SLOT(type, slot)                                                  \
    ({                                                                         \
        PyTypeObject *_t = (type);                                             \
        while (_t && !_t->slot) {                                              \
            _t = _t->tp_base;                                                  \
        }                                                                      \
        _t ? _t->slot : NULL;                                                  \
    })

/* Frees an object and, for a heap type, its reference to the type: the last
 * step of every tp_dealloc that may be inherited. */
void object_free(PyObject *op);

/* The method of that name of `type` or a base, bound to `self`: new reference.
 * NULL without an exception where there is none. */
PyObject *type_find_method(PyTypeObject *type, const char *name,
                           PyObject *self);

/* AttributeError "'TYPE' object has no attribute 'NAME'"; returns NULL. */
PyObject *raise_no_attribute(PyObject *o, PyObject *name);

/* A module of that name with the state that `def` asks for; `def` may be NULL.
 * New reference. */
PyObject *module_new(const char *name, PyModuleDef *def);

/* When a module left a sys.modules that ends, counted from 1. Of an object that
 * did not, or is no module: 0. */
void module_set_rank(PyObject *op, Py_ssize_t rank);
Py_ssize_t module_rank(PyObject *op);

/* A tuple of `n` NULL items, to be filled. New reference. */
PyObject *tuple_of_nulls(Py_ssize_t n);

/* A growing byte buffer. After a failure (no memory; MemoryError is set) it
 * ignores further text. */
struct text {
    char *bytes;
    size_t size;
    size_t capacity;
    bool failed;
};
void text_append(struct text *text, const char *bytes, size_t size);
/* The text as a str, and the buffer freed: new reference. */
PyObject *text_finish(struct text *text);
/* Appends bytes, each maximal run that is not UTF-8 as U+FFFD, except where the
 * profile has a str of any bytes. */
void text_append_replacing(struct text *text, const char *bytes, size_t size);
/* The length of the UTF-8 sequence at `bytes`, or minus the length of what a
 * decoder replaces by one U+FFFD. `size` > 0. */
int utf8_sequence(const unsigned char *bytes, size_t size);

#endif

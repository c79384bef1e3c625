/* Declarations that the files of the runtime and of the reference share. They
 * are not part of the C API. */
#ifndef CAPSULE_RUNTIME_INTERNAL_H
#define CAPSULE_RUNTIME_INTERNAL_H

#include <Python.h>

#include <stdbool.h>

#include "capsule/profile.h"
#include "capsule/runtime/clock.h"

/* The profile that the implementation follows; never NULL. */
extern const struct profile *reference_profile;

/* The head of an object that is never destroyed. */
#define STATIC_OBJECT(type) {_Py_STATIC_REFCNT, type}

/* An exception as this Python allocates it. */
struct exception {
    PyBaseExceptionObject base;
    PyObject *attributes; /* a dict of the attributes that were set, or NULL */
};

/* The MemoryError that is raised if there is no memory for an exception. */
extern struct exception no_memory;

/* Returns a new exception with that value, which may be NULL; NULL with an
 * exception if there is no memory. */
PyObject *exception_make(PyTypeObject *type, PyObject *value);

/* The collector's head, which stands before each object of a container type.
 * The heads form a list. */
struct gc_head {
    struct gc_head *next; /* NULL if the object is not tracked */
    struct gc_head *previous;
    Py_ssize_t references; /* during a collection: from untracked objects */
};

/* Returns a block of `size` zero bytes behind a collector's head; NULL with
 * MemoryError on failure. */
PyObject *gc_new_zeroed(size_t size);

/* Returns the name of the type without its module. */
const char *type_name(PyTypeObject *type);

/* The slot of `type`, or of the nearest base that has the slot; or NULL. */
#define TYPE_SLOT(type, slot)                                                  \
    ({                                                                         \
        PyTypeObject *_t = (type);                                             \
        while (_t && !_t->slot) {                                              \
            _t = _t->tp_base;                                                  \
        }                                                                      \
        _t ? _t->slot : NULL;                                                  \
    })

/* Frees an object and, for a heap type, drops the reference to the type. Every
 * tp_dealloc that may be inherited ends with this call. */
void object_free(PyObject *op);

/* Returns the method with this name of `type` or of a base, bound to `self`:
 * new reference. NULL without an exception if there is no such method. */
PyObject *type_find_method(PyTypeObject *type, const char *name,
                           PyObject *self);

/* Returns the value of the member with this name: new reference. NULL without
 * an exception if the type has no such member. */
PyObject *member_get(PyObject *o, const char *name);

/* Sets a member, or deletes it if `value` is NULL, and stores the result of the
 * attempt, 0 or -1, in *status. Returns false if the type has no such member.
 */
bool member_set(PyObject *o, const char *name, PyObject *value, int *status);

/* Returns a new heap type that belongs to `module`, which may be NULL, and
 * derives from `base`. New reference. */
PyObject *type_from_spec(PyObject *module, PyType_Spec *spec,
                         PyTypeObject *base);
/* tp_dealloc, tp_traverse and tp_clear of types. */
void heap_type_dealloc(PyObject *op);
int heap_type_traverse(PyObject *op, visitproc visit, void *arg);
int heap_type_clear(PyObject *op);

/* Raises AttributeError "'TYPE' object has no attribute 'NAME'". Returns
 * NULL. */
PyObject *raise_no_attribute(PyObject *o, PyObject *name);

/* Returns a new module with this name and the state that `def` asks for; `def`
 * may be NULL. New reference. */
PyObject *module_new(const char *name, PyModuleDef *def);

/* The rank of a module: the position, from 1, at which the module left
 * sys.modules during shutdown. module_rank() returns 0 if the module has not
 * left sys.modules, or if the object is not a module. */
void module_set_rank(PyObject *op, Py_ssize_t rank);
Py_ssize_t module_rank(PyObject *op);

/* Returns a tuple of `n` NULL items, for the caller to fill. New reference. */
PyObject *tuple_of_nulls(Py_ssize_t n);

/* A growing byte buffer. After a failure, which sets MemoryError, it ignores
 * further text. */
struct text {
    char *bytes;
    size_t size;
    size_t capacity;
    bool failed;
};
void text_append(struct text *text, const char *bytes, size_t size);
/* Returns the text as a str and frees the buffer: new reference. */
PyObject *text_finish(struct text *text);
/* Appends bytes. Replaces each maximal run that is not UTF-8 by U+FFFD, unless
 * the profile says that a str holds any bytes. */
void text_append_replacing(struct text *text, const char *bytes, size_t size);
/* Returns the length of the UTF-8 sequence at `bytes`. If the bytes are not
 * UTF-8, returns minus the number of bytes that a decoder replaces by one
 * U+FFFD. `size` must be positive. */
int utf8_sequence(const unsigned char *bytes, size_t size);

#endif

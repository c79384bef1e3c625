/* list, tuple, and the iterator over both. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    PyObject **items;
    Py_ssize_t size;
    Py_ssize_t capacity;
} Sequence; /* a list or a tuple */

static bool is_sequence(PyObject *op, PyTypeObject *type)
{
    if (op == NULL || !PyObject_TypeCheck(op, type)) {
        PyErr_BadInternalCall();
        return false;
    }
    return true;
}

/* Returns a list or tuple of `size` NULL items: new reference. */
static PyObject *new_sequence(PyTypeObject *type, Py_ssize_t size)
{
    if (size < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    Sequence *op = PyObject_GC_New(Sequence, type);
    if (op == NULL) {
        return NULL;
    }
    op->size = op->capacity = size;
    op->items = size ? PyMem_Calloc((size_t)size, sizeof(PyObject *)) : NULL;
    if (size && op->items == NULL) {
        PyObject_GC_Del(op);
        return PyErr_NoMemory();
    }
    PyObject_GC_Track(op);
    return (PyObject *)op;
}

static Py_ssize_t size_of(PyObject *op, PyTypeObject *type)
{
    return is_sequence(op, type) ? ((Sequence *)op)->size : -1;
}

static PyObject *get_item(PyObject *op, Py_ssize_t i, PyTypeObject *type)
{
    if (!is_sequence(op, type)) {
        return NULL;
    }
    if (i < 0 || i >= ((Sequence *)op)->size) {
        return PyErr_Format(PyExc_IndexError, "%s index out of range",
                            type->tp_name);
    }
    return ((Sequence *)op)->items[i];
}

static int set_item(PyObject *op, Py_ssize_t i, PyObject *item,
                    PyTypeObject *type)
{
    if (!is_sequence(op, type)) {
        Py_XDECREF(item);
        return -1;
    }
    if (i < 0 || i >= ((Sequence *)op)->size) {
        Py_XDECREF(item);
        PyErr_Format(PyExc_IndexError, "%s assignment index out of range",
                     type->tp_name);
        return -1;
    }
    Py_XSETREF(((Sequence *)op)->items[i], item);
    return 0;
}

PyObject *PyList_New(Py_ssize_t size)
{
    return new_sequence(&PyList_Type, size);
}

Py_ssize_t PyList_Size(PyObject *list) { return size_of(list, &PyList_Type); }

PyObject *PyList_GetItem(PyObject *list, Py_ssize_t i)
{
    return get_item(list, i, &PyList_Type);
}

int PyList_Append(PyObject *op, PyObject *item)
{
    if (item == NULL || !is_sequence(op, &PyList_Type)) {
        if (!PyErr_Occurred()) {
            PyErr_BadInternalCall();
        }
        return -1;
    }
    Sequence *list = (Sequence *)op;
    if (list->size == list->capacity) {
        Py_ssize_t capacity = list->capacity * 2 + 4;
        PyObject **items =
            PyMem_Realloc(list->items, (size_t)capacity * sizeof(PyObject *));
        if (items == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->size++] = Py_NewRef(item);
    return 0;
}

PyObject *PyTuple_New(Py_ssize_t size)
{
    return new_sequence(&PyTuple_Type, size);
}

Py_ssize_t PyTuple_Size(PyObject *tuple)
{
    return size_of(tuple, &PyTuple_Type);
}

PyObject *PyTuple_GetItem(PyObject *tuple, Py_ssize_t i)
{
    return get_item(tuple, i, &PyTuple_Type);
}

int PyTuple_SetItem(PyObject *tuple, Py_ssize_t i, PyObject *item)
{
    return set_item(tuple, i, item, &PyTuple_Type);
}

PyObject *PyTuple_Pack(Py_ssize_t n, ...)
{
    PyObject *tuple = PyTuple_New(n);
    va_list items;
    va_start(items, n);
    for (Py_ssize_t i = 0; tuple && i < n; i++) {
        PyTuple_SetItem(tuple, i, Py_NewRef(va_arg(items, PyObject *)));
    }
    va_end(items);
    return tuple;
}

/* --- what both types do --------------------------------------------------- */

static int sequence_clear(PyObject *op)
{
    Sequence *sequence = (Sequence *)op;
    PyObject **items = sequence->items;
    Py_ssize_t size = sequence->size;
    sequence->items = NULL;
    sequence->size = sequence->capacity = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_XDECREF(items[i]);
    }
    PyMem_Free(items);
    return 0;
}

static void sequence_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    sequence_clear(op);
    PyObject_GC_Del(op);
}

static int sequence_traverse(PyObject *op, visitproc visit, void *arg)
{
    Sequence *sequence = (Sequence *)op;
    for (Py_ssize_t i = 0; i < sequence->size; i++) {
        Py_VISIT(sequence->items[i]);
    }
    return 0;
}

static PyObject *sequence_repr(PyObject *op)
{
    bool is_list = PyList_Check(op);
    Sequence *sequence = (Sequence *)op;
    struct text text = {0};
    text_append(&text, is_list ? "[" : "(", 1);
    for (Py_ssize_t i = 0; i < sequence->size && !text.failed; i++) {
        PyObject *item = sequence->items[i];
        PyObject *repr =
            item == op ? PyUnicode_FromString("[...]") : PyObject_Repr(item);
        if (repr == NULL) {
            text.failed = true;
            break;
        }
        if (i > 0) {
            text_append(&text, ", ", 2);
        }
        const char *utf8 = PyUnicode_AsUTF8(repr);
        text_append(&text, utf8, strlen(utf8));
        Py_DECREF(repr);
    }
    const char *end = is_list ? "]" : sequence->size == 1 ? ",)" : ")";
    text_append(&text, end, strlen(end));
    return text_finish(&text);
}

static Py_ssize_t sequence_length(PyObject *op)
{
    return ((Sequence *)op)->size;
}

static PyObject *sequence_subscript(PyObject *op, PyObject *key)
{
    if (!PyLong_Check(key)) {
        return PyErr_Format(PyExc_TypeError,
                            "%s indices must be integers, not %s",
                            Py_TYPE(op)->tp_name, Py_TYPE(key)->tp_name);
    }
    Py_ssize_t i = PyLong_AsSsize_t(key);
    if (i < 0) {
        i += ((Sequence *)op)->size;
    }
    return Py_XNewRef(get_item(op, i, Py_TYPE(op)));
}

static int list_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    if (!PyLong_Check(key) || value == NULL) {
        PyErr_SetString(PyExc_TypeError,
                        "list assignment needs an int index and a value");
        return -1;
    }
    return set_item(op, PyLong_AsSsize_t(key), Py_NewRef(value), &PyList_Type);
}

/* --- iterator ------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *sequence;
    Py_ssize_t next;
} Iterator;

static void iterator_dealloc(PyObject *op)
{
    Py_XDECREF(((Iterator *)op)->sequence);
    PyObject_Free(op);
}

static PyTypeObject iterator_type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "iterator",
    .tp_basicsize = sizeof(Iterator),
    .tp_base = &PyBaseObject_Type,
    .tp_dealloc = iterator_dealloc,
};

static PyObject *sequence_iter(PyObject *op)
{
    Iterator *iterator = PyObject_New(Iterator, &iterator_type);
    if (iterator) {
        iterator->sequence = Py_NewRef(op);
        iterator->next = 0;
    }
    return (PyObject *)iterator;
}

PyObject *PyIter_Next(PyObject *op)
{
    if (!Py_IS_TYPE(op, &iterator_type)) {
        return PyErr_Format(PyExc_TypeError, "'%s' object is not an iterator",
                            Py_TYPE(op)->tp_name);
    }
    Iterator *iterator = (Iterator *)op;
    Sequence *sequence = (Sequence *)iterator->sequence;
    if (iterator->next >= sequence->size) {
        return NULL;
    }
    return Py_NewRef(sequence->items[iterator->next++]);
}

/* --- the types ------------------------------------------------------------ */

#define SEQUENCE_SLOTS(name)                                                   \
    .tp_name = name, .tp_basicsize = sizeof(Sequence),                         \
    .tp_base = &PyBaseObject_Type, .tp_flags = Py_TPFLAGS_HAVE_GC,             \
    .tp_dealloc = sequence_dealloc, .tp_repr = sequence_repr,                  \
    .tp_length = sequence_length, .tp_subscript = sequence_subscript,          \
    .tp_iter = sequence_iter, .tp_traverse = sequence_traverse,                \
    .tp_clear = sequence_clear

PyTypeObject PyList_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    SEQUENCE_SLOTS("list"),
    .tp_ass_subscript = list_ass_subscript,
};

PyTypeObject PyTuple_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    SEQUENCE_SLOTS("tuple"),
};

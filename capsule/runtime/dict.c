/* dict: an array of pairs in order of insertion, searched linearly. Dicts are
 * small here, and the order must be deterministic. */
#include "capsule/runtime/internal.h"

struct pair {
    PyObject *key, *value;
};

typedef struct {
    PyObject_HEAD
    struct pair *pairs;
    Py_ssize_t size;
    Py_ssize_t capacity;
} Dict;

PyObject *PyDict_New(void)
{
    Dict *dict = PyObject_GC_New(Dict, &PyDict_Type);
    if (dict == NULL) {
        return NULL;
    }
    dict->pairs = NULL;
    dict->size = dict->capacity = 0;
    PyObject_GC_Track(dict);
    return (PyObject *)dict;
}

Py_ssize_t PyDict_Size(PyObject *op)
{
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    return ((Dict *)op)->size;
}

/* Returns the index of the key, -1 if the key is missing, -2 on failure. */
static Py_ssize_t find(PyObject *op, PyObject *key)
{
    Dict *dict = (Dict *)op;
    if (op == NULL || !PyDict_Check(op)) {
        PyErr_BadInternalCall();
        return -2;
    }
    for (Py_ssize_t i = 0; i < dict->size; i++) {
        int same = PyObject_RichCompareBool(dict->pairs[i].key, key, Py_EQ);
        if (same != 0) {
            return same < 0 ? -2 : i;
        }
    }
    return -1;
}

PyObject *PyDict_GetItemWithError(PyObject *op, PyObject *key)
{
    Py_ssize_t i = find(op, key);
    return i < 0 ? NULL : ((Dict *)op)->pairs[i].value;
}

PyObject *PyDict_GetItem(PyObject *op, PyObject *key)
{
    PyObject *pending = PyErr_GetRaisedException();
    PyObject *value = PyDict_GetItemWithError(op, key);
    PyErr_SetRaisedException(pending);
    return value;
}

int PyDict_Contains(PyObject *op, PyObject *key)
{
    Py_ssize_t i = find(op, key);
    return i == -2 ? -1 : i >= 0;
}

int PyDict_SetItem(PyObject *op, PyObject *key, PyObject *value)
{
    Dict *dict = (Dict *)op;
    Py_ssize_t i = find(op, key);
    if (i == -2) {
        return -1;
    }
    if (i >= 0) {
        Py_SETREF(dict->pairs[i].value, Py_NewRef(value));
        return 0;
    }
    if (dict->size == dict->capacity) {
        Py_ssize_t capacity = dict->capacity * 2 + 8;
        struct pair *pairs =
            PyMem_Realloc(dict->pairs, (size_t)capacity * sizeof(struct pair));
        if (pairs == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        dict->pairs = pairs;
        dict->capacity = capacity;
    }
    dict->pairs[dict->size].key = Py_NewRef(key);
    dict->pairs[dict->size].value = Py_NewRef(value);
    dict->size++;
    return 0;
}

int PyDict_DelItem(PyObject *op, PyObject *key)
{
    Dict *dict = (Dict *)op;
    Py_ssize_t i = find(op, key);
    if (i < 0) {
        if (i == -1) {
            PyErr_SetObject(PyExc_KeyError, key);
        }
        return -1;
    }
    struct pair old = dict->pairs[i];
    dict->size--;
    memmove(dict->pairs + i, dict->pairs + i + 1,
            (size_t)(dict->size - i) * sizeof(struct pair));
    if (dict->size == 0) {
        /* Free the array, so that a leak check does not count what sys.modules
         * held for a while. */
        PyMem_Free(dict->pairs);
        dict->pairs = NULL;
        dict->capacity = 0;
    }
    Py_DECREF(old.key);
    Py_DECREF(old.value);
    return 0;
}

PyObject *PyDict_GetItemString(PyObject *op, const char *key)
{
    PyObject *name = PyUnicode_FromString(key);
    if (name == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyObject *value = PyDict_GetItem(op, name);
    Py_DECREF(name);
    return value;
}

int PyDict_SetItemString(PyObject *op, const char *key, PyObject *value)
{
    PyObject *name = PyUnicode_FromString(key);
    if (name == NULL) {
        return -1;
    }
    int status = PyDict_SetItem(op, name, value);
    Py_DECREF(name);
    return status;
}

int PyDict_DelItemString(PyObject *op, const char *key)
{
    PyObject *name = PyUnicode_FromString(key);
    if (name == NULL) {
        return -1;
    }
    int status = PyDict_DelItem(op, name);
    Py_DECREF(name);
    return status;
}

int PyDict_Next(PyObject *op, Py_ssize_t *position, PyObject **key,
                PyObject **value)
{
    Dict *dict = (Dict *)op;
    if (*position < 0 || *position >= dict->size) {
        return 0;
    }
    struct pair *pair = &dict->pairs[(*position)++];
    if (key) {
        *key = pair->key;
    }
    if (value) {
        *value = pair->value;
    }
    return 1;
}

/* --- the type ------------------------------------------------------------- */

static int dict_clear(PyObject *op)
{
    Dict *dict = (Dict *)op;
    struct pair *pairs = dict->pairs;
    Py_ssize_t size = dict->size;
    dict->pairs = NULL;
    dict->size = dict->capacity = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_DECREF(pairs[i].key);
        Py_DECREF(pairs[i].value);
    }
    PyMem_Free(pairs);
    return 0;
}

void PyDict_Clear(PyObject *op) { dict_clear(op); }

static void dict_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    dict_clear(op);
    PyObject_GC_Del(op);
}

static int dict_traverse(PyObject *op, visitproc visit, void *arg)
{
    Dict *dict = (Dict *)op;
    for (Py_ssize_t i = 0; i < dict->size; i++) {
        Py_VISIT(dict->pairs[i].key);
        Py_VISIT(dict->pairs[i].value);
    }
    return 0;
}

static Py_hash_t dict_hash(PyObject *op)
{
    PyErr_Format(PyExc_TypeError, "unhashable type: '%s'",
                 Py_TYPE(op)->tp_name);
    return -1;
}

static Py_ssize_t dict_length(PyObject *op) { return ((Dict *)op)->size; }

static PyObject *dict_subscript(PyObject *op, PyObject *key)
{
    PyObject *value = PyDict_GetItemWithError(op, key);
    if (value == NULL && !PyErr_Occurred()) {
        PyErr_SetObject(PyExc_KeyError, key);
    }
    return Py_XNewRef(value);
}

static int dict_ass_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    return value ? PyDict_SetItem(op, key, value) : PyDict_DelItem(op, key);
}

PyTypeObject PyDict_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "dict",
    .tp_basicsize = sizeof(Dict),
    .tp_base = &PyBaseObject_Type,
    .tp_flags = Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = dict_dealloc,
    .tp_hash = dict_hash,
    .tp_length = dict_length,
    .tp_subscript = dict_subscript,
    .tp_ass_subscript = dict_ass_subscript,
    .tp_traverse = dict_traverse,
    .tp_clear = dict_clear,
};

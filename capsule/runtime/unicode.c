/* str: immutable; holds valid UTF-8, or any bytes if the profile says so. */
#include "capsule/runtime/internal.h"

typedef struct {
    PyObject_HEAD
    Py_ssize_t size; /* in bytes, without the NUL */
    char utf8[];
} Unicode;

int utf8_sequence(const unsigned char *bytes, size_t size)
{
    unsigned char first = bytes[0];
    if (first < 0x80) {
        return 1;
    }
    /* The range of the second byte excludes overlong forms, surrogates and code
     * points above U+10FFFF. */
    int length = first < 0xc2    ? 0
                 : first < 0xe0  ? 2
                 : first < 0xf0  ? 3
                 : first <= 0xf4 ? 4
                                 : 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (length == 0) {
        return -1;
    }
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= size || bytes[i] < low || bytes[i] > high) {
            return -i;
        }
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

/* Returns a str of `size` uninitialised bytes: new reference. */
static Unicode *new_unicode(size_t size)
{
    Unicode *op = PyObject_Malloc(sizeof(Unicode) + size + 1);
    if (op == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    op->ob_base.ob_refcnt = 1;
    op->ob_base.ob_type = &PyUnicode_Type;
    op->size = (Py_ssize_t)size;
    op->utf8[size] = '\0';
    return op;
}

static bool has_eight_ascii(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

/* Returns how many bytes at the start are known to be ASCII; 0 if there are
 * fewer than eight bytes. */
static size_t ascii_prefix(const char *bytes, size_t size)
{
    size_t i = 0;
    for (; size - i >= 8; i += 8) {
        if (!has_eight_ascii(bytes + i)) {
            return i;
        }
    }
    return size >= 8 && has_eight_ascii(bytes + size - 8) ? size : i;
}

PyObject *PyUnicode_FromStringAndSize(const char *utf8, Py_ssize_t size)
{
    const unsigned char *bytes = (const unsigned char *)utf8;
    for (size_t i = ascii_prefix(utf8, (size_t)size); i < (size_t)size;) {
        int length = utf8_sequence(bytes + i, (size_t)size - i);
        if (length < 0 && reference_profile->names_are_bytes) {
            break;
        }
        if (length < 0) {
            return PyErr_Format(PyExc_UnicodeDecodeError,
                                "'utf-8' codec can't decode byte 0x%x in "
                                "position %zu: invalid start byte",
                                bytes[i], i);
        }
        i += (size_t)length;
    }
    Unicode *op = new_unicode((size_t)size);
    if (op && size > 0) {
        memcpy(op->utf8, utf8, (size_t)size);
    }
    return (PyObject *)op;
}

PyObject *PyUnicode_FromString(const char *utf8)
{
    return PyUnicode_FromStringAndSize(utf8, (Py_ssize_t)strlen(utf8));
}

const char *PyUnicode_AsUTF8AndSize(PyObject *op, Py_ssize_t *size)
{
    if (!PyUnicode_Check(op)) {
        PyErr_Format(PyExc_TypeError, "expected str, got %s",
                     Py_TYPE(op)->tp_name);
        return NULL;
    }
    if (size) {
        *size = ((Unicode *)op)->size;
    }
    return ((Unicode *)op)->utf8;
}

const char *PyUnicode_AsUTF8(PyObject *op)
{
    return PyUnicode_AsUTF8AndSize(op, NULL);
}

Py_ssize_t PyUnicode_GetLength(PyObject *op)
{
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(op, &size);
    if (utf8 == NULL) {
        return -1;
    }
    Py_ssize_t length = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        length += ((unsigned char)utf8[i] & 0xc0) != 0x80;
    }
    return length;
}

int PyUnicode_CompareWithASCIIString(PyObject *op, const char *ascii)
{
    return strcmp(((Unicode *)op)->utf8, ascii);
}

int PyUnicode_Compare(PyObject *a, PyObject *b)
{
    return strcmp(((Unicode *)a)->utf8, ((Unicode *)b)->utf8);
}

/* --- the type ------------------------------------------------------------- */

/* 'text', or "text" if the text has a ' and no "; with \ escapes. */
static PyObject *unicode_repr(PyObject *op)
{
    const char *utf8 = ((Unicode *)op)->utf8;
    char quote = strchr(utf8, '\'') && !strchr(utf8, '"') ? '"' : '\'';
    struct text text = {0};
    text_append(&text, &quote, 1);
    for (Py_ssize_t i = 0; i < ((Unicode *)op)->size; i++) {
        unsigned char c = (unsigned char)utf8[i];
        char escaped[5];
        const char *named = c == '\n'   ? "\\n"
                            : c == '\r' ? "\\r"
                            : c == '\t' ? "\\t"
                                        : NULL;
        if (named) {
            text_append(&text, named, 2);
        } else if (c < ' ' || c == 0x7f) {
            snprintf(escaped, sizeof(escaped), "\\x%02x", c);
            text_append(&text, escaped, 4);
        } else {
            if (c == '\\' || c == (unsigned char)quote) {
                text_append(&text, "\\", 1);
            }
            text_append(&text, (const char *)&c, 1);
        }
    }
    text_append(&text, &quote, 1);
    return text_finish(&text);
}

static PyObject *unicode_str(PyObject *op) { return Py_NewRef(op); }

static Py_hash_t unicode_hash(PyObject *op)
{
    size_t hash = 14695981039346656037u; /* FNV-1a */
    for (Py_ssize_t i = 0; i < ((Unicode *)op)->size; i++) {
        hash =
            (hash ^ (unsigned char)((Unicode *)op)->utf8[i]) * 1099511628211u;
    }
    return (Py_hash_t)hash == -1 ? -2 : (Py_hash_t)hash;
}

static Py_ssize_t unicode_length(PyObject *op)
{
    return PyUnicode_GetLength(op);
}

static PyObject *unicode_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyUnicode_Check(a) || !PyUnicode_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_ssize_t x = ((Unicode *)a)->size;
    Py_ssize_t y = ((Unicode *)b)->size;
    int order = memcmp(((Unicode *)a)->utf8, ((Unicode *)b)->utf8,
                       (size_t)(x < y ? x : y));
    if (order == 0) {
        order = (x > y) - (x < y);
    }
    const bool results[] = {order < 0,  order <= 0, order == 0,
                            order != 0, order > 0,  order >= 0};
    return PyBool_FromLong(results[op]);
}

static PyObject *unicode_add(PyObject *a, PyObject *b)
{
    size_t x = (size_t)((Unicode *)a)->size;
    size_t y = (size_t)((Unicode *)b)->size;
    Unicode *sum = new_unicode(x + y);
    if (sum) {
        memcpy(sum->utf8, ((Unicode *)a)->utf8, x);
        memcpy(sum->utf8 + x, ((Unicode *)b)->utf8, y);
    }
    return (PyObject *)sum;
}

PyTypeObject PyUnicode_Type = {
    .ob_base = STATIC_OBJECT(&PyType_Type),
    .tp_name = "str",
    .tp_basicsize = sizeof(Unicode),
    .tp_base = &PyBaseObject_Type,
    .tp_repr = unicode_repr,
    .tp_str = unicode_str,
    .tp_hash = unicode_hash,
    .tp_richcompare = unicode_richcompare,
    .tp_length = unicode_length,
    .tp_add = unicode_add,
};

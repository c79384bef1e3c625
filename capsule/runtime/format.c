/* PyUnicode_FromFormat: printf that makes a str. */
#include "capsule/runtime/internal.h"

void text_append(struct text *text, const char *bytes, size_t size)
{
    if (text->failed || size == 0) {
        return;
    }
    if (text->capacity - text->size < size) {
        size_t capacity = (text->size + size) * 2 + 32;
        char *grown = PyMem_Realloc(text->bytes, capacity);
        if (grown == NULL) {
            PyErr_NoMemory();
            text->failed = true;
            return;
        }
        text->bytes = grown;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

void text_append_replacing(struct text *text, const char *bytes, size_t size)
{
    if (reference_profile->names_are_bytes) {
        text_append(text, bytes, size);
        return;
    }
    for (size_t i = 0; i < size;) {
        int length = utf8_sequence((const unsigned char *)bytes + i, size - i);
        if (length > 0) {
            text_append(text, bytes + i, (size_t)length);
            i += (size_t)length;
        } else {
            text_append(text, "\xef\xbf\xbd", 3);
            i += (size_t)-length;
        }
    }
}

PyObject *text_finish(struct text *text)
{
    PyObject *result =
        text->failed
            ? NULL
            : PyUnicode_FromStringAndSize(text->bytes ? text->bytes : "",
                                          (Py_ssize_t)text->size);
    PyMem_Free(text->bytes);
    *text = (struct text){0};
    return result;
}

/* One conversion: what stands between `%` and the letter. */
struct conversion {
    bool zero_padded, left, alternate;
    int width, precision; /* -1 if absent */
    char size;            /* 'l', 'q' for "ll", 'z', or 0 */
    char letter;
};

/* Reads the conversion after a `%`. Returns the character after the
 * conversion. */
static const char *read_conversion(const char *f, struct conversion *c)
{
    *c = (struct conversion){.width = -1, .precision = -1};
    for (;; f++) {
        if (*f == '0') {
            c->zero_padded = true;
        } else if (*f == '-') {
            c->left = true;
        } else if (*f == '#') {
            c->alternate = true;
        } else {
            break;
        }
    }
    if (*f >= '0' && *f <= '9') {
        c->width = (int)strtol(f, (char **)&f, 10);
    }
    if (*f == '.') {
        c->precision = (int)strtol(f + 1, (char **)&f, 10);
    }
    if (f[0] == 'l' && f[1] == 'l') {
        c->size = 'q';
        f += 2;
    } else if (*f == 'l' || *f == 'z') {
        c->size = *f++;
    }
    c->letter = *f;
    return *f ? f + 1 : f;
}

struct arguments {
    va_list list;
};

static void append_number(struct text *text, const struct conversion *c,
                          struct arguments *arguments)
{
    char format[32];
    char digits[80];
    snprintf(format, sizeof(format), "%%%s%s%s*.*%s%c", c->alternate ? "#" : "",
             c->left ? "-" : "", c->zero_padded ? "0" : "", "ll",
             c->letter == 'i' ? 'd' : c->letter);
    int width = c->width < 0 ? 0 : c->width > 60 ? 60 : c->width;
    int precision = c->precision > 60 ? 60 : c->precision;
    bool is_signed = c->letter == 'd' || c->letter == 'i';
    long long value;
    switch (c->size) {
    case 'q':
        value = va_arg(arguments->list, long long);
        break;
    case 'l':
    case 'z': /* size_t and long long are as wide as long here */
        value = va_arg(arguments->list, long);
        break;
    default:
        value = is_signed ? va_arg(arguments->list, int)
                          : (long long)va_arg(arguments->list, unsigned);
    }
    int n = snprintf(digits, sizeof(digits), format, width, precision, value);
    text_append(text, digits, (size_t)n);
}

/* Appends repr(o) or str(o): the result of `convert`. */
static void append_object(struct text *text, PyObject *(*convert)(PyObject *),
                          PyObject *o)
{
    PyObject *converted = convert(o);
    if (converted == NULL) {
        text->failed = true;
        return;
    }
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(converted, &size);
    text_append(text, utf8, (size_t)size);
    Py_DECREF(converted);
}

static void append_string(struct text *text, const struct conversion *c,
                          const char *string)
{
    const char *end =
        c->precision < 0 ? NULL : memchr(string, 0, (size_t)c->precision);
    size_t size = end                ? (size_t)(end - string)
                  : c->precision < 0 ? strlen(string)
                                     : (size_t)c->precision;
    for (size_t i = size; !c->left && i < (size_t)(c->width < 0 ? 0 : c->width);
         i++) {
        text_append(text, " ", 1);
    }
    text_append_replacing(text, string, size);
    for (size_t i = size; c->left && i < (size_t)(c->width < 0 ? 0 : c->width);
         i++) {
        text_append(text, " ", 1);
    }
}

/* Appends the converted argument. Returns false if the letter is unknown. */
static bool append_conversion(struct text *text, const struct conversion *c,
                              struct arguments *arguments)
{
    char buffer[24];
    switch (c->letter) {
    case '%':
        text_append(text, "%", 1);
        return true;
    case 'c':
        buffer[0] = (char)va_arg(arguments->list, int);
        text_append_replacing(text, buffer, 1);
        return true;
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        append_number(text, c, arguments);
        return true;
    case 'p':
        snprintf(buffer, sizeof(buffer), "%p", va_arg(arguments->list, void *));
        text_append(text, buffer, strlen(buffer));
        return true;
    case 's':
        append_string(text, c, va_arg(arguments->list, const char *));
        return true;
    case 'U':
    case 'S':
        append_object(text, PyObject_Str, va_arg(arguments->list, PyObject *));
        return true;
    case 'R':
    case 'A':
        append_object(text, PyObject_Repr, va_arg(arguments->list, PyObject *));
        return true;
    default:
        return false;
    }
}

PyObject *PyUnicode_FromFormatV(const char *format, va_list arguments)
{
    struct text text = {0};
    struct arguments values;
    va_copy(values.list, arguments);
    while (*format && !text.failed) {
        size_t literal = strcspn(format, "%");
        text_append_replacing(&text, format, literal);
        format += literal;
        if (*format == '\0') {
            break;
        }
        struct conversion conversion;
        format = read_conversion(format + 1, &conversion);
        if (!append_conversion(&text, &conversion, &values)) {
            PyErr_Format(PyExc_SystemError, "invalid format string: %%%c",
                         conversion.letter ? conversion.letter : '?');
            text.failed = true;
        }
    }
    va_end(values.list);
    return text_finish(&text);
}

PyObject *PyUnicode_FromFormat(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *result = PyUnicode_FromFormatV(format, arguments);
    va_end(arguments);
    return result;
}

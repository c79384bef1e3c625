/* Builds exception messages that quote names of the program. */
#include <stdarg.h>
#include <string.h>

#include "fuzz/model/model.h"

/* At worst each byte becomes U+FFFD (three bytes); 256 is for the other
 * words. */
enum { MESSAGE_SIZE = 3 * MAX_NAME + 256 };

/* Returns the length of the UTF-8 sequence at `s`. If the sequence is invalid,
 * returns minus the number of bytes that a decoder replaces by one U+FFFD: the
 * longest valid prefix, at least one byte. */
static int sequence(const unsigned char *s, size_t size)
{
    unsigned char first = s[0];
    int length = first < 0x80                    ? 1
                 : first >= 0xc2 && first < 0xe0 ? 2
                 : (first & 0xf0) == 0xe0        ? 3
                 : first >= 0xf0 && first < 0xf5 ? 4
                                                 : 0;
    /* Some first bytes allow fewer second bytes than 0x80..0xbf. */
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (length == 0) {
        return -1;
    }
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= size || s[i] < low || s[i] > high) {
            return -i;
        }
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

bool model_is_utf8(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        int n = sequence((const unsigned char *)bytes + i, length - i);
        if (n < 0) {
            return false;
        }
        i += (size_t)n;
    }
    return true;
}

static char *append(const struct model *model, char *out, const char *end,
                    const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length && out + 4 < end;) {
        int n = sequence((const unsigned char *)text + i, length - i);
        bool replaced = n < 0 && !model->profile->names_are_bytes;
        size_t size = (size_t)(n < 0 ? -n : n);
        memcpy(out, replaced ? "\xef\xbf\xbd" : text + i, replaced ? 3 : size);
        out += replaced ? 3 : size;
        i += size;
    }
    return out;
}

const char *model_message(const struct model *model, const char *format, ...)
{
    static char messages[2][MESSAGE_SIZE];
    char *out = messages[model->frame[0].has_saved &&
                         model->frame[0].saved.message == messages[0]];
    const char *message = out, *end = out + MESSAGE_SIZE;
    va_list texts;

    va_start(texts, format);
    for (; *format; format++) {
        if (*format == '%') {
            out = append(model, out, end, va_arg(texts, const char *));
        } else {
            *out++ = *format;
        }
    }
    va_end(texts);
    *out = '\0';
    return message;
}

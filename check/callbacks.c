/* Stands in front of the callbacks with which a consumer releases what it took.
 */
#include "check/callbacks.h"

#include <stddef.h>

#include "check/pages.h"
#include "check/places.h"

enum { MOST = 64 };

static struct {
    callback function;
    uint32_t kind;
} originals[MOST];
static uint32_t original_count;
static callback_hook hook;

#define STANDS_FOR(n)                                                          \
    static void stands_for_##n(void *self)                                     \
    {                                                                          \
        hook(originals[n].kind, self, originals[n].function,                   \
             (uintptr_t)__builtin_return_address(0));                          \
    }
#define EIGHT(macro, tens)                                                     \
    macro(tens##0) macro(tens##1) macro(tens##2) macro(tens##3) macro(tens##4) \
        macro(tens##5) macro(tens##6) macro(tens##7)
/* Octal numbers: 0 to 077. */
#define ALL(macro)                                                             \
    EIGHT(macro, 00)                                                           \
    EIGHT(macro, 01)                                                           \
    EIGHT(macro, 02)                                                           \
    EIGHT(macro, 03)                                                           \
    EIGHT(macro, 04) EIGHT(macro, 05) EIGHT(macro, 06) EIGHT(macro, 07)
ALL(STANDS_FOR)

#define NAME(n) stands_for_##n,
static const callback replacements[MOST] = {ALL(NAME)};

static uint32_t number_of(callback function, uint32_t kind)
{
    uint32_t at = 0;
    while (at < original_count &&
           (originals[at].function != function || originals[at].kind != kind))
        at++;
    return at;
}

/* The lowest and the highest address among `replacements`. */
static uintptr_t lowest = UINTPTR_MAX;
static uintptr_t highest;

void callback_start(callback_hook function)
{
    hook = function;
    for (int i = 0; i < MOST; i++) {
        uintptr_t address = (uintptr_t)replacements[i];
        lowest = address < lowest ? address : lowest;
        highest = address > highest ? address : highest;
    }
}

bool callback_is_replaced(callback function)
{
    if ((uintptr_t)function < lowest || (uintptr_t)function > highest)
        return false;
    for (int i = 0; i < MOST; i++)
        if (replacements[i] == function)
            return true;
    return false;
}

bool callback_replace(callback *place, uint32_t kind)
{
    callback function = *place;
    if (!function || callback_is_replaced(function))
        return function;
    uint32_t number = number_of(function, kind);
    if (number == original_count) {
        if (!image_of((uintptr_t)function))
            return false;
        lock_take();
        number = number_of(function, kind);
        if (number == original_count && number < MOST) {
            originals[number].function = function;
            originals[number].kind = kind;
            original_count++;
        }
        lock_give();
        if (number == MOST)
            return false;
    }
    *place = replacements[number];
    return true;
}

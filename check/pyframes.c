/* The place where a Python program is: files, lines and functions. */
#include "check/pyframes.h"

#include <stdio.h>

#include "check/interpreter.h"

static void *member(void *object, size_t offset)
{
    return offset ? *(void **)((char *)object + offset) : NULL;
}

/* Returns how many bytes were written, the zero byte too; 0 if the frame has
 * no code or does not fit. */
static int describe(void *frame, char *text, size_t size)
{
    void *code = python.Frame_GetCode ? python.Frame_GetCode(frame)
                                      : member(frame, python.frame_code);
    if (!code)
        return 0;
    const char *file = interpreter_text(member(code, python.code_file));
    const char *name = interpreter_text(member(code, python.code_name));
    int line =
        python.Frame_GetLineNumber ? python.Frame_GetLineNumber(frame) : 0;
    int length = snprintf(text, size, "%s:%d (%s)", file ? file : "?", line,
                          name ? name : "?");
    if (python.Frame_GetCode)
        python._DecRef(code);
    return length < 0 || (size_t)length >= size ? 0 : length + 1;
}

int pyframes(char text[PYFRAMES_SIZE], int most)
{
    if (!interpreter_may_be_called() || !python.Eval_GetFrame ||
        !python._DecRef || !python.code_file)
        return 0;
    int count = 0;
    size_t used = 0;
    void *frame = python.Eval_GetFrame();
    bool owned = false;
    while (frame && count < most) {
        int length = describe(frame, text + used, PYFRAMES_SIZE - used);
        bool last = length == 0 || count + 1 == most;
        void *back = last                   ? NULL
                     : python.Frame_GetBack ? python.Frame_GetBack(frame)
                                            : member(frame, python.frame_back);
        used += (size_t)length;
        count += length > 0;
        if (owned)
            python._DecRef(frame);
        owned = python.Frame_GetBack;
        frame = back;
    }
    if (frame && owned)
        python._DecRef(frame);
    return count;
}

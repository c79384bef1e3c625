/* Tells CPython where its library is: in the folder `cpython` beside the
 * program, wherever OSS-Fuzz has moved both. Linked into the fuzz targets. */
#define _GNU_SOURCE /* readlink() */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* MemorySanitizer would mark `path` as unset, and not take that back at the
 * end. Variables of libFuzzer, which is not instrumented, then lie in the same
 * place of the stack, and LLVMFuzzerInitialize() reads them. */
__attribute__((constructor, no_sanitize("memory"))) static void
set_python_home(void)
{
    static const char FOLDER[] = "/cpython";
    char path[PATH_MAX + sizeof FOLDER];
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);
    if (size <= 0) {
        return; /* Python says itself what it does not find. */
    }
    path[size] = '\0';
    strcpy(strrchr(path, '/'), FOLDER);
    setenv("PYTHONHOME", path, 1);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
}

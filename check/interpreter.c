/* The checker's knowledge of the interpreter: its functions, the layout of its
 * objects, and when the checker may call it. */
#include "check/interpreter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct interpreter python;

/* Places in a type object, in words from tp_name. They are the same from 2.7
 * to 3.15. */
enum { TYPE_DEALLOC = 3, TYPE_FLAGS = 18, TYPE_MEMBERS = 27 };

enum { FLAG_HAS_GC = 1 << 14 };

/* PyPy names each function PyPy... instead of Py... */
static void *address_of(const char *name)
{
    char pypy_name[80];
    void *address = elf_address(&python.object, name);
    if (address)
        return address;
    snprintf(pypy_name, sizeof pypy_name, "PyPy%s", name + 2);
    return elf_address(&python.object, pypy_name);
}

/* Finds tp_name in a type object: the word that leads to the type's name. The
 * words before it are the object's head and ob_size. */
static uintptr_t *name_of_type(uintptr_t *type, const char *name)
{
    for (size_t i = 2; type && i < 8; i++)
        if (elf_contains(&python.object, type[i]) &&
            !strcmp((const char *)type[i], name))
            return type + i;
    return NULL;
}

/* Returns the offset of a member that a type describes, or 0. */
static size_t member_offset(const char *type_name, const char *member_name,
                            const char *symbol)
{
    struct member {
        const char *name;
        int type;
        ptrdiff_t offset;
        int flags;
        const char *doc;
    };
    uintptr_t *type = name_of_type(address_of(symbol), type_name);
    const struct member *member =
        type ? (const struct member *)type[TYPE_MEMBERS] : NULL;
    for (; member && member->name; member++)
        if (!strcmp(member->name, member_name))
            return (size_t)member->offset;
    return 0;
}

static int version_number(const char *text)
{
    char *end;
    long major = strtol(text, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return (int)(major * 100 + minor);
}

static bool read_layout(void)
{
    uintptr_t *type = address_of("PyCapsule_Type");
    python.type = name_of_type(type, "PyCapsule");
    if (!python.type)
        return false;
    python.head_words = (size_t)(python.type - type) - 1;
    if (elf_find(&python.object, "PyPyCapsule_New"))
        python.head = HEAD_PYPY;
    else if (python.head_words == 2)
        python.head = HEAD_PLAIN;
    else if (elf_find(&python.object, "_Py_MergeZeroLocalRefcount"))
        python.head = HEAD_FREE_THREADED;
    else
        python.head = HEAD_TRACE_REFS;
    return python.head_words == (python.head == HEAD_PLAIN  ? 2u
                                 : python.head == HEAD_PYPY ? 3u
                                                            : 4u);
}

bool interpreter_find(const char **problem)
{
    *problem = NULL;
    if (!elf_definer("PyCapsule_New", false, &python.object) &&
        !elf_definer("PyPyCapsule_New", false, &python.object))
        return false;
#define FUNCTION(name, result, parameters)                                     \
    *(void **)&python.capsule.name = address_of("PyCapsule_" #name);
#include "check/functions.def"
#undef FUNCTION
#define PYTHON(name, result, parameters)                                       \
    *(void **)&python.name = address_of("Py" #name);
#include "check/python_api.def"
#undef PYTHON
    if (!read_layout()) {
        *problem = "the layout of PyCapsule_Type is unknown";
        return false;
    }
    /* The functions of PyPy must not be called before it has started. */
    if (python.head == HEAD_PYPY)
        python._GetVersion = NULL;
    if (python._GetVersion)
        python.version = version_number(python._GetVersion());
    *(void **)&python.thread_state =
        elf_address(&python.object, "PyThreadState_GetUnchecked");
    if (!python.thread_state)
        *(void **)&python.thread_state =
            elf_address(&python.object, "_PyThreadState_UncheckedGet");
    python.current_thread_state =
        elf_address(&python.object, "_PyThreadState_Current");
    if (!python.Err_Occurred) {
        *problem = "PyErr_Occurred is not exported";
        return false;
    }
    python.code_file = member_offset("code", "co_filename", "PyCode_Type");
    python.code_name = member_offset("code", "co_name", "PyCode_Type");
    python.frame_code = member_offset("frame", "f_code", "PyFrame_Type");
    python.frame_back = member_offset("frame", "f_back", "PyFrame_Type");
    return true;
}

bool interpreter_redirect(void *const wrappers[FUNCTION_COUNT])
{
    static const char *const names[] = {
#define FUNCTION(name, result, parameters) "PyCapsule_" #name,
#include "check/functions.def"
#undef FUNCTION
    };
    char pypy_name[80];
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        ElfW(Sym) *symbol = elf_find(&python.object, names[i]);
        if (!symbol) {
            snprintf(pypy_name, sizeof pypy_name, "PyPy%s", names[i] + 2);
            symbol = elf_find(&python.object, pypy_name);
        }
        if (!symbol || !elf_redirect(&python.object, symbol, wrappers[i]))
            return false;
    }
    return true;
}

/* True if this thread made the thread state, which is the current one, up to
 * 3.11 of whatever thread. PyGILState_Check() knows one state per thread, so
 * that its answer is no for a state that the program has swapped in. A state
 * says in which thread it was made; the place is found in the first state that
 * is this thread's for certain. */
static bool is_own_state(const uintptr_t *state)
{
    enum { FIRST_WORDS = 32 }; /* no thread state is smaller */
    static int word_of_thread;
    uintptr_t self = (uintptr_t)pthread_self();
    if (!python.GILState_Check || python.GILState_Check()) {
        for (int i = 0; !word_of_thread && i < FIRST_WORDS; i++)
            if (state[i] == self)
                word_of_thread = i;
        return true;
    }
    return !word_of_thread || state[word_of_thread] == self;
}

bool interpreter_is_attached(void)
{
    static _Thread_local void *own_state
        __attribute__((tls_model("initial-exec")));
    if (python.thread_state) {
        void *state = python.thread_state();
        if (!state || state == own_state || python.version >= 312)
            return state;
        if (!is_own_state(state))
            return false;
        own_state = state;
        return true;
    }
    if (python.version < 300 && python.current_thread_state &&
        !*python.current_thread_state)
        return false;
    return !python.GILState_Check || python.GILState_Check();
}

bool interpreter_is_incomplete(void)
{
    return python._IsInitialized && !python._IsInitialized();
}

bool interpreter_may_be_called(void)
{
    return !interpreter_is_incomplete() && interpreter_is_attached();
}

bool interpreter_is_main(void)
{
    if (!python.InterpreterState_Get || !python.InterpreterState_Main)
        return true;
    return python.InterpreterState_Get() == python.InterpreterState_Main();
}

const char *interpreter_text(void *text)
{
    if (!text)
        return NULL;
    return python.version >= 300 && python.Unicode_AsUTF8
               ? python.Unicode_AsUTF8(text)
           : python.String_AsString ? python.String_AsString(text)
                                    : NULL;
}

static uintptr_t type_of(const void *object)
{
    return ((const uintptr_t *)object)[python.head_words - 1];
}

bool interpreter_is_capsule(const void *object)
{
    return type_of(object) == (uintptr_t)(python.type - python.head_words - 1);
}

bool interpreter_has_gc(void) { return python.type[TYPE_FLAGS] & FLAG_HAS_GC; }

size_t interpreter_gc_head(void)
{
    return interpreter_has_gc() && python.head != HEAD_FREE_THREADED
               ? 2 * sizeof(uintptr_t)
               : 0;
}

uintptr_t interpreter_field(const void *capsule, enum field field)
{
    return ((const uintptr_t *)capsule)[python.head_words + field];
}

void interpreter_set_field(void *capsule, enum field field, uintptr_t value)
{
    ((uintptr_t *)capsule)[python.head_words + field] = value;
}

/* From 3.14 on, the upper half of the count's word holds flags. Counts below
 * 2^31 fit into the lower half in every version. */
static uint32_t *plain_count(const void *object)
{
    return (uint32_t *)object + (python.head == HEAD_TRACE_REFS ? 4 : 0);
}

int64_t interpreter_count(const void *object)
{
    const uint32_t *halves = object;
    if (python.head == HEAD_FREE_THREADED)
        return halves[3] + (((const int64_t *)object)[2] >> 2);
    return *plain_count(object);
}

void interpreter_set_count(void *object, int64_t count)
{
    enum { MERGED = 3 };
    if (python.head == HEAD_FREE_THREADED) {
        ((uint64_t *)object)[0] = 0;
        ((uint32_t *)object)[3] = 0;
        ((int64_t *)object)[2] = count << 2 | MERGED;
    } else {
        *plain_count(object) = (uint32_t)count;
    }
}

dealloc_function interpreter_dealloc(void)
{
    return (dealloc_function)python.type[TYPE_DEALLOC];
}

void interpreter_set_dealloc(dealloc_function function)
{
    python.type[TYPE_DEALLOC] = (uintptr_t)function;
}

dealloc_function interpreter_redirect_dealloc(dealloc_function wrapper)
{
    ElfW(Sym) *symbol = elf_find(&python.object, "_Py_Dealloc");
    if (!symbol || python.version < 314)
        return NULL;
    dealloc_function real;
    *(void **)&real = elf_address(&python.object, "_Py_Dealloc");
    return elf_redirect(&python.object, symbol, (void *)wrapper) ? real : NULL;
}

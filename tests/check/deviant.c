/* Makes an interpreter deviate from the contract, in the way that the variable
 * DEVIANT names. Preloaded behind the checker, so that its constructor runs
 * first and the checker takes it for the interpreter. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "check/elf.h"

typedef void (*destructor)(void *);

enum { TYPE_DEALLOC = 6, FIELD_DESTRUCTOR = 5 }; /* words; no debug builds */

static struct elf_object python;
static const char *(*get_name)(void *);
static void *(*get_pointer)(void *, const char *);
static int (*is_valid)(void *, const char *);
static int (*set_pointer)(void *, void *);
static int (*set_context)(void *, void *);
static void *(*import)(const char *, int);
static void (*set_string)(void *, const char *);
static void (*clear)(void);
static destructor dealloc;

static const char *name_copied(void *capsule)
{
    const char *name = get_name(capsule);
    return name ? strdup(name) : NULL;
}

static int exception_lost(void *capsule, const char *name)
{
    int result = is_valid(capsule, name);
    clear();
    return result;
}

/* The new exception may take the address of the one that is freed. */
static int exception_replaced(void *capsule, const char *name)
{
    int result = is_valid(capsule, name);
    clear();
    set_string(*(void **)elf_address(&python, "PyExc_KeyError"), "asked");
    return result;
}

static int prefix_accepted(void *capsule, const char *name)
{
    const char *own = get_name(capsule);
    return own && name ? !strncmp(own, name, strlen(own))
                       : is_valid(capsule, name);
}

static void *fail_with(const char *type, const char *message, void *capsule,
                       const char *name)
{
    void *result = get_pointer(capsule, name);
    if (!result)
        set_string(*(void **)elf_address(&python, type), message);
    return result;
}

static void *wrong_exception(void *capsule, const char *name)
{
    return fail_with("PyExc_TypeError", "wrong", capsule, name);
}

static void *wrong_message(void *capsule, const char *name)
{
    return fail_with("PyExc_ValueError", "wrong", capsule, name);
}

static int context_changed(void *capsule, void *pointer)
{
    set_context(capsule, &python);
    return set_pointer(capsule, pointer);
}

static int null_accepted(void *capsule, void *pointer)
{
    return pointer ? set_pointer(capsule, pointer) : 0;
}

static void *import_off_by_one(const char *name, int no_block)
{
    char *pointer = import(name, no_block);
    return pointer ? pointer + 1 : NULL;
}

static void destructor_forgotten(void *capsule)
{
    ((void **)capsule)[FIELD_DESTRUCTOR] = NULL;
    dealloc(capsule);
}

static void destructor_twice(void *capsule)
{
    destructor function = ((destructor *)capsule)[FIELD_DESTRUCTOR];
    if (function)
        function(capsule);
    dealloc(capsule);
}

static const struct {
    const char *name;     /* the value of DEVIANT */
    const char *function; /* NULL: the destroying function of the type */
    void *replacement;
} deviations[] = {
    {"name_copied", "PyCapsule_GetName", name_copied},
    {"exception_lost", "PyCapsule_IsValid", exception_lost},
    {"exception_replaced", "PyCapsule_IsValid", exception_replaced},
    {"prefix_accepted", "PyCapsule_IsValid", prefix_accepted},
    {"wrong_exception", "PyCapsule_GetPointer", wrong_exception},
    {"wrong_message", "PyCapsule_GetPointer", wrong_message},
    {"context_changed", "PyCapsule_SetPointer", context_changed},
    {"null_accepted", "PyCapsule_SetPointer", null_accepted},
    {"import_off_by_one", "PyCapsule_Import", import_off_by_one},
    {"destructor_forgotten", NULL, destructor_forgotten},
    {"destructor_twice", NULL, destructor_twice},
};

static void find_all(void)
{
    *(void **)&get_name = elf_address(&python, "PyCapsule_GetName");
    *(void **)&get_pointer = elf_address(&python, "PyCapsule_GetPointer");
    *(void **)&is_valid = elf_address(&python, "PyCapsule_IsValid");
    *(void **)&set_pointer = elf_address(&python, "PyCapsule_SetPointer");
    *(void **)&set_context = elf_address(&python, "PyCapsule_SetContext");
    *(void **)&import = elf_address(&python, "PyCapsule_Import");
    *(void **)&set_string = elf_address(&python, "PyErr_SetString");
    *(void **)&clear = elf_address(&python, "PyErr_Clear");
}

__attribute__((constructor)) static void start(void)
{
    const char *wanted = getenv("DEVIANT");
    /* The checker defines the capsule functions too, but not this one. */
    if (!wanted || !elf_definer("Py_IsInitialized", false, &python))
        return;
    find_all();
    for (size_t i = 0; i < sizeof deviations / sizeof *deviations; i++) {
        if (strcmp(deviations[i].name, wanted) != 0)
            continue;
        if (deviations[i].function) {
            elf_redirect(&python, elf_find(&python, deviations[i].function),
                         deviations[i].replacement);
            return;
        }
        destructor *type = elf_address(&python, "PyCapsule_Type");
        dealloc = type[TYPE_DEALLOC];
        type[TYPE_DEALLOC] = (destructor)deviations[i].replacement;
    }
}

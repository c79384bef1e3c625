/* A stand-in for a free-threaded interpreter: its head of objects, with a local
 * and a shared reference count, and the capsule functions that it needs. It
 * runs three destructors. The last one keeps a reference. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

typedef void (*destructor)(void *capsule);

struct object {
    uintptr_t thread;
    uint32_t flags;
    uint32_t local_count;
    int64_t shared_count; /* times 4: the lower bits are flags */
    void *type;
    void *pointer;
    const char *name;
    void *context;
    destructor destructor;
};

/* Words of the type. A test defines another NAME: an unknown layout. */
#ifndef NAME
#define NAME 5
#endif
#define DEALLOC (NAME + 3)
static void dealloc(void *capsule);
void *PyCapsule_Type[64] = {[NAME] = "PyCapsule", [DEALLOC] = dealloc};

void _Py_MergeZeroLocalRefcount(void *object) { (void)object; }
const char *Py_GetVersion(void) { return "3.14.0 free-threading build"; }
int Py_IsInitialized(void) { return 1; }
void *PyErr_Occurred(void) { return NULL; }

void *PyCapsule_New(void *pointer, const char *name, destructor destructor)
{
    struct object *capsule = calloc(1, sizeof *capsule);
    *capsule = (struct object){.local_count = 1,
                               .type = PyCapsule_Type,
                               .pointer = pointer,
                               .name = name,
                               .destructor = destructor};
    return capsule;
}

void *PyCapsule_GetPointer(void *capsule, const char *name)
{
    (void)name;
    return ((struct object *)capsule)->pointer;
}

/* The checker stands in front of all eleven, so that all must exist. */
#define UNUSED(name)                                                           \
    void *PyCapsule_##name(void) { abort(); }
UNUSED(GetDestructor)
UNUSED(GetContext)
UNUSED(GetName)
UNUSED(IsValid)
UNUSED(SetPointer)
UNUSED(SetDestructor)
UNUSED(SetName)
UNUSED(SetContext)
UNUSED(Import)

static void dealloc(void *capsule)
{
    destructor destructor = ((struct object *)capsule)->destructor;
    if (destructor)
        destructor(capsule);
    free(capsule);
}

static void change_nothing(void *capsule) { (void)capsule; }

/* Does what an owning thread does: adds the references of other threads. */
static void merge_counts(void *capsule)
{
    struct object *object = capsule;
    object->shared_count += (int64_t)object->local_count << 2;
    object->local_count = 0;
}

static void keep_reference(void *capsule)
{
    ((struct object *)capsule)->shared_count += 1 << 2;
}

int main(void)
{
    static const destructor destructors[] = {change_nothing, merge_counts,
                                             keep_reference};
    static int payload;
    void *(*make)(void *, const char *, destructor) =
        dlsym(RTLD_DEFAULT, "PyCapsule_New");
    void *(*get)(void *, const char *) =
        dlsym(RTLD_DEFAULT, "PyCapsule_GetPointer");
    for (int i = 0; i < 3; i++) {
        void *capsule = make(&payload, "demo.free_threaded", destructors[i]);
        if (get(capsule, "demo.free_threaded") != &payload)
            return 1;
        ((destructor)PyCapsule_Type[DEALLOC])(capsule);
    }
    return 0;
}

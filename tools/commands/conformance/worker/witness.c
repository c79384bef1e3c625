#include "tools/commands/conformance/worker/witness.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "capsule/host.h"
#include "tools/commands/conformance/worker/worker.h"

const char *volatile witness_call;

/* Who stored a field last: New, or the field's setter. */
struct field {
    const void *value;
    const char *by;
};

struct capsule {
    PyObject *object;
    struct field pointer, name, context, destructor;
    bool dying;
    int asked; /* while it was dying: by any function, and for its name */
    int asked_name;
};

static const char DEALLOC[] = "_Py_Dealloc";

enum { CAPSULES = 1024, SAID = 16, ASKING = 4 };
static struct capsule capsules[CAPSULES];
static int capsule_count;
static char said[SAID][96];
static int said_count;
static PyCapsule_Destructor asking[ASKING];
static int asking_count;

void witness_reset(void)
{
    capsule_count = 0;
    said_count = 0;
}

void witness_asks_name(PyCapsule_Destructor destructor)
{
    if (asking_count < ASKING) {
        asking[asking_count++] = destructor;
    }
}

/* Once for each set of rules. */
static void suspect(const char *by, const char *rules)
{
    char text[sizeof said[0]];

    snprintf(text, sizeof text, "%s%s%s", by, *by ? " " : "", rules);
    for (int i = 0; i < said_count; i++) {
        if (strcmp(said[i], text) == 0) {
            return;
        }
    }
    if (said_count < SAID) {
        strcpy(said[said_count++], text);
        worker_say("suspect", text, witness_call ? witness_call : "", NULL);
    }
}

void witness_suspect(const char *rules) { suspect("", rules); }

/* --- what is known -------------------------------------------------------- */

static struct capsule *find(PyObject *object)
{
    for (int i = capsule_count; i-- > 0;) {
        if (capsules[i].object == object) {
            return &capsules[i];
        }
    }
    return NULL;
}

static void forget(PyObject *object)
{
    struct capsule *known = find(object);
    if (known) {
        *known = capsules[--capsule_count];
    }
}

static void store(struct field *field, const void *value, const char *by)
{
    field->value = value;
    field->by = by;
}

static const void *address(PyCapsule_Destructor destructor)
{
    return (const void *)(uintptr_t)destructor;
}

/* NULL, or an object of another type. */
static bool is_none(PyObject *object)
{
    return !object || Py_TYPE(object) != &PyCapsule_Type;
}

/* What is known of the object as it was when the call began. */
struct before {
    const char *outer; /* the call that this one was made in, or NULL */
    struct capsule *known;
    bool none;
    PyObject *pending; /* its type; borrowed */
    Py_ssize_t count;
};

static struct before begin(const char *call, PyObject *object)
{
    struct before before = {witness_call, NULL, false, PyErr_Occurred(), 0};

    witness_call = call;
    before.known = object ? find(object) : NULL;
    if (before.known && before.known->dying) {
        before.known->asked++;
    } else if (before.known && before.outer && before.outer != DEALLOC) {
        suspect("", "DTOR-1 SETD-1 NEW-7"); /* a destructor, out of turn */
    }
    if (!before.known || !before.known->dying) {
        before.none = is_none(object);
    }
    if (before.none) {
        before.known = NULL;
    }
    before.count = before.known ? Py_REFCNT(object) : 0;
    return before;
}

static bool matches(const struct capsule *known, const char *name)
{
    const char *stored = known->name.value;
    return stored && name ? strcmp(stored, name) == 0 : stored == name;
}

/* Who is to blame where a field is not what it should be. */
static const char *by(const struct capsule *known, const struct field *field)
{
    static char text[64];

    snprintf(text, sizeof text, "%s%s", known->dying ? "DTOR-2 " : "",
             field->by);
    return text;
}

static void after_success(const struct before *before, PyObject *object,
                          const char *rules)
{
    if (PyErr_Occurred() != before->pending) {
        suspect(rules, "ERR-1 ERR-3 SET-ALL-3");
    }
    if (Py_REFCNT(object) != before->count) {
        suspect(rules, "GET-ALL-2");
    }
}

/* Lack of memory is another matter. */
static void after_failure(const struct before *before, const char *rules)
{
    PyObject *pending = PyErr_Occurred();

    if (!pending) {
        suspect(rules, "ERR-2 ERR-3");
    } else if (pending == before->pending && pending != PyExc_ValueError) {
        suspect(rules, "ERR-2");
    } else if (pending != PyExc_ValueError && pending != PyExc_MemoryError) {
        suspect(rules, "ERR-5");
    }
}

/* --- PyCapsule_New -------------------------------------------------------- */

static void after_new(const struct before *before, PyObject *object,
                      size_t blocks)
{
    if (PyErr_Occurred() != before->pending) {
        suspect("NEW-1", "ERR-1");
    }
    if (Py_REFCNT(object) != 1) {
        suspect("", "NEW-1");
    }
    if (is_none(object)) {
        suspect("", "TYPE-4");
    }
    if (host_live_blocks() > blocks + 1) {
        suspect("", "NEW-1 NEW-5");
    }
}

#ifndef WITHOUT_PyCapsule_New
PyObject *witness_New(void *pointer, const char *name,
                      PyCapsule_Destructor destructor);
PyObject *witness_New(void *pointer, const char *name,
                      PyCapsule_Destructor destructor)
{
    struct before before = begin("PyCapsule_New", NULL);
    size_t blocks = host_live_blocks();
    PyObject *object = PyCapsule_New(pointer, name, destructor);

    if (!pointer && object) {
        suspect("NEW-2 NEW-12", "ERR-3");
    } else if (!pointer) {
        after_failure(&before, "NEW-2 NEW-12");
    } else if (!object && PyErr_Occurred() != PyExc_MemoryError) {
        suspect(name ? "NEW-1" : "NEW-4", "NEW-11");
    } else if (object) {
        if (!before.pending && find(object) && Py_REFCNT(object) > 1) {
            suspect("", "NEW-1");
        }
        forget(object);
        after_new(&before, object, blocks);
        if (capsule_count < CAPSULES) {
            struct capsule *known = &capsules[capsule_count++];
            memset(known, 0, sizeof *known);
            known->object = object;
            store(&known->pointer, pointer, "NEW-11 NEW-1");
            store(&known->name, name, name ? "NEW-5" : "NEW-4");
            store(&known->context, NULL, "NEW-10");
            store(&known->destructor, address(destructor),
                  destructor ? "NEW-7" : "NEW-8");
        }
    }
    witness_call = before.outer;
    return object;
}
#endif

/* --- getters -------------------------------------------------------------- */

static void after_get(const struct before *before, PyObject *object,
                      const struct field *field, const void *got,
                      const char *rules)
{
    if (before->none) {
        if (got) {
            suspect(rules, "GET-ALL-1 ERR-3");
        } else {
            after_failure(before, "GET-ALL-1");
        }
    } else if (field) {
        if (got != field->value) {
            suspect(by(before->known, field), rules);
        }
        after_success(before, object, rules);
    }
    witness_call = before->outer;
}

#define FIELD(known, which) ((known) ? &(known)->which : NULL)

#ifndef WITHOUT_PyCapsule_GetPointer
void *witness_GetPointer(PyObject *object, const char *name);
void *witness_GetPointer(PyObject *object, const char *name)
{
    struct before before = begin("PyCapsule_GetPointer", object);
    struct capsule *known = before.known;
    bool match = known && matches(known, name);
    void *got = PyCapsule_GetPointer(object, name);

    if (!known || match) {
        const char *rules = !name ? "GETP-1 GETP-4"
                            : known && name != known->name.value
                                ? "GETP-1 GETP-6"
                                : "GETP-1";
        if (match && !got) {
            suspect(by(known, &known->name), rules);
        }
        after_get(&before, object, FIELD(known, pointer), got, rules);
    } else {
        const char *rules =
            name && known->name.value ? "GETP-3 GETP-5" : "GETP-4 GETP-5";
        if (got) {
            suspect(by(known, &known->name), rules);
        } else {
            after_failure(&before, "GETP-2");
        }
        if (Py_REFCNT(object) != before.count) {
            suspect("", "GET-ALL-2");
        }
    }
    witness_call = before.outer;
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_GetName
const char *witness_GetName(PyObject *object);
const char *witness_GetName(PyObject *object)
{
    struct before before = begin("PyCapsule_GetName", object);
    const char *got;

    if (before.known && before.known->dying) {
        before.known->asked_name++;
    }
    got = PyCapsule_GetName(object);
    after_get(&before, object, FIELD(before.known, name), got,
              got ? "GETN-1 GETN-3 GETN-2" : "GETN-2 GETN-1");
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_GetContext
void *witness_GetContext(PyObject *object);
void *witness_GetContext(PyObject *object)
{
    struct before before = begin("PyCapsule_GetContext", object);
    void *got = PyCapsule_GetContext(object);

    after_get(&before, object, FIELD(before.known, context), got,
              "GETC-1 GETC-2");
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_GetDestructor
PyCapsule_Destructor witness_GetDestructor(PyObject *object);
PyCapsule_Destructor witness_GetDestructor(PyObject *object)
{
    struct before before = begin("PyCapsule_GetDestructor", object);
    PyCapsule_Destructor got = PyCapsule_GetDestructor(object);

    after_get(&before, object, FIELD(before.known, destructor), address(got),
              "GETD-1 GETD-2");
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_IsValid
int witness_IsValid(PyObject *object, const char *name);
int witness_IsValid(PyObject *object, const char *name)
{
    struct before before = begin("PyCapsule_IsValid", object);
    struct capsule *known = before.known;
    int got = PyCapsule_IsValid(object, name);

    if (before.none && got) {
        suspect("", "VAL-1 VAL-2 VAL-3");
    } else if (known && (got != 0) != matches(known, name)) {
        suspect(by(known, &known->name), "VAL-1 VAL-5 GETP-3 GETP-4");
    } else if (got != 0 && got != 1) {
        suspect("", "VAL-2");
    }
    if (PyErr_Occurred() != before.pending) {
        suspect("", "VAL-6 VAL-3");
    }
    witness_call = before.outer;
    return got;
}
#endif

/* --- setters -------------------------------------------------------------- */

/* The field to change, or NULL. */
static void after_set(const struct before *before, PyObject *object,
                      struct field *field, const void *value, int got,
                      const char *rule)
{
    if (before->none) {
        if (got == 0) {
            suspect(rule, "SET-ALL-1 ERR-3");
        } else {
            after_failure(before, "SET-ALL-1");
        }
    } else if (field) {
        if (got != 0) {
            suspect(rule, "SET-ALL-3");
        }
        after_success(before, object, rule);
        store(field, value, rule);
    }
    witness_call = before->outer;
}

#ifndef WITHOUT_PyCapsule_SetPointer
int witness_SetPointer(PyObject *object, void *pointer);
int witness_SetPointer(PyObject *object, void *pointer)
{
    struct before before = begin("PyCapsule_SetPointer", object);
    int got = PyCapsule_SetPointer(object, pointer);

    if (!pointer && got == 0) {
        suspect("", "SETP-2");
    } else if (!pointer) {
        after_failure(&before, "SETP-2");
    } else {
        after_set(&before, object, FIELD(before.known, pointer), pointer, got,
                  "SETP-1");
    }
    witness_call = before.outer;
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_SetName
int witness_SetName(PyObject *object, const char *name);
int witness_SetName(PyObject *object, const char *name)
{
    struct before before = begin("PyCapsule_SetName", object);
    int got = PyCapsule_SetName(object, name);

    after_set(&before, object, FIELD(before.known, name), name, got,
              name ? "SETN-1 SETN-2" : "SETN-1");
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_SetContext
int witness_SetContext(PyObject *object, void *context);
int witness_SetContext(PyObject *object, void *context)
{
    struct before before = begin("PyCapsule_SetContext", object);
    int got = PyCapsule_SetContext(object, context);

    after_set(&before, object, FIELD(before.known, context), context, got,
              "SETC-1");
    return got;
}
#endif

#ifndef WITHOUT_PyCapsule_SetDestructor
int witness_SetDestructor(PyObject *object, PyCapsule_Destructor destructor);
int witness_SetDestructor(PyObject *object, PyCapsule_Destructor destructor)
{
    struct before before = begin("PyCapsule_SetDestructor", object);
    int got = PyCapsule_SetDestructor(object, destructor);

    after_set(&before, object, FIELD(before.known, destructor),
              address(destructor), got,
              destructor ? "SETD-1 SETD-3" : "SETD-2");
    return got;
}
#endif

/* --- PyCapsule_Import ----------------------------------------------------- */

/* True if only capsules with other names hold this pointer. */
static bool has_another_name(const void *pointer, const char *name)
{
    bool found = false;

    for (int i = 0; i < capsule_count; i++) {
        if (capsules[i].pointer.value == pointer) {
            if (matches(&capsules[i], name)) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

#ifndef WITHOUT_PyCapsule_Import
void *witness_Import(const char *name, int no_block);
void *witness_Import(const char *name, int no_block)
{
    struct before before = begin("PyCapsule_Import", NULL);
    void *got;

    got = PyCapsule_Import(name, no_block);
    if (!got != (PyErr_Occurred() != NULL)) {
        suspect("", "IMP-5 ERR-3");
    } else if (got && has_another_name(got, name)) {
        suspect("", "IMP-2");
    }
    witness_call = before.outer;
    return got;
}
#endif

/* --- destruction ---------------------------------------------------------- */

static bool asks_name(const struct capsule *known)
{
    for (int i = 0; i < asking_count; i++) {
        if (known->destructor.value == address(asking[i])) {
            return true;
        }
    }
    return false;
}

/* In the place of what Py_DECREF() calls for the last reference. */
void witness_Dealloc(PyObject *object);
void witness_Dealloc(PyObject *object)
{
    struct capsule *known = find(object);
    PyObject *pending = PyErr_Occurred();
    size_t blocks = host_live_blocks();

    if (!known) {
        _Py_Dealloc(object);
        return;
    }
    const bool asks = asks_name(known);
    const bool none = !known->destructor.value;
    const char *stored_by = known->destructor.by;
    const char *outer = witness_call;
    known->dying = true;
    witness_call = DEALLOC;
    _Py_Dealloc(object);
    witness_call = DEALLOC;
    known = find(object); /* the destructor may have made others */
    int times = known ? known->asked_name : 0;
    int asked = known ? known->asked : 0;
    forget(object);
    if ((asks && times != 1) || none == (asked != 0)) {
        suspect(stored_by, "DTOR-1 NEW-7 SETD-1");
    }
    if (PyErr_Occurred() != pending) {
        suspect("", "DTOR-6 DTOR-7 DTOR-4 SETD-2 ERR-1");
    }
    if ((asks || none) && blocks && host_live_blocks() >= blocks) {
        suspect("", "TYPE-1");
    }
    witness_call = outer;
}

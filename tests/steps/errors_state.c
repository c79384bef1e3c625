/* The state of the steps of the error indicator, and what its functions call:
 * allocations that fail, texts, and objects that are destroyed. */
#include "tests/steps/errors_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/steps/exception_type.h"

/* The state is no part of what is proved. */
#pragma CPROVER check push
#pragma CPROVER check disable "pointer"

/* --- objects -------------------------------------------------------------- */

PyObject *objects[OBJECTS];
static Py_ssize_t references[OBJECTS]; /* before the call */
static signed char gained[OBJECTS];    /* as the step computes them */
static bool dead[OBJECTS];

/* The objects. The first exception lies on the heap, so that the
 * checker sees who reads the exception after its end. Memory that is never
 * freed costs the checker far less, so no other object is there. */
static PyBaseExceptionObject *first, second, made;
static PyObject text, other, tuple, made_text, made_text_next;

PyTypeObject PyBaseObject_Type, PyType_Type, PyUnicode_Type, PyTuple_Type;
PyObject _Py_NoneStruct;
static PyTypeObject general, special, plain, other_type;

EXCEPTION(BaseException)
EXCEPTION(MemoryError)
EXCEPTION(SystemError)
EXCEPTION(TypeError)

struct exception no_memory;

PyThreadState here;
static PyThreadState elsewhere;
_Thread_local PyThreadState *current_thread_state;

void no_thread_state(void) { abort(); }

void gains(PyObject *op, int count)
{
    for (int i = 0; i < OBJECTS; i++) {
        if (op != NULL && op == objects[i]) {
            gained[i] += count;
        }
    }
}

void _Py_Dealloc(PyObject *op)
{
    bool known = false;
    HOLDS("DTOR-6", here.raised != op && elsewhere.raised != op,
          "the indicator never holds an exception that is destroyed");
    for (int i = FIRST_EXCEPTION; i < OBJECTS; i++) {
        if (op == objects[i] && !dead[i]) {
            known = dead[i] = true;
        }
    }
    HOLDS("TYPE-1", known, "no object is destroyed twice, and no type");
    if (op == (PyObject *)first) {
        free(first);
    }
}

/* --- what the functions call ---------------------------------------------- */

bool memory_failed;

static bool allocation_fails(void)
{
    if (any_bool("this allocation fails")) {
        memory_failed = true;
        PyErr_NoMemory();
        return true;
    }
    return false;
}

PyObject *exception_make(PyTypeObject *type, PyObject *value)
{
    if (allocation_fails()) {
        return NULL;
    }
    HOLDS("ERR-2", objects[MADE] == NULL, "a call makes one exception");
    made.ob_base.ob_refcnt = 1;
    made.ob_base.ob_type = type;
    made.value = value;
    Py_XINCREF(value);
    return objects[MADE] = &made.ob_base;
}

const char *text_source;

static PyObject *make_text(const char *source)
{
    if (allocation_fails()) {
        return NULL;
    }
    text_source = source;
    HOLDS("environment", objects[MADE_TEXT_NEXT] == NULL,
          "has room for the texts of a call");
    if (objects[MADE_TEXT] == NULL) {
        made_text.ob_refcnt = 1;
        made_text.ob_type = &PyUnicode_Type;
        return objects[MADE_TEXT] = &made_text;
    }
    made_text_next.ob_refcnt = 1;
    made_text_next.ob_type = &PyUnicode_Type;
    return objects[MADE_TEXT_NEXT] = &made_text_next;
}

PyObject *PyUnicode_FromString(const char *source) { return make_text(source); }

PyObject *PyUnicode_FromFormatV(const char *format, va_list arguments)
{
    (void)arguments;
    return make_text(format);
}

PyObject *PyObject_Repr(PyObject *op)
{
    (void)op;
    return make_text("repr");
}

PyObject *PyObject_Str(PyObject *op)
{
    (void)op;
    return make_text("str");
}

const char *PyUnicode_AsUTF8(PyObject *op)
{
    HOLDS("BUG-3",
          (op == &made_text && !dead[MADE_TEXT]) ||
              (op == &made_text_next && !dead[MADE_TEXT_NEXT]),
          "no text is read after its end");
    return "text";
}

const char *type_name(PyTypeObject *type) { return type->tp_name; }

int printed;

int fprintf(FILE *stream, const char *format, ...)
{
    (void)stream;
    (void)format;
    printed++;
    return 0;
}

/* --- types ---------------------------------------------------------------- */

PyObject *const items[] = {&special.ob_base, &general.ob_base};

Py_ssize_t PyTuple_Size(PyObject *op)
{
    SAME("ERR-3", op, &tuple, "only a tuple is asked for its size");
    return 2;
}

PyObject *PyTuple_GetItem(PyObject *op, Py_ssize_t i)
{
    SAME("ERR-3", op, &tuple, "only a tuple is asked for items");
    HOLDS("ERR-3", i == 0 || i == 1, "the tuple has two items");
    return items[i == 1];
}

bool is_class(const PyObject *op)
{
    return op == objects[GENERAL] || op == objects[SPECIAL] ||
           op == PyExc_BaseException || op == PyExc_MemoryError ||
           op == PyExc_SystemError || op == PyExc_TypeError;
}

bool derives(const PyObject *given, const PyObject *wanted)
{
    return given == wanted ||
           (is_class(given) && is_class(wanted) &&
            (wanted == PyExc_BaseException ||
             (given == objects[SPECIAL] && wanted == objects[GENERAL])));
}

int PyType_IsSubtype(PyTypeObject *type, PyTypeObject *base)
{
    return base == &PyBaseObject_Type ||
           derives(&type->ob_base, &base->ob_base);
}

bool is_exception(const PyObject *op)
{
    return op != NULL &&
           (op == objects[FIRST_EXCEPTION] || op == objects[SECOND_EXCEPTION]);
}

/* --- the state ------------------------------------------------------------ */

static void begin_object(int i, PyObject *op, PyTypeObject *type)
{
    objects[i] = op;
    op->ob_type = type;
}

static PyTypeObject *any_exception_type(void)
{
    return any_bool("the exception is of the special type") ? &special
                                                            : &general;
}

/* Makes objects that a call does not count. */
static void begin_uncounted(void)
{
    no_memory.base.ob_base.ob_refcnt = _Py_STATIC_REFCNT;
    no_memory.base.ob_base.ob_type = &type_MemoryError;
    _Py_NoneStruct.ob_refcnt = _Py_STATIC_REFCNT;
    _Py_NoneStruct.ob_type = &other_type;
    PyTypeObject *types[] = {&type_BaseException, &type_MemoryError,
                             &type_SystemError, &type_TypeError};
    for (int i = 0; i < 4; i++) {
        types[i]->ob_base.ob_refcnt = _Py_STATIC_REFCNT;
        types[i]->ob_base.ob_type = &PyType_Type;
        types[i]->tp_name = "type";
    }
}

PyObject *raised_before;

static void begin_indicators(void)
{
    int pending = any_below("the pending exception", 3);
    here.raised = pending == 0   ? NULL
                  : pending == 1 ? &first->ob_base
                                 : &no_memory.base.ob_base;
    raised_before = here.raised;
    elsewhere.raised =
        any_bool("an exception is pending elsewhere") ? &second.ob_base : NULL;
    current_thread_state = &here;
}

void begin(int owned)
{
    begin_uncounted();
    first = malloc(sizeof *first);
    first->value = second.value = NULL;
    begin_object(GENERAL, &general.ob_base, &PyType_Type);
    begin_object(SPECIAL, &special.ob_base, &PyType_Type);
    begin_object(PLAIN, &plain.ob_base, &PyType_Type);
    begin_object(FIRST_EXCEPTION, &first->ob_base, any_exception_type());
    begin_object(SECOND_EXCEPTION, &second.ob_base, any_exception_type());
    begin_object(TEXT, &text, &PyUnicode_Type);
    begin_object(OTHER, &other, &other_type);
    begin_object(TUPLE, &tuple, &PyTuple_Type);
    begin_indicators();
    for (int i = 0; i < MADE; i++) {
        size_t others = any_size("further references");
        ASSUME(others < (size_t)1 << 30, "more references have no memory");
        /* An indicator or the caller owns one reference more. */
        bool is_lent = i != FIRST_EXCEPTION && i != SECOND_EXCEPTION;
        references[i] = (Py_ssize_t)others + 1 + (is_lent ? owned : 0);
        objects[i]->ob_refcnt = references[i];
    }
}

void owns_exception(PyObject *op)
{
    ASSUME(!is_exception(op) || (op != here.raised && op != elsewhere.raised) ||
               op->ob_refcnt > 1,
           "the caller gives away a reference of its own");
}

PyObject *any_class(const char *what)
{
    int which = any_below(what, 4);
    return which == 3   ? &other
           : which == 2 ? &plain.ob_base
           : which == 1 ? &special.ob_base
                        : &general.ob_base;
}

PyObject *any_value(const char *what)
{
    int which = any_below(what, 6);
    return which == 0   ? &first->ob_base
           : which == 1 ? &second.ob_base
           : which == 2 ? &text
           : which == 3 ? &other
           : which == 4 ? Py_None
                        : NULL;
}

/* --- assertions ----------------------------------------------------------- */

static void check_references(void)
{
    for (int i = 0; i < OBJECTS; i++) {
        Py_ssize_t expected = references[i] + gained[i];
        SAME("BUG-4", dead[i], objects[i] != NULL && expected == 0,
             "an object lives until its last reference is given back");
        if (objects[i] != NULL && !dead[i]) {
            SAME("TYPE-1", objects[i]->ob_refcnt, expected,
                 "no reference is lost, kept or given back twice");
        }
    }
    HOLDS("SUB-1",
          elsewhere.raised == NULL || elsewhere.raised == &second.ob_base,
          "the indicator of another thread state stays as it was");
    SAME("SUB-1", current_thread_state, &here,
         "the current thread state stays the same");
}

void check_kept(void)
{
    SAME("ERR-1", here.raised, raised_before, "the pending exception stays");
    check_references();
}

void check_replaced(PyObject *exception)
{
    SAME("ERR-2", here.raised, exception,
         "the indicator holds the new exception in place of the one before");
    gains(raised_before, -1);
    gains(exception, 1);
    check_references();
}

void check_made(PyObject *type, PyObject *value)
{
    if (memory_failed) {
        check_replaced(&no_memory.base.ob_base);
        return;
    }
    SAME("ERR-2", made.ob_base.ob_type, (PyTypeObject *)type,
         "a new exception is of the type asked for");
    SAME("ERR-5", made.value, value,
         "a new exception has the value asked for, None being no value");
    gains(value, 1);
    check_replaced(&made.ob_base);
}

void check_set(PyObject *type, PyObject *value, int refusal)
{
    if (!is_class(type)) {
        check_made(PyExc_SystemError, objects[refusal]);
    } else if (is_exception(value) &&
               derives((PyObject *)value->ob_type, type)) {
        check_replaced(value);
    } else {
        check_made(type, value == Py_None ? NULL : value);
    }
}

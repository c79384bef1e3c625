/* The cycle collector.
 *
 * A container is garbage if all references to it come from garbage. The
 * collector copies the reference count of every tracked object, subtracts the
 * references that tracked objects hold on each other, and keeps the objects
 * that still have a count and everything that they reach. It clears the other
 * objects, after which reference counting destroys them.
 */
#include "capsule/runtime/interpreter.h"

/* Marks an object that the collector must not touch: it is known to be
 * reachable, or belongs to another interpreter. Negative, and stays negative
 * when references are subtracted. */
enum { KEPT = -1 };

static struct gc_head *head_of(void *op) { return (struct gc_head *)op - 1; }

static PyObject *object_of(struct gc_head *head)
{
    return (PyObject *)(head + 1);
}

PyObject *_PyObject_GC_New(PyTypeObject *type)
{
    struct gc_head *head =
        PyObject_Malloc(sizeof(struct gc_head) + (size_t)type->tp_basicsize);
    if (head == NULL) {
        return PyErr_NoMemory();
    }
    head->next = NULL;
    PyObject *op = object_of(head);
    op->ob_refcnt = 1;
    op->ob_type = type;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        Py_INCREF(type);
    }
    return op;
}

PyObject *gc_new_zeroed(size_t size)
{
    struct gc_head *head = PyObject_Calloc(1, sizeof(struct gc_head) + size);
    return head ? object_of(head) : PyErr_NoMemory();
}

/* True if the collector's head stands before the object. Static types have
 * none, although heap types do. */
static bool has_head(PyObject *op)
{
    if (Py_IS_TYPE(op, &PyType_Type) &&
        !(((PyTypeObject *)op)->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    return (Py_TYPE(op)->tp_flags & Py_TPFLAGS_HAVE_GC) != 0;
}

static void link_before(struct gc_head *list, struct gc_head *head)
{
    head->next = list;
    head->previous = list->previous;
    list->previous->next = head;
    list->previous = head;
}

static void unlink_head(struct gc_head *head)
{
    head->previous->next = head->next;
    head->next->previous = head->previous;
    head->next = NULL;
}

void PyObject_GC_Track(void *op)
{
    head_of(op)->references = KEPT;
    link_before(&interpreter()->tracked, head_of(op));
}

void PyObject_GC_UnTrack(void *op)
{
    if (head_of(op)->next) {
        unlink_head(head_of(op));
    }
}

int PyObject_GC_IsTracked(PyObject *op)
{
    return has_head(op) && head_of(op)->next != NULL;
}

void PyObject_GC_Del(void *op)
{
    PyObject_GC_UnTrack(op);
    PyObject_Free(head_of(op));
}

PyObject *gc_next(PyObject *op)
{
    struct gc_head *tracked = &interpreter()->tracked;
    struct gc_head *next = (op ? head_of(op) : tracked)->next;
    return next == tracked ? NULL : object_of(next);
}

/* --- collecting ----------------------------------------------------------- */

static traverseproc traverse_of(PyObject *op)
{
    return TYPE_SLOT(Py_TYPE(op), tp_traverse);
}

static int subtract_reference(PyObject *op, void *arg)
{
    (void)arg;
    if (PyObject_GC_IsTracked(op)) {
        head_of(op)->references--;
    }
    return 0;
}

/* Moves a reachable object to the end of the list of survivors. */
static int keep(PyObject *op, void *survivors)
{
    if (PyObject_GC_IsTracked(op) && head_of(op)->references >= 0) {
        head_of(op)->references = KEPT;
        unlink_head(head_of(op));
        link_before(survivors, head_of(op));
    }
    return 0;
}

/* Moves all entries of `from` to the end of `to`. */
static void splice(struct gc_head *to, struct gc_head *from)
{
    while (from->next != from) {
        struct gc_head *head = from->next;
        unlink_head(head);
        link_before(to, head);
    }
}

Py_ssize_t PyGC_Collect(void)
{
    struct gc_head *tracked = &interpreter()->tracked;
    struct gc_head survivors = {&survivors, &survivors, 0};
    struct gc_head garbage = {&garbage, &garbage, 0};
    PyObject *pending = PyErr_GetRaisedException();
    Py_ssize_t found = 0;

    for (struct gc_head *h = tracked->next; h != tracked; h = h->next) {
        h->references = object_of(h)->ob_refcnt;
    }
    for (struct gc_head *h = tracked->next; h != tracked; h = h->next) {
        traverse_of(object_of(h))(object_of(h), subtract_reference, NULL);
    }
    for (struct gc_head *h = tracked->next, *next; h != tracked; h = next) {
        next = h->next;
        if (h->references > 0) {
            keep(object_of(h), &survivors);
            next = tracked->next; /* keep() may have moved `next` */
        }
    }
    for (struct gc_head *h = survivors.next; h != &survivors; h = h->next) {
        traverse_of(object_of(h))(object_of(h), keep, &survivors);
    }
    splice(&garbage, tracked);
    splice(tracked, &survivors);

    while (garbage.next != &garbage) {
        struct gc_head *h = garbage.next;
        PyObject *op = Py_NewRef(object_of(h));
        unlink_head(h);
        link_before(tracked,
                    h); /* a destructor may make the object reachable again */
        h->references = KEPT;
        inquiry clear = TYPE_SLOT(Py_TYPE(op), tp_clear);
        if (clear) {
            clear(op);
        }
        Py_DECREF(op);
        found++;
    }
    PyErr_SetRaisedException(pending);
    return found;
}

/* --- start and end -------------------------------------------------------- */

void gc_start(void)
{
    struct gc_head *tracked = &interpreter()->tracked;
    tracked->next = tracked->previous = tracked;
}

void gc_stop(void)
{
    PyGC_Collect();
    struct gc_head *tracked = &interpreter()->tracked;
    while (tracked->next != tracked) {
        unlink_head(tracked->next);
    }
}

/* Uses capsules in several threads while ThreadSanitizer watches.
 *
 *   races create     each thread makes, checks and drops capsules
 *   races distinct   each thread calls every function with its own capsule
 *   races share      each thread raises, with None, types and MemoryError
 *   races same       two threads set and read one capsule: a race (THR-2)
 *   races count      two threads share a reference count: a race
 *
 * The first three modes must end with status 0 and print nothing, because the
 * implementation has no global lock. ThreadSanitizer must report the last two
 * modes.
 */
#include <Python.h>

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 500 };

static char payloads[THREADS];
static PyObject *capsules[THREADS];
static pthread_barrier_t begin, end;

static void drop_quietly(PyObject *capsule)
{
    PyErr_Occurred();
    PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule));
}

static void expect(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "races: %s\n", what);
        exit(3);
    }
}

/* --- what one thread does in one round ------------------------------------ */

static void create(int i)
{
    PyObject *capsule = PyCapsule_New(&payloads[i], "races.cap", drop_quietly);
    expect(capsule && PyCapsule_CheckExact(capsule), "no capsule was made");
    expect(!PyCapsule_CheckExact(Py_None), "None is no capsule");
    Py_DECREF(capsule);
    expect(PyCapsule_New(NULL, NULL, NULL) == NULL, "NULL was accepted");
    PyErr_Clear();
}

static void use(PyObject *capsule, int i)
{
    PyCapsule_SetPointer(capsule, &payloads[i]);
    PyCapsule_SetName(capsule, "races.other");
    PyCapsule_SetContext(capsule, capsules);
    PyCapsule_SetDestructor(capsule, drop_quietly);
    PyCapsule_IsValid(capsule, "races.other");
    PyCapsule_GetPointer(capsule, "races.other");
    PyCapsule_GetName(capsule);
    PyCapsule_GetContext(capsule);
    PyCapsule_GetDestructor(capsule);
}

static void distinct(int i)
{
    use(capsules[i], i);
    expect(PyCapsule_GetPointer(capsules[i], "wrong") == NULL,
           "a wrong name was accepted");
    expect(PyErr_ExceptionMatches(PyExc_ValueError), "no ValueError");
    PyErr_Clear();
    Py_INCREF(capsules[i]);
    Py_DECREF(capsules[i]);
}

/* Uses objects that all threads share and that never change: None, types,
 * static exceptions. */
static void share(int i)
{
    (void)i;
    Py_INCREF(Py_None);
    PyErr_SetObject(PyExc_KeyError, Py_None);
    expect(PyErr_ExceptionMatches(PyExc_LookupError), "no LookupError");
    PyErr_Clear();
    PyErr_NoMemory();
    PyErr_Clear();
    Py_DECREF(Py_None);
}

static void same(int i)
{
    (void)i;
    PyCapsule_SetPointer(capsules[0], &payloads[1]);
    PyCapsule_GetPointer(capsules[0], "races.cap");
}

static void count(int i)
{
    (void)i;
    Py_INCREF(capsules[0]);
    Py_DECREF(capsules[0]);
}

static const struct {
    const char *name;
    void (*round)(int thread);
} modes[] = {
    {"create", create}, {"distinct", distinct}, {"share", share},
    {"same", same},     {"count", count},
};

/* --- threads -------------------------------------------------------------- */

static void (*chosen)(int thread);

static void *run(void *thread)
{
    int i = (int)(intptr_t)thread;
    PyGILState_STATE state = PyGILState_Ensure();
    /* No synchronisation happens between these two barriers. ThreadSanitizer
     * therefore treats the threads as concurrent, even if they happen to run
     * one after the other. */
    pthread_barrier_wait(&begin);
    for (int round = 0; round < ROUNDS; round++) {
        chosen(i);
    }
    pthread_barrier_wait(&end);
    PyGILState_Release(state);
    return NULL;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            chosen = modes[i].round;
        }
    }
    if (chosen == NULL) {
        fputs("races: unknown mode; say create, distinct, share, same or "
              "count\n",
              stderr);
        return 2;
    }
    Py_InitializeEx(0);
    pthread_barrier_init(&begin, NULL, THREADS);
    pthread_barrier_init(&end, NULL, THREADS);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        capsules[i] = PyCapsule_New(&payloads[i], "races.cap", NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        expect(pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i) == 0,
               "no thread");
    }
    Py_BEGIN_ALLOW_THREADS for (int i = 0; i < THREADS; i++)
    {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS for (int i = 0; i < THREADS; i++)
    {
        Py_DECREF(capsules[i]);
    }
    pthread_barrier_destroy(&begin);
    pthread_barrier_destroy(&end);
    Py_FinalizeEx();
    return 0;
}

/* Finds the pairs of calls that are a data race on one capsule.
 *
 * Runs each pair of calls in two threads, on one capsule, under
 * ThreadSanitizer, and prints a line for each pair: `GetPointer SetPointer
 * race`, or `-` in place of `race`. ThreadSanitizer reports a race even if the
 * two calls do not overlap in time: it asks if anything orders them.
 */
#include <Python.h>

#include <pthread.h>

enum { ROUNDS = 50, ATTEMPTS = 5 };

static char payload;
static PyObject *capsule; /* the capsule of the pair that runs */

/* --- what ThreadSanitizer says -------------------------------------------- */

static int reports;

/* ThreadSanitizer calls this for each report. */
void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
    (void)report;
    __atomic_add_fetch(&reports, 1, __ATOMIC_RELAXED);
}

/* A race that two pairs share is reported for both. The table is the output;
 * the reports themselves are not printed. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "suppress_equal_stacks=0:suppress_equal_addresses=0:exitcode=0:"
           "report_signal_unsafe=0:history_size=7:log_path=/dev/null";
}

/* --- the calls ------------------------------------------------------------ */

static void destroy(PyObject *self)
{
    PyCapsule_GetPointer(self, PyCapsule_GetName(self));
}

static void nothing(void) {}
static void new_one(void) { Py_DECREF(PyCapsule_New(&payload, "x", destroy)); }
static void check(void) { (void)PyCapsule_CheckExact(capsule); }
static void is_valid(void) { PyCapsule_IsValid(capsule, "pairs.cap"); }
static void get_pointer(void) { PyCapsule_GetPointer(capsule, "pairs.cap"); }
static void get_name(void) { PyCapsule_GetName(capsule); }
static void get_context(void) { PyCapsule_GetContext(capsule); }
static void get_destructor(void) { PyCapsule_GetDestructor(capsule); }
static void set_pointer(void) { PyCapsule_SetPointer(capsule, &payload); }
static void set_name(void) { PyCapsule_SetName(capsule, "pairs.cap"); }
static void set_context(void) { PyCapsule_SetContext(capsule, &payload); }
static void set_destructor(void) { PyCapsule_SetDestructor(capsule, destroy); }
static void import(void) { PyCapsule_Import("pairs.cap", 0); }
static void repr(void) { Py_XDECREF(PyObject_Repr(capsule)); }

static void count(void)
{
    Py_INCREF(capsule);
    Py_DECREF(capsule);
}

/* Drops one of the references that run_pair() took. */
static void drop(void) { Py_DECREF(capsule); }

static const struct call {
    const char *name;
    void (*perform)(void);
} CALLS[] = {
    {"New", new_one},
    {"CheckExact", check},
    {"IsValid", is_valid},
    {"GetPointer", get_pointer},
    {"GetName", get_name},
    {"GetContext", get_context},
    {"GetDestructor", get_destructor},
    {"SetPointer", set_pointer},
    {"SetName", set_name},
    {"SetContext", set_context},
    {"SetDestructor", set_destructor},
    {"Import", import},
    {"Repr", repr},
    {"INCREF", count},
    {"DECREF", drop},
};

static const struct call NOTHING = {"", nothing};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0] };

/* --- pairs ---------------------------------------------------------------- */

static pthread_barrier_t begin, end;

/* Waits for the other thread. Lets go of Python meanwhile: the free-threaded
 * CPython stops all threads while it prepares one that starts. */
static void meet(pthread_barrier_t *barrier)
{
    PyThreadState *state = PyEval_SaveThread();
    pthread_barrier_wait(barrier);
    PyEval_RestoreThread(state);
}

static void *run(void *call)
{
    PyGILState_STATE state = PyGILState_Ensure();
    /* Nothing orders the two threads between these meetings. */
    meet(&begin);
    for (int round = 0; round < ROUNDS; round++) {
        ((const struct call *)call)->perform();
    }
    meet(&end);
    PyErr_Clear();
    PyGILState_Release(state);
    return NULL;
}

/* Makes the capsule and publishes it as pairs.cap for PyCapsule_Import(). */
static int publish(void)
{
    capsule = PyCapsule_New(&payload, "pairs.cap", destroy);
    PyObject *module = PyImport_AddModule("pairs"); /* borrowed */
    return capsule && module ? PyObject_SetAttrString(module, "cap", capsule)
                             : -1;
}

static int races(const struct call *first, const struct call *second)
{
    if (publish() < 0) {
        fputs("pairs: no capsule\n", stderr);
        exit(3);
    }
    for (int i = 0; i < ROUNDS; i++) {
        for (int thread = 0; thread < 2; thread++) {
            if ((thread ? second : first)->perform == drop) {
                Py_INCREF(capsule);
            }
        }
    }
    if (first->perform == drop && second->perform == drop) {
        /* The threads drop the last references, and one destroys the capsule.
         */
        PyObject_DelAttrString(PyImport_AddModule("pairs"), "cap");
        Py_DECREF(capsule);
    }
    int before = __atomic_load_n(&reports, __ATOMIC_RELAXED);
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, run, (void *)first);
    pthread_create(&threads[1], NULL, run, (void *)second);
    PyThreadState *state = PyEval_SaveThread();
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    PyEval_RestoreThread(state);
    if (first->perform != drop || second->perform != drop) {
        Py_DECREF(capsule);
    }
    return __atomic_load_n(&reports, __ATOMIC_RELAXED) != before;
}

/* ThreadSanitizer misses one race in ten: two accesses at the same moment
 * overwrite each other's trace. */
static int races_once(const struct call *first, const struct call *second)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        if (races(first, second)) {
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    Py_InitializeEx(0);
    pthread_barrier_init(&begin, NULL, 2);
    pthread_barrier_init(&end, NULL, 2);
    /* The first threads of CPython 3.13 race while they start. */
    races(&NOTHING, &NOTHING);
    for (int i = 0; i < CALL_COUNT; i++) {
        for (int j = i; j < CALL_COUNT; j++) {
            printf("%s %s %s\n", CALLS[i].name, CALLS[j].name,
                   races_once(&CALLS[i], &CALLS[j]) ? "race" : "-");
        }
    }
    return fflush(stdout) ? 3 : 0;
}

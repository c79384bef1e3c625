/* Runs random programs in several threads at once, while ThreadSanitizer
 * watches.
 *
 * No program shares a capsule with another one. Each must therefore print in
 * company what it prints alone, and no access of one thread may race with
 * another thread (THR-1): the implementation has no global lock, and no
 * variable of its own that several threads write. All threads begin a turn at
 * the same moment and then run freely. */
#include "tests/threads/together.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, TURNS = 50 };

struct text {
    size_t size;
    char bytes[1 << 16];
};

#define PROGRAM(name) int name(void);
#include "tests/threads/programs.inc"
#undef PROGRAM

static const struct {
    const char *name;
    int (*run)(void);
} PROGRAMS[] = {
#define PROGRAM(name) {#name, name},
#include "tests/threads/programs.inc"
};

enum { PROGRAM_COUNT = sizeof PROGRAMS / sizeof PROGRAMS[0] };

static struct text alone[PROGRAM_COUNT];
static pthread_barrier_t turn;

/* Where the programs of the thread print. */
static _Thread_local struct text *said;

int say(const char *format, ...)
{
    size_t room = sizeof said->bytes - said->size;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(said->bytes + said->size, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) {
        fputs("together: a program prints too much\n", stderr);
        exit(3);
    }
    said->size += (size_t)length;
    return length;
}

static void run(int program, struct text *text)
{
    text->size = 0;
    text->bytes[0] = '\0';
    said = text;
    PROGRAMS[program].run();
}

static void compare(int program, const struct text *text)
{
    if (strcmp(text->bytes, alone[program].bytes) != 0) {
        fprintf(stderr,
                "together: %s prints something else when other threads run. "
                "Alone:\n%s\nIn company:\n%s",
                PROGRAMS[program].name, alone[program].bytes, text->bytes);
        exit(3);
    }
}

/* Runs every THREADS-th program, each of them once in every turn: the variables
 * of a program belong to the thread that runs it. */
static void *run_share(void *first)
{
    static _Thread_local struct text text;
    PyGILState_STATE state = PyGILState_Ensure();

    for (int i = 0; i < TURNS; i++) {
        pthread_barrier_wait(&turn);
        for (int program = (int)(size_t)first; program < PROGRAM_COUNT;
             program += THREADS) {
            run(program, &text);
            compare(program, &text);
        }
    }
    PyGILState_Release(state);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    (Py_InitializeEx)(0);
    for (int i = 0; i < PROGRAM_COUNT; i++) {
        run(i, &alone[i]);
    }
    pthread_barrier_init(&turn, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, run_share, (void *)i);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    return (Py_FinalizeEx)() < 0;
}

/* Runs parts of a program in the thread whose turn it is. A program's first
 * call in a thread creates the thread; all threads end with the program. */
#include "fuzz/executor/threads.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/executor/family.h"
#include "fuzz/executor/world.h"

/* A thread other than the one that started the host. */
struct thread {
    pthread_t id;
    bool started;
    sem_t turn; /* posted when the thread may run task() */
};

static struct thread threads[THREADS]; /* the first is not used */
static void (*task)(void);             /* NULL: the thread must end */
static sem_t done; /* posted when the thread has run task() */

static void require(int condition)
{
    if (!condition) {
        fputs("executor: cannot start a thread or wait for it\n", stderr);
        abort();
    }
}

/* Waits for a post. A signal may interrupt sem_wait(): libFuzzer checks its
 * time limit in a handler of SIGALRM. */
static void await(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) {
        require(errno == EINTR);
    }
}

/* Keeps one thread state, as a thread made outside Python does that calls
 * PyGILState_Ensure() once. */
static void *take_turns(void *argument)
{
    struct thread *self = argument;
    await(&self->turn);
    PyGILState_STATE before = PyGILState_Ensure();
    while (task) {
        task();
        PyThreadState *state = PyEval_SaveThread();
        sem_post(&done);
        await(&self->turn);
        PyEval_RestoreThread(state);
    }
    PyGILState_Release(before);
    return NULL;
}

/* Lets the thread run body(). The caller's thread waits without the GIL. */
static void give_turn(struct thread *thread, void (*body)(void))
{
    task = body;
    PyThreadState *state = PyEval_SaveThread();
    sem_post(&thread->turn);
    if (body) {
        await(&done);
    } else {
        pthread_join(thread->id, NULL);
    }
    PyEval_RestoreThread(state);
}

void threads_run(void (*body)(void))
{
    struct thread *thread = &threads[run.model.thread];
    if (run.model.thread == 0) {
        body();
        return;
    }
    if (!thread->started) {
        require(pthread_create(&thread->id, NULL, take_turns, thread) == 0);
        thread->started = true;
    }
    give_turn(thread, body);
}

static void start(void)
{
    require(sem_init(&done, 0, 0) == 0);
    for (int i = 1; i < THREADS; i++) {
        require(sem_init(&threads[i].turn, 0, 0) == 0);
    }
}

static void end(void)
{
    for (int i = 1; i < THREADS; i++) {
        if (threads[i].started) {
            give_turn(&threads[i], NULL);
            threads[i].started = false;
        }
    }
}

/* The model chooses the next thread; the next call runs there. */
static uintptr_t perform(const struct call *call, const struct model_arg *args)
{
    (void)call, (void)args;
    return 0;
}

const struct executor_family executor_family_threads = {
    .start = start,
    .end = end,
    .perform = perform,
};

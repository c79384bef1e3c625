/* Threads that take turns. next_thread() returns in another thread than the one
 * that called it: the stack of the caller moves to the other thread, and the
 * caller's thread waits. */
#ifndef FUZZ_PROGRAM_C_THREADS_H
#define FUZZ_PROGRAM_C_THREADS_H

#include <Python.h>

#include <pthread.h>
#include <semaphore.h>
#include <ucontext.h>

/* A thread, and where it waits for its turn. */
struct turn {
    pthread_t id;
    sem_t wake;
    ucontext_t idle;
    PyThreadState *state; /* NULL: the thread has not run yet */
};

/* The threads; the first one is that of main(). */
static struct turn turns[3];

/* The index of the thread whose turn it is. */
static int in_thread;

/* The caller of next_thread(). */
static ucontext_t turn_caller;

static int turns_are_over;

/* Waits until it is the thread's turn; true if there are more turns. A signal
 * may interrupt sem_wait(). */
static int is_next_turn(struct turn *turn)
{
    while (sem_wait(&turn->wake) != 0) {
    }
    return !turns_are_over;
}

/* Continues the caller of next_thread() whenever it is the thread's turn. */
static void wait_for_turns(struct turn *turn)
{
    while (is_next_turn(turn)) {
        swapcontext(&turn->idle, &turn_caller);
        sem_post(&turns[in_thread].wake);
    }
}

static void *thread_of_turns(void *turn)
{
    wait_for_turns((struct turn *)turn);
    if (((struct turn *)turn)->state) {
        PyEval_RestoreThread(((struct turn *)turn)->state);
        PyGILState_Release(PyGILState_UNLOCKED);
    }
    return NULL;
}

/* The thread of main() waits in this function, on a stack of its own. */
static void wait_in_main(void)
{
    sem_post(&turns[in_thread].wake);
    wait_for_turns(&turns[0]);
}

static void start_turns(void)
{
    static char stack[1 << 18];
    for (int i = 0; i < 3; i++) {
        sem_init(&turns[i].wake, 0, 0);
    }
    getcontext(&turns[0].idle);
    turns[0].idle.uc_stack.ss_sp = stack;
    turns[0].idle.uc_stack.ss_size = sizeof stack;
    makecontext(&turns[0].idle, wait_in_main, 0);
    for (int i = 1; i < 3; i++) {
        pthread_create(&turns[i].id, NULL, thread_of_turns, &turns[i]);
    }
}

static void next_thread(void)
{
    struct turn *from = &turns[in_thread];
    if (turns[0].state == NULL) {
        start_turns();
    }
    from->state = PyEval_SaveThread();
    in_thread = (in_thread + 1) % 3;
    swapcontext(&turn_caller, &from->idle);
    if (turns[in_thread].state) {
        PyEval_RestoreThread(turns[in_thread].state);
    } else {
        PyGILState_Ensure();
    }
}

/* Returns to the first thread and ends the others. */
static void end_threads(void)
{
    while (in_thread != 0) {
        next_thread();
    }
    turns_are_over = 1;
    PyThreadState *state = PyEval_SaveThread();
    for (int i = 1; i < 3; i++) {
        sem_post(&turns[i].wake);
        pthread_join(turns[i].id, NULL);
    }
    PyEval_RestoreThread(state);
}

#endif

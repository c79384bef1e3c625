/* The threads of a program, which take turns. */
#ifndef FUZZ_EXECUTOR_THREADS_H
#define FUZZ_EXECUTOR_THREADS_H

/* Runs body() in the thread whose turn it is, with the C API ready for use, and
 * waits until body() returns. */
void threads_run(void (*body)(void));

#endif

/* Included in front of a program that tools/prog emits as C: the program prints
 * to its thread's text, and finds Python running. */
#ifndef TESTS_THREADS_TOGETHER_H
#define TESTS_THREADS_TOGETHER_H

#include <Python.h>

#include <stdio.h>

/* Appends to the text of the calling thread. */
__attribute__((format(printf, 1, 2))) int say(const char *format, ...);

#define printf say
#define fflush(file) (void)(file)
#define Py_InitializeEx(signals) (void)(signals)
#define Py_FinalizeEx() 0

#endif

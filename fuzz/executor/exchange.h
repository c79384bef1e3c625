/* The exchanges of fuzz/program/c (exchange.h, offers.h, takes.h), compiled
 * with the sanitizers' instrumentation. fuzz/model/protocols.h describes what
 * they do. */
#ifndef FUZZ_EXECUTOR_EXCHANGE_H
#define FUZZ_EXECUTOR_EXCHANGE_H

#include <Python.h>

#include <stdbool.h>

/* Offer a struct of that kind. Return a new reference, or NULL with an
 * exception. The capsule gets the destructor, which must call exchange_end().
 */
PyObject *exchange_offer(const char *kind, const char *manner,
                         PyCapsule_Destructor destructor);
PyObject *exchange_hostile_offer(const char *kind, const char *manner,
                                 PyCapsule_Destructor destructor);

/* Take the struct of the capsule into a handle. exchange_take() returns 1, 0 if
 * the content is wrong, or -1 with an exception; exchange_hostile_take() 0, or
 * -1 with an exception. */
int exchange_take(PyObject *capsule, const char *kind, unsigned handle);
int exchange_hostile_take(PyObject *capsule, const char *way, unsigned handle);

/* Release the struct of a handle, or what the capsule owns. Return how often
 * the resource was released. */
int exchange_release(unsigned handle);
int exchange_hostile_release(unsigned handle);
int exchange_end(PyObject *capsule);

/* Releases everything that is left and forgets all exchanges. */
void exchange_end_all(void);

/* --- what happened -------------------------------------------------------- */

/* Returns how often the resource of the n-th exchange was released. If n is the
 * number of exchanges: of the last offer, which failed. */
int exchange_releases(int n);

/* True if the capsule of the n-th exchange had its producer's destructor when
 * the struct was offered. */
bool exchange_has_destructor(int n);

/* True if the Arrow struct in the capsule is marked as released. */
bool exchange_is_marked(int n);

/* Returns the struct in the capsule of the newest exchange. */
const void *exchange_struct(void);

/* Returns the name of the capsules of a kind, offered or taken. */
const char *exchange_name(int kind, bool taken);

#endif

/* The part of the Python C API that capsules need, under its real names.
 *
 * Code written against this header compiles unchanged against CPython's header,
 * and each function behaves as in CPython. Where CPython's behaviour is
 * undefined (changing the reference count of a dying object,
 * PyCapsule_CheckExact(NULL)), this implementation prints one line and aborts.
 *
 * In the documentation of the functions, "new reference" means that the caller
 * owns the result, "borrowed" that the caller does not own it, and "steals"
 * that the callee takes over the caller's reference. Every function that fails
 * sets an exception unless its comment says otherwise. Ids such as NEW-2 name
 * the rule of capsule/contract.def that a function implements.
 */
#ifndef Py_PYTHON_H
#define Py_PYTHON_H

/* CPython's pyconfig.h defines it too: a file that includes this header first
 * can use strdup() and the like in every C standard. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* The version of the C API that this header takes its subset from. */
#define PY_MAJOR_VERSION 3
#define PY_MINOR_VERSION 14
#define PY_MICRO_VERSION 0
#define PY_VERSION_HEX 0x030E00F0
#define PY_VERSION "3.14.0"

/* Lets code recognise this implementation. */
#define CAPSULE_REFERENCE 1

#ifdef __cplusplus
#define PyAPI_FUNC(type) extern "C" type
#define PyAPI_DATA(type) extern "C" type
#define PyMODINIT_FUNC extern "C" PyObject *
#else
#define PyAPI_FUNC(type) extern type
#define PyAPI_DATA(type) extern type
#define PyMODINIT_FUNC PyObject *
#endif

#define Py_UNUSED(name) _unused_##name __attribute__((unused))
#define Py_STRINGIFY(x) _Py_XSTRINGIFY(x)
#define _Py_XSTRINGIFY(x) #x

typedef ssize_t Py_ssize_t;
typedef intptr_t Py_intptr_t;
typedef uintptr_t Py_uintptr_t;
typedef Py_ssize_t Py_hash_t;
#define PY_SSIZE_T_MAX ((Py_ssize_t)(((size_t)-1) >> 1))

/* The headers of NumPy need these macros too. */
#define Py_USING_UNICODE 1
#define SIZEOF_SHORT __SIZEOF_SHORT__
#define SIZEOF_INT __SIZEOF_INT__
#define SIZEOF_LONG __SIZEOF_LONG__
#define SIZEOF_LONG_LONG __SIZEOF_LONG_LONG__
#define SIZEOF_VOID_P __SIZEOF_POINTER__
#define SIZEOF_SIZE_T __SIZEOF_SIZE_T__

#include "pymem.h"

#include "object.h"

#include "abstract.h"
#include "basictypes.h"
#include "cobject.h"
#include "import.h"
#include "modsupport.h"
#include "moduleobject.h"
#include "pycapsule.h"
#include "pyerrors.h"
#include "pylifecycle.h"
#include "pystate.h"
#include "warnings.h"

#endif

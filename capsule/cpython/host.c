/* CPython as an implementation under test. Linked into a program, this file
 * starts an embedded interpreter. Linked into an extension module, it uses the
 * interpreter that runs already.
 *
 * CPython itself is compiled without sanitizers and coverage counters. Its
 * objects come from malloc(), so AddressSanitizer still watches them.
 */
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsule/host.h"
#include "capsule/host_allocator.h"
#include "capsule/host_clock.h"

/* NULL if LeakSanitizer is not linked. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));
void __lsan_do_leak_check(void) __attribute__((weak));

static const struct profile *profile_in_force;
static bool started_here;
static PyObject *gc; /* the module `gc` */

/* Returns the profile of the version that runs. That version may differ from
 * the version of the headers that this file was compiled with. */
static const char *own_profile(void)
{
#ifdef PYPY_VERSION
    return PY_VERSION_HEX < 0x030B0000 ? "deferred-3.8" : "deferred";
#endif
    int major = 0, minor = 0;
    sscanf(Py_GetVersion(), "%d.%d", &major, &minor);
    if (major < 3) {
        return "cpython-2.7";
    }
    if (minor < 8) {
        return minor < 7 ? "cpython-3.6" : "cpython-3.7";
    }
    if (minor < 11) {
        return "cpython-3.8";
    }
#ifdef Py_GIL_DISABLED
    return minor < 14 ? "cpython-3.13-free-threaded"
                      : "cpython-3.14-free-threaded";
#endif
#ifdef Py_DEBUG
    return minor < 13 ? "cpython-3.11-debug" : "cpython-3.14-debug";
#else
    return minor < 13 ? "cpython-3.11" : "cpython-3.14";
#endif
}

/* Starts Python without the module `site`. Each subinterpreter would import
 * `site` again, with everything the user has installed; that took nine tenths
 * of a program's time. */
static void start_without_site(void)
{
#if defined PYPY_VERSION || PY_VERSION_HEX < 0x03080000
    Py_NoSiteFlag = 1;
    Py_InitializeEx(0);
#else
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    config.site_import = 0;
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        Py_ExitStatusException(status);
    }
#endif
}

/* Objects come from malloc(), which AddressSanitizer watches. A free-threaded
 * CPython accepts only its own allocator. It also enables its lock when it
 * imports a module that does not declare Py_MOD_GIL_NOT_USED, as the modules of
 * the tests do not; PYTHON_GIL=0 keeps the lock off. */
static void choose_options(void)
{
#ifdef Py_GIL_DISABLED
    setenv("PYTHON_GIL", "0", 0);
#else
    setenv("PYTHONMALLOC", "malloc", 0);
#endif
}

/* Hides from LeakSanitizer what the interpreter allocates at its start and
 * keeps until the process ends. */
static void start_interpreter(void)
{
    choose_options();
    if (__lsan_disable) {
        __lsan_disable();
    }
    start_without_site();
    if (__lsan_enable) {
        __lsan_enable();
    }
}

/* Calls gc.NAME(argument), or gc.NAME() if `argument` is negative. Returns
 * false if the call raises. */
static bool gc_call(const char *name, int argument)
{
    PyObject *done = PyObject_CallMethod(
        gc, (char *)name, (char *)(argument < 0 ? NULL : "i"), argument);
    Py_XDECREF(done);
    return done != NULL;
}

/* Switches automatic garbage collection off; only host_collect() collects. Sets
 * the threshold to 0 rather than calling gc.disable(), because PyGC_Collect()
 * does nothing while collection is disabled. PyPy has no threshold, and
 * collects on demand even when disabled.
 *
 * gc.freeze() removes the interpreter's own objects from collection. They live
 * as long as the interpreter, and searching them took two thirds of a program's
 * time.
 */
static bool collect_on_demand_only(void)
{
    gc = PyImport_ImportModule("gc");
    if (gc == NULL) {
        return false;
    }
#ifdef PYPY_VERSION
    return gc_call("disable", -1);
#elif PY_VERSION_HEX < 0x03070000
    return gc_call("set_threshold", 0);
#else
    return gc_call("set_threshold", 0) && gc_call("freeze", -1);
#endif
}

static void count_allocations(void)
{
#ifdef HOST_ALLOCATOR_COUNTS
    /* The raw domain is left out: other threads use it too, and it holds no
     * objects. */
    static const PyMemAllocatorDomain DOMAINS[] = {
        PYMEM_DOMAIN_MEM,
        PYMEM_DOMAIN_OBJ,
    };
    host_allocator_install(DOMAINS, 2);
#endif
}

int host_start(const char *profile)
{
    const char *own = own_profile();
    const char *wanted = profile ? profile : own;
    if (strcmp(wanted, own) != 0 && strcmp(wanted, "documented") != 0) {
        return -1;
    }
    profile_in_force = profile_by_name(wanted);
    started_here = !Py_IsInitialized();
    if (started_here) {
        start_interpreter();
    }
    if (!collect_on_demand_only()) {
        PyErr_Clear();
        return -1;
    }
    count_allocations();
    return 0;
}

/* --- hiding modules ------------------------------------------------------- */

/* Python code that hides modules. The modules in `stays` remain in sys.modules:
 * the importer looks up `builtins`, and Python 2's warnings use `warnings`. On
 * PyPy, host_collect() needs `__main__` and `gc`, and `__reduce_ex__` imports
 * `copyreg`. */
static const char HIDE[] =
    "import sys\n"
    "\n"
    "modules, aside, former = sys.modules, {}, list(sys.meta_path)\n"
    "stays = {'builtins', '__builtin__'}\n"
    "\n"
    "class Finder(object):\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        for finder in former if name in names else ():\n"
    "            spec = finder.find_spec(name, path, target)\n"
    "            if spec is not None:\n"
    "                return spec\n"
    "\n"
    "if sys.version_info < (3,):\n"
    "    class Finder(object):\n"
    "        def find_module(self, name, path=None):\n"
    "            return None if name in names else self\n"
    "        def load_module(self, name):\n"
    "            raise ImportError('No module named ' + name)\n"
    "    sys.meta_path.insert(0, Finder())\n"
    "    stays.add('warnings')\n"
    "else:\n"
    "    sys.meta_path[:] = [Finder()]\n"
    "if 'PyPy' in sys.version:\n"
    "    stays.update(['__main__', 'gc', 'copyreg'])\n"
    "\n"
    "for name in set(modules) - stays:\n"
    "    aside[name] = modules.pop(name)\n"
    "\n"
    "def show():\n"
    "    sys.meta_path[:] = former\n"
    "    modules.update(aside)\n";

/* The global variables of HIDE, or NULL while nothing is hidden. */
static PyObject *hidden;

static PyObject *tuple_of(const char *const *names, size_t count)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; tuple && i < count; i++) {
        PyObject *name = Py_BuildValue("s", names[i]);
        if (name == NULL || PyTuple_SetItem(tuple, (Py_ssize_t)i, name) < 0) {
            Py_CLEAR(tuple);
        }
    }
    return tuple;
}

bool host_import_only(const char *const *names, size_t count)
{
    PyObject *tuple = tuple_of(names, count);
    hidden = PyDict_New();
    PyObject *done = NULL;
    if (tuple && hidden && PyDict_SetItemString(hidden, "names", tuple) == 0 &&
        PyDict_SetItemString(hidden, "__builtins__", PyEval_GetBuiltins()) ==
            0) {
        done = PyRun_String(HIDE, Py_file_input, hidden, hidden);
    }
    Py_XDECREF(tuple);
    Py_XDECREF(done);
    return done != NULL;
}

static void show_modules(void)
{
    PyObject *show = hidden ? PyDict_GetItemString(hidden, "show") : NULL;
    PyObject *done = show ? PyObject_CallObject(show, NULL) : NULL;
    Py_XDECREF(done);
    Py_CLEAR(hidden);
}

/* Checks for leaks before the interpreter ends: while it ends, CPython leaks
 * strings of its own, thousands of them since 3.12. */
void host_stop(void)
{
    show_modules();
    Py_CLEAR(gc);
#ifdef HOST_ALLOCATOR_COUNTS
    host_allocator_remove();
#endif
    if (started_here) {
        if (__lsan_do_leak_check) {
            __lsan_do_leak_check();
        }
        Py_Finalize();
    }
}

/* The name of the build: builds of one version differ in it. */
#if defined Py_DEBUG && defined Py_GIL_DISABLED
#define BUILD " free-threaded debug"
#elif defined Py_DEBUG
#define BUILD " debug"
#elif defined Py_GIL_DISABLED
#define BUILD " free-threaded"
#else
#define BUILD ""
#endif

const char *host_name(void)
{
#ifdef PYPY_VERSION
    return "PyPy " PYPY_VERSION;
#endif
    static char name[64];
    const char *version = Py_GetVersion();
    snprintf(name, sizeof name, "CPython %.*s%s", (int)strcspn(version, " "),
             version, BUILD);
    return name;
}

const struct profile *host_profile(void) { return profile_in_force; }

#ifdef PYPY_VERSION

/* Runs gc.collect() in Python code, because PyPy calls destructors between two
 * bytecodes. Collects four times: an object that a destructor drops is only
 * found by the next collection. */
void host_collect(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyRun_SimpleString("import gc\nfor _ in range(4): gc.collect()\n");
    PyErr_Restore(type, value, traceback);
}

#else

/* Also empties the method cache. It holds the names of attributes that programs
 * looked up, thousands of them, and would look like a leak. */
void host_collect(void)
{
    PyGC_Collect();
    PyType_ClearCache();
#if PY_VERSION_HEX >= 0x030A0000 && PY_VERSION_HEX < 0x030B0000
    /* 3.10 fills an empty cache only for the first interpreter that looks up an
     * attribute. This makes it the current interpreter. */
    PyObject_HasAttrString(Py_None, "first");
#endif
}

#endif

/* CPython keeps free lists, interned strings and cached methods. */
bool host_keeps_nothing(void) { return false; }

/* Python reads the clock of the system. */
bool host_turn_clock(long seconds)
{
    (void)seconds;
    return false;
}

bool host_catches_misuse(void) { return false; }

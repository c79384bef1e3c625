/* The functions that PyCObject calls, as the proofs replace them: a warning may
 * be an exception, a capsule has any name and pointer, an import or a lookup
 * may fail. */
#include "tests/steps/cobject_calls.h"

#include "tests/steps/environment.h"

/* --- warnings ------------------------------------------------------------- */

struct profile profile;
const struct profile *reference_profile = &profile;
int Py_Py3kWarningFlag;

struct cobject_warned warned;

int PyErr_WarnEx(PyObject *category, const char *message, Py_ssize_t level)
{
    (void)message;
    (void)level;
    warned.warnings++;
    warned.failed = any_bool("a filter makes the warning an exception");
    if (warned.failed) {
        PyErr_SetNone(category);
        return -1;
    }
    return 0;
}

/* --- capsules ------------------------------------------------------------- */

PyTypeObject PyCapsule_Type;
PyObject capsule = {1, &PyCapsule_Type};

struct cobject_capsule in_capsule;

const char *PyCapsule_GetName(PyObject *op)
{
    SAME("W27-2", op, &capsule, "only a capsule is asked for its name");
    return in_capsule.name;
}

void *PyCapsule_GetPointer(PyObject *op, const char *name)
{
    SAME("W27-2", op, &capsule, "only a capsule is asked for its pointer");
    if (name != in_capsule.name) {
        PyErr_SetNone(PyExc_ValueError);
        return NULL;
    }
    return in_capsule.pointer;
}

/* --- modules -------------------------------------------------------------- */

static PyTypeObject module_type;
PyObject module = {1, &module_type};
struct cobject_found found;

static PyObject *fail(void)
{
    found.failed = true;
    PyErr_SetNone(any_bool("an ImportError") ? PyExc_ImportError
                                             : PyExc_AttributeError);
    found.error = error_now();
    return NULL;
}

PyObject *PyImport_ImportModule(const char *name)
{
    SAME("COBJ-7", name[0], 'm', "the module is the one asked for");
    found.imports++;
    if (any_bool("the import fails")) {
        return fail();
    }
    Py_INCREF(&module);
    return &module;
}

PyObject *PyObject_GetAttrString(PyObject *in, const char *name)
{
    SAME("COBJ-7", in, &module, "the attribute is one of the module");
    SAME("COBJ-7", name[0], 'a', "the attribute is the one asked for");
    if (any_bool("the lookup fails")) {
        return fail();
    }
    found.object = any_of();
    ASSUME(found.object != NULL, "a lookup that succeeds finds an object");
    Py_INCREF(found.object);
    return found.object;
}

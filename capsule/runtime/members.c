/* Members: fields of a C struct that are attributes in Python. */
#include "capsule/runtime/internal.h"

#include <structmember.h>

/* Returns the member with this name of the type or of a base, or NULL. */
static const PyMemberDef *find(PyTypeObject *type, const char *name)
{
    for (; type; type = type->tp_base) {
        const PyMemberDef *member = type->tp_members;
        for (; member && member->name; member++) {
            if (strcmp(member->name, name) == 0) {
                return member;
            }
        }
    }
    return NULL;
}

PyObject *member_get(PyObject *o, const char *name)
{
    const PyMemberDef *member = find(Py_TYPE(o), name);
    if (member == NULL) {
        return NULL;
    }
    const char *field = (const char *)o + member->offset;
    switch (member->type) {
    case Py_T_INT:
        return PyLong_FromLong(*(const int *)field);
    case Py_T_PYSSIZET:
        return PyLong_FromSsize_t(*(const Py_ssize_t *)field);
    case Py_T_DOUBLE:
        return PyFloat_FromDouble(*(const double *)field);
    case Py_T_OBJECT_EX: {
        PyObject *value = *(PyObject *const *)field;
        if (value == NULL) {
            return PyErr_Format(PyExc_AttributeError,
                                "'%s' object has no attribute '%s'",
                                Py_TYPE(o)->tp_name, name);
        }
        return Py_NewRef(value);
    }
    default:
        return PyErr_Format(PyExc_SystemError, "bad memberdescr type for %s",
                            name);
    }
}

/* Stores a new value, NULL to delete it. Returns 0, or -1 on failure. */
static int store(const PyMemberDef *member, char *field, PyObject *value)
{
    if (member->flags & Py_READONLY) {
        PyErr_SetString(PyExc_AttributeError, "readonly attribute");
        return -1;
    }
    if (member->type == Py_T_OBJECT_EX) {
        PyObject *old = *(PyObject **)field;
        *(PyObject **)field = Py_XNewRef(value);
        Py_XDECREF(old);
        return 0;
    }
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "can't delete numeric/char attribute");
        return -1;
    }
    if (member->type == Py_T_DOUBLE) {
        double number = PyFloat_AsDouble(value);
        if (number == -1 && PyErr_Occurred()) {
            return -1;
        }
        *(double *)field = number;
        return 0;
    }
    long number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (member->type == Py_T_INT) {
        *(int *)field = (int)number;
    } else {
        *(Py_ssize_t *)field = number;
    }
    return 0;
}

bool member_set(PyObject *o, const char *name, PyObject *value, int *status)
{
    const PyMemberDef *member = find(Py_TYPE(o), name);
    if (member == NULL) {
        return false;
    }
    *status = store(member, (char *)o + member->offset, value);
    return true;
}

/* BUG-7: Python code gets the capsule itself. */
#include "tests/common_mistakes/common_mistakes.h"

static int handle;

/* Returns the bare capsule to the user. */
static PyObject *connect(void)
{
    return PyCapsule_New(&handle, "fastdb.connection", NULL);
}

/* Does what pickle.dumps(conn) and copy.copy(conn) do. */
int misuse_from_python(void)
{
    PyObject *conn = connect();
    PyObject *reduced = PyObject_CallMethod(conn, "__reduce_ex__", "i", 2);
    Py_DECREF(conn);
    Py_XDECREF(reduced);
    return reduced ? 0 : -1;
}

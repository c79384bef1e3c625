/* BUG-7: the capsule is the object that users of Python get. */
#include "tests/common_mistakes/common_mistakes.h"

static int handle;

/* connect() gives the bare capsule. */
static PyObject *connect(void)
{
    return PyCapsule_New(&handle, "fastdb.connection", NULL);
}

/* What pickle.dumps(conn) and copy.copy(conn) come to. */
int misuse_from_python(void)
{
    PyObject *conn = connect();
    PyObject *reduced = PyObject_CallMethod(conn, "__reduce_ex__", "i", 2);
    Py_DECREF(conn);
    Py_XDECREF(reduced);
    return reduced ? 0 : -1;
}

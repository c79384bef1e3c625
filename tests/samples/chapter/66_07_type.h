/* Capsules chapter, 66.7: the type of a table. */
typedef struct {
    int api_version;
    PyObject *(*connect)(const char *path);
    PyObject *(*execute)(PyObject *conn, const char *sql);
    void (*close)(PyObject *conn);
} FastDB_APIObject;

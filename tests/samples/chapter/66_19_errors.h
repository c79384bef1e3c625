/* Capsules chapter, 66.19: a table whose functions return a status. */
typedef struct {
    int version;
    int (*parse)(PyObject *obj, Result *out);
} API;

/* Capsules chapter, 66.11: an example of a context. */
typedef struct {
    int version;
    const char *build_id;
} APIContext;

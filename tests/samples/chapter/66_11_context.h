/* Capsules chapter, 66.11: what a context may be. */
typedef struct {
    int version;
    const char *build_id;
} APIContext;

/* Capsules chapter, 66.8: a layout with version and size. */
typedef struct {
    int version;
    size_t size;
    void (*a)(void);
    void (*b)(void);
} API;

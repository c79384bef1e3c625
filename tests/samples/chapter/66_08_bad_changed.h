/* Capsules chapter, 66.8: the same layout after a field was inserted. */
typedef struct {
    void (*a)(void);
    int flags;
    void (*b)(void);
} API;

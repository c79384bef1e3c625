/* Capsules chapter, 66.8: a layout without a version. */
typedef struct {
    void (*a)(void);
    void (*b)(void);
} API;

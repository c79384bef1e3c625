/* Memory: all memory comes from one allocator. The allocator can be replaced,
 * for instance by one that fails at the n-th call. */
#ifndef Py_PYMEM_H
#define Py_PYMEM_H

typedef struct {
    void *ctx; /* passed as first argument to the functions */
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t count, size_t size);
    void *(*realloc)(void *ctx, void *block, size_t new_size);
    void (*free)(void *ctx, void *block);
} PyMemAllocatorEx;

/* All domains share one allocator here. */
typedef enum {
    PYMEM_DOMAIN_RAW,
    PYMEM_DOMAIN_MEM,
    PYMEM_DOMAIN_OBJ
} PyMemAllocatorDomain;

/* Read and replace the allocator. Replace it only while no block is allocated,
 * or by an allocator that passes calls on to the former one. */
PyAPI_FUNC(void) PyMem_GetAllocator(PyMemAllocatorDomain domain,
                                    PyMemAllocatorEx *allocator);
PyAPI_FUNC(void) PyMem_SetAllocator(PyMemAllocatorDomain domain,
                                    PyMemAllocatorEx *allocator);

/* Return a block of `size` bytes (1 if `size` is 0); NULL on failure, without
 * an exception. */
PyAPI_FUNC(void *) PyMem_Malloc(size_t size);
PyAPI_FUNC(void *) PyMem_Calloc(size_t count, size_t size);
PyAPI_FUNC(void *) PyMem_Realloc(void *block, size_t size);
/* Frees a block; NULL is ignored. */
PyAPI_FUNC(void) PyMem_Free(void *block);

#define PyMem_New(type, n) ((type *)PyMem_Malloc((size_t)(n) * sizeof(type)))
#define PyMem_Del PyMem_Free

#define PyMem_RawMalloc PyMem_Malloc
#define PyMem_RawCalloc PyMem_Calloc
#define PyMem_RawRealloc PyMem_Realloc
#define PyMem_RawFree PyMem_Free

#define PyObject_Malloc PyMem_Malloc
#define PyObject_Calloc PyMem_Calloc
#define PyObject_Realloc PyMem_Realloc
#define PyObject_Free PyMem_Free
#define PyObject_Del PyMem_Free

#endif

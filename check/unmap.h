/* Memory that the program unmaps or protects while names lie in it. */
#ifndef CHECK_UNMAP_H
#define CHECK_UNMAP_H

/* Begins to look at records after each munmap(), mremap() and mprotect(). */
void unmap_start(void);

#endif

/* Objects that dlclose() takes away while capsules lead into them. */
#ifndef CHECK_UNLOAD_H
#define CHECK_UNLOAD_H

/* Begins to look at records after each dlclose(). */
void unload_start(void);

#endif

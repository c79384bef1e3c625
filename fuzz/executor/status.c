/* Writes the counters of a run into a mapped file; see status.h. */
#define _POSIX_C_SOURCE 200809L /* posix_fallocate */

#include "fuzz/executor/status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct status own;
struct status *status = &own;

void status_open(void)
{
    const char *path = getenv("CAPSULE_STATUS_FILE");
    if (path) {
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
        void *map = MAP_FAILED;
        /* Allocate the blocks now: with a full disk, a later write would raise
         * SIGBUS. */
        if (fd >= 0 && posix_fallocate(fd, 0, sizeof(own)) == 0) {
            map = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, 0);
        }
        if (map == MAP_FAILED) {
            fprintf(stderr,
                    "executor: cannot keep the counters in %s; check the path "
                    "and the disk\n",
                    path);
            exit(2);
        }
        close(fd);
        status = map;
    }
    memset(status, 0, sizeof(*status));
    strcpy(status->magic, "capsule-status1");
    status->rules = RULE_COUNT;
    for (int i = 0; i < RULE_COUNT; i++) {
        strncpy(status->rule[i].id, CONTRACT[i].id, STATUS_RULE_NAME - 1);
    }
}

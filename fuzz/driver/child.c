/* Runs functions in child processes; see child.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "fuzz/driver/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/driver/finding.h"

static void give_up(const char *what)
{
    fprintf(stderr, "cannot %s for a child process: %s\n", what,
            strerror(errno));
    exit(2);
}

/* The child writes to a file, not a pipe: a pipe would block a child that
 * writes much while this process waits. */
static void read_output(struct child *child, FILE *output)
{
    if (fseek(output, 0, SEEK_END) != 0) {
        give_up("read the output");
    }
    long size = ftell(output);
    rewind(output);
    child->output = malloc((size_t)size + 1);
    if (!child->output) {
        give_up("find memory");
    }
    child->size = fread(child->output, 1, (size_t)size, output);
    child->output[child->size] = '\0';
}

void child_run(struct child *child, void (*body)(void *), void *context)
{
    FILE *output = tmpfile();
    if (!output) {
        give_up("create a temporary file");
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        give_up("fork");
    }
    if (pid == 0) {
        dup2(fileno(output), STDOUT_FILENO);
        dup2(fileno(output), STDERR_FILENO);
        signal(SIGALRM, SIG_DFL);
        body(context);
        fflush(NULL);
        _exit(0);
    }
    while (waitpid(pid, &child->status, 0) < 0) {
        if (errno != EINTR) {
            give_up("wait");
        }
    }
    child->timed_out =
        WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGALRM;
    read_output(child, output);
    fclose(output);
    finding_of(child);
}

void *child_shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        give_up("share memory");
    }
    return memory;
}

void child_limit(unsigned seconds) { alarm(seconds); }

bool child_survived(const struct child *child)
{
    return WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
}

void child_free(struct child *child)
{
    free(child->output);
    *child = (struct child){0};
}

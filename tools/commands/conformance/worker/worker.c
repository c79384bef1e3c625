/* The commands of a worker:
 *
 *   info
 *       starts the implementation; its name and profile
 *   list
 *       the rule tests
 *   tests FILE
 *       runs the rule tests that FILE names
 *   programs FILE
 *       runs the programs that FILE names
 *   targets
 *       the fuzz targets, and what a program of each costs
 *   generate TARGET FIRST COUNT
 *       runs generated programs
 *   print TARGET NUMBER...
 *       prints some of them, after a line with the number of each
 *   minimize ARGUMENT...
 *       as fuzz/driver/minimize.c
 *   serve
 *       reads command lines, and forks a process for each
 */
#define _GNU_SOURCE /* dladdr */
#include "tools/commands/conformance/worker/worker.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capsule/host.h"

static void escape(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '\n':
            fputs("\\n", out);
            break;
        case '\t':
            fputs("\\t", out);
            break;
        case '\\':
            fputs("\\\\", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

/* Calls write() once, so that the line is complete even if the process dies. */
void worker_say(const char *kind, const char *what, const char *result,
                const char *text)
{
    static int results = -1;
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);

    if (!out) {
        exit(2);
    }
    fprintf(out, "%s\t%s", kind, what);
    if (result) {
        fprintf(out, "\t%s", result);
    }
    if (text) {
        fputc('\t', out);
        escape(out, text);
    }
    fputc('\n', out);
    fclose(out);
    if (results < 0) {
        const char *path = getenv("CAPSULE_RESULTS");
        results = open(path ? path : "/dev/stdout",
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
    if (write(results, line, size) != (ssize_t)size) {
        fprintf(stderr, "worker: the results cannot be written\n");
        _exit(2);
    }
    free(line);
}

const char *worker_profile(void) { return getenv("CAPSULE_PROFILE"); }

/* --- crashes -------------------------------------------------------------- */

/* Prints to stderr without a buffer; a signal handler may call it. */
static void print_now(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {
        _exit(2);
    }
}

/* Prints the names of the functions on the stack, the innermost first. Only
 * exported functions have names here; the functions of the C API are exported.
 */
static void say_functions(void)
{
    enum { DEPTH = 64 };
    void *frames[DEPTH];
    int count = backtrace(frames, DEPTH);

    for (int i = 0; i < count; i++) {
        Dl_info info;
        /* Subtract 1: a return address may be the first byte of the next
         * function. */
        if (dladdr((char *)frames[i] - 1, &info) && info.dli_sname) {
            print_now("worker: in ");
            print_now(info.dli_sname);
            print_now("\n");
        }
    }
}

/* Prints the signal and the functions on the stack, then aborts, because the
 * executor reports the program when the process aborts. */
static void on_fault(int number)
{
    signal(number, SIG_DFL);
    print_now(number == SIGSEGV   ? "worker: signal SIGSEGV\n"
              : number == SIGBUS  ? "worker: signal SIGBUS\n"
              : number == SIGFPE  ? "worker: signal SIGFPE\n"
              : number == SIGABRT ? "worker: signal SIGABRT\n"
                                  : "worker: signal SIGILL\n");
    say_functions();
    abort();
}

/* Installs the handlers on a separate stack, because an endless recursion
 * exhausts the normal stack. */
static void catch_faults(void)
{
    static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    enum { STACK = 256 << 10 };
    stack_t stack = {.ss_sp = malloc(STACK), .ss_size = STACK};
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
    void *frame;

    backtrace(&frame, 1); /* loads its library before anything fails */
    sigaltstack(&stack, NULL);
    /* The executor puts a handler of its own before the one of SIGABRT. */
    for (unsigned i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        sigaction(FAULTS[i], &action, NULL);
    }
}

/* --- commands ------------------------------------------------------------- */

static int info(void)
{
    if (host_start(worker_profile()) < 0) {
        fprintf(stderr, "worker: the implementation refuses the profile\n");
        return 3;
    }
    worker_say("name", host_name(), NULL, NULL);
    worker_say("profile", host_profile()->name, NULL, NULL);
    return 0;
}

static int absent(void)
{
    fprintf(stderr, "worker: that part could not be built\n");
    return 2;
}

/* Makes a descriptor of this process mean the file at `path`. */
static void redirect(int descriptor, const char *path, int flags)
{
    int file = open(path, flags, 0644);

    if (file < 0 || dup2(file, descriptor) < 0) {
        perror(path);
        _exit(2);
    }
    close(file);
}

/* Runs a line of serve(), of this length, in the process that is forked for it.
 * Does not return. */
static void run_line(char *line, size_t length)
{
    char **parts = calloc(length + 1, sizeof *parts);
    char results[4096];
    int count = 0;
    int status;

    for (char *part; parts && (part = strsep(&line, "\t"));) {
        parts[count++] = part;
    }
    if (count == 0) {
        _exit(2);
    }
    setpgid(0, 0);
    /* A case that never ends must not outlive a tool that was killed. The
     * server ends with the tool, and this process with the server. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(results, sizeof results, "%s/results", parts[0]);
    if (chdir(parts[0]) < 0 || setenv("CAPSULE_RESULTS", results, 1) < 0) {
        perror(parts[0]);
        _exit(2);
    }
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, "output", O_WRONLY | O_CREAT | O_TRUNC);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    status = worker_run(count - 1, parts + 1);
    fflush(NULL);
    /* Runs no destructors of C++: those of GoogleTest take as long as a case.
     */
    _exit(status);
}

/* Forks a process for each line of stdin. A line is a folder and a command
 * line, with tabs between the parts. The process writes its results and its
 * output to the files `results` and `output` in the folder. Prints the id of
 * the process, then how it ended: its exit status, or the negative number of a
 * signal. */
static int serve(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) > 0) {
        pid_t child;
        int status;

        line[length - 1] = '\0';
        child = fork();
        if (child == 0) {
            run_line(line, (size_t)length);
        }
        /* The child does the same. Whoever is first, the group exists before
         * the reader gets the id. */
        setpgid(child, child);
        if (child < 0 || dprintf(STDOUT_FILENO, "%d\n", (int)child) < 0 ||
            waitpid(child, &status, 0) < 0) {
            perror("worker");
            return 2;
        }
        dprintf(STDOUT_FILENO, "%d\n",
                WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    }
    free(line);
    return 0;
}

int worker_run(int argc, char **argv)
{
    const char *command = argc > 0 ? argv[0] : "";
    bool is_minimize = strcmp(command, "minimize") == 0;

    if (strcmp(command, "serve") == 0 && argc == 1) {
        return serve();
    }
    /* An interpreter may have printed warnings while it started. runner.py
     * drops what precedes this line. */
    print_now("worker: begins\n");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!is_minimize) {
        catch_faults();
    }
    if (strcmp(command, "info") == 0 && argc == 1) {
        return info();
    }
    if (strcmp(command, "list") == 0 && argc == 1) {
        return worker_list_tests ? worker_list_tests() : 0;
    }
    if (strcmp(command, "tests") == 0 && argc == 2) {
        return worker_tests ? worker_tests(argv[1]) : absent();
    }
    if (strcmp(command, "programs") == 0 && argc == 2) {
        return worker_programs ? worker_programs(argv[1]) : absent();
    }
    if (strcmp(command, "targets") == 0 && argc == 1) {
        return worker_list_targets ? worker_list_targets() : absent();
    }
    if (strcmp(command, "generate") == 0 && argc == 4) {
        return worker_generate
                   ? worker_generate(argv[1], atol(argv[2]), atol(argv[3]))
                   : absent();
    }
    if (strcmp(command, "print") == 0 && argc > 2) {
        return worker_print ? worker_print(argv[1], argc - 2, argv + 2)
                            : absent();
    }
    if (strncmp(command, "--gtest_", strlen("--gtest_")) == 0) {
        return worker_death_test ? worker_death_test(argc, argv) : absent();
    }
    if (is_minimize) {
        return worker_minimize ? worker_minimize(argc, argv) : absent();
    }
    fprintf(stderr, "worker: unknown command '%s'\n", command);
    return 2;
}

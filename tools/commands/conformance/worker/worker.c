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
 *   print TARGET NUMBER
 *       prints one of them
 *   minimize ARGUMENT...
 *       as fuzz/driver/minimize.c
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

int worker_run(int argc, char **argv)
{
    const char *command = argc > 0 ? argv[0] : "";
    bool is_minimize = strcmp(command, "minimize") == 0;

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
    if (strcmp(command, "print") == 0 && argc == 3) {
        return worker_print ? worker_print(argv[1], atol(argv[2])) : absent();
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

/* The code that tools/conformance runs inside an implementation: rule tests and
 * programs, one after the other, in a process that may die of each of them.
 *
 * The process writes each case before the case begins, and then its result, to
 * the file that CAPSULE_RESULTS names. The reader of the file therefore knows
 * which case killed the process. A line is
 *
 *   begin <case>
 *   failure <text>                 a comparison that failed
 *   end <case> <result> <text>     passed, failed or skipped
 *   lacks <number> <reason>        a generated program that cannot be run
 *   rule <id> <count>              how often programs exercised a rule
 *   name, profile <text>           of the implementation
 *
 * with tabs between the parts, and `\n`, `\t`, `\\` in <text> for a newline, a
 * tab, a backslash.
 */
#ifndef TOOLS_MATRIX_WORKER_WORKER_H
#define TOOLS_MATRIX_WORKER_WORKER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a command line, without the program's name; see worker.c. Returns the
 * exit status. */
int worker_run(int argc, char **argv);

/* Writes a line of two to four parts; NULL ends the parts. Ends the process
 * with status 2 if the file cannot be written. */
void worker_say(const char *kind, const char *what, const char *result,
                const char *text);

/* Returns the profile to request from the host; NULL for the host's default. */
const char *worker_profile(void);

/* Lists the rule tests, a `test` line each, or runs those that the file at
 * `path` names, a line each. Absent where no rule test could be built. */
int worker_list_tests(void) __attribute__((weak));
int worker_tests(const char *path) __attribute__((weak));
/* Runs the child process of a death test. The arguments are flags of
 * GoogleTest. */
int worker_death_test(int argc, char **argv) __attribute__((weak));

/* Runs the programs whose paths the file at `path` names, a line each; lists
 * the targets, a `target` line each; runs `count` generated programs of the
 * target from number `first` on; prints `count` of these, whose numbers are
 * given; makes a program smaller (the arguments are those of
 * fuzz/driver/minimize.c). Absent where the executor could not be built. */
int worker_programs(const char *path) __attribute__((weak));
int worker_list_targets(void) __attribute__((weak));
int worker_generate(const char *target, long first, long count)
    __attribute__((weak));
int worker_print(const char *target, int count, char **numbers)
    __attribute__((weak));
int worker_minimize(int argc, char **argv) __attribute__((weak));

#ifdef __cplusplus
}
#endif

#endif

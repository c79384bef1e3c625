/* Prints the report: the broken rule, the call, and a program that reproduces
 * the finding. */
#define _POSIX_C_SOURCE 200809L /* sigaction */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/executor/describe.h"
#include "fuzz/executor/fault_rule.h"
#include "fuzz/executor/finding.h"
#include "fuzz/executor/history.h"
#include "fuzz/executor/quarantine.h"
#include "fuzz/executor/report.h"
#include "fuzz/executor/sha1.h"
#include "fuzz/executor/shown_program.h"
#include "fuzz/executor/world.h"

/* NULL if AddressSanitizer is not linked in. */
void __asan_set_error_report_callback(void (*callback)(const char *))
    __attribute__((weak));
void *__asan_get_report_address(void) __attribute__((weak));
void __sanitizer_print_stack_trace(void) __attribute__((weak));

/* NULL if UndefinedBehaviorSanitizer is not linked in. */
void __ubsan_get_current_report_data(const char **kind, const char **message,
                                     const char **file, unsigned *line,
                                     unsigned *column, char **address)
    __attribute__((weak));

/* Calls go through volatile pointers. OSS-Fuzz assumes that a binary with
 * direct calls of AddressSanitizer's functions is built with
 * AddressSanitizer. */
static void (*volatile set_report_callback)(void (*)(const char *)) =
    __asan_set_error_report_callback;
static void (*volatile sanitizer_stack)(void) = __sanitizer_print_stack_trace;
static void *(*volatile get_report_address)(void) = __asan_get_report_address;

/* Returns the number, from 1, of the current call in the program of the report.
 */
static unsigned call_number(void)
{
    uint64_t so_far = ~UINT64_C(0) >> (63 - run.call_index);
    return (unsigned)__builtin_popcountll(run.performed & so_far);
}

/* Prints the call and the destructors that are running. `fault`: something went
 * wrong in the code that is running now, which may be a call that the harness
 * makes to compare. */
static void print_calls_under_way(FILE *out, bool fault)
{
    if (run.cleaning_up) {
        fputs("  after the last call, giving back what is left\n", out);
    }
    for (unsigned i = 0; i < run.level_count; i++) {
        const struct level *level = &run.level[i];
        if (i == 0 && !run.cleaning_up && level->call) {
            fprintf(out, "  call %-10u ", call_number());
        } else if (i == 0) {
            fputs("  call            ", out);
        } else if (level->module) {
            fprintf(out, "  in the code of  %s: %s: ", level->module,
                    DESTRUCTORS[level->behaviour].name);
        } else {
            fprintf(out, "  in destructor   %s: ",
                    DESTRUCTORS[level->behaviour].name);
        }
        if (fault && level->call && level->compared) {
            fputs("after ", out);
        }
        if (level->call) {
            program_print_call(out, level->program, level->call);
        } else {
            fputs(i == 0 ? "none: the program has ended" : "at its end", out);
        }
        if (fault && level->call && level->compared) {
            fputs(
                ", while the harness itself calls the getters of the capsules "
                "to compare them",
                out);
        }
        fputc('\n', out);
    }
}

/* Indents each line of the program. */
static void print_program(FILE *out, const struct program *program)
{
    for (unsigned i = 0; i < program->call_count; i++) {
        fputs("    ", out);
        program_print_call(out, program, &program->calls[i]);
        fputc('\n', out);
    }
}

/* Prints a row of the report. Prints bytes outside of printable ASCII as \xNN:
 * the text may quote arbitrary bytes, and a terminal could execute some. */
static void print_row(FILE *out, const char *what, const char *text)
{
    fprintf(out, "  %-16s", what);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        fprintf(out, byte >= ' ' && byte <= '~' ? "%c" : "\\x%02x", byte);
    }
    fputc('\n', out);
}

/* Writes the program as C next to libFuzzer's file for the input, with that
 * file's name and `.c`, and the inputs before it. Prints the path of the C
 * file. */
static void write_files(FILE *report, const struct program *program)
{
    char path[4096], temporary[4112], hash[SHA1_TEXT];
    const char *prefix = world.options.artifact_prefix;
    const char *shown = world.options.artifact_shown;

    if (prefix == NULL || world.input == NULL) {
        return;
    }
    sha1_text(world.input, world.input_size, hash);
    snprintf(path, sizeof(path), "%scrash-%s.before", prefix, hash);
    history_write(path);
    snprintf(path, sizeof(path), "%scrash-%s.c", prefix, hash);
    snprintf(temporary, sizeof(temporary), "%s.part", path);
    FILE *out = fopen(temporary, "w");
    if (out == NULL) {
        return;
    }
    program_emit_main(out, program, NULL);
    bool written = ferror(out) == 0;
    if (fclose(out) != 0 || !written || rename(temporary, path) != 0) {
        remove(temporary);
        return;
    }
    fprintf(report, "  as C            %scrash-%s.c\n", shown ? shown : prefix,
            hash);
}

/* `fault`: as in print_calls_under_way(). */
static void print_state(FILE *out, bool fault)
{
    const struct program *program = shown_program(fault);
    fputs("  program\n", out);
    print_program(out, program);
    write_files(out, program);
    fflush(out);
}

/* The signature of the known difference that the current program has shown. */
static char known[SIGNATURE_SIZE];

/* Writes the signature of a difference during the current call. */
static void sign(char signature[SIGNATURE_SIZE], uint16_t rule,
                 const char *expected, const char *got)
{
    const struct call *call = current_level()->call;
    quarantine_signature(signature, CONTRACT[rule].id,
                         call ? CALLS[call->op].name : "at the end", expected,
                         got);
}

void violation(uint16_t rule, const char *expected, const char *got)
{
    char signature[SIGNATURE_SIZE] = "", other[600];

    if (is_unchecked()) {
        return;
    }
    if (quarantine_is_open()) {
        sign(signature, rule, expected, got);
        if (quarantine_takes(signature)) {
            memcpy(known, signature, sizeof known);
            run.abandoned = true;
            return;
        }
    }
    if (strcmp(expected, got) == 0) { /* the description is not all there is */
        snprintf(other, sizeof other,
                 "another object with that description: %s", got);
        got = other;
    }
    const struct contract_entry *entry = &CONTRACT[rule];
    world.reporting = true;
    fprintf(stderr, "contract violation: %s  %s: %s\n", entry->id,
            entry->function, entry->text);
    fprintf(stderr, "  implementation  %s (profile %s)\n", host_name(),
            host_profile()->name);
    print_calls_under_way(stderr, false);
    print_row(stderr, "expected", expected);
    print_row(stderr, "got", got);
    print_row(stderr, "source", entry->source);
    if (quarantine_is_open()) {
        print_row(stderr, "signature", signature);
    }
    print_state(stderr, false);
    abort();
}

/* Returns the address in AddressSanitizer's report, or 0. For a signal, the
 * address is only in the text. */
static uintptr_t reported_address(const char *report)
{
    static const char UNKNOWN[] = "on unknown address ";
    const char *text = report ? strstr(report, UNKNOWN) : NULL;
    if (text) {
        return (uintptr_t)strtoull(text + strlen(UNKNOWN), NULL, 16);
    }
    return get_report_address ? (uintptr_t)get_report_address() : 0;
}

void violation_of_field(uint16_t rule, const struct model_capsule *capsule,
                        enum field field, const char *expected, const char *got)
{
    shown_program_ends_with(capsule, field);
    violation(rule, expected, got);
    shown_program_ends_with(NULL, field);
}

/* Prints the functions that run now, if a sanitizer is linked. */
static void print_stack(void)
{
    if (sanitizer_stack) {
        sanitizer_stack();
    }
}

void report_stolen_block(const void *address)
{
    bool is_name = false;
    for (int i = 0; i < run.model.block_count; i++) {
        const struct model_block *block = &run.model.block[i];
        is_name |= block->is_name && block->address == (uintptr_t)address;
    }
    if (!is_unchecked() && !world.reporting) {
        print_stack();
    }
    violation(rule_of_running_code(), "the caller's memory is left alone",
              is_name ? "the implementation freed a name"
                      : "the implementation freed a payload or context");
}

/* True if the report is about a pointer that was passed to free(). */
static bool is_about_free(const char *report)
{
    return report && (strstr(report, "attempting free") ||
                      strstr(report, "attempting double-free"));
}

/* Prints the rule if the finding breaks one that only a sanitizer can check.
 * Returns false if there is none. */
static bool print_rule(FILE *out, const char *report)
{
    uint16_t rule = is_about_free(report)
                        ? rule_of_running_code()
                        : fault_rule(reported_address(report));
    if (rule == RULE_COUNT || world.options.misuse) {
        return false;
    }
    fprintf(out, "  rule            %s  %s: %s\n", CONTRACT[rule].id,
            CONTRACT[rule].function, CONTRACT[rule].text);
    return true;
}

/* Prints the rule that the current call tests. The getters that the harness
 * calls to compare test no rule of the call before them. */
static void print_rule_of_call(FILE *out)
{
    const struct level *level = &run.level[run.level_count - 1];
    if (level->call && !level->compared) {
        uint16_t rule = rule_of_running_code();
        fprintf(out, "  under test      %s  %s: %s\n", CONTRACT[rule].id,
                CONTRACT[rule].function, CONTRACT[rule].text);
    }
}

/* Prints what follows the report of a sanitizer or an abort of the
 * implementation: the finding and the program that led to it. `finding` is NULL
 * if it has no name; `report` is AddressSanitizer's text, or NULL. */
static void report_finding(const char *finding, const char *report)
{
    if (world.reporting || (run.program == NULL && finding == NULL)) {
        return;
    }
    world.reporting = true;
    fputs(run.program ? "while running a program\n" : "outside of a program\n",
          stderr);
    if (finding) {
        print_row(stderr, "finding", finding);
    }
    if (run.program == NULL) {
        return;
    }
    bool has_rule = print_rule(stderr, report);
    if (run.abandoned) {
        print_row(stderr, "after", known);
    }
    if (report && strstr(report, "use-after-poison") &&
        !world.options.use_malloc) {
        print_row(stderr, "stacks",
                  "run it with CAPSULE_ALLOCATOR=malloc to see where the "
                  "memory was allocated and freed");
    }
    fprintf(stderr, "  implementation  %s (profile %s)\n", host_name(),
            host_profile()->name);
    print_calls_under_way(stderr, true);
    if (!has_rule) {
        print_rule_of_call(stderr);
    }
    print_state(stderr, true);
}

static void on_asan_report(const char *report)
{
    char finding[FINDING_SIZE];
    report_finding(finding_in_text(report, finding) ? finding : NULL, report);
}

/* UBSan calls this function after each finding. */
void __ubsan_on_report(void);
void __ubsan_on_report(void)
{
    char finding[FINDING_SIZE];
    const char *kind, *message, *file;
    unsigned line, column;
    char *address;

    __ubsan_get_current_report_data(&kind, &message, &file, &line, &column,
                                    &address);
    finding_of_undefined(message, finding);
    report_finding(finding, NULL);
}

static struct sigaction former_abort;

/* Handles abort() of the implementation, then calls the former handler. */
static void on_abort(int number)
{
    report_finding(NULL, NULL);
    sigaction(SIGABRT, &former_abort, NULL);
    raise(number);
}

void report_install(void)
{
    if (set_report_callback) {
        set_report_callback(on_asan_report);
    }
}

void report_catch_abort(void)
{
    static bool caught;
    if (!caught) {
        struct sigaction action = {.sa_handler = on_abort};
        sigaction(SIGABRT, &action, &former_abort);
        caught = true;
    }
}

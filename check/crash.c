/* Reports a fault before it ends the process. */
#include "check/crash.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <ucontext.h>

#include "check/channel.h"
#include "check/end.h"
#include "check/errors.h"
#include "check/finding.h"
#include "check/memory.h"
#include "check/pages.h"
#include "check/places.h"

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"},
    {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

static void write_crash(int number, uintptr_t address)
{
    const struct failure *failure = failure_last();
    char failed[160] = "";
    if (failure)
        snprintf(failed, sizeof failed, "%s(%s)",
                 function_names[failure->function], failure->name);
    struct line line = line_begin("crash");
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i].number == number)
            line_text(&line, "signal", signals[i].name);
    line_number(&line, "address", address);
    line_text(&line, "failed", failed);
    if (failure)
        line_place(&line, "failed_at", failure->site);
    line_c_frames(&line, "frames");
    line_end(&line);
}

/* Returns the address of the instruction that could not run. */
static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.pc;
#else
    return (uintptr_t)context; /* unknown, but readable */
#endif
}

/* The handler is off already when it runs (SA_RESETHAND), so a second fault in
 * here takes the default action. So does the first one, when the handler has
 * returned and the instruction runs again. */
static void handle(int number, siginfo_t *info, void *context)
{
    /* The unwinder reads the code of each frame, which would be a second fault.
     */
    if (!memory_is_readable(program_counter(context), 1))
        places_without_c_frames();
    uintptr_t address =
        number == SIGABRT ? 0 : (uintptr_t)(info ? info->si_addr : NULL);
    if (lock_try()) {
        channel_get()->state = STATE_CRASHED;
        write_crash(number, address);
        lock_give();
        const struct failure *failure =
            failure_last() && interpreter_may_be_called() ? failure_pending()
                                                          : NULL;
        const struct record *record = end_running();
        if (failure && (number == SIGSEGV || number == SIGBUS))
            finding(FINDING_ERROR, RULE_GETP_2, NULL, failure->site,
                    (struct origin){NULL, 0},
                    "the program crashes while the exception of a failed "
                    "%s(%s) is pending: the NULL that it returned was used",
                    function_names[failure->function], failure->name);
        else if (record && record->destructor && interpreter_is_attached() &&
                 !(record->flags & (RECORD_FREED_TWICE | RECORD_UNLOADED)))
            finding(FINDING_ERROR, RULE_DTOR_10, record, record->destructor + 1,
                    (struct origin){NULL, 0},
                    "the program crashes in the destructor of capsule %s",
                    capsule_name(record));
    }
    if (info && info->si_code <= 0)
        raise(number); /* sent by a process: no instruction runs again */
}

void crash_start(void)
{
    enum { STACK = 1 << 16 };
    stack_t before;
    if (!sigaltstack(NULL, &before) && before.ss_flags & SS_DISABLE) {
        stack_t stack = {.ss_sp = pages_map(STACK), .ss_size = STACK};
        if (stack.ss_sp)
            sigaltstack(&stack, NULL);
    }
    for (int i = 0; i < SIGNALS; i++) {
        struct sigaction now;
        struct sigaction ours = {.sa_sigaction = handle,
                                 .sa_flags =
                                     SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
        if (!sigaction(signals[i].number, NULL, &now) &&
            now.sa_handler == SIG_DFL)
            sigaction(signals[i].number, &ours, NULL);
    }
}

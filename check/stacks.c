/* Names, pointers and contexts of capsules that lead into a stack. */
#include "check/stacks.h"

#include <pthread.h>

#include "check/memory.h"
#include "check/pages.h"

enum { MOST = 256 };

struct note {
    uintptr_t object; /* 0: unused */
    int which;
    uintptr_t address;
    uintptr_t thread;
    struct stack_frame frame;
    bool gone;
};

static struct note notes[MOST];
static int note_count; /* notes behind it were never used */

static uintptr_t this_thread(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

static struct note *find(const struct record *record, int which)
{
    for (int i = 0; i < note_count; i++)
        if (notes[i].object == record->object && notes[i].which == which)
            return &notes[i];
    return NULL;
}

static uint32_t flag(int which)
{
    return which == WATCH_NAME      ? RECORD_STACK_NAME
           : which == WATCH_POINTER ? RECORD_STACK_POINTER
                                    : RECORD_STACK_CONTEXT;
}

void stacks_check(uintptr_t stack)
{
    if (!__atomic_load_n(&note_count, __ATOMIC_RELAXED))
        return;
    uintptr_t thread = this_thread();
    lock_take();
    for (int i = 0; i < note_count; i++)
        if (notes[i].object && notes[i].thread == thread &&
            notes[i].address < stack)
            notes[i].gone = true;
    lock_give();
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static bool has_key;

/* All frames of a thread have returned when it ends. */
static void thread_ends(void *key_is_set)
{
    (void)key_is_set;
    stacks_check(UINTPTR_MAX);
}

static void make_key(void)
{
    has_key = !pthread_key_create(&thread_end, thread_ends);
}

bool stack_note(struct record *record, int which, uintptr_t address,
                uintptr_t stack)
{
    struct stack_frame frame;
    if (!memory_stack_frame(address, stack, &frame))
        return false;
    pthread_once(&once, make_key);
    if (has_key)
        pthread_setspecific(thread_end, &has_key);
    lock_take();
    int at = 0;
    while (at < note_count && notes[at].object)
        at++;
    if (at < MOST) {
        if (at == note_count)
            note_count++;
        notes[at] = (struct note){.object = record->object,
                                  .which = which,
                                  .address = address,
                                  .thread = this_thread(),
                                  .frame = frame};
        record->flags |= flag(which);
    }
    lock_give();
    return at < MOST;
}

void stack_forget(struct record *record, int which)
{
    if (!(record->flags & flag(which)))
        return;
    lock_take();
    struct note *note = find(record, which);
    if (note)
        note->object = 0;
    record->flags &= ~flag(which);
    while (note_count && !notes[note_count - 1].object)
        note_count--;
    lock_give();
}

/* A frame is gone if it lies below the caller's, or if another call has its
 * place in the stack. */
bool stack_is_gone(const struct record *record, int which, uintptr_t stack)
{
    if (!(record->flags & flag(which)))
        return false;
    lock_take();
    struct note *found = find(record, which);
    struct note note = found ? *found : (struct note){0};
    lock_give();
    if (!note.object || note.gone || note.thread != this_thread())
        return note.gone;
    struct stack_frame now;
    if (!memory_stack_frame(note.address, stack, &now))
        return true;
    return note.frame.end && now.end &&
           (now.end != note.frame.end || now.function != note.frame.function);
}

/* Says which calls of programs the contract does not permit: the executor would
 * skip them. */
#include "check/follow/skipped.h"

#include <stdio.h>
#include <stdlib.h>

#include "fuzz/model/step.h"

enum { MOST_BYTES = 1 << 20 };

/* Addresses of invented objects. Nothing reads through them. */
struct inventor {
    struct model model;
    uintptr_t next;
};

static uintptr_t fresh(struct inventor *inventor)
{
    return inventor->next += 64;
}

static bool begin(void *self, struct step *step)
{
    struct inventor *inventor = self;
    return model_permits(&inventor->model, step->call, step->args,
                         &step->prediction);
}

static uintptr_t perform(void *self, struct step *step)
{
    struct inventor *inventor = self;
    switch ((enum call_op)step->call->op) {
    case CALL_NEW:
        return step->prediction.fails ? 0 : fresh(inventor);
    case CALL_PAYLOAD:
    case CALL_REALLOC:
        return fresh(inventor);
    case CALL_NAME: /* the model reads names */
        return step->args[0].value.address;
    default:
        return step->prediction.value;
    }
}

static const struct performer INVENTOR;

static void owes_destructor(void *self, const struct step *step, int id)
{
    struct inventor *inventor = self;
    const struct model_capsule *capsule = &inventor->model.capsule[id];
    int behaviour = capsule->destructor;
    (void)step;
    model_enter_destructor(&inventor->model, capsule->handle);
    model_run_destructor(&inventor->model, &INVENTOR, self, behaviour);
    model_leave_destructor(&inventor->model);
}

static const struct performer INVENTOR = {
    .begin = begin,
    .perform = perform,
    .owes_destructor = owes_destructor,
};

static bool read_program(const char *path, struct program *program, char *error,
                         size_t error_size)
{
    static char text[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file) {
        snprintf(error, error_size, "%s: cannot be read", path);
        return false;
    }
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return program_parse(program, text, size, path, NULL, error, error_size);
}

bool skipped_print(const char *path)
{
    static struct program program;
    static struct inventor inventor;
    char error[1024];
    if (!read_program(path, &program, error, sizeof error)) {
        fprintf(stderr, "follow: %s\n", error);
        return false;
    }
    inventor.next = 1 << 20;
    model_reset(&inventor.model, profile_by_name("cpython-3.14"), false);
    for (unsigned i = 0; i < program.call_count; i++)
        if (!model_step(&inventor.model, &INVENTOR, &inventor, &program,
                        &program.calls[i]))
            printf("%u %s\n", i, path);
    return true;
}

#include "fuzz/executor/executor.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/executor/arena.h"
#include "fuzz/executor/consumer.h"
#include "fuzz/executor/interpreters.h"
#include "fuzz/executor/run.h"

struct world world;
struct run run;

/* --- start and end -------------------------------------------------------- */

/* An object of another type, laid out like a capsule and full of good values:
 * whoever forgets to look at the type takes it for one. */
static PyObject *make_lookalike(void)
{
    static PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {
        "executor.Lookalike",
        (int)PyCapsule_Type.tp_basicsize,
        0,
        Py_TPFLAGS_DEFAULT,
        slots,
    };
    PyObject *type = PyType_FromSpec(&spec);
    PyObject *object =
        type ? PyType_GenericAlloc((PyTypeObject *)type, 0) : NULL;
    Py_XDECREF(type);
    for (size_t i = 0; object && i < lookalike_count(); i++) {
        lookalike_fields(object)[i] = lookalike_value;
    }
    return object;
}

static void make_foreign_objects(void)
{
    world.foreign[OBJECT_NONE] = Py_None;
    world.foreign[OBJECT_INT] = PyLong_FromLong(1L << 20);
    world.foreign[OBJECT_TYPE] = (PyObject *)&PyCapsule_Type;
    world.foreign[OBJECT_LIST] = PyList_New(0);
    world.foreign[OBJECT_LOOKALIKE] = make_lookalike();
    for (int i = 0; i < OBJECT_COUNT; i++) {
        if (world.foreign[i] == NULL) {
            fputs("executor: the implementation cannot make the objects that "
                  "programs use\n",
                  stderr);
            exit(1);
        }
    }
    PyObject *const types[EXCEPTION_COUNT] = {
        [EXCEPTION_KEY_ERROR] = PyExc_KeyError,
        [EXCEPTION_VALUE_ERROR] = PyExc_ValueError,
        [EXCEPTION_MEMORY_ERROR] = PyExc_MemoryError,
        [EXCEPTION_SYSTEM_EXIT] = PyExc_SystemExit,
        [EXCEPTION_ATTRIBUTE_ERROR] = PyExc_AttributeError,
        [EXCEPTION_IMPORT_ERROR] = PyExc_ImportError,
        [EXCEPTION_MODULE_NOT_FOUND_ERROR] = PyExc_ModuleNotFoundError,
        [EXCEPTION_RUNTIME_ERROR] = PyExc_RuntimeError,
        [EXCEPTION_SYSTEM_ERROR] = PyExc_SystemError,
        [EXCEPTION_TYPE_ERROR] = PyExc_TypeError,
        [EXCEPTION_UNICODE_DECODE_ERROR] = PyExc_UnicodeDecodeError,
        [EXCEPTION_DEPRECATION_WARNING] = PyExc_DeprecationWarning,
        [EXCEPTION_PENDING_DEPRECATION_WARNING] =
            PyExc_PendingDeprecationWarning,
    };
    memcpy(world.exception_type, types, sizeof(types));
}

int executor_start(const struct executor_options *options)
{
    world.options = *options;
    status_open();
    executor_set_calls(NULL);
    if (!options->use_malloc && host_keeps_nothing()) {
        arena_install();
    }
    modules_announce();
    if (host_start(options->profile) < 0) {
        return -1;
    }
    behaviour_program(0); /* parses them all */
    make_foreign_objects();
    cobjects_start();
    arena_keep();
    report_install();
    return 0;
}

void executor_stop(void)
{
    Py_CLEAR(world.foreign[OBJECT_INT]);
    Py_CLEAR(world.foreign[OBJECT_LIST]);
    Py_CLEAR(world.foreign[OBJECT_LOOKALIKE]);
    cobjects_stop();
    host_stop();
}

void executor_set_input(const uint8_t *bytes, size_t size)
{
    world.input = bytes;
    world.input_size = size;
}

/* --- one call ------------------------------------------------------------- */

/* The rule of a destructor that was not called, though its time has come. */
static uint16_t lost_destructor_rule(const struct call *call,
                                     const struct model_capsule *capsule)
{
    if (call->op == CALL_END_INTERPRETER) {
        return RULE_DTOR_10;
    }
    if (capsule->called_by_hand) {
        return RULE_DTOR_12;
    }
    if (call->op == CALL_COLLECT) {
        return capsule->uncollected > 0 ? RULE_DTOR_14 : RULE_DTOR_11;
    }
    return RULE_DTOR_1;
}

/* What was in cycles and has other references lives on. */
static void finish_collection(void)
{
    for (unsigned i = 0; i < run.model.alive_count; i++) {
        if (run.model.capsule[run.model.alive[i]].uncollected > 0) {
            exercise(RULE_DTOR_11, WHEN_SUCCEEDS);
        }
    }
    model_collected(&run.model);
}

/* Every capsule that lost its last reference in this call must be gone by now;
 * those that an outer call is destroying may still wait for their turn. */
static void finish_deaths(const struct call *call)
{
    if (run.model.profile->deferred_destruction && call->op != CALL_COLLECT) {
        return;
    }
    for (int i = 0; run.model.owed > 0 && i < run.model.capsule_count; i++) {
        struct model_capsule *capsule = &run.model.capsule[i];
        if (capsule->life != LIFE_DYING ||
            capsule->death_frame != run.model.frame_count) {
            continue;
        }
        if (capsule->owes_destructor && !capsule->destructor_ran) {
            violation(lost_destructor_rule(call, capsule),
                      "the destructor is called", "it was not called");
        }
        exercise(capsule->owes_destructor ? RULE_DTOR_1 : RULE_NEW_8,
                 WHEN_FAILS);
        if (capsule->called_by_hand && capsule->owes_destructor) {
            exercise(RULE_DTOR_12, WHEN_SUCCEEDS);
        }
        if (call->op == CALL_COLLECT) {
            exercise(capsule->uncollected > 0 ? RULE_DTOR_14 : RULE_DTOR_11,
                     WHEN_FAILS);
        }
        if (call->op == CALL_END_INTERPRETER) {
            exercise(RULE_DTOR_10, WHEN_SUCCEEDS);
        }
        model_destroyed(&run.model, i);
    }
    if (is_module_call(call->op)) {
        model_collected(&run.model);
    }
    if (call->op == CALL_COLLECT) {
        finish_collection();
    }
}

/* Whether the program calls for a capsule that it never had. */
static bool lacks_capsule(const struct call *call, const struct model_arg *args)
{
    for (unsigned i = 0; i < CALLS[call->op].arg_count; i++) {
        if (CALLS[call->op].args[i] == ARG_CAPSULE &&
            args[i].capsule == NOTHING) {
            return true;
        }
    }
    return false;
}

static bool is_dangling(const struct model_address *address)
{
    return address->block != NOTHING && !run.model.block[address->block].alive;
}

/* Whether the call reads a name after its end: the capsule's or the given. */
static bool reads_dangling_name(const struct call *call,
                                const struct model_arg *args)
{
    if (args[0].capsule == NOTHING) {
        return false;
    }
    const struct model_address *name =
        &run.model.capsule[args[0].capsule].field[FIELD_NAME];
    switch (call->op) {
    case CALL_GET_POINTER:
    case CALL_IS_VALID:
    case CALL_READ:
    case CALL_FREE_POINTER_IF:
        return name->address && args[1].value.address &&
               (is_dangling(name) || is_dangling(&args[1].value));
    case CALL_REPR:
        return is_dangling(name);
    default:
        return false;
    }
}

/* An allocation failed while the call was made. That may have been made good;
 * where it was not, the call failed for want of memory, whatever it would have
 * given otherwise. */
static void heed_lack_of_memory(const struct call *call,
                                struct prediction *prediction, uintptr_t got)
{
    struct prediction failure = *prediction;
    bool ours =
        PyErr_ExceptionMatches(world.exception_type[EXCEPTION_MEMORY_ERROR]);
    if (!model_predict_no_memory(call, &failure) || got != failure.value ||
        (prediction->fails && !ours)) {
        prediction->message = run.model.error.message = NULL; /* may be lost */
        return;
    }
    *prediction = failure;
    prediction->exception = EXCEPTION_MEMORY_ERROR;
    prediction->message = NULL;
    model_lacked_memory(&run.model);
}

/* Holds what the call left behind against the model. */
static void check_effects(const struct call *call, const struct model_arg *args,
                          const struct prediction *prediction, uintptr_t got)
{
    if (is_cobject_call(call->op)) {
        check_cobject(prediction);
    }
    if (call->op == CALL_IS_VALID) {
        check_validity(args, got != 0);
    }
    if (is_table_call(call->op)) {
        check_table(call, args, prediction);
    }
    check_capsules(call, args, prediction);
    if (is_module_call(call->op)) {
        check_import(call, args, prediction);
    }
    if (run.annotations && run.level_count == 1 && !run.cleaning_up) {
        check_expectation(call, args, prediction, got);
    }
}

/* Permits the call: its caller keeps the contract. In a program that breaks it
 * on purpose, and in a destructor that should not run, all calls are made that
 * there is a capsule for. */
static bool permits(const struct level *level, const struct call *call,
                    const struct model_arg *args,
                    const struct prediction *prediction)
{
    if (level->unforeseen) {
        return !lacks_capsule(call, args);
    }
    return world.options.misuse ||
           model_permits(&run.model, call, args, prediction);
}

void execute_call(const struct call *call)
{
    struct level *level = &run.level[run.level_count - 1];
    struct model_arg args[MAX_ARGS];
    struct prediction prediction;

    resolve_args(level->program, call, args);
    level->call = call;
    if (world.options.misuse) {
        if (lacks_capsule(call, args)) {
            status->skipped++;
            level->call = NULL;
            return;
        }
        if (reads_dangling_name(call, args)) {
            perform(call, args);
            violation(RULE_NEW_5, "a sanitizer's report",
                      "the name was read after its end, unnoticed");
        }
        check_names_alive();
    }
    model_predict(&run.model, call, args, &prediction);
    if (!permits(level, call, args, &prediction)) {
        status->skipped++;
        level->call = NULL;
        return;
    }
    status->calls++;
    if (run.level_count == 1 && !run.cleaning_up) {
        run.performed |= UINT64_C(1) << run.call_index;
    }
    struct model_error before = run.model.error;
    level->lacked_memory = false;
    if (is_setter(call->op) && !prediction.fails) {
        note_replaced(call, args[0].capsule);
    }
    uintptr_t got;
    if (is_module_call(call->op)) {
        got = execute_module_call(call, args, &prediction);
    } else {
        model_apply(&run.model, call, args, &prediction);
        allocations_begin();
        got = perform(call, args);
        allocations_end();
        if (level->lacked_memory) {
            heed_lack_of_memory(call, &prediction, got);
        }
    }
    finish_deaths(call);
    if (!world.options.sanitizers_only) {
        check_value(call, args, &prediction, &before, got);
        check_error(&prediction, &before);
    }
    if (call->op == CALL_NEW && got) {
        model_created(&run.model, call->result, (const void *)got, args);
    }
    if (call->op == CALL_COBJECT_NEW && got) {
        model_cobject_made(&run.model, args);
    }
    if (!world.options.sanitizers_only) {
        check_effects(call, args, &prediction, got);
    }
    level->call = NULL;
}

/* --- one program ---------------------------------------------------------- */

static void perform_op(enum call_op op, int slot)
{
    struct call call = {.op = op};
    call.args[0].tag = VALUE_CAPSULE;
    call.args[0].index = (uint8_t)slot;
    execute_call(&call);
}

/* Whether there was anything to forget. */
static bool forget_modules(void)
{
    bool any = false;
    for (unsigned i = 0; i < OWNERS; i++) {
        struct call call = {.op = CALL_FORGET};
        call.args[0].tag = i < MODULE_COUNT ? VALUE_MODULE : VALUE_SPACE;
        call.args[0].index = (uint8_t)(i < MODULE_COUNT ? i : i - MODULE_COUNT);
        if (model_has_to_forget(&run.model, i)) {
            execute_call(&call);
            any = true;
        }
    }
    return any;
}

static void clear_error(void)
{
    if (run.model.error.set) {
        perform_op(CALL_CLEAR_ERROR, 0);
    }
}

/* Ends all interpreters but the main one, which the thread is in then. */
static void end_interpreters(void)
{
    while (run.model.current != 0 || model_next_interpreter(&run.model) != 0) {
        clear_error();
        perform_op(run.model.current ? CALL_END_INTERPRETER
                                     : CALL_NEXT_INTERPRETER,
                   0);
    }
    clear_error();
}

/* What main and subinterpreters have published. */
static void clean_up_modules(void)
{
    end_interpreters();
    if (run.model.interpreter[0].has_module) {
        perform_op(CALL_UNSHARE, 0);
    }
    forget_state();
}

/* What there may be although the model knows nothing of it. */
static void let_go(void)
{
    struct level *level = &run.level[0];
    PyErr_Restore(level->saved_type, level->saved_value,
                  level->saved_traceback);
    PyErr_Clear();
    modules_forget();
    PyErr_Clear();
}

/* Gives back what the program still holds, as the program itself would. */
static void clean_up(void)
{
    /* More than the links of any chain of owners. */
    enum { ENOUGH_COLLECTIONS = 200 };
    run.cleaning_up = true;
    fail_allocations(0, HOST_FAIL_ONCE);
    clear_error();
    if (run.model.frame[0].has_saved) {
        perform_op(CALL_RESTORE_ERROR, 0);
        clear_error();
    }
    clean_up_modules();
    int collections = 0;
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < SLOTS; i++) {
            while (run.model.capsule_slot[i] != NOTHING) {
                perform_op(CALL_DECREF, i);
                again = true; /* a destructor may have filled a slot */
            }
        }
        again |= forget_modules();
        bool cycles = false;
        for (int i = 0; i < run.model.capsule_count; i++) {
            cycles = cycles || run.model.capsule[i].in_cycles > 0;
        }
        if (cycles || run.model.owed > 0) {
            if (collections++ == ENOUGH_COLLECTIONS) {
                violation(RULE_DTOR_11, "collections destroy what is lost",
                          "something is never destroyed");
                break;
            }
            perform_op(CALL_COLLECT, 0);
            again = true;
        }
    }
    if (world.options.sanitizers_only) {
        let_go();
    }
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].alive) {
            block_free((void *)run.model.block[i].address);
        }
    }
}

/* A program that breaks the contract gets no help: what it forgot is a leak. */
static void check_nothing_forgotten(void)
{
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].alive) {
            violation(RULE_DTOR_13, "every payload and name is freed",
                      "one that was never freed");
        }
    }
    for (int i = 0; i < run.model.capsule_count; i++) {
        if (run.model.capsule[i].life == LIFE_ALIVE) {
            violation(RULE_TYPE_1, "every reference is given back",
                      "a capsule that still has one");
        }
    }
}

/* The implementation has as many blocks as before. */
static void check_balance(long more)
{
    if (more > 0) {
        violation(
            RULE_TYPE_1,
            describe_count("blocks of the implementation are left", 0),
            describe_count("blocks of the implementation are left", more));
    }
    if (more < 0) {
        violation(
            RULE_DTOR_13,
            describe_count("blocks that are not its own are freed", 0),
            describe_count("blocks that are not its own are freed", -more));
    }
}

/* Performs the calls of run.program in a fresh state. */
static void run_calls(void)
{
    consumer_build(CONSUMER_VERSION, CONSUMER_PREFIX);
    run.performed = 0;
    run.cleaning_up = false;
    run.called_by_hand = NOTHING;
    run.allocations.tried = 0;
    fail_allocations(0, HOST_FAIL_ONCE);
    run.level_count = 1;
    run.level[0] = (struct level){.program = run.program, .behaviour = NOTHING};
    model_reset(&run.model, host_profile(), world.options.misuse);

    for (run.call_index = 0; run.call_index < run.program->call_count;
         run.call_index++) {
        execute_call(&run.program->calls[run.call_index]);
    }
    if (world.options.misuse) {
        check_names_alive();
        check_nothing_forgotten();
        PyErr_Clear(); /* an exception may be pending; it is no leak */
    } else {
        check_all_capsules();
        clean_up();
    }
    modules_end();
    cobjects_end();
    forget_exceptions();
}

/* An implementation that keeps something for the next use does so once; what
 * each of several runs leaves behind is lost. Returns the blocks that the last
 * run has left. */
static long run_until_balanced(void)
{
    enum { ENOUGH_RUNS = 3 };
    long more = 0;
    for (int i = 0; i < ENOUGH_RUNS; i++) {
        host_collect();
        size_t before = host_live_blocks();
        run_calls();
        host_collect();
        more = (long)(host_live_blocks() - before);
        if (more == 0) {
            break;
        }
    }
    return more;
}

/* What an implementation keeps for itself of an interpreter that has ended is no
 * matter of capsules: some versions of CPython lose thousands of blocks. */
static bool may_lose_blocks(const struct program *program)
{
    for (unsigned i = 0; i < program->call_count; i++) {
        if (program->calls[i].op == CALL_START_INTERPRETER) {
            return true;
        }
    }
    return false;
}

void executor_run(const struct program *program,
                  const struct annotations *annotations)
{
    run.program = program;
    run.annotations = annotations;
    report_catch_abort();

    size_t before = host_live_blocks();
    run_calls();
    long more = (long)(host_live_blocks() - before);
    if (more != 0 && !host_keeps_nothing()) {
        more = may_lose_blocks(program) ? 0 : run_until_balanced();
    }
    check_balance(more);
    check_foreign_objects(RULE_SET_ALL_2);
    check_literals();
    free_literals();
    if (!world.options.use_malloc) {
        arena_reset();
    }
    run.program = NULL;
    status->programs++;
}

uint64_t executor_performed(void) { return run.performed; }

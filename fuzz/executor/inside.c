/* Runs programs inside imports: as part of a module's initialisation, and of
 * its __getattr__. The executor makes the calls of such a program like those of
 * a destructor. */
#include "fuzz/executor/call.h"
#include "fuzz/executor/modules.h"
#include "fuzz/executor/published.h"
#include "fuzz/executor/world.h"

void run_inside(unsigned module)
{
    int behaviour = run.level_count < MAX_FRAMES
                        ? model_enter_inside(&run.model, module)
                        : NOTHING;
    if (behaviour == NOTHING) {
        return;
    }
    published_drop_waiting();
    run.level[run.level_count++] = (struct level){
        .program = behaviour_program(behaviour),
        .behaviour = behaviour,
        .module = MODULE_NAMES[module],
    };
    model_run_destructor(&run.model, &EXECUTOR, NULL, behaviour);
    run.level_count--;
    model_leave_inside(&run.model, module);
}

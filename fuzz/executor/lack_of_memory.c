/* Decides which allocations of the implementation fail. */
#include "fuzz/executor/lack_of_memory.h"

#include "fuzz/executor/world.h"

void fail_allocations(size_t nth, enum host_failure how)
{
    allocations_end(); /* called within a call of the program */
    run.allocations.left = nth;
    run.allocations.how = how;
}

void allocations_begin(void)
{
    if (run.allocations.left > 0) {
        run.allocations.counting =
            host_fail_allocation(run.allocations.left, run.allocations.how);
    }
}

void allocations_end(void)
{
    if (!run.allocations.counting) {
        return;
    }
    size_t tried = host_allocations();
    host_fail_allocation(0, HOST_FAIL_ONCE);
    run.allocations.counting = false;
    run.allocations.tried += tried;
    if (tried < run.allocations.left) {
        run.allocations.left -= tried;
        return;
    }
    run.allocations.left =
        run.allocations.how == HOST_FAIL_FROM_THERE_ON ? 1 : 0;
    run.level[run.level_count - 1].lacked_memory = true;
}

size_t executor_allocations(void) { return run.allocations.tried; }

/* Names the finding of a child; see finding.h. */
#include "fuzz/driver/finding.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

const char *finding_of(struct child *child)
{
    char *finding = child->finding;
    finding[0] = '\0';
    if (child_survived(child) || finding_in_text(child->output, finding)) {
        return finding;
    }
    if (child->timed_out) {
        snprintf(finding, FINDING_SIZE, "time limit");
    } else if (WIFSIGNALED(child->status)) {
        snprintf(finding, FINDING_SIZE, "signal %d", WTERMSIG(child->status));
    } else {
        snprintf(finding, FINDING_SIZE, "exit status %d",
                 WEXITSTATUS(child->status));
    }
    return finding;
}

bool finding_is_reported(const struct child *child, const char *expected)
{
    const char *line = child->output;
    while (!child_survived(child) && *expected && line) {
        if (finding_is_line(line, expected)) {
            return true;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return false;
}

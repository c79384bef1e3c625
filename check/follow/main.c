/* The program `follow`, which tools/check runs to ask the model. */
#include <stdio.h>
#include <string.h>

#include "check/follow/follow.h"
#include "check/follow/skipped.h"

enum { BAD_INPUT = 2 };

static const char USAGE[] =
    "usage: follow TRACE ...           compares the calls of traces with the\n"
    "                                  contract and prints each deviation\n"
    "       follow --skipped FILE ...  lists the calls of programs that the\n"
    "                                  contract does not permit\n"
    "\n"
    "Exit status: 0 done, 2 bad input.\n";

int main(int argc, char **argv)
{
    bool skipped = argc > 1 && !strcmp(argv[1], "--skipped");
    if (argc > 1 && !strcmp(argv[1], "--help")) {
        fputs(USAGE, stdout);
        return 0;
    }
    if (argc < 2 + skipped) {
        fputs("follow: no file given; see --help\n", stderr);
        return BAD_INPUT;
    }
    for (int i = 1 + skipped; i < argc; i++)
        if (!(skipped ? skipped_print(argv[i]) : follow_trace(argv[i])))
            return BAD_INPUT;
    return 0;
}

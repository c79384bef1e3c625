/* Reports a fault before it ends the process. */
#ifndef CHECK_CRASH_H
#define CHECK_CRASH_H

/* Catches the signals of faults that the program leaves to their default
 * action, which follows after the report. */
void crash_start(void);

#endif

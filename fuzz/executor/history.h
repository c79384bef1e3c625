/* The inputs that ran before the current one: a finding may depend on them. */
#ifndef FUZZ_EXECUTOR_HISTORY_H
#define FUZZ_EXECUTOR_HISTORY_H

/* Writes the remembered inputs, the oldest first, as the files 000, 001, ... of
 * the folder, which it creates. Does nothing if there are none. Best effort:
 * runs after a finding. */
void history_write(const char *folder);

#endif

/* The content of payloads and names that the program has written: the
 * implementation must not change it. */
#ifndef FUZZ_EXECUTOR_CONTENT_H
#define FUZZ_EXECUTOR_CONTENT_H

/* Remembers the content of a name. Called after the program has written to
 * it. */
void content_note(int block);

/* Compares the start of a name with what the program has written, and the start
 * and the end of a payload with the filling of payloads. */
void content_check(int block);

/* Compares all blocks that are alive. */
void content_check_all(void);

/* The byte that fills payloads. */
enum { PAYLOAD_BYTE = 'p' };

#endif

/* The state file of a walk. It is text, one fact a line, and its last line has
 * a checksum of the others: a damaged file must not skip programs. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/driver/exhaust.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/driver/whole_file.h"

enum { LARGEST_FILE = 4096 };

static uint32_t checksum(const char *text, size_t size)
{
    uint32_t sum = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ (unsigned char)text[i]) * 16777619u;
    }
    return sum;
}

static void print_state(const struct exhaust_state *state, FILE *out)
{
    const struct position *at = &state->position;
    fputs("capsule-exhaust 1\n", out);
    fprintf(out, "implementation %s\n", state->implementation);
    fprintf(out, "build %s\n", state->build);
    fprintf(out, "alphabet %08" PRIx32 "\n", state->alphabet);
    fprintf(out, "part %u/%u\n", state->part.number, state->part.count);
    fprintf(out, "seconds %.3f\n", state->seconds);
    fprintf(out, "length %u\n", at->length);
    fprintf(out, "unit %" PRIu64 "\n", at->unit);
    fprintf(out, "progress %.9f\n", at->progress);
    fprintf(out, "next");
    for (unsigned i = 0; i < LONGEST_WALK; i++) {
        fprintf(out, " %u", at->index[i]);
    }
    fprintf(out, "\nprograms");
    for (unsigned i = 1; i <= LONGEST_WALK; i++) {
        fprintf(out, " %" PRIu64, at->programs[i]);
    }
    fputc('\n', out);
}

static void print_checked(FILE *out, const void *context)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) {
        abort();
    }
    print_state(context, memory);
    if (fclose(memory) != 0) {
        abort();
    }
    fwrite(text, 1, size, out);
    fprintf(out, "checksum %08" PRIx32 "\n", checksum(text, size));
    free(text);
}

bool state_write(const struct exhaust_state *state, const char *path)
{
    return whole_file_write(path, print_checked, state);
}

/* Parses what print_state() has printed. */
static bool parse_state(struct exhaust_state *state, char *text)
{
    struct position *at = &state->position;
    int read = 0;
    *state = (struct exhaust_state){0};
    sscanf(text,
           "capsule-exhaust 1\nimplementation %63[^\n]\nbuild %63s\nalphabet "
           "%" SCNx32 "\npart %u/%u\nseconds %lf\nlength %u\nunit %" SCNu64
           "\nprogress %lf\nnext%n",
           state->implementation, state->build, &state->alphabet,
           &state->part.number, &state->part.count, &state->seconds,
           &at->length, &at->unit, &at->progress, &read);
    if (read == 0 || at->length < 1 || at->length > LONGEST_WALK + 1) {
        return false;
    }
    char *rest = text + read;
    for (unsigned i = 0; i < LONGEST_WALK; i++) {
        at->index[i] = (uint16_t)strtoul(rest, &rest, 10);
    }
    if (strncmp(rest, "\nprograms", strlen("\nprograms")) != 0) {
        return false;
    }
    rest += strlen("\nprograms");
    for (unsigned i = 1; i <= LONGEST_WALK; i++) {
        at->programs[i] = strtoull(rest, &rest, 10);
    }
    return strcmp(rest, "\n") == 0;
}

bool state_read(struct exhaust_state *state, FILE *file)
{
    char text[LARGEST_FILE + 1];
    size_t size = fread(text, 1, LARGEST_FILE, file);
    text[size] = '\0';
    char *last = strstr(text, "\nchecksum ");
    if (!last || strlen(text) != size) {
        return false;
    }
    last++;
    char *end;
    unsigned long sum = strtoul(last + strlen("checksum "), &end, 16);
    if (strcmp(end, "\n") != 0 ||
        sum != checksum(text, (size_t)(last - text))) {
        return false;
    }
    *last = '\0';
    return parse_state(state, text);
}

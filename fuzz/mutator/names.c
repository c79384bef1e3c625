/* Chooses names: variants of names that the program has, and new ones. */
#include <ctype.h>
#include <string.h>

#include "fuzz/mutator/generate.h"

/* Bytes that comparisons, signed characters, case, paths and formats may handle
 * wrongly. */
static const char ALPHABET[] = {'a', 'b',    '.',    'A',        '%',
                                's', '\x01', '\x7f', (char)0x80, (char)0xff};

/* Bytes that a comparison may treat as equal, or leave out at an end: white
 * space, separators, quotes, signs without a glyph, letters of other locales.
 */
static const char *const ALIKE[] = {
    "\n\r\t\v\f \xa0",
    "-_~",
    "./\\:;,|",
    "'\"`",
    "\x1a\x7f\x04\x1b",
    "iI\xb9\xc4\xdd\xfd",
    "eE\xe9\xc9\xc3\xe8\xc8",
    "0Oo@",
    "+&=?#*!",
};

enum { GROUPS = sizeof ALIKE / sizeof *ALIKE };

static char byte_like(struct random *random, const char *group)
{
    return group[random_below(random, (unsigned)strlen(group))];
}

/* Returns a byte of a name. */
static char name_byte(struct generator *g)
{
    struct random *random = g->random;
    if (!g->target->any_bytes) {
        return ALPHABET[random_next(random) % sizeof ALPHABET];
    }
    return random_chance(random, 70)
               ? byte_like(random, ALIKE[random_below(random, GROUPS)])
               : (char)(1 + random_below(random, 255));
}

/* Returns a byte of the same group, perhaps the same byte; any byte if the byte
 * is in no group. */
static char byte_alike(struct generator *g, char byte)
{
    for (unsigned i = 0; i < GROUPS; i++) {
        if (strchr(ALIKE[i], byte)) {
            return byte_like(g->random, ALIKE[i]);
        }
    }
    return name_byte(g);
}

static void set_empty(struct value *value)
{
    *value = (struct value){.tag = VALUE_TEXT};
}

/* Sets a literal with these characters. Shares the characters if they are
 * already in the program; encoding stores each literal separately. */
static void set_characters(struct program *program, struct value *value,
                           struct characters text)
{
    if (text.bytes >= program->text &&
        text.bytes < program->text + program->text_size) {
        *value =
            (struct value){.tag = VALUE_TEXT,
                           .number = (uint16_t)text.length,
                           .offset = (uint32_t)(text.bytes - program->text)};
    } else if (!program_set_text(program, value, text.bytes, text.length)) {
        set_empty(value);
    }
}

/* --- near misses ---------------------------------------------------------- */

/* Prefers both ends of the text: comparisons that stop early or late fail
 * there. */
static unsigned choose_position(struct random *random, unsigned length)
{
    switch (random_below(random, 4)) {
    case 0:
        return 0;
    case 1:
        return length - 1;
    default:
        return random_below(random, length);
    }
}

static char other_byte(struct generator *g, char byte)
{
    bool alike = g->target->any_bytes && random_chance(g->random, 50);
    char other = alike ? byte_alike(g, byte) : name_byte(g);
    return other != byte ? other : (char)(byte == 1 ? 2 : byte ^ 1);
}

static char flip_bit(struct random *random, char byte)
{
    char other = (char)(byte ^ (1 << random_below(random, 8)));
    return other ? other : (char)0xff;
}

/* Changes the case of a random letter. Returns false if there is no letter. */
static bool change_case(struct random *random, char *text, unsigned length)
{
    unsigned start = choose_position(random, length);
    for (unsigned i = 0; i < length; i++) {
        char *byte = &text[(start + i) % length];
        if (isalpha((unsigned char)*byte)) {
            *byte ^= 0x20;
            return true;
        }
    }
    return false;
}

/* Changes bytes of a text and keeps its length. */
static void edit_in_place(struct generator *g, unsigned kind, char *text,
                          unsigned length)
{
    struct random *random = g->random;
    if (kind == CHANGE_CASE && change_case(random, text, length)) {
        return;
    }
    char *byte = &text[choose_position(random, length)];
    *byte =
        kind == FLIP_ONE_BIT ? flip_bit(random, *byte) : other_byte(g, *byte);
}

static bool append_byte(struct generator *g, struct value *value,
                        struct characters text)
{
    struct program *program = g->program;
    uint32_t offset = program->text_size;
    if (text.length + 2u > MAX_TEXT - offset) {
        return false;
    }
    memcpy(program->text + offset, text.bytes, text.length);
    program->text[offset + text.length] = name_byte(g);
    program->text[offset + text.length + 1] = '\0';
    program->text_size += text.length + 2u;
    *value = (struct value){.tag = VALUE_TEXT,
                            .number = (uint16_t)(text.length + 1),
                            .offset = offset};
    return true;
}

void make_near_miss(struct generator *g, struct characters text,
                    struct value *value)
{
    struct random *random = g->random;
    struct program *program = g->program;
    unsigned kind = lottery_draw(&g->choices->near_miss, random);

    if (text.bytes == NULL) {
        set_empty(value);
        return;
    }
    if (kind == APPEND_ONE || text.length == 0) {
        if (text.length < g->target->longest_name &&
            append_byte(g, value, text)) {
            return;
        }
        kind = CHANGE_ONE_BYTE;
    }
    if (text.length == 0) {
        *value = (struct value){.tag = VALUE_NULL};
        return;
    }
    switch (kind) {
    case CUT_THE_LAST:
        text.length--;
        break;
    case CUT_THE_FIRST:
        text.bytes++;
        text.length--;
        break;
    case KEEP_A_PREFIX:
        text.length = random_below(random, text.length);
        break;
    default:
        break;
    }
    if (!program_set_text(program, value, text.bytes, text.length)) {
        set_empty(value);
    } else if (kind == CHANGE_ONE_BYTE || kind == FLIP_ONE_BIT ||
               kind == CHANGE_CASE) {
        edit_in_place(g, kind, program->text + value->offset, value->number);
    }
}

/* --- variants of existing names ------------------------------------------- */

/* Returns the name of a random capsule or buffer in `text`. Returns false if
 * there is none. */
static bool choose_relative(struct generator *g, struct characters *text)
{
    const struct forecast *f = g->forecast;
    unsigned capsules = f->slots[RESULT_CAPSULE];
    unsigned all = capsules | (unsigned)f->slots[RESULT_BUFFER] << SLOTS;

    if (!all) {
        return false;
    }
    unsigned n = random_bit(g->random, all);
    *text = n < SLOTS
                ? forecast_name_of(&f->model.capsule[f->model.capsule_slot[n]])
                : forecast_text_of(f, n - SLOTS);
    return true;
}

/* Copies an existing name or makes a near miss of it. Returns false if no name
 * exists. */
static bool set_relative(struct generator *g,
                         const struct model_capsule *object,
                         struct value *value)
{
    struct characters text;

    if (object) {
        text = forecast_name_of(object);
    } else if (!choose_relative(g, &text)) {
        return false;
    }
    if (text.bytes && text.length > g->target->longest_name) {
        return false; /* only long_name() creates such a name */
    }
    if (!random_chance(g->random, g->weights->copy_percent)) {
        make_near_miss(g, text, value);
    } else if (text.bytes == NULL) {
        *value = (struct value){.tag = VALUE_NULL};
    } else {
        set_characters(g->program, value, text);
    }
    return true;
}

/* --- new names ------------------------------------------------------------ */

static unsigned fresh_length(struct generator *g)
{
    unsigned longest = g->target->longest_name;
    unsigned length = 0;

    switch (lottery_draw(&g->choices->fresh_length, g->random)) {
    case LENGTH_0:
        break;
    case LENGTH_1:
        length = 1;
        break;
    case LENGTH_2:
        length = 2;
        break;
    case LENGTH_3_TO_12:
        length = 3 + random_below(g->random, 10);
        break;
    case LENGTH_255:
        length = 255;
        break;
    default:
        length = longest;
        break;
    }
    return length < longest ? length : longest;
}

/* Sets the name that a destructor of the swarm expects before it frees the
 * pointer. */
static bool set_expected_name(struct generator *g, struct value *value)
{
    for (unsigned i = 0; i < g->swarm->behaviour_count; i++) {
        const char *asked = behaviour_asks_for(g->swarm->behaviours[i]);
        if (asked && strlen(asked) <= g->target->longest_name) {
            return program_set_text(g->program, value, asked, strlen(asked));
        }
    }
    return false;
}

static void set_fresh(struct generator *g, struct value *value)
{
    if (random_chance(g->random, g->weights->asked_percent) &&
        set_expected_name(g, value)) {
        return;
    }
    struct program *program = g->program;
    unsigned length = fresh_length(g);
    uint32_t offset = program->text_size;

    if (length == 0 || length >= MAX_TEXT - offset) {
        set_empty(value);
        return;
    }
    char *text = program->text + offset;
    for (unsigned i = 0; i < length;) {
        uint64_t bits = random_next(g->random);
        for (unsigned end = i + 21 < length ? i + 21 : length; i < end; i++) {
            text[i] = ALPHABET[bits & 7];
            bits >>= 3;
        }
    }
    for (unsigned i = 0; g->target->any_bytes && i < length; i++) {
        text[i] = name_byte(g);
    }
    text[length] = '\0';
    program->text_size += length + 1;
    *value = (struct value){
        .tag = VALUE_TEXT, .number = (uint16_t)length, .offset = offset};
}

/* --- arguments ------------------------------------------------------------ */

/* Returns the slot of the block, which must have one. */
static unsigned buffer_slot_of(const struct model *model, int block)
{
    unsigned slot = 0;
    while (slot + 1 < SLOTS && model->block_slot[SLOTS + slot] != block) {
        slot++;
    }
    return slot;
}

static bool set_own_name(struct generator *g,
                         const struct model_capsule *object,
                         struct value *value)
{
    if (!object) {
        return false;
    }
    const struct model_address *name = &object->field[FIELD_NAME];
    if (name->block != NOTHING) {
        *value = (struct value){
            .tag = VALUE_BUFFER,
            .index = (uint8_t)buffer_slot_of(&g->forecast->model, name->block)};
    } else if (name->address == 0) {
        *value = (struct value){.tag = VALUE_NULL};
    } else {
        set_characters(g->program, value, forecast_name_of(object));
    }
    return true;
}

static bool set_buffer(struct generator *g, bool stored, struct value *value)
{
    unsigned buffers = stored ? forecast_usable_buffers(g->forecast)
                              : g->forecast->slots[RESULT_BUFFER];
    if (!buffers) {
        return false;
    }
    *value = (struct value){.tag = VALUE_BUFFER,
                            .index = (uint8_t)random_bit(g->random, buffers)};
    return true;
}

void choose_matching_name(struct generator *g,
                          const struct model_capsule *object,
                          struct value *value)
{
    struct characters text = forecast_name_of(object);

    if (text.bytes && text.length <= g->target->longest_name &&
        random_chance(g->random, g->weights->copy_percent)) {
        set_characters(g->program, value, text);
    } else {
        set_own_name(g, object, value);
    }
}

void choose_name(struct generator *g, const struct model_capsule *object,
                 bool stored, struct value *value)
{
    if (random_chance(g->random, g->target->near_miss_percent) &&
        set_relative(g, object, value)) {
        return;
    }
    switch (lottery_draw(&g->choices->name, g->random)) {
    case CHOOSE_OWN_NAME:
        if (set_own_name(g, object, value) || set_buffer(g, stored, value)) {
            return;
        }
        break;
    case CHOOSE_BUFFER:
        if (set_buffer(g, stored, value)) {
            return;
        }
        break;
    case CHOOSE_NO_NAME:
        *value = (struct value){.tag = VALUE_NULL};
        return;
    default:
        break;
    }
    set_fresh(g, value);
}

void choose_text(struct generator *g, struct value *value)
{
    if (!random_chance(g->random, g->target->near_miss_percent) ||
        !set_relative(g, NULL, value)) {
        set_fresh(g, value);
    }
    if (value->tag != VALUE_TEXT) {
        set_empty(value);
    }
}

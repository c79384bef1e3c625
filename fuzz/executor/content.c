#include "fuzz/executor/content.h"

#include "fuzz/executor/report.h"
#include "fuzz/executor/world.h"

/* Longer blocks are compared in part, which keeps a comparison cheap. */
enum { COMPARED = 64 };

static uint32_t noted[MAX_BLOCKS]; /* hashes of names */

static uint32_t hash_of(const struct model_block *block)
{
    const unsigned char *name = (const unsigned char *)block->address;
    uint32_t hash = 0;
    for (uint32_t i = 0; i <= block->size && i < COMPARED; i++) {
        hash = (hash ^ name[i]) * UINT32_C(16777619);
    }
    return hash;
}

static bool is_filled(const struct model_block *block)
{
    const unsigned char *payload = (const unsigned char *)block->address;
    for (uint32_t i = 0; i < block->size && i < COMPARED; i++) {
        if (payload[i] != PAYLOAD_BYTE ||
            payload[block->size - 1 - i] != PAYLOAD_BYTE) {
            return false;
        }
    }
    return true;
}

void content_note(int block)
{
    noted[block] = hash_of(&run.model.block[block]);
}

void content_check(int id)
{
    const struct model_block *block = &run.model.block[id];
    if (block->is_name && hash_of(block) != noted[id]) {
        violation(RULE_GETN_3, "the names keep their characters",
                  "the implementation wrote into a name");
    }
    if (!block->is_name && model_table_in(&run.model, id) == NULL &&
        !is_filled(block)) {
        violation(RULE_NEW_11, "the payloads keep their content",
                  "the implementation wrote into a payload");
    }
}

void content_check_all(void)
{
    for (int i = 0; i < run.model.block_count; i++) {
        if (run.model.block[i].alive) {
            content_check(i);
        }
    }
}

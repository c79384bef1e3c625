#include "tests/harness/mutator/programs.h"

#include <cstdio>
#include <cstdlib>

target TargetOfAllCalls()
{
    target all = {};
    all.name = "all_calls";
    all.longest_name = MAX_NAME;
    all.near_miss_percent = 40;
    all.extremes = true;
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        all.calls[op] = static_cast<uint8_t>(3 + op * 7 % 20);
    }
    return all;
}

std::string Text(const program &p)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    program_print(out, &p);
    fclose(out);
    std::string text(bytes, size);
    free(bytes);
    return text;
}

void Parse(const std::string &text, program *p)
{
    char error[512];
    if (!program_parse(p, text.data(), text.size(), "test", nullptr, error,
                       sizeof error)) {
        fprintf(stderr, "%s\n", error);
        abort();
    }
}

std::vector<uint8_t> Encoded(const program &p)
{
    std::vector<uint8_t> bytes(MAX_ENCODED);
    bytes.resize(program_encode(&p, bytes.data(), bytes.size()));
    return bytes;
}

unsigned MisuseIn(const program &p)
{
    unsigned count = 0;
    for (unsigned i = 0; i < p.call_count; i++) {
        const call &c = p.calls[i];
        for (unsigned j = 0; j < CALLS[c.op].arg_count; j++) {
            count += c.args[j].tag == VALUE_DESTRUCTOR &&
                     DESTRUCTORS[c.args[j].index].misuse;
        }
    }
    return count;
}

#include "tests/harness/program/text.h"

#include <cstdlib>

std::string Printed(const std::function<void(FILE *)> &print)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    print(out);
    fclose(out);
    std::string result(text, size);
    free(text);
    return result;
}

std::string Text(const program &p)
{
    return Printed([&](FILE *out) { program_print(out, &p); });
}

std::string Parse(const std::string &text, program *p, annotations *notes)
{
    char error[512] = "";
    bool parsed = program_parse(p, text.data(), text.size(), "t.prog", notes,
                                error, sizeof error);
    return parsed ? "" : error;
}

std::vector<uint8_t> Encoded(const program &p)
{
    std::vector<uint8_t> bytes(MAX_ENCODED);
    bytes.resize(program_encode(&p, bytes.data(), bytes.size()));
    return bytes;
}

void Randomize(program *p, std::mt19937 *random, size_t calls)
{
    auto below = [&](size_t n) { return (*random)() % n; };

    program_clear(p);
    for (size_t i = 0; i < calls; i++) {
        call *c = program_append(p, static_cast<call_op>(below(CALL_COUNT)));
        const call_info &info = CALLS[c->op];
        c->result = yields_result(info.yields) ? below(SLOTS) : 0;
        for (size_t j = 0; j < info.arg_count; j++) {
            arg_kind kind = info.args[j];
            value_tag tag = kind_tag(kind, below(kind_tag_count(kind)));
            c->args[j] = {};
            c->args[j].tag = tag;
            if (tag == VALUE_NUMBER) {
                c->args[j].number = below(kind == ARG_BYTE ? 256 : 65536);
            } else if (tag == VALUE_TEXT) {
                std::string text(below(20), 'a');
                for (char &byte : text) {
                    byte = below(4) ? "aZ0\"\\?\n.'f"[below(10)] : below(256);
                }
                program_set_text(p, &c->args[j], text.data(), text.size());
            } else {
                c->args[j].index = below(value_index_count(tag));
            }
        }
    }
}

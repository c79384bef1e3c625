// Memory as an unlucky process has it: freed blocks are used again at once, for
// whatever is allocated next, and new blocks hold any bytes.
#ifndef TESTS_RULES_REUSE_H
#define TESTS_RULES_REUSE_H

namespace rules {

// While it exists, objects come from a few places, the one that was freed last
// first, and are filled with bytes before they are handed out. Objects that
// outlive it stay valid.
class ReusedMemory {
  public:
    // `fill` is the byte; -1: bytes without a pattern.
    explicit ReusedMemory(int fill);
    ~ReusedMemory();
    ReusedMemory(const ReusedMemory &) = delete;
    ReusedMemory &operator=(const ReusedMemory &) = delete;
};

} // namespace rules

#endif

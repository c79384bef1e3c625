// The free lists for small blocks. The tests write to the blocks, so that
// AddressSanitizer and LeakSanitizer report a write past a block and a block
// that is lost.

#include "capsule/runtime/small_blocks.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace {

class SmallBlocksTest : public testing::Test {
  protected:
    ~SmallBlocksTest() override { small_blocks_drop(); }
};

TEST_F(SmallBlocksTest, ABlockComesBackForItsSize)
{
    void *block = small_malloc(40);
    small_free(block);
    void *larger = small_malloc(100);
    EXPECT_NE(larger, block);
    void *again = small_malloc(40);
    EXPECT_EQ(again, block);
    small_free(again);
    small_free(larger);
}

TEST_F(SmallBlocksTest, EveryByteOfABlockIsThere)
{
    for (int round = 0; round < 2; round++) {
        std::vector<void *> blocks;
        for (size_t size = 1; size <= 300; size++) {
            blocks.push_back(small_malloc(size));
            memset(blocks.back(), 0xa5, size);
        }
        EXPECT_EQ(std::set<void *>(blocks.begin(), blocks.end()).size(), 300u);
        for (void *block : blocks) {
            small_free(block);
        }
    }
}

TEST_F(SmallBlocksTest, OnlySoManyAreKept)
{
    std::vector<void *> blocks;
    for (int i = 0; i < 100; i++) {
        blocks.push_back(small_malloc(40));
    }
    for (void *block : blocks) {
        small_free(block);
    }
    std::set<void *> kept;
    for (int i = 0; i < 100; i++) {
        kept.insert(small_malloc(40));
    }
    int same = 0;
    for (void *block : blocks) {
        same += kept.count(block) != 0;
    }
    EXPECT_EQ(same, 32);
    for (void *block : kept) {
        small_free(block);
    }
}

TEST_F(SmallBlocksTest, OthersBlocksAndNullAreTaken)
{
    small_free(nullptr);
    small_free(malloc(1));
    void *block = malloc(40);
    small_free(block);
    EXPECT_EQ(small_malloc(40), block);
    free(block);
}

TEST_F(SmallBlocksTest, AThreadKeepsForItself)
{
    void *block = small_malloc(40);
    std::thread([block] {
        small_free(block);
        EXPECT_EQ(small_malloc(40), block);
        small_free(block);
        small_blocks_drop();
    }).join();
}

} // namespace

// Blocks that are kept for the next who asks. What is written here beyond a
// block, or left behind, AddressSanitizer and LeakSanitizer report.

#include "capsule/reference/blocks.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace {

class BlocksTest : public testing::Test {
  protected:
    ~BlocksTest() override { blocks_drop(); }
};

TEST_F(BlocksTest, ABlockComesBackForItsSize)
{
    void *block = block_malloc(40);
    block_free(block);
    void *larger = block_malloc(100);
    EXPECT_NE(larger, block);
    void *again = block_malloc(40);
    EXPECT_EQ(again, block);
    block_free(again);
    block_free(larger);
}

TEST_F(BlocksTest, EveryByteOfABlockIsThere)
{
    for (int round = 0; round < 2; round++) {
        std::vector<void *> blocks;
        for (size_t size = 1; size <= 300; size++) {
            blocks.push_back(block_malloc(size));
            memset(blocks.back(), 0xa5, size);
        }
        EXPECT_EQ(std::set<void *>(blocks.begin(), blocks.end()).size(), 300u);
        for (void *block : blocks) {
            block_free(block);
        }
    }
}

TEST_F(BlocksTest, OnlySoManyAreKept)
{
    std::vector<void *> blocks;
    for (int i = 0; i < 100; i++) {
        blocks.push_back(block_malloc(40));
    }
    for (void *block : blocks) {
        block_free(block);
    }
    std::set<void *> kept;
    for (int i = 0; i < 100; i++) {
        kept.insert(block_malloc(40));
    }
    int same = 0;
    for (void *block : blocks) {
        same += kept.count(block) != 0;
    }
    EXPECT_EQ(same, 32);
    for (void *block : kept) {
        block_free(block);
    }
}

TEST_F(BlocksTest, OthersBlocksAndNullAreTaken)
{
    block_free(nullptr);
    block_free(malloc(1));
    void *block = malloc(40);
    block_free(block);
    EXPECT_EQ(block_malloc(40), block);
    free(block);
}

TEST_F(BlocksTest, AThreadKeepsForItself)
{
    void *block = block_malloc(40);
    std::thread([block] {
        block_free(block);
        EXPECT_EQ(block_malloc(40), block);
        block_free(block);
        blocks_drop();
    }).join();
}

} // namespace

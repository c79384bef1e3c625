// An allocator of objects in front of the implementation's own.
#include "tests/rules/reuse.h"

#include <Python.h>

#include <cstdint>
#include <cstring>

namespace rules {
namespace {

const size_t PLACES = 64, SIZE = 128;

alignas(16) char places[PLACES][SIZE];
size_t free_places[PLACES]; // a stack of indices
size_t free_count;
bool installed, active;
int fill_byte;
uint32_t bits = 1;
PyMemAllocatorEx original;

// The distance of the block from the first place; of blocks that are not in a
// place at least sizeof places.
uintptr_t OffsetOf(const void *block)
{
    return reinterpret_cast<uintptr_t>(block) -
           reinterpret_cast<uintptr_t>(&places);
}

bool IsOurs(const void *block) { return OffsetOf(block) < sizeof places; }

void Fill(char *place)
{
    for (size_t i = 0; i < SIZE; i++) {
        bits = bits * 1664525u + 1013904223u;
        place[i] =
            static_cast<char>(fill_byte < 0 ? bits >> 24 : unsigned(fill_byte));
    }
}

void *Malloc(void *, size_t size)
{
    if (!active || size > SIZE || free_count == 0) {
        return original.malloc(original.ctx, size);
    }
    char *place = places[free_places[--free_count]];
    Fill(place);
    return place;
}

void *Calloc(void *, size_t count, size_t size)
{
    return original.calloc(original.ctx, count, size);
}

void Free(void *, void *block)
{
    if (IsOurs(block)) {
        free_places[free_count++] = OffsetOf(block) / SIZE;
        return;
    }
    original.free(original.ctx, block);
}

void *Realloc(void *context, void *block, size_t size)
{
    if (!IsOurs(block)) {
        return original.realloc(original.ctx, block, size);
    }
    if (size <= SIZE) {
        return block;
    }
    void *moved = original.malloc(original.ctx, size);
    if (moved) {
        std::memcpy(moved, block, SIZE);
        Free(context, block);
    }
    return moved;
}

// Stays installed: what it has handed out may be freed at any time.
void Install()
{
    PyMemAllocatorEx ours = {nullptr, Malloc, Calloc, Realloc, Free};
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &original);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &ours);
    while (free_count < PLACES) {
        free_places[free_count] = free_count;
        free_count++;
    }
    installed = true;
}

} // namespace

ReusedMemory::ReusedMemory(int fill)
{
    if (!installed) {
        Install();
    }
    fill_byte = fill;
    active = true;
}

ReusedMemory::~ReusedMemory() { active = false; }

} // namespace rules

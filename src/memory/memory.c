/* memory.c: the out-of-line side of mem_alloc, mem_free and mem_realloc: which layer serves a request, and in checking
 * builds the guards around each block.
 *
 * With COACHWHIP_CHECKS a block is laid out as
 *     [asked size : 8][guard : 8] payload … [guard : 8]
 * New payload is filled with 0xCD, freed payload with 0xDD; a free checks both guards and the size it is told. */
#include "memory/memory.h"

#include <stdio.h>
#include <stdlib.h>

#include "memory/statistics.h"

size_t mem_inline_limit = MEM_INLINE_LIMIT;

static NULLABLE void *layer_alloc(size_t size)
{
    if (!MEM_USES_POOLS || size > MEM_SMALL_MAX) return raw_alloc(size);
    uint32_t size_class = (uint32_t)((size - 1) / MEM_ALIGNMENT);
    void *block = mem_fault_is_due() ? NULL : pool_alloc(size_class);
    while (UNLIKELY(!block) && mem_reserve_draw(size)) block = pool_alloc(size_class);
    return block;
}

static void layer_free(void *block, size_t size)
{
    if (!MEM_USES_POOLS || size > MEM_SMALL_MAX)
        raw_free(block);
    else
        pool_free(block);
}

#if defined(COACHWHIP_CHECKS)

enum { GUARD_FRONT = 16, GUARD_BACK = 8, FILL_NEW = 0xCD, FILL_FREED = 0xDD };
static const uint64_t guard_pattern = 0xFDFDFDFDFDFDFDFDu;

static NORETURN void guard_failure(const char *what, const void *block, size_t size)
{
    fprintf(stderr, "coachwhip: memory check: %s at %p (%zu bytes)\n", what, block, size);
    abort();
}

static void guard_check(const char *payload, size_t size)
{
    uint64_t asked, back;
    memcpy(&asked, payload - 16, sizeof asked);
    if (memcmp(payload - 8, &guard_pattern, 8) != 0)
        guard_failure("bytes before the block were overwritten", payload, size);
    if (asked != size) guard_failure("freed with another size than it was allocated with", payload, size);
    memcpy(&back, payload + size, sizeof back);
    if (back != guard_pattern) guard_failure("bytes behind the block were overwritten", payload, size);
}

NULLABLE void *mem_alloc_slow(size_t size)
{
    size = size ? size : 1;
    char *block = layer_alloc(size + GUARD_FRONT + GUARD_BACK);
    if (!block) return NULL;
    memcpy(block, &size, sizeof size);
    memcpy(block + 8, &guard_pattern, 8);
    memset(block + GUARD_FRONT, FILL_NEW, size);
    memcpy(block + GUARD_FRONT + size, &guard_pattern, 8);
    return block + GUARD_FRONT;
}

void mem_free_slow(NULLABLE void *block, size_t size)
{
    if (!block) return;
    size = size ? size : 1;
    guard_check(block, size);
    memset(block, FILL_FREED, size);
    layer_free((char *)block - GUARD_FRONT, size + GUARD_FRONT + GUARD_BACK);
}

#else

NULLABLE void *mem_alloc_slow(size_t size)
{
    return layer_alloc(size ? size : 1);
}

void mem_free_slow(NULLABLE void *block, size_t size)
{
    if (block) layer_free(block, size ? size : 1);
}

#endif

NULLABLE void *mem_realloc(NULLABLE void *block, size_t old_size, size_t new_size)
{
    if (!block) return mem_alloc(new_size);
#if !defined(COACHWHIP_CHECKS)
    bool both_raw = !MEM_USES_POOLS || (old_size > MEM_SMALL_MAX && new_size > MEM_SMALL_MAX);
    if (both_raw) return raw_realloc(block, new_size);
    if (old_size && new_size && (old_size - 1) / MEM_ALIGNMENT == (new_size - 1) / MEM_ALIGNMENT) return block;
#endif
    void *moved = mem_alloc(new_size);
    if (!moved) return NULL;
    memcpy(moved, block, MIN(old_size, new_size));
    mem_free(block, old_size);
    return moved;
}

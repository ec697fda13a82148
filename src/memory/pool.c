/* pool.c: blocks of one size class out of a pool: the out-of-line half of mem_alloc and mem_free. States in pool.h. */
#include "memory/pool.h"

#define RING_HEAD(i)                                                                                                   \
    {                                                                                                                  \
        .next = &used_pools[i], .previous = &used_pools[i], .size_class = (i)                                          \
    }
#define RING_HEADS_4(i) RING_HEAD(i), RING_HEAD((i) + 1), RING_HEAD((i) + 2), RING_HEAD((i) + 3)
Pool used_pools[SIZE_CLASS_COUNT] = {RING_HEADS_4(0),  RING_HEADS_4(4),  RING_HEADS_4(8),  RING_HEADS_4(12),
                                     RING_HEADS_4(16), RING_HEADS_4(20), RING_HEADS_4(24), RING_HEADS_4(28)};

static void link_used(Pool *pool)
{
    Pool *head = &used_pools[pool->size_class];
    pool->next = head->next;
    pool->previous = head;
    head->next->previous = pool;
    head->next = pool;
}

static void unlink_used(Pool *pool)
{
    pool->previous->next = pool->next;
    pool->next->previous = pool->previous;
}

static void *carve_untouched(Pool *pool)
{
    void *block = (char *)pool + pool->next_offset;
    pool->next_offset += size_class_bytes(pool->size_class);
    return block;
}

static bool has_untouched(const Pool *pool)
{
    return pool->next_offset < pool->end_offset;
}

static NULLABLE Pool *pool_new(uint32_t size_class)
{
    Pool *pool = arena_take_pool();
    if (!pool) return NULL;
    pool->size_class = size_class;
    pool->allocated_count = 0;
    pool->next_offset = sizeof(Pool);
    pool->end_offset = (uint32_t)sizeof(Pool) + pool_capacity(size_class) * size_class_bytes(size_class);
    pool->freeblock = carve_untouched(pool);
    pool->freeblock->next = NULL;
    link_used(pool);
    return pool;
}

/* Takes the pool's first free block; keeps M1: when it was the last one, an untouched block takes its place, or the
 * pool is full and leaves its ring. */
NULLABLE void *pool_alloc(uint32_t size_class)
{
    Pool *pool = used_pools[size_class].next;
    if (pool == &used_pools[size_class]) {
        pool = pool_new(size_class);
        if (!pool) return NULL;
    }
    FreeBlock *block = pool->freeblock;
    pool->freeblock = block->next;
    pool->allocated_count++;
    if (!pool->freeblock) {
        if (has_untouched(pool)) {
            pool->freeblock = carve_untouched(pool);
            pool->freeblock->next = NULL;
        } else {
            unlink_used(pool);
        }
    }
    return block;
}

void pool_free(void *block)
{
    Pool *pool = pool_of(block);
    bool was_full = pool->freeblock == NULL;
    ((FreeBlock *)block)->next = pool->freeblock;
    pool->freeblock = block;
    pool->allocated_count--;
    if (pool->allocated_count == 0) {
        if (!was_full) unlink_used(pool);
        arena_return_pool(pool);
    } else if (was_full) {
        link_used(pool);
    }
}

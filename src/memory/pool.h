/* pool.h: arenas, pools and blocks: the vocabulary and the structures of the small-object allocator.
 *
 * After the design of CPython's obmalloc (V. Marangozov): memory comes from the system in arenas, an arena is cut into
 * pools, a pool into blocks of one size class.
 *
 * A block is   untouched (beyond pool->next_offset),
 *              free      (on pool->freeblock, most recently freed first),
 *              allocated.
 * A pool is    used  (some blocks allocated, some not): on used_pools[size class], at the front those refilled last;
 *              full  (all blocks allocated): on no list;
 *              empty (none allocated): on arena->freepools, its size class forgotten.
 * An arena is  usable (has empty or never used pools): on the doubly linked usable_arenas, which is sorted by
 *              free_pool_count, the fullest first, so that the emptiest can drain and be given back;
 *              full: on no list but all_arenas;  empty: unmapped, but one is kept: a program that makes and drops the
            same objects again and again would map and unmap at every turn.
 *
 * Invariants: M1 a used pool has freeblock != NULL, a full one has freeblock == NULL. M2 the sentinels in used_pools
 * have freeblock == NULL. M3 allocated_count + free blocks + untouched blocks = capacity of the pool. M4 usable_arenas
 * is sorted, and last_arena_with[n] is the last in it that has n free pools. mem_check() verifies all four. */
#ifndef MEMORY_POOL_H
#define MEMORY_POOL_H

#include "base/common.h"

enum {
    ARENA_SIZE = 1 << 18, /* measured, as is POOL_SIZE: see ARCHITECTURE.md */
    POOL_SIZE = 1 << 14,
    POOLS_PER_ARENA = ARENA_SIZE / POOL_SIZE,
    SIZE_CLASS_COUNT = 32 /* 16, 32, … 512 bytes */
};

typedef struct FreeBlock {
    struct FreeBlock *next;
} FreeBlock;

typedef struct Pool {
    FreeBlock *freeblock;         /* head of the free blocks */
    struct Pool *next, *previous; /* ring of the size class; an empty pool uses `next` only */
    struct Arena *arena;
    uint32_t allocated_count;
    uint32_t size_class;  /* blocks have 16 * (size_class + 1) bytes */
    uint32_t next_offset; /* of the first untouched block */
    uint32_t end_offset;  /* no block starts beyond this one's end */
} Pool;

typedef struct Arena {
    char *address;                 /* aligned to ARENA_SIZE */
    Pool *freepools;               /* empty pools, singly linked */
    uint32_t free_pool_count;      /* empty and never used ones */
    uint32_t untouched_pool;       /* number of the first pool that was never used */
    struct Arena *next, *previous; /* usable_arenas */
    struct Arena *next_of_all, *previous_of_all;
} Arena;

typedef struct ArenaCounters {
    size_t mapped_total, unmapped_total, current, highest;
} ArenaCounters;

extern Pool used_pools[SIZE_CLASS_COUNT]; /* ring sentinels */
extern Arena *usable_arenas, *all_arenas;
extern ArenaCounters arena_counters;

ALWAYS_INLINE Pool *pool_of(const void *block)
{
    return (Pool *)((uintptr_t)block & ~(uintptr_t)(POOL_SIZE - 1));
}

static inline uint32_t size_class_bytes(uint32_t size_class)
{
    return (size_class + 1) * 16;
}

static inline uint32_t pool_capacity(uint32_t size_class)
{
    return (POOL_SIZE - (uint32_t)sizeof(Pool)) / size_class_bytes(size_class);
}

/* arena.c: an empty pool, from the fullest usable arena; NULL when the system has no memory. */
NULLABLE Pool *arena_take_pool(void);
/* Gives an empty pool back; unmaps its arena when that becomes empty and another one is. */
void arena_return_pool(Pool *pool);
bool arena_check_lists(void);

/* pool.c */
NULLABLE void *pool_alloc(uint32_t size_class);
void pool_free(void *block);

#endif

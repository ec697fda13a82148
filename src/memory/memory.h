/* memory.h: the one allocator of both tiers.
 *
 * Four layers: operating system -> raw -> small-object allocator -> per-type free lists (objects/).
 *   raw_*    malloc with counters; any size; never fails silently (NULL, no exception set).
 *   mem_*    blocks of one size class up to MEM_SMALL_MAX bytes from pools in arenas; larger requests go to raw.
 *            `mem_free` and `mem_realloc` are told the size that was asked for, so no look-up is needed.
 * All blocks are 16-byte aligned. None of these functions sets a Python exception: callers do
 * (error_no_memory()). mem_* is called with the interpreter lock held; raw_* may be called without it.
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "base/common.h"
#include "memory/pool.h"

enum { MEM_ALIGNMENT = 16, MEM_SMALL_MAX = 512 };

NULLABLE void *raw_alloc(size_t size) NODISCARD;
NULLABLE void *raw_calloc(size_t count, size_t size) NODISCARD;
NULLABLE void *raw_realloc(NULLABLE void *block, size_t size) NODISCARD;
void raw_free(NULLABLE void *block);

NULLABLE void *mem_alloc_slow(size_t size) NODISCARD;
void mem_free_slow(NULLABLE void *block, size_t size);
NULLABLE void *mem_realloc(NULLABLE void *block, size_t old_size, size_t new_size) NODISCARD;

/* Requests of up to this many bytes may take the inline path: MEM_SMALL_MAX, or 0 while a fault is armed and in builds
 * that check or sanitise every block. */
extern size_t mem_inline_limit;

/* Types may keep freed objects for their next use (free lists). Not so where every request is to be seen: in sanitised
 * builds, while a fault is armed, under -X gc-stress. */
extern bool mem_may_recycle;
void mem_never_recycle(void);

/* The usual case, in line: the pool at the head of the size class has at least two free blocks. (The last one is taken
 * out of line, because the pool then either carves an untouched block or becomes full.) */
ALWAYS_INLINE NULLABLE void *mem_alloc(size_t size)
{
    if (LIKELY(size - 1 < mem_inline_limit)) {
        Pool *pool = used_pools[(size - 1) / MEM_ALIGNMENT].next;
        FreeBlock *block = pool->freeblock;
        if (LIKELY(block && block->next)) {
            pool->freeblock = block->next;
            pool->allocated_count++;
            return block;
        }
    }
    return mem_alloc_slow(size);
}

/* The usual case, in line: the pool was neither full nor becomes empty. */
ALWAYS_INLINE void mem_free(NULLABLE void *block, size_t size)
{
    if (LIKELY(size - 1 < mem_inline_limit && block)) {
        Pool *pool = pool_of(block);
        if (LIKELY(pool->freeblock && pool->allocated_count > 1)) {
            ((FreeBlock *)block)->next = pool->freeblock;
            pool->freeblock = block;
            pool->allocated_count--;
            return;
        }
    }
    mem_free_slow(block, size);
}

/* The k-th request from now on fails (k = 1 is the next one), and so do the next count - 1; k = 0 switches the fault
 * off. */
void mem_fail_at(uint64_t k, uint64_t count);
/* No request has failed yet. */
bool mem_fault_is_armed(void);

/* The reserve: for what can neither fail nor be left half done. Between open and close (they nest) a request that the
 * system refuses is met from it; when it is used up, the process ends. Whoever may come to need it asks first that it
 * is full: mem_reserve_fill fails when there is no memory. Closing fills it again, if possible. */
extern bool mem_reserve_is_full;
bool mem_reserve_fill(void);
void mem_reserve_open(void);
void mem_reserve_close(void);

/* Number of blocks that are allocated now (small blocks and raw ones): what leak checks compare. */
size_t mem_blocks_in_use(void);

/* Counters of every layer as text, to a FILE (sys._debugmallocstats, --memory-stats). */
void mem_print_statistics(void *file);

/* True when every arena, pool and block list is consistent; else prints what is wrong and aborts. */
bool mem_check(void);

#endif

/* memory.h: the one allocator of both tiers.
 *
 * Four layers: operating system -> raw -> small-object allocator -> per-type free lists (objects/).
 *   raw_*    malloc with counters; any size; never fails silently (NULL, no exception set).
 *   mem_*    blocks of one size class up to MEM_SMALL_MAX bytes from pools in arenas; larger requests go to raw.
 *            `mem_free` and `mem_realloc` are told the size that was asked for, so no look-up is needed.
 * All blocks are 16-byte aligned. None of these functions sets a Python exception: callers do
 * (error_no_memory()).
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "base/common.h"

enum { MEM_ALIGNMENT = 16, MEM_SMALL_MAX = 512 };

NULLABLE void *raw_alloc(size_t size) NODISCARD;
NULLABLE void *raw_calloc(size_t count, size_t size) NODISCARD;
NULLABLE void *raw_realloc(NULLABLE void *block, size_t size) NODISCARD;
void raw_free(NULLABLE void *block);

NULLABLE void *mem_alloc(size_t size) NODISCARD;
NULLABLE void *mem_realloc(NULLABLE void *block, size_t old_size, size_t new_size) NODISCARD;
void mem_free(NULLABLE void *block, size_t size);

/* The k-th request from now on fails (k = 1 is the next one), once; 0 switches the fault off. */
void mem_fail_at(uint64_t k);

/* Number of blocks that are allocated now (small blocks and raw ones): what leak checks compare. */
size_t mem_blocks_in_use(void);

/* Counters of every layer as text, to a FILE (sys._debugmallocstats, --memory-stats). */
void mem_print_statistics(void *file);

/* Debug builds: true when every arena, pool and block list is consistent; else aborts with a message. */
bool mem_check(void);

#endif

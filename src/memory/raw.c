/* raw.c: malloc with counters, and the fault that makes the k-th request fail. */
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/statistics.h"

RawCounters raw_counters;
static uint64_t fault_countdown; /* to the first request that fails; 0: no fault armed, or it is failing now */
static uint64_t faults_left;     /* requests that fail from then on */
static bool recycling_is_on = MEM_RECYCLES;
bool mem_may_recycle = MEM_RECYCLES;

/* Relaxed, not read-modify-write: exact under the interpreter lock, harmless without it. */
static void counter_add(size_t *counter, size_t n)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

static void *count_block(void *block)
{
    if (!block) return NULL;
    counter_add(&raw_counters.allocations, 1);
    counter_add(&raw_counters.bytes, malloc_usable_size(block));
    raw_counters.highest_bytes = MAX(raw_counters.highest_bytes, raw_counters.bytes);
    return block;
}

bool mem_fault_is_armed(void)
{
    return fault_countdown != 0;
}

void mem_fail_at(uint64_t k, uint64_t count)
{
    fault_countdown = k;
    faults_left = k ? count : 0;
    mem_inline_limit = k == 0 ? MEM_INLINE_LIMIT : 0;
    mem_may_recycle = k == 0 && recycling_is_on;
}

void mem_never_recycle(void)
{
    recycling_is_on = mem_may_recycle = false;
}

bool mem_fault_is_due(void)
{
    if (LIKELY(faults_left == 0)) return false;
    if (fault_countdown && --fault_countdown) return false;
    if (--faults_left == 0) mem_fail_at(0, 0);
    return true;
}

/* A block of many megabytes is a mapping of its own. In huge pages it costs one page fault for 2 MiB instead of 512:
 * the prime sieve over five million items takes a third less time. Only whole huge pages are asked for, so that the
 * block holds no more memory than it would. */
static NULLABLE void *in_huge_pages(NULLABLE void *block, size_t size)
{
    enum { HUGE_PAGE = 2 << 20, WORTHWHILE = 2 * HUGE_PAGE };
    if (LIKELY(size < WORTHWHILE) || !block) return block;
    uintptr_t start = align_up((uintptr_t)block, HUGE_PAGE),
              end = ((uintptr_t)block + size) & ~(uintptr_t)(HUGE_PAGE - 1);
    if (start < end) madvise((void *)start, end - start, MADV_HUGEPAGE); // NOLINT: where there are none, small ones do
    return block;
}

NULLABLE void *raw_alloc(size_t size)
{
    void *block = mem_fault_is_due() ? NULL : malloc(size ? size : 1);
    while (UNLIKELY(!block) && mem_reserve_draw(size)) block = malloc(size ? size : 1);
    return count_block(in_huge_pages(block, size));
}

NULLABLE void *raw_calloc(size_t count, size_t size)
{
    count = count ? count : 1;
    size = size ? size : 1;
    void *block = mem_fault_is_due() ? NULL : calloc(count, size);
    while (UNLIKELY(!block) && mem_reserve_draw(count * size)) block = calloc(count, size);
    return count_block(in_huge_pages(block, count * size));
}

NULLABLE void *raw_realloc(NULLABLE void *block, size_t size)
{
    if (!block) return raw_alloc(size);
    size = size ? size : 1;
    size_t old_bytes = malloc_usable_size(block);
    void *moved = mem_fault_is_due() ? NULL : realloc(block, size);
    while (UNLIKELY(!moved) && mem_reserve_draw(size)) moved = realloc(block, size);
    if (!moved) return NULL;
    in_huge_pages(moved, size);
    counter_add(&raw_counters.bytes, malloc_usable_size(moved) - old_bytes);
    raw_counters.highest_bytes = MAX(raw_counters.highest_bytes, raw_counters.bytes);
    return moved;
}

void raw_free(NULLABLE void *block)
{
    if (!block) return;
    counter_add(&raw_counters.frees, 1);
    counter_add(&raw_counters.bytes, -malloc_usable_size(block));
    free(block);
}

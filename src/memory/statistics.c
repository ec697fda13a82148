/* statistics.c: what the memory layers hold, as numbers, as text, and as a validity check. The pools are walked when
 * somebody asks, so that counting costs nothing while a program runs. */
#include "memory/statistics.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct ClassUsage {
    size_t pools, allocated, available;
} ClassUsage;

/* A pool that is on its arena's free list has no allocated blocks; untouched pools are not walked. */
static void walk_pools(void (*visit)(const Pool *pool, void *argument), void *argument)
{
    for (const Arena *arena = all_arenas; arena; arena = arena->next_of_all)
        for (uint32_t i = 0; i < arena->untouched_pool; i++)
            visit((const Pool *)(arena->address + (size_t)i * POOL_SIZE), argument);
}

static void add_usage(const Pool *pool, void *argument)
{
    if (pool->allocated_count == 0) return;
    ClassUsage *usage = (ClassUsage *)argument + pool->size_class;
    usage->pools++;
    usage->allocated += pool->allocated_count;
    usage->available += pool_capacity(pool->size_class) - pool->allocated_count;
}

size_t mem_blocks_in_use(void)
{
    ClassUsage usage[SIZE_CLASS_COUNT] = {0};
    size_t total = raw_counters.allocations - raw_counters.frees - arena_counters.current; /* less the Arena structs */
    walk_pools(add_usage, usage);
    for (size_t i = 0; i < SIZE_CLASS_COUNT; i++) total += usage[i].allocated;
    return total;
}

static size_t print_classes(FILE *out, const ClassUsage *usage)
{
    size_t bytes = 0;
    fprintf(out, "Small block threshold = %d, in %d size classes.\n\n", MEM_SMALL_MAX, SIZE_CLASS_COUNT);
    fprintf(out, "class   size   num pools   blocks in use  avail blocks\n");
    fprintf(out, "-----   ----   ---------   -------------  ------------\n");
    for (uint32_t i = 0; i < SIZE_CLASS_COUNT; i++) {
        if (usage[i].pools == 0) continue;
        fprintf(out, "%5u %6u %11zu %15zu %13zu\n", i, size_class_bytes(i), usage[i].pools, usage[i].allocated,
                usage[i].available);
        bytes += usage[i].allocated * size_class_bytes(i);
    }
    return bytes;
}

void mem_print_statistics(void *file)
{
    FILE *out = file;
    ClassUsage usage[SIZE_CLASS_COUNT] = {0};
    walk_pools(add_usage, usage);
    size_t bytes = print_classes(out, usage), free_pools = 0;
    for (const Arena *arena = all_arenas; arena; arena = arena->next_of_all) free_pools += arena->free_pool_count;
    fprintf(out, "\n# arenas allocated total           = %20zu\n", arena_counters.mapped_total);
    fprintf(out, "# arenas reclaimed                 = %20zu\n", arena_counters.unmapped_total);
    fprintf(out, "# arenas highwater mark            = %20zu\n", arena_counters.highest);
    fprintf(out, "# arenas allocated current         = %20zu\n", arena_counters.current);
    fprintf(out, "%zu arenas * %d bytes/arena     = %20zu\n\n", arena_counters.current, ARENA_SIZE,
            arena_counters.current * ARENA_SIZE);
    fprintf(out, "# bytes in allocated blocks        = %20zu\n", bytes);
    fprintf(out, "%zu unused pools * %d bytes      = %20zu\n\n", free_pools, POOL_SIZE, free_pools * POOL_SIZE);
    fprintf(out, "# raw blocks in use                = %20zu\n", raw_counters.allocations - raw_counters.frees);
    fprintf(out, "# raw bytes in use                 = %20zu\n", raw_counters.bytes);
    fprintf(out, "# raw bytes highwater mark         = %20zu\n", raw_counters.highest_bytes);
}

static NORETURN void check_failure(const char *what, const void *where)
{
    fprintf(stderr, "coachwhip: memory check: %s (%p)\n", what, where);
    abort();
}

static void check_pool(const Pool *pool, void *argument)
{
    if (pool->allocated_count == 0) return;
    uint32_t capacity = pool_capacity(pool->size_class), listed = 0;
    for (const FreeBlock *block = pool->freeblock; block; block = block->next) {
        if (pool_of(block) != pool || ++listed > capacity) check_failure("free list leaves its pool", pool);
    }
    uint32_t untouched = (pool->end_offset - pool->next_offset) / size_class_bytes(pool->size_class);
    if (pool->allocated_count + listed + untouched != capacity) check_failure("blocks do not add up", pool);
    if (!pool->freeblock && untouched) check_failure("a full pool has untouched blocks", pool);
}

static void check_rings(void)
{
    for (uint32_t i = 0; i < SIZE_CLASS_COUNT; i++) {
        const Pool *head = &used_pools[i];
        if (head->freeblock) check_failure("a ring's head holds blocks", head);
        for (const Pool *pool = head->next; pool != head; pool = pool->next)
            if (pool->size_class != i || !pool->freeblock || pool->next->previous != pool)
                check_failure("a used pool is in the wrong ring", pool);
    }
}

bool mem_check(void)
{
    walk_pools(check_pool, NULL);
    check_rings();
    if (!arena_check_lists()) check_failure("usable_arenas is out of order", usable_arenas);
    return true;
}

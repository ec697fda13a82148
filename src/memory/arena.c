/* arena.c: aligned mappings cut into pools, and the list of those that still have some. States in pool.h. */
#include "memory/pool.h"

#include <sys/mman.h>

#include "memory/memory.h"

Arena *usable_arenas, *all_arenas;
ArenaCounters arena_counters;

/* The last arena of usable_arenas with n free pools, so that an arena moves by one place in the order in O(1). */
static Arena *last_arena_with[POOLS_PER_ARENA + 1];

/* Maps twice the size and cuts off what is not aligned. */
static NULLABLE char *map_aligned(void)
{
    char *start = mmap(NULL, 2 * (size_t)ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *aligned = (char *)align_up((uintptr_t)start, ARENA_SIZE);
    if (aligned > start) munmap(start, (size_t)(aligned - start));
    char *end = start + 2 * (size_t)ARENA_SIZE;
    if (aligned + ARENA_SIZE < end) munmap(aligned + ARENA_SIZE, (size_t)(end - aligned - ARENA_SIZE));
    return aligned;
}

static void unlink_usable(Arena *arena)
{
    if (arena->previous)
        arena->previous->next = arena->next;
    else
        usable_arenas = arena->next;
    if (arena->next) arena->next->previous = arena->previous;
    arena->next = arena->previous = NULL;
}

/* Behind `before`; at the front when that is NULL. */
static void link_usable_after(Arena *arena, NULLABLE Arena *before)
{
    arena->previous = before;
    arena->next = before ? before->next : usable_arenas;
    if (arena->next) arena->next->previous = arena;
    if (before)
        before->next = arena;
    else
        usable_arenas = arena;
}

static void forget_as_last(Arena *arena)
{
    uint32_t count = arena->free_pool_count;
    if (last_arena_with[count] != arena) return;
    Arena *before = arena->previous;
    last_arena_with[count] = before && before->free_pool_count == count ? before : NULL;
}

static NULLABLE Arena *arena_new(void)
{
    Arena *arena = raw_calloc(1, sizeof *arena);
    if (!arena) return NULL;
    arena->address = map_aligned();
    if (!arena->address) {
        raw_free(arena);
        return NULL;
    }
    arena->free_pool_count = POOLS_PER_ARENA;
    arena->next_of_all = all_arenas;
    if (all_arenas) all_arenas->previous_of_all = arena;
    all_arenas = arena;
    arena_counters.mapped_total++;
    arena_counters.current++;
    arena_counters.highest = MAX(arena_counters.highest, arena_counters.current);
    return arena;
}

static void arena_unmap(Arena *arena)
{
    munmap(arena->address, ARENA_SIZE);
    if (arena->previous_of_all)
        arena->previous_of_all->next_of_all = arena->next_of_all;
    else
        all_arenas = arena->next_of_all;
    if (arena->next_of_all) arena->next_of_all->previous_of_all = arena->previous_of_all;
    raw_free(arena);
    arena_counters.unmapped_total++;
    arena_counters.current--;
}

NULLABLE Pool *arena_take_pool(void)
{
    Arena *arena = usable_arenas;
    if (!arena) {
        arena = arena_new();
        if (!arena) return NULL;
        link_usable_after(arena, NULL);
        last_arena_with[POOLS_PER_ARENA] = arena;
    }
    /* The first arena has the fewest free pools: with one less it stays the first. */
    forget_as_last(arena);
    arena->free_pool_count--;
    Pool *pool = arena->freepools;
    if (pool)
        arena->freepools = pool->next;
    else
        pool = (Pool *)(arena->address + (size_t)arena->untouched_pool++ * POOL_SIZE);
    pool->arena = arena;
    if (arena->free_pool_count == 0)
        unlink_usable(arena);
    else if (!last_arena_with[arena->free_pool_count])
        last_arena_with[arena->free_pool_count] = arena;
    return pool;
}

/* After one more pool of the arena became free: keeps usable_arenas sorted. */
static void arena_reposition(Arena *arena, uint32_t old_count, NULLABLE Arena *last_with_old)
{
    if (last_with_old && last_with_old != arena) {
        unlink_usable(arena);
        link_usable_after(arena, last_with_old);
    }
    if (!last_arena_with[old_count + 1]) last_arena_with[old_count + 1] = arena;
}

void arena_return_pool(Pool *pool)
{
    Arena *arena = pool->arena;
    pool->next = arena->freepools;
    arena->freepools = pool;
    uint32_t old_count = arena->free_pool_count;
    if (old_count == 0) {
        arena->free_pool_count = 1;
        link_usable_after(arena, NULL);
        if (!last_arena_with[1]) last_arena_with[1] = arena;
        return;
    }
    Arena *last_with_old = last_arena_with[old_count];
    forget_as_last(arena);
    arena->free_pool_count = old_count + 1;
    if (arena->free_pool_count == POOLS_PER_ARENA && last_arena_with[POOLS_PER_ARENA]) {
        unlink_usable(arena);
        arena_unmap(arena);
        return;
    }
    arena_reposition(arena, old_count, last_with_old);
}

bool arena_check_lists(void)
{
    uint32_t least = 1;
    for (Arena *arena = usable_arenas; arena; arena = arena->next) {
        if (arena->free_pool_count < least) return false;
        least = arena->free_pool_count;
        bool is_last = !arena->next || arena->next->free_pool_count != least;
        if ((last_arena_with[least] == arena) != is_last) return false;
        if (arena->next && arena->next->previous != arena) return false;
    }
    return true;
}

/* statistics.h: counters of the memory layers, private to src/memory. */
#ifndef MEMORY_STATISTICS_H
#define MEMORY_STATISTICS_H

#include "memory/memory.h"

/* In sanitised builds every block comes from malloc, so that the sanitiser sees its bounds and its end. */
#if defined(COACHWHIP_SANITIZE)
enum { MEM_USES_POOLS = 0, MEM_INLINE_LIMIT = 0, MEM_RECYCLES = 0 };
#elif defined(COACHWHIP_CHECKS)
enum { MEM_USES_POOLS = 1, MEM_INLINE_LIMIT = 0, MEM_RECYCLES = 1 };
#else
enum { MEM_USES_POOLS = 1, MEM_INLINE_LIMIT = MEM_SMALL_MAX, MEM_RECYCLES = 1 };
#endif

typedef struct RawCounters {
    size_t allocations, frees;
    size_t bytes, highest_bytes;
} RawCounters;

extern RawCounters raw_counters;

/* Counts down to the fault armed by mem_fail_at; true when this request must fail. */
bool mem_fault_is_due(void);

/* reserve.c: true: the request that has failed shall be made again, with so much of the reserve given to the system. */
bool mem_reserve_draw(size_t size);

#endif

/* reserve.c: memory that is held back for what can neither fail nor be left half done (leaving native code).
 *
 * It is one untouched mapping, so it costs addresses only (malloc might give a block that was used before, and is in
 * memory). The first request in need gives it to the system, which then has that much; how much of it is left is
 * counted until it is whole again. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/statistics.h"

enum { RESERVE_BYTES = 1 << 20 };

bool mem_reserve_is_full;
static void *reserve;
static size_t bytes_left;
static int open_count;

bool mem_reserve_fill(void)
{
    if (mem_reserve_is_full) return true;
    if (mem_fault_is_due()) return false;
    reserve = mmap(NULL, RESERVE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserve == MAP_FAILED) return false;
    bytes_left = RESERVE_BYTES;
    return mem_reserve_is_full = true;
}

void mem_reserve_open(void)
{
    open_count++;
}

void mem_reserve_close(void)
{
    if (--open_count == 0 && UNLIKELY(!mem_reserve_is_full)) (void)mem_reserve_fill();
}

COLD bool mem_reserve_draw(size_t size)
{
    if (!open_count) return false;
    if (size > bytes_left) {
        fputs("Fatal Python error: out of memory while leaving native code\n", stderr);
        abort();
    }
    bytes_left -= size;
    munmap(reserve, RESERVE_BYTES);
    mem_reserve_is_full = false;
    return true;
}

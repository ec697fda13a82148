/* int_memory.c: memory for GMP, which cannot be told that there is none: it would abort.
 *
 * Limbs come from our allocator. When that refuses, they come from `reserve`, and the operation goes on to its end;
 * then int_finish sees the shortage, drops the result and raises MemoryError. Nothing stays in the reserve for long, so
 * it is cut from the front only and starts anew when all is given back. It is large enough for every operation on
 * numbers of up to TRIAL_BITS; before larger ones int_reserve_bits tries whether the memory is there. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "objects/error.h"
#include "objects/int.h"

enum { RESERVE_BYTES = 4 << 20, TRIAL_BITS = 1 << 20, TRIAL_FACTOR = 4 /* GMP's scratch space included */ };
static const size_t max_bits = (size_t)INT_MAX * 64 - 64 * 16;

static _Alignas(MEM_ALIGNMENT) char reserve[RESERVE_BYTES]; /* untouched memory costs nothing */
static size_t reserve_used;
static int reserve_blocks;
static bool is_short;

static NORETURN COLD void die_of_hunger(void)
{
    fputs("Fatal Python error: out of memory in big integer arithmetic\n", stderr);
    abort();
}

static bool is_in_reserve(const void *block)
{
    return (uintptr_t)block - (uintptr_t)reserve < RESERVE_BYTES;
}

static COLD void *reserve_alloc(size_t size)
{
    size = align_up(size, MEM_ALIGNMENT);
    if (size > RESERVE_BYTES - reserve_used) die_of_hunger();
    is_short = true;
    reserve_blocks++;
    reserve_used += size;
    return reserve + reserve_used - size;
}

static void *limbs_alloc(size_t size)
{
    void *block = mem_alloc(size);
    return LIKELY(block != NULL) ? block : reserve_alloc(size);
}

static void limbs_free(void *block, size_t size)
{
    if (LIKELY(!is_in_reserve(block)))
        mem_free(block, size);
    else if (--reserve_blocks == 0)
        reserve_used = 0;
}

static void *limbs_realloc(void *block, size_t old_size, size_t new_size)
{
    void *moved = is_in_reserve(block) ? NULL : mem_realloc(block, old_size, new_size);
    if (LIKELY(moved != NULL)) return moved;
    moved = reserve_alloc(new_size);
    memcpy(moved, block, MIN(old_size, new_size));
    limbs_free(block, old_size);
    return moved;
}

void int_init(void)
{
    mp_set_memory_functions(limbs_alloc, limbs_realloc, limbs_free);
}

__attribute__((constructor)) static void init_at_load(void)
{
    int_init();
}

bool int_reserve_bits(size_t bits)
{
    if (LIKELY(bits < TRIAL_BITS)) return true;
    void *trial = bits <= max_bits ? raw_alloc(bits / 8 * TRIAL_FACTOR) : NULL;
    if (!trial) {
        error_no_memory();
        return false;
    }
    raw_free(trial);
    return true;
}

void int_forget_shortage(void)
{
    is_short = false;
}

bool int_has_its_memory(void)
{
    if (LIKELY(!is_short)) return true;
    is_short = false;
    error_no_memory();
    return false;
}

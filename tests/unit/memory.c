/* memory.c: the allocator under random use, its checks, its fault switch, and arenas given back. */
#include "memory/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { SLOTS = 20000, ROUNDS = 12 };
static void *blocks[SLOTS];
static size_t sizes[SLOTS];

static void drop(size_t i)
{
    mem_free(blocks[i], sizes[i]);
    blocks[i] = NULL;
}

static void random_use_keeps_every_structure_valid(void **state)
{
    size_t before = mem_blocks_in_use();
    uint32_t seed = 1;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < SLOTS; i++) {
            seed = seed * 1103515245 + 12345;
            if (blocks[i]) {
                for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(((unsigned char *)blocks[i])[k], i & 255);
                if (seed >> 16 & 1) drop(i);
            } else {
                sizes[i] = (seed >> 17) % 700;
                blocks[i] = mem_alloc(sizes[i]);
                assert_int_equal((uintptr_t)blocks[i] % MEM_ALIGNMENT, 0);
                memset(blocks[i], (int)(i & 255), sizes[i]);
            }
        }
        assert_true(mem_check());
    }
    for (size_t i = 0; i < SLOTS; i++)
        if (blocks[i]) drop(i);
    assert_true(mem_check());
    assert_int_equal(mem_blocks_in_use(), before);
}

static void reallocation_keeps_the_contents(void **state)
{
    size_t size = 1;
    unsigned char *block = mem_alloc(size);
    block[0] = 7;
    for (size_t next = 2; next < 5000; next = next * 3 / 2 + 1) {
        block = mem_realloc(block, size, next);
        memset(block + size, 7, next - size);
        size = next;
        for (size_t i = 0; i < size; i++) assert_int_equal(block[i], 7);
    }
    block = mem_realloc(block, size, 10);
    for (size_t i = 0; i < 10; i++) assert_int_equal(block[i], 7);
    mem_free(block, 10);
}

static void the_kth_request_and_those_behind_it_fail(void **state)
{
    for (uint64_t k = 1; k < 10; k++) {
        for (uint64_t count = 1; count < 4; count++) {
            mem_fail_at(k, count);
            for (uint64_t i = 1; i < 15; i++) {
                assert_int_equal(mem_fault_is_armed(), i <= k);
                void *block = mem_alloc(i * 60);
                assert_int_equal(block == NULL, i >= k && i < k + count);
                mem_free(block, i * 60);
            }
        }
    }
    mem_fail_at(0, 0);
}

static void empty_arenas_go_back_to_the_system(void **state)
{
    enum { COUNT = 100000 };
    void **many = raw_alloc(COUNT * sizeof(void *));
    size_t unmapped = arena_counters.unmapped_total;
    for (size_t i = 0; i < COUNT; i++) many[i] = mem_alloc(64);
    for (size_t i = 0; i < COUNT; i++) mem_free(many[i], 64);
    raw_free(many);
#if !defined(COACHWHIP_SANITIZE)
    assert_true(arena_counters.unmapped_total > unmapped);
    assert_int_equal(arena_counters.current <= 2, 1);
#else
    assert_int_equal(arena_counters.unmapped_total, unmapped); /* no pools there */
#endif
}

static void the_reserve_meets_requests_that_fail(void **state)
{
    enum { SMALL = 40, LARGE = 4000, LASTING = 1000 };
    assert_true(mem_reserve_fill());
    mem_fail_at(1, LASTING);
    mem_reserve_open();
    char *small = mem_alloc(SMALL), *large = raw_alloc(LARGE), *zeros = raw_calloc(10, 10);
    assert_true(small && large && zeros);
    assert_int_equal(zeros[99], 0);
    large[LARGE - 1] = 5;
    large = raw_realloc(large, 2 * LARGE);
    assert_true(large != NULL);
    assert_int_equal(large[LARGE - 1], 5);
    assert_false(mem_reserve_is_full);
    mem_reserve_open();
    mem_reserve_close();
    mem_free(mem_alloc(SMALL), SMALL); /* still open */
    mem_reserve_close();
    assert_false(mem_reserve_is_full);
    assert_null(mem_alloc(SMALL));
    assert_false(mem_reserve_fill());
    mem_fail_at(0, 0);
    assert_true(mem_reserve_fill());
    mem_free(small, SMALL);
    raw_free(large);
    raw_free(zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_use_keeps_every_structure_valid),
        cmocka_unit_test(reallocation_keeps_the_contents),
        cmocka_unit_test(the_kth_request_and_those_behind_it_fail),
        cmocka_unit_test(the_reserve_meets_requests_that_fail),
        cmocka_unit_test(empty_arenas_go_back_to_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

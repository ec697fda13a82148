/* engine.c: the three instances of the matcher, and its stacks. */
#include "modules/sre/engine.h"

#include "objects/error.h"
#include "objects/unicode.h"
#include "vm/frame.h"

static bool equal_in_locale(uint32_t pattern, uint32_t c)
{
    return c == pattern || (c < 256 && (sre_lower_locale(c) == pattern || sre_upper_locale(c) == pattern));
}

static bool grow(void **block, ssize_t *size, size_t item_size)
{
    ssize_t bigger = *size ? *size * 2 : 64;
    void *moved = raw_realloc(*block, (size_t)bigger * item_size);
    if (!moved) {
        error_no_memory();
        return false;
    }
    *block = moved;
    *size = bigger;
    return true;
}

bool sre_grow_stack(SreState *state)
{
    return grow((void **)&state->stack, &state->stack_size, sizeof(Backtrack));
}

bool sre_grow_repeats(SreState *state)
{
    return grow((void **)&state->repeats, &state->repeats_size, sizeof(Repeat));
}

/* BT_UNDO_NEW_REPEAT entries stay too: repeats that began inside keep their places until the region is undone. */
void sre_cut(SreState *state, ssize_t base)
{
    ssize_t kept = base;
    for (ssize_t i = base; i < state->stack_used; i++)
        if (state->stack[i].kind <= BT_UNDO_NEW_REPEAT) state->stack[kept++] = state->stack[i];
    state->stack_used = kept;
}

bool sre_breathe(void)
{
    return !(eval_breaker & (BREAK_SIGNALS | BREAK_LOCK)) || safepoint_run() == 0;
}

#define CHARACTER uint8_t
#define NAME(x) x##_1
#include "modules/sre/engine_body.h"
#undef CHARACTER
#undef NAME
#define CHARACTER uint16_t
#define NAME(x) x##_2
#include "modules/sre/engine_body.h"
#undef CHARACTER
#undef NAME
#define CHARACTER uint32_t
#define NAME(x) x##_4
#include "modules/sre/engine_body.h"

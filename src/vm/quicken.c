/* quicken.c: makes the quickened form of a code object (frame.h has its invariants). */
#include "jit/jit.h"
#include "vm/frame.h"

enum { COUNTER_FIRST = 4 }; /* executions before an instruction is specialised the first time */

static bool is_loop_jump(int opcode)
{
    return opcode == BC_JUMP_BACKWARD ||
           (opcode >= BC_POP_JUMP_BACKWARD_IF_NOT_NONE && opcode <= BC_POP_JUMP_BACKWARD_IF_TRUE);
}

static uint16_t first_counter(int opcode)
{
    if (is_loop_jump(opcode)) return (uint16_t)jit_loop_countdown;
    if (opcode == BC_RESUME) return (uint16_t)jit_call_countdown;
    return COUNTER_FIRST;
}

static void expand_units(Unit *units, const uint8_t *code, int count)
{
    uint32_t extended = 0, kwnames = 0;
    for (int i = 0; i < count;) {
        int opcode = code[i * 2];
        uint32_t oparg = code[i * 2 + 1] | extended;
        if (!bc_is_defined[opcode]) opcode = BC_NOP;
        units[i] = (Unit){.opcode = (uint16_t)opcode, .counter = first_counter(opcode), .oparg = oparg};
        extended = opcode == BC_EXTENDED_ARG ? oparg << 8 : 0;
        int caches = bc_caches[opcode];
        for (int j = 1; j <= caches && i + j < count; j++) units[i + j].word = 0;
        if (opcode == BC_KW_NAMES) kwnames = oparg + 1;
        if (opcode == BC_PRECALL) {
            if (i + 1 < count) units[i + 1].low = kwnames;
            kwnames = 0;
        }
        i += 1 + caches;
    }
    units[count] = (Unit){.opcode = BC_NOP};
}

static Quick *all_quick;

static void link_quick(Quick *quick)
{
    quick->previous = NULL;
    quick->next = all_quick;
    if (all_quick) all_quick->previous = quick;
    all_quick = quick;
}

static void unlink_quick(Quick *quick)
{
    if (quick->next) quick->next->previous = quick->previous;
    if (quick->previous)
        quick->previous->next = quick->next;
    else
        all_quick = quick->next;
}

void quick_visit_caches(void (*visit)(uint64_t word))
{
    for (const Quick *quick = all_quick; quick; quick = quick->next)
        for (int i = 0; i < quick->unit_count; i++) visit(quick->units[i].word);
    jit_visit_constants(visit);
}

/* Pairs of moves as one instruction, where nothing better is known yet. */
static void fuse_moves(Unit *units, int count)
{
    for (int i = 0; i + 1 < count; i += 1 + bc_caches[bc_base[units[i].opcode]]) {
        int first = units[i].opcode, second = units[i + 1].opcode;
        if (first == BC_LOAD_FAST && second == BC_LOAD_FAST)
            units[i].opcode = BC_LOAD_FAST__LOAD_FAST;
        else if (first == BC_LOAD_FAST && second == BC_LOAD_CONST)
            units[i].opcode = BC_LOAD_FAST__LOAD_CONST;
        else if (first == BC_STORE_FAST && second == BC_LOAD_FAST)
            units[i].opcode = BC_STORE_FAST__LOAD_FAST;
        else if (first == BC_STORE_FAST && second == BC_STORE_FAST)
            units[i].opcode = BC_STORE_FAST__STORE_FAST;
        else
            continue;
        i++; /* the second one is covered */
    }
}

Quick *code_quicken(Code *code)
{
    Quick *quick = raw_alloc(sizeof(Quick) + ((size_t)code->code_units + 1) * sizeof(Unit));
    if (!quick) {
        error_no_memory();
        return NULL;
    }
    quick->frame_words = FRAME_WORDS + code->nlocalsplus + code->stack_size;
    quick->unit_count = code->code_units;
    bool is_simple =
        !code->kwonlyargcount && !(code->flags & (CO_VARARGS | CO_VARKEYWORDS)) && code->flags & CO_OPTIMIZED;
    quick->simple_argcount = is_simple ? code->argcount : -1;
    expand_units(quick->units, (const uint8_t *)as_bytes(code->code)->data, code->code_units);
    fuse_moves(quick->units, code->code_units);
    code->quick = quick;
    link_quick(quick);
    return quick;
}

void code_free_quick(Code *code)
{
    if (code->jit) jit_code_destroyed(code);
    if (code->quick) unlink_quick(code->quick);
    raw_free(code->quick);
    code->quick = NULL;
}

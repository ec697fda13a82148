/* flow_optimize.c: what is improved inside blocks and between them: constant conditions, jumps to jumps, tuples of
 * constants, SWAPs, small exit blocks, unreachable code, NOPs.
 *
 * A NOP stays where it is the only instruction of its line: tracing must see every line. A jump is threaded through
 * another one only when no line is lost thereby. The order of the passes is CPython 3.11's, whose code is our oracle.
 */
#include "compiler/flow.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/tuple.h"

enum { MAX_COPIED_EXIT = 4 /* instructions */ };

static bool has_target(int opcode)
{
    return opcode_is_jump(opcode) || opcode_is_setup(opcode);
}

static Block *skip_empty(Block *block)
{
    while (block->count == 0) block = block->next;
    return block;
}

/* --- NOPs --- */

static bool nop_is_needed(const Block *block, int index, int previous_line)
{
    int line = block->instrs[index].location.lineno;
    if (line < 0 || line == previous_line) return false;
    if (index < block->count - 1) {
        Instr *next = &block->instrs[index + 1];
        if (next->location.lineno >= 0 && next->location.lineno != line) return true;
        if (next->location.lineno < 0) next->location = block->instrs[index].location;
        return false;
    }
    const Block *next = block->next;
    while (next && next->count == 0) next = next->next;
    return !next || next->instrs[0].location.lineno != line;
}

void block_remove_nops(Block *block)
{
    int kept = 0, previous_line = -1;
    for (int i = 0; i < block->count; i++) {
        int line = block->instrs[i].location.lineno;
        if (block->instrs[i].opcode == BC_NOP && !nop_is_needed(block, i, previous_line)) continue;
        if (kept != i) block->instrs[kept] = block->instrs[i];
        kept++;
        previous_line = line;
    }
    block->count = kept;
}

static void make_nop(Instr *instr)
{
    instr->opcode = BC_NOP;
    instr->oparg = 0;
}

/* --- jumps --- */

/* instr jumps to the jump `through`: let it go to that one's target at once. */
static bool thread_jump(Instr *instr, const Instr *through, int opcode)
{
    if (instr->location.lineno != through->location.lineno || instr->target == through->target) return false;
    instr->target = through->target;
    instr->opcode = opcode;
    return true;
}

/* `a and b or c`: a jump that keeps its value, to a test of that value. */
static bool improve_jump_or_pop(Instr *instr, const Instr *target)
{
    bool is_false = instr->opcode == BC_JUMP_IF_FALSE_OR_POP;
    int pop_same = is_false ? PSEUDO_POP_JUMP_IF_FALSE : PSEUDO_POP_JUMP_IF_TRUE;
    int pop_opposite = is_false ? PSEUDO_POP_JUMP_IF_TRUE : PSEUDO_POP_JUMP_IF_FALSE;
    int keep_opposite = is_false ? BC_JUMP_IF_TRUE_OR_POP : BC_JUMP_IF_FALSE_OR_POP;
    if (target->opcode == pop_same) return thread_jump(instr, target, pop_same);
    if (target->opcode == PSEUDO_JUMP || target->opcode == instr->opcode)
        return thread_jump(instr, target, instr->opcode);
    if (target->opcode != pop_opposite && target->opcode != keep_opposite) return false;
    if (instr->location.lineno != target->location.lineno) return false;
    instr->opcode = pop_same; /* the target's test is known to fail */
    instr->target = instr->target->next;
    return true;
}

/* --- constants --- */

static bool is_jump_or_pop(int opcode)
{
    return opcode == BC_JUMP_IF_FALSE_OR_POP || opcode == BC_JUMP_IF_TRUE_OR_POP;
}

static bool is_truth_jump(int opcode)
{
    return opcode == PSEUDO_POP_JUMP_IF_FALSE || opcode == PSEUDO_POP_JUMP_IF_TRUE;
}

/* LOAD_CONST before a test of it. False with an exception. */
static bool decide_constant_test(Instr *load, Instr *jump, Value constant)
{
    int truth = is_true(constant);
    if (truth < 0) return false;
    bool jumps_if = jump->opcode == PSEUDO_POP_JUMP_IF_TRUE || jump->opcode == BC_JUMP_IF_TRUE_OR_POP;
    bool keeps = is_jump_or_pop(jump->opcode), jumps = truth == jumps_if;
    if (!keeps || !jumps) make_nop(load);
    jump->opcode = jumps ? PSEUDO_JUMP : BC_NOP;
    return true;
}

static bool improve_load_const(Block *block, int index, const FlowConstants *constants)
{
    Instr *load = &block->instrs[index];
    if (index + 1 >= block->count) return true;
    Instr *next = &load[1];
    Value constant = constants->table->items[load->oparg];
    if (is_truth_jump(next->opcode) || is_jump_or_pop(next->opcode)) return decide_constant_test(load, next, constant);
    if (next->opcode == BC_IS_OP && value_is_none(constant) && index + 2 < block->count &&
        is_truth_jump(load[2].opcode)) {
        bool is_not = next->oparg == 1, if_false = load[2].opcode == PSEUDO_POP_JUMP_IF_FALSE;
        make_nop(load);
        make_nop(next);
        load[2].opcode = is_not != if_false ? PSEUDO_POP_JUMP_IF_NOT_NONE : PSEUDO_POP_JUMP_IF_NONE;
    }
    return true;
}

/* `count` LOAD_CONSTs before a BUILD_TUPLE become one LOAD_CONST of the tuple. */
static bool fold_constant_tuple(Instr *build, FlowConstants *constants)
{
    int count = build->oparg;
    Instr *loads = build - count;
    for (int i = 0; i < count; i++)
        if (loads[i].opcode != BC_LOAD_CONST) return true;
    Value tuple = tuple_new(count);
    if (value_is_null(tuple)) return false;
    for (int i = 0; i < count; i++) as_tuple(tuple)->items[i] = value_incref(constants->table->items[loads[i].oparg]);
    Value merged = constant_merge(constants->pool, tuple);
    value_decref(tuple);
    if (value_is_null(merged)) return false;
    int place = value_table_add(constants->table, merged);
    value_decref(merged);
    if (place < 0) return false;
    for (int i = 0; i < count; i++) make_nop(&loads[i]);
    build->opcode = BC_LOAD_CONST;
    build->oparg = place;
    return true;
}

static bool improve_build_tuple(Block *block, int index, FlowConstants *constants)
{
    Instr *build = &block->instrs[index], *next = build + 1;
    bool unpacks_at_once = index + 1 < block->count && next->opcode == BC_UNPACK_SEQUENCE &&
                           next->oparg == build->oparg && build->oparg >= 1 && build->oparg <= 3;
    if (unpacks_at_once) {
        next->opcode = build->oparg == 1 ? BC_NOP : BC_SWAP;
        make_nop(build);
        return true;
    }
    return index < build->oparg || fold_constant_tuple(build, constants);
}

/* --- SWAPs --- */

/* The run of SWAPs and NOPs at `instrs`: its length; the deepest stack entry touched in *depth. 0: only one SWAP. */
static int swap_run(const Instr *instrs, int limit, int *depth)
{
    int length = 1, swaps = 1;
    *depth = instrs[0].oparg;
    for (; length < limit; length++) {
        if (instrs[length].opcode == BC_SWAP) {
            *depth = MAX(*depth, instrs[length].oparg);
            swaps++;
        } else if (instrs[length].opcode != BC_NOP) {
            break;
        }
    }
    return swaps > 1 ? length : 0;
}

/* Replaces a run of SWAPs by the shortest one with the same effect: the permutation is taken apart into cycles, each
 * of which is un-shuffled through the top of the stack; written from the end of the run, so that it shuffles instead.
 */
static bool shorten_swaps(Block *block, int *index)
{
    enum { DONE = -1 };
    int depth;
    Instr *instrs = &block->instrs[*index];
    int length = swap_run(instrs, block->count - *index, &depth);
    if (length == 0) return true;
    int *stack = raw_alloc((size_t)depth * sizeof *stack);
    if (!stack) {
        error_no_memory();
        return false;
    }
    for (int i = 0; i < depth; i++) stack[i] = i;
    for (int i = 0; i < length; i++) {
        if (instrs[i].opcode != BC_SWAP) continue;
        int top = stack[0];
        stack[0] = stack[instrs[i].oparg - 1];
        stack[instrs[i].oparg - 1] = top;
    }
    int current = length - 1;
    for (int i = 0; i < depth; i++) {
        if (stack[i] == DONE || stack[i] == i) continue;
        for (int j = i;;) {
            if (j) {
                instrs[current].opcode = BC_SWAP;
                instrs[current--].oparg = j + 1;
            }
            if (stack[j] == DONE) break;
            int next = stack[j];
            stack[j] = DONE;
            j = next;
        }
    }
    while (current >= 0) make_nop(&instrs[current--]);
    raw_free(stack);
    *index += length - 1;
    return true;
}

/* These take the top of the stack and nothing else, cannot fail, and so may change places with each other. */
static bool is_swappable(int opcode)
{
    return opcode == BC_STORE_FAST || opcode == BC_POP_TOP;
}

/* The next swappable instruction behind i, on line `line` if that is >= 0; -1 when something else comes first. */
static int next_swappable(const Block *block, int i, int line)
{
    while (++i < block->count) {
        const Instr *instr = &block->instrs[i];
        if (line >= 0 && instr->location.lineno != line) return -1;
        if (instr->opcode == BC_NOP) continue;
        return is_swappable(instr->opcode) ? i : -1;
    }
    return -1;
}

/* Two stores into one variable, or a store between that touches one of theirs, fix the order: `a, a = 1, 2`. (CPython
 * 3.11.2 swaps them all the same and stores the wrong value; 3.11.4 does as we do.) */
static bool stores_collide(const Block *block, int first, int last)
{
    const Instr *a = &block->instrs[first], *b = &block->instrs[last];
    int stored_a = a->opcode == BC_STORE_FAST ? a->oparg : -1, stored_b = b->opcode == BC_STORE_FAST ? b->oparg : -1;
    if (stored_a < 0 && stored_b < 0) return false;
    if (stored_a == stored_b) return true;
    for (int i = first + 1; i < last; i++) {
        const Instr *instr = &block->instrs[i];
        if (instr->opcode == BC_STORE_FAST && (instr->oparg == stored_a || instr->oparg == stored_b)) return true;
    }
    return false;
}

/* SWAPs up to index i whose operands are only stored or dropped: swap the storing instructions instead. */
static void apply_swaps(Block *block, int i)
{
    for (; i >= 0; i--) {
        Instr *swap = &block->instrs[i];
        if (swap->opcode != BC_SWAP) {
            if (swap->opcode == BC_NOP || is_swappable(swap->opcode)) continue;
            return;
        }
        int first = next_swappable(block, i, -1), last = first;
        if (first < 0) return;
        int line = block->instrs[first].location.lineno;
        for (int count = swap->oparg - 1; count; count--) {
            last = next_swappable(block, last, line);
            if (last < 0) return;
        }
        if (stores_collide(block, first, last)) return;
        make_nop(swap);
        Instr moved = block->instrs[first];
        block->instrs[first] = block->instrs[last];
        block->instrs[last] = moved;
    }
}

/* --- one block --- */

/* Improves the instruction at *index, which is set back when it should be looked at again. False with an exception. */
static bool improve_instr(Block *block, int *index, FlowConstants *constants)
{
    Instr *instr = &block->instrs[*index];
    const Instr *target = NULL;
    if (has_target(instr->opcode)) {
        instr->target = skip_empty(instr->target);
        target = &instr->target->instrs[0];
    }
    switch (instr->opcode) {
    case BC_LOAD_CONST: return improve_load_const(block, *index, constants);
    case BC_BUILD_TUPLE: return improve_build_tuple(block, *index, constants);
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP: *index -= improve_jump_or_pop(instr, target); return true;
    case PSEUDO_POP_JUMP_IF_FALSE:
    case PSEUDO_POP_JUMP_IF_TRUE:
    case PSEUDO_POP_JUMP_IF_NONE:
    case PSEUDO_POP_JUMP_IF_NOT_NONE:
    case PSEUDO_JUMP:
        if (target->opcode == PSEUDO_JUMP) *index -= thread_jump(instr, target, instr->opcode);
        return true;
    case BC_SWAP:
        if (instr->oparg == 1) {
            make_nop(instr);
            return true;
        }
        if (!shorten_swaps(block, index)) return false;
        apply_swaps(block, *index);
        return true;
    case BC_PUSH_NULL:
        if (*index + 1 < block->count && instr[1].opcode == BC_LOAD_GLOBAL && !(instr[1].oparg & 1)) {
            make_nop(instr);
            instr[1].oparg |= 1;
        }
        return true;
    default: return true;
    }
}

/* --- between blocks --- */

static bool normalize_block(Block *block)
{
    for (int i = 0; i < block->count; i++) {
        Instr *instr = &block->instrs[i];
        bool is_jump = opcode_is_jump(instr->opcode);
        if ((is_jump || opcode_leaves_scope(instr->opcode)) && i != block->count - 1) {
            error_set(&type_SystemError, "malformed control flow graph.");
            return false;
        }
        if (is_jump) instr->target = skip_empty(instr->target);
    }
    return true;
}

/* A jump to a small block that leaves the scope and has no line (an implicit `return None`) is replaced by a copy. */
static bool inline_small_exit(Block *block)
{
    Instr *last = block_last(block);
    if (!last || last->opcode != PSEUDO_JUMP) return true;
    const Block *exit = last->target;
    if (!block_is_exit_without_line(exit) || exit->count > MAX_COPIED_EXIT) return true;
    make_nop(last);
    for (int i = 0; i < exit->count; i++) {
        Instr copy = exit->instrs[i], *place = block_append(block);
        if (!place) return false;
        *place = copy;
    }
    return true;
}

static bool inline_small_exits(Flow *flow)
{
    for (Block *block = flow->last_made; block; block = block->previous_made)
        if (!inline_small_exit(block)) return false;
    return true;
}

bool flow_normalize(Flow *flow)
{
    for (Block *block = flow->last_made; block; block = block->previous_made)
        if (!normalize_block(block)) return false;
    return inline_small_exits(flow);
}

/* Counts the predecessors of every reachable block. */
static bool count_predecessors(Flow *flow)
{
    size_t count = 0;
    for (Block *block = flow->entry; block; block = block->next) {
        block->predecessors = 0;
        count++;
    }
    Block **stack = raw_alloc(count * sizeof *stack);
    if (!stack) {
        error_no_memory();
        return false;
    }
    size_t depth = 0;
    flow->entry->predecessors = 1;
    stack[depth++] = flow->entry;
    while (depth) {
        Block *block = stack[--depth];
        if (block->next && block_falls_through(block) && block->next->predecessors++ == 0) stack[depth++] = block->next;
        for (int i = 0; i < block->count; i++) {
            Instr *instr = &block->instrs[i];
            if (!has_target(instr->opcode)) continue;
            if (instr->target->predecessors++ == 0) stack[depth++] = instr->target;
        }
    }
    raw_free(stack);
    return true;
}

static void unlink_empty_blocks(Flow *flow)
{
    for (Block *block = flow->entry; block; block = block->next)
        while (block->next && block->next->count == 0 && block->next->next) block->next = block->next->next;
    for (Block *block = flow->entry; block; block = block->next)
        for (int i = 0; i < block->count; i++)
            if (has_target(block->instrs[i].opcode)) block->instrs[i].target = skip_empty(block->instrs[i].target);
}

static bool improve_block(Block *block, FlowConstants *constants)
{
    for (int i = 0; i < block->count; i++)
        if (!improve_instr(block, &i, constants)) return false;
    block_remove_nops(block);
    return true;
}

bool flow_optimize(Flow *flow, FlowConstants *constants)
{
    for (Block *block = flow->entry; block; block = block->next)
        if (!improve_block(block, constants)) return false;
    if (!inline_small_exits(flow) || !count_predecessors(flow)) return false;
    for (Block *block = flow->entry; block; block = block->next) {
        if (block->predecessors == 0) block->count = 0;
        block_remove_nops(block);
    }
    unlink_empty_blocks(flow);
    return true;
}

/* Jumps to the block that follows. This comes last: until then, they may still be given the line of their block, and
 * then stay as NOPs. */
void flow_remove_redundant_jumps(Flow *flow)
{
    bool has_removed = false;
    for (Block *block = flow->entry; block; block = block->next) {
        Instr *last = block_last(block);
        bool is_redundant = last && (last->opcode == PSEUDO_JUMP || last->opcode == PSEUDO_JUMP_NO_INTERRUPT) &&
                            last->target == block->next;
        if (!is_redundant) continue;
        make_nop(last);
        has_removed = true;
    }
    if (has_removed) unlink_empty_blocks(flow);
    for (Block *block = flow->entry; block; block = block->next) block_remove_nops(block);
}

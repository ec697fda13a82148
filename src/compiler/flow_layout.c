/* flow_layout.c: after optimisation: line numbers of artificial instructions, stack depth, exception handlers, and the
 * direction of the jumps. */
#include "compiler/flow.h"
#include "objects/error.h"
#include "objects/exception.h"

/* --- lines --- */

static NULLABLE Block *copy_block(Flow *flow, const Block *block)
{
    Block *copy = flow_new_block(flow);
    if (!copy) return NULL;
    for (int i = 0; i < block->count; i++) {
        Instr *instr = block_append(copy);
        if (!instr) return NULL;
        *instr = block->instrs[i];
    }
    return copy;
}

/* An exit block without a line that several places reach would show a wrong line for all but one of them: each jump
 * to it gets its own copy, with the line of the jump. */
bool flow_duplicate_exits(Flow *flow)
{
    for (Block *block = flow->last_made; block; block = block->previous_made) {
        Instr *last = block_last(block);
        if (!last || !opcode_is_jump(last->opcode)) continue;
        Block *target = last->target;
        if (!block_is_exit_without_line(target) || target->predecessors <= 1) continue;
        Block *copy = copy_block(flow, target);
        if (!copy) return false;
        copy->instrs[0].location = last->location;
        last->target = copy;
        target->predecessors--;
        copy->predecessors = 1;
        copy->next = target->next;
        target->next = copy;
    }
    for (Block *block = flow->entry; block; block = block->next)
        while (block->next && block->next->count == 0 && block->next->next) block->next = block->next->next;
    /* What is left is reached by falling through only. */
    for (Block *block = flow->last_made; block; block = block->previous_made)
        if (block->count && block->next && block_falls_through(block) && block_is_exit_without_line(block->next))
            block->next->instrs[0].location = block_last(block)->location;
    return true;
}

static void give_line(Block *block, AstLocation location)
{
    if (block->predecessors == 1 && block->count && block->instrs[0].location.lineno < 0)
        block->instrs[0].location = location;
}

static void propagate_lines(Flow *flow)
{
    for (Block *block = flow->entry; block; block = block->next) {
        if (block->count == 0) continue;
        AstLocation location = nowhere;
        for (int i = 0; i < block->count; i++) {
            if (block->instrs[i].location.lineno < 0)
                block->instrs[i].location = location;
            else
                location = block->instrs[i].location;
        }
        if (block->next && block_falls_through(block)) give_line(block->next, location);
        if (opcode_is_jump(block_last(block)->opcode)) give_line(block_last(block)->target, location);
    }
}

void flow_spread_lines(Flow *flow, int first_line)
{
    propagate_lines(flow);
    int line = first_line;
    for (Block *block = flow->entry; block; block = block->next) {
        const Instr *last = block_last(block);
        if (!last) continue;
        if (last->location.lineno >= 0)
            line = last->location.lineno;
        else if (last->opcode == BC_RETURN_VALUE)
            for (int i = 0; i < block->count; i++) block->instrs[i].location.lineno = line;
    }
}

/* --- stack depth --- */

static int stack_effect(const Instr *instr, bool jumps)
{
    switch (instr->opcode) {
    case PSEUDO_SETUP_FINALLY:
    case PSEUDO_SETUP_WITH: return jumps;
    case PSEUDO_SETUP_CLEANUP: return jumps ? 2 : 0;
    case PSEUDO_POP_BLOCK:
    case PSEUDO_JUMP:
    case PSEUDO_JUMP_NO_INTERRUPT: return 0;
    case PSEUDO_POP_JUMP_IF_FALSE:
    case PSEUDO_POP_JUMP_IF_TRUE:
    case PSEUDO_POP_JUMP_IF_NONE:
    case PSEUDO_POP_JUMP_IF_NOT_NONE: return -1;
    default: return bc_stack_effect(instr->opcode, instr->oparg, jumps);
    }
}

typedef struct BlockStack {
    Block **items;
    size_t count;
} BlockStack;

static bool block_stack_init(BlockStack *stack, const Flow *flow)
{
    size_t count = 1;
    for (const Block *block = flow->entry; block; block = block->next) count++;
    *stack = (BlockStack){raw_alloc(count * sizeof(Block *)), 0};
    if (stack->items) return true;
    error_no_memory();
    return false;
}

static void push_at_depth(BlockStack *stack, Block *block, int depth)
{
    if (block->start_depth >= 0) return;
    block->start_depth = depth;
    stack->items[stack->count++] = block;
}

/* Follows the block from its start depth; the deepest the stack gets. */
static int follow_depth(BlockStack *stack, Block *block)
{
    int depth = block->start_depth, deepest = depth;
    for (int i = 0; i < block->count; i++) {
        const Instr *instr = &block->instrs[i];
        int after = depth + stack_effect(instr, false);
        deepest = MAX(deepest, after);
        if (opcode_is_jump(instr->opcode) || opcode_is_setup(instr->opcode)) {
            int at_target = depth + stack_effect(instr, true);
            deepest = MAX(deepest, at_target);
            push_at_depth(stack, instr->target, at_target);
        }
        depth = after;
        if (depth < 0) return -1;
    }
    if (block->next && block_falls_through(block)) push_at_depth(stack, block->next, depth);
    return deepest;
}

int flow_stack_depth(Flow *flow, bool is_generator)
{
    BlockStack stack;
    if (!block_stack_init(&stack, flow)) return -1;
    for (Block *block = flow->last_made; block; block = block->previous_made) block->start_depth = -1;
    int deepest = 0;
    push_at_depth(&stack, flow->entry, is_generator); /* a generator is sent None to start with */
    while (stack.count && deepest >= 0) {
        int depth = follow_depth(&stack, stack.items[--stack.count]);
        deepest = depth < 0 ? -1 : MAX(deepest, depth);
    }
    raw_free(stack.items);
    if (deepest < 0) error_set(&type_SystemError, "compiler: the stack runs empty");
    return deepest;
}

/* --- exception handlers --- */

enum { MAX_HANDLERS = 22 }; /* 20 blocks can nest, and a cleanup around the innermost */

typedef struct HandlerStack {
    int depth;
    Block *handlers[MAX_HANDLERS];
} HandlerStack;

static Block *top_handler(const HandlerStack *handlers)
{
    return handlers->depth ? handlers->handlers[handlers->depth - 1] : NULL;
}

/* The block is to be followed, with these handlers active at its start. */
static bool push_with_handlers(BlockStack *stack, Block *block, const HandlerStack *handlers)
{
    if (block->is_visited) return true;
    block->handlers = raw_alloc(sizeof *handlers);
    if (!block->handlers) {
        error_no_memory();
        return false;
    }
    *block->handlers = *handlers;
    block->is_visited = true;
    stack->items[stack->count++] = block;
    return true;
}

static bool follow_handlers(BlockStack *stack, Block *block)
{
    HandlerStack handlers = *block->handlers;
    raw_free(block->handlers);
    block->handlers = NULL;
    for (int i = 0; i < block->count; i++) {
        Instr *instr = &block->instrs[i];
        if (opcode_is_setup(instr->opcode)) {
            if (!push_with_handlers(stack, instr->target, &handlers)) return false;
            if (instr->opcode != PSEUDO_SETUP_FINALLY) instr->target->wants_lasti = true;
            if (handlers.depth == MAX_HANDLERS) {
                error_set(&type_SystemError, "compiler: exception handlers nest too deeply");
                return false;
            }
            handlers.handlers[handlers.depth++] = instr->target;
        } else if (instr->opcode == PSEUDO_POP_BLOCK) {
            handlers.depth--;
        } else {
            instr->handler = top_handler(&handlers);
            if (opcode_is_jump(instr->opcode) && !push_with_handlers(stack, instr->target, &handlers)) return false;
        }
    }
    return !block->next || !block_falls_through(block) || push_with_handlers(stack, block->next, &handlers);
}

static void clear_visited(Flow *flow)
{
    for (Block *block = flow->last_made; block; block = block->previous_made) block->is_visited = false;
}

bool flow_find_handlers(Flow *flow)
{
    BlockStack stack;
    if (!block_stack_init(&stack, flow)) return false;
    clear_visited(flow);
    HandlerStack none = {0};
    bool done = push_with_handlers(&stack, flow->entry, &none);
    while (done && stack.count) done = follow_handlers(&stack, stack.items[--stack.count]);
    raw_free(stack.items);
    if (!done) return false;
    for (Block *block = flow->entry; block; block = block->next)
        for (int i = 0; i < block->count; i++)
            if (opcode_is_setup(block->instrs[i].opcode) || block->instrs[i].opcode == PSEUDO_POP_BLOCK)
                block->instrs[i].opcode = BC_NOP;
    for (Block *block = flow->entry; block; block = block->next) block_remove_nops(block);
    return true;
}

/* --- direction of jumps --- */

static int direct_jump(int opcode, bool is_forward)
{
    switch (opcode) {
    case PSEUDO_JUMP: return is_forward ? BC_JUMP_FORWARD : BC_JUMP_BACKWARD;
    case PSEUDO_JUMP_NO_INTERRUPT: return is_forward ? BC_JUMP_FORWARD : BC_JUMP_BACKWARD_NO_INTERRUPT;
    case PSEUDO_POP_JUMP_IF_FALSE: return is_forward ? BC_POP_JUMP_FORWARD_IF_FALSE : BC_POP_JUMP_BACKWARD_IF_FALSE;
    case PSEUDO_POP_JUMP_IF_TRUE: return is_forward ? BC_POP_JUMP_FORWARD_IF_TRUE : BC_POP_JUMP_BACKWARD_IF_TRUE;
    case PSEUDO_POP_JUMP_IF_NONE: return is_forward ? BC_POP_JUMP_FORWARD_IF_NONE : BC_POP_JUMP_BACKWARD_IF_NONE;
    case PSEUDO_POP_JUMP_IF_NOT_NONE:
        return is_forward ? BC_POP_JUMP_FORWARD_IF_NOT_NONE : BC_POP_JUMP_BACKWARD_IF_NOT_NONE;
    default: return opcode;
    }
}

void flow_direct_jumps(Flow *flow)
{
    clear_visited(flow);
    for (Block *block = flow->entry; block; block = block->next) {
        block->is_visited = true;
        Instr *last = block_last(block);
        if (last && opcode_is_jump(last->opcode)) last->opcode = direct_jump(last->opcode, !last->target->is_visited);
    }
}

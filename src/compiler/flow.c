/* flow.c: blocks and instructions of the flow graph. */
#include "compiler/flow.h"

#include "objects/error.h"

enum { FIRST_CAPACITY = 8 };

NULLABLE Block *flow_new_block(Flow *flow)
{
    Block *block = raw_calloc(1, sizeof *block);
    if (!block) {
        error_no_memory();
        return NULL;
    }
    block->start_depth = -1;
    block->previous_made = flow->last_made;
    flow->last_made = block;
    return block;
}

NULLABLE Instr *block_append(Block *block)
{
    if (block->count == block->capacity) {
        int capacity = block->capacity ? block->capacity * 2 : FIRST_CAPACITY;
        Instr *grown = raw_realloc(block->instrs, (size_t)capacity * sizeof *grown);
        if (!grown) {
            error_no_memory();
            return NULL;
        }
        block->instrs = grown;
        block->capacity = capacity;
    }
    Instr *instr = &block->instrs[block->count++];
    *instr = (Instr){0};
    return instr;
}

bool block_insert(Block *block, int index, Instr instr)
{
    if (!block_append(block)) return false;
    memmove(&block->instrs[index + 1], &block->instrs[index], (size_t)(block->count - 1 - index) * sizeof instr);
    block->instrs[index] = instr;
    return true;
}

void flow_free(Flow *flow)
{
    for (Block *block = flow->last_made; block;) {
        Block *previous = block->previous_made;
        raw_free(block->instrs);
        raw_free(block->handlers);
        raw_free(block);
        block = previous;
    }
    *flow = (Flow){0};
}

bool opcode_is_setup(int opcode)
{
    return opcode >= PSEUDO_SETUP_FINALLY && opcode <= PSEUDO_SETUP_WITH;
}

bool opcode_is_jump(int opcode)
{
    switch (opcode) {
    case BC_FOR_ITER:
    case BC_SEND:
    case BC_JUMP_FORWARD:
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT:
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP:
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
    case BC_POP_JUMP_BACKWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE: return true;
    default: return opcode >= PSEUDO_JUMP && opcode <= PSEUDO_POP_JUMP_IF_NOT_NONE;
    }
}

bool opcode_leaves_scope(int opcode)
{
    return opcode == BC_RETURN_VALUE || opcode == BC_RAISE_VARARGS || opcode == BC_RERAISE;
}

bool block_leaves_scope(const Block *block)
{
    const Instr *last = block_last(block);
    return last && opcode_leaves_scope(last->opcode);
}

bool block_falls_through(const Block *block)
{
    const Instr *last = block_last(block);
    if (!last) return true;
    switch (last->opcode) {
    case PSEUDO_JUMP:
    case PSEUDO_JUMP_NO_INTERRUPT:
    case BC_JUMP_FORWARD:
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT: return false;
    default: return !opcode_leaves_scope(last->opcode);
    }
}

bool block_is_exit_without_line(const Block *block)
{
    if (!block_leaves_scope(block)) return false;
    for (int i = 0; i < block->count; i++)
        if (block->instrs[i].location.lineno >= 0) return false;
    return true;
}

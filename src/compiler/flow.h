/* flow.h: code as a flow graph: basic blocks of instructions with source positions, before it becomes bytes.
 *
 * A block is entered at its first instruction only and left at its last only, but for exceptions. Blocks are chained
 * by `next` in the order in which they will be laid out; a block whose last instruction does not end it falls through
 * to `next`. Jumps and set-ups of handlers name their target block. */
#ifndef COMPILER_FLOW_H
#define COMPILER_FLOW_H

#include "compiler/ast.h"
#include "compiler/constants.h"
#include "compiler/value_table.h"
#include "opcodes.h"

/* Instructions that exist in the flow graph only. */
enum PseudoOpcode {
    PSEUDO_SETUP_FINALLY = 1000, /* target handles exceptions from here to the matching POP_BLOCK */
    PSEUDO_SETUP_CLEANUP,        /* the same; lasti is pushed, too */
    PSEUDO_SETUP_WITH,           /* the same, for `with`: the stack is cut one deeper */
    PSEUDO_POP_BLOCK,
    PSEUDO_JUMP, /* the assembler chooses forward or backward */
    PSEUDO_JUMP_NO_INTERRUPT,
    PSEUDO_POP_JUMP_IF_FALSE,
    PSEUDO_POP_JUMP_IF_TRUE,
    PSEUDO_POP_JUMP_IF_NONE,
    PSEUDO_POP_JUMP_IF_NOT_NONE,
};

typedef struct Block Block;

typedef struct Instr {
    int opcode, oparg;
    NULLABLE Block *target;
    NULLABLE Block *handler; /* where an exception goes; known after flow_find_handlers */
    AstLocation location;    /* lineno < 0: artificial */
} Instr;

struct Block {
    NULLABLE Block *previous_made; /* all blocks of the graph, newest first */
    NULLABLE Block *next;
    Instr *instrs;
    int count, capacity;
    int start_depth;  /* of the stack; -1: not reached yet */
    int offset;       /* in code units */
    int predecessors; /* 0: unreachable */
    bool wants_lasti; /* a handler that is entered with lasti on the stack */
    bool is_visited;
    NULLABLE struct HandlerStack *handlers; /* flow_find_handlers: active on entry */
};

typedef struct Flow {
    NULLABLE Block *last_made; /* head of the list of all blocks */
    Block *entry;
} Flow;

static const AstLocation nowhere = {-1, -1, -1, -1};

NULLABLE Block *flow_new_block(Flow *flow) NODISCARD;
/* A new instruction at the end of the block, zeroed; NULL with MemoryError. */
NULLABLE Instr *block_append(Block *block) NODISCARD;
bool block_insert(Block *block, int index, Instr instr) NODISCARD;
void flow_free(Flow *flow);

static inline NULLABLE Instr *block_last(const Block *block)
{
    return block->count ? &block->instrs[block->count - 1] : NULL;
}

bool opcode_is_setup(int opcode); /* of a handler */
bool opcode_is_jump(int opcode);
bool opcode_leaves_scope(int opcode); /* RETURN_VALUE, RAISE_VARARGS, RERAISE */
bool block_falls_through(const Block *block);
bool block_leaves_scope(const Block *block);
bool block_is_exit_without_line(const Block *block);

/* --- flow_optimize.c --- */
typedef struct FlowConstants {
    ValueTable *table; /* of the code object */
    ConstantPool *pool;
} FlowConstants;
/* Jumps to empty blocks go on to the next full one; small exit blocks are copied to the jumps that lead to them. */
bool flow_normalize(Flow *flow) NODISCARD;
bool flow_optimize(Flow *flow, FlowConstants *constants) NODISCARD;
void flow_remove_redundant_jumps(Flow *flow);
void block_remove_nops(Block *block);

/* --- flow_layout.c: lines, stack depth, handlers, direction of jumps --- */
bool flow_duplicate_exits(Flow *flow) NODISCARD;
void flow_spread_lines(Flow *flow, int first_line);
int flow_stack_depth(Flow *flow, bool is_generator) NODISCARD; /* -1 with an exception */
bool flow_find_handlers(Flow *flow) NODISCARD;
/* Pseudo jumps become forward or backward ones. */
void flow_direct_jumps(Flow *flow);

/* --- assemble.c --- */
typedef struct Assembled {
    Value code, linetable, exceptiontable; /* bytes, owned */
} Assembled;
bool flow_assemble(Flow *flow, int first_line, Assembled *result) NODISCARD;

#endif

/* codegen_emit.c: emitting single instructions: into which block, with which location, constant or name. */
#include "compiler/codegen.h"

#include "compiler/compile_error.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/str.h"

void gen_failed(Compiler *c)
{
    c->failed = true;
}

void gen_error(Compiler *c, const char *format, ...)
{
    if (c->failed) return;
    va_list args;
    va_start(args, format);
    Value message = str_format_va(format, args);
    va_end(args);
    if (!value_is_null(message)) compile_error_at(c->filename, c->unit->location, "%U", message);
    value_xdecref(message);
    c->failed = true;
}

void gen_warn(Compiler *c, const char *format, ...)
{
    if (c->failed) return;
    va_list args;
    va_start(args, format);
    Value message = str_format_va(format, args);
    va_end(args);
    if (value_is_null(message) || !compile_warn_at(c->filename, c->unit->location, "%U", message)) c->failed = true;
    value_xdecref(message);
}

/* --- blocks --- */

Block *gen_new_block(Compiler *c)
{
    Block *block = c->failed ? NULL : flow_new_block(&c->unit->flow);
    if (block) return block;
    c->failed = true;
    return &c->scrap;
}

void gen_use_block(Compiler *c, Block *block)
{
    if (c->failed) return;
    c->unit->block->next = block;
    c->unit->block = block;
}

/* The place for a new instruction; a block that has ended is followed by a new one first. */
static NULLABLE Instr *new_instr(Compiler *c, int opcode, ssize_t oparg)
{
    if (c->failed) return NULL;
    const Instr *last = block_last(c->unit->block);
    if (last && (opcode_is_jump(last->opcode) || opcode_leaves_scope(last->opcode))) gen_use_block(c, gen_new_block(c));
    Instr *instr = c->failed ? NULL : block_append(c->unit->block);
    if (!instr) {
        c->failed = true;
        return NULL;
    }
    instr->opcode = opcode;
    instr->oparg = (int)oparg;
    instr->location = c->unit->location;
    return instr;
}

void gen_op(Compiler *c, int opcode)
{
    new_instr(c, opcode, 0);
}

void gen_op_arg(Compiler *c, int opcode, ssize_t oparg)
{
    new_instr(c, opcode, oparg);
}

void gen_jump(Compiler *c, int opcode, Block *target)
{
    Instr *instr = new_instr(c, opcode, 0);
    if (instr) instr->target = target;
}

void gen_op_no_line(Compiler *c, int opcode, ssize_t oparg)
{
    Instr *instr = new_instr(c, opcode, oparg);
    if (instr) instr->location = nowhere;
}

void gen_jump_no_line(Compiler *c, int opcode, Block *target)
{
    Instr *instr = new_instr(c, opcode, 0);
    if (!instr) return;
    instr->target = target;
    instr->location = nowhere;
}

/* --- constants --- */

int gen_add_constant(Compiler *c, Value v)
{
    if (c->failed) return 0;
    Value merged = constant_merge(&c->constants, v);
    int place = value_is_null(merged) ? -1 : value_table_add(&c->unit->constants, merged);
    value_xdecref(merged);
    if (place >= 0) return place;
    c->failed = true;
    return 0;
}

void gen_const(Compiler *c, Value v)
{
    gen_op_arg(c, BC_LOAD_CONST, gen_add_constant(c, v));
}

void gen_const_steal(Compiler *c, STEALS NULLABLE Value v)
{
    if (value_is_null(v)) {
        c->failed = true;
        return;
    }
    gen_const(c, v);
    value_decref(v);
}

void gen_none(Compiler *c)
{
    gen_const(c, VALUE_NONE);
}

/* --- names --- */

bool gen_is_forbidden(Compiler *c, Value name, ExprContext context)
{
    if (context == CTX_Load || !str_equal_cstr(name, "__debug__")) return false;
    gen_error(c, context == CTX_Store ? "cannot assign to __debug__" : "cannot delete __debug__");
    return true;
}

/* The number of the mangled name in the table; for cells and free variables, free ones count on behind the cells. */
static int add_name(Compiler *c, ValueTable *table, Value mangled)
{
    int place = value_table_add(table, mangled);
    if (place < 0) {
        c->failed = true;
        return 0;
    }
    return table == &c->unit->freevars ? place + c->unit->cellvars.count : place;
}

void gen_op_name(Compiler *c, int opcode, Value name)
{
    if (c->failed) return;
    Value mangled = mangle_name(c->unit->class_name, name);
    if (value_is_null(mangled)) {
        c->failed = true;
        return;
    }
    gen_op_arg(c, opcode, add_name(c, &c->unit->names, mangled));
    value_decref(mangled);
}

enum NameKind { NAME_FAST, NAME_DEREF, NAME_GLOBAL, NAME_BY_NAME };

static int name_opcode(enum NameKind kind, ExprContext context, bool is_class)
{
    static const int opcodes[4][3] = {
        [NAME_FAST] = {BC_LOAD_FAST, BC_STORE_FAST, BC_DELETE_FAST},
        [NAME_DEREF] = {BC_LOAD_DEREF, BC_STORE_DEREF, BC_DELETE_DEREF},
        [NAME_GLOBAL] = {BC_LOAD_GLOBAL, BC_STORE_GLOBAL, BC_DELETE_GLOBAL},
        [NAME_BY_NAME] = {BC_LOAD_NAME, BC_STORE_NAME, BC_DELETE_NAME},
    };
    if (kind == NAME_DEREF && context == CTX_Load && is_class) return BC_LOAD_CLASSDEREF;
    return opcodes[kind][context - CTX_Load];
}

static void gen_mangled_name(Compiler *c, Value name, ExprContext context)
{
    Unit *unit = c->unit;
    bool is_function = unit->scope->type == SCOPE_FUNCTION;
    enum NameKind kind = NAME_BY_NAME;
    ValueTable *table = &unit->names;
    switch (scope_reach(unit->scope, name)) {
    case REACH_FREE:
        kind = NAME_DEREF;
        table = &unit->freevars;
        break;
    case REACH_CELL:
        kind = NAME_DEREF;
        table = &unit->cellvars;
        break;
    case REACH_LOCAL:
        if (!is_function) break;
        kind = NAME_FAST;
        table = &unit->varnames;
        break;
    case REACH_GLOBAL_IMPLICIT:
        if (is_function) kind = NAME_GLOBAL;
        break;
    case REACH_GLOBAL_EXPLICIT: kind = NAME_GLOBAL; break;
    case REACH_NONE: break;
    }
    int opcode = name_opcode(kind, context, unit->scope->type == SCOPE_CLASS);
    int place = add_name(c, table, name);
    gen_op_arg(c, opcode, opcode == BC_LOAD_GLOBAL ? place << 1 : place);
}

void gen_name(Compiler *c, Value name, ExprContext context)
{
    if (c->failed || gen_is_forbidden(c, name, context)) return;
    Value mangled = mangle_name(c->unit->class_name, name);
    if (value_is_null(mangled)) {
        c->failed = true;
        return;
    }
    gen_mangled_name(c, mangled, context);
    value_decref(mangled);
}

/* --- frequent sequences --- */

void gen_call(Compiler *c, ssize_t argument_count)
{
    gen_op_arg(c, BC_PRECALL, argument_count);
    gen_op_arg(c, BC_CALL, argument_count);
}

void gen_compare(Compiler *c, int cmpop)
{
    switch (cmpop) {
    case CMPOP_Eq: gen_op_arg(c, BC_COMPARE_OP, CMP_EQ); break;
    case CMPOP_NotEq: gen_op_arg(c, BC_COMPARE_OP, CMP_NE); break;
    case CMPOP_Lt: gen_op_arg(c, BC_COMPARE_OP, CMP_LT); break;
    case CMPOP_LtE: gen_op_arg(c, BC_COMPARE_OP, CMP_LE); break;
    case CMPOP_Gt: gen_op_arg(c, BC_COMPARE_OP, CMP_GT); break;
    case CMPOP_GtE: gen_op_arg(c, BC_COMPARE_OP, CMP_GE); break;
    case CMPOP_Is: gen_op_arg(c, BC_IS_OP, 0); break;
    case CMPOP_IsNot: gen_op_arg(c, BC_IS_OP, 1); break;
    case CMPOP_In: gen_op_arg(c, BC_CONTAINS_OP, 0); break;
    case CMPOP_NotIn: gen_op_arg(c, BC_CONTAINS_OP, 1); break;
    }
}

static int binary_op(Operator op)
{
    static const int numbers[] = {
        [OP_Add] = NB_ADD,
        [OP_Sub] = NB_SUBTRACT,
        [OP_Mult] = NB_MULTIPLY,
        [OP_MatMult] = NB_MATRIX_MULTIPLY,
        [OP_Div] = NB_TRUE_DIVIDE,
        [OP_Mod] = NB_REMAINDER,
        [OP_Pow] = NB_POWER,
        [OP_LShift] = NB_LSHIFT,
        [OP_RShift] = NB_RSHIFT,
        [OP_BitOr] = NB_OR,
        [OP_BitXor] = NB_XOR,
        [OP_BitAnd] = NB_AND,
        [OP_FloorDiv] = NB_FLOOR_DIVIDE,
    };
    return numbers[op];
}

void gen_binary(Compiler *c, Operator op, bool in_place)
{
    gen_op_arg(c, BC_BINARY_OP, binary_op(op) + (in_place ? NB_INPLACE_ADD : 0));
}

void gen_yield(Compiler *c)
{
    if (c->unit->scope->is_generator && c->unit->scope->is_coroutine) gen_op(c, BC_ASYNC_GEN_WRAP);
    gen_op(c, BC_YIELD_VALUE);
    gen_op_arg(c, BC_RESUME, 1);
}

void gen_yield_from(Compiler *c, bool is_await)
{
    Block *start = gen_new_block(c), *resume = gen_new_block(c), *exit = gen_new_block(c);
    gen_use_block(c, start);
    gen_jump(c, BC_SEND, exit);
    gen_use_block(c, resume);
    gen_op(c, BC_YIELD_VALUE);
    gen_op_arg(c, BC_RESUME, is_await ? 3 : 2);
    gen_jump(c, PSEUDO_JUMP_NO_INTERRUPT, start);
    gen_use_block(c, exit);
}

void gen_await(Compiler *c, int awaitable_kind)
{
    gen_op_arg(c, BC_GET_AWAITABLE, awaitable_kind);
    gen_none(c);
    gen_yield_from(c, true);
}

/* --- frame blocks --- */

bool frame_block_push(Compiler *c, FrameBlock block)
{
    if (c->failed) return false;
    if (c->unit->frame_block_count >= MAX_FRAME_BLOCKS) {
        gen_error(c, "too many statically nested blocks");
        return false;
    }
    c->unit->frame_blocks[c->unit->frame_block_count++] = block;
    return true;
}

void frame_block_pop(Compiler *c, enum FrameBlockKind kind)
{
    if (c->failed) return;
    c->unit->frame_block_count--;
    assert(c->unit->frame_blocks[c->unit->frame_block_count].kind == kind);
}

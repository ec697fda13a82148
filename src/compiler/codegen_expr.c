/* codegen_expr.c: code of expressions. */
#include "compiler/codegen.h"

#include "objects/error.h"
#include "objects/str.h"

void gen_exprs(Compiler *c, const ExprSeq *expressions)
{
    for (ssize_t i = 0; i < seq_count(expressions); i++) gen_expr(c, expressions->items[i]);
}

/* --- tests and jumps --- */

static void gen_jump_if_bool_op(Compiler *c, const Expr *e, Block *target, bool condition)
{
    const ExprSeq *values = e->v.BoolOp.values;
    ssize_t last = seq_count(values) - 1;
    bool is_or = e->v.BoolOp.op == BOOLOP_Or;
    Block *decided = is_or == condition ? target : gen_new_block(c);
    for (ssize_t i = 0; i < last; i++) gen_jump_if(c, values->items[i], decided, is_or);
    gen_jump_if(c, values->items[last], target, condition);
    if (decided != target) gen_use_block(c, decided);
}

static void gen_jump_if_conditional(Compiler *c, const Expr *e, Block *target, bool condition)
{
    Block *end = gen_new_block(c), *orelse = gen_new_block(c);
    gen_jump_if(c, e->v.IfExp.test, orelse, false);
    gen_jump_if(c, e->v.IfExp.body, target, condition);
    gen_jump_no_line(c, PSEUDO_JUMP, end);
    gen_use_block(c, orelse);
    gen_jump_if(c, e->v.IfExp.orelse, target, condition);
    gen_use_block(c, end);
}

/* One of the comparisons of a < b < c but the last: b stays on the stack for the next one. */
static void gen_chained_comparison(Compiler *c, const Expr *e, ssize_t i)
{
    gen_expr(c, e->v.Compare.comparators->items[i]);
    gen_op_arg(c, BC_SWAP, 2);
    gen_op_arg(c, BC_COPY, 2);
    gen_compare(c, e->v.Compare.ops->items[i]);
}

static void gen_jump_if_chain(Compiler *c, const Expr *e, Block *target, bool condition)
{
    ssize_t last = seq_count(e->v.Compare.comparators) - 1;
    check_compare(c, e);
    Block *cleanup = gen_new_block(c);
    gen_expr(c, e->v.Compare.left);
    for (ssize_t i = 0; i < last; i++) {
        gen_chained_comparison(c, e, i);
        gen_jump(c, PSEUDO_POP_JUMP_IF_FALSE, cleanup);
    }
    gen_expr(c, e->v.Compare.comparators->items[last]);
    gen_compare(c, e->v.Compare.ops->items[last]);
    gen_jump(c, condition ? PSEUDO_POP_JUMP_IF_TRUE : PSEUDO_POP_JUMP_IF_FALSE, target);
    Block *end = gen_new_block(c);
    gen_jump_no_line(c, PSEUDO_JUMP, end);
    gen_use_block(c, cleanup);
    gen_op(c, BC_POP_TOP);
    if (!condition) gen_jump_no_line(c, PSEUDO_JUMP, target);
    gen_use_block(c, end);
}

static void gen_jump_if_value(Compiler *c, const Expr *e, Block *target, bool condition)
{
    gen_expr(c, e);
    gen_jump(c, condition ? PSEUDO_POP_JUMP_IF_TRUE : PSEUDO_POP_JUMP_IF_FALSE, target);
}

static void gen_jump_if_inside(Compiler *c, const Expr *e, Block *target, bool condition)
{
    switch (e->kind) {
    case EXPR_UnaryOp:
        if (e->v.UnaryOp.op == UNARYOP_Not)
            gen_jump_if(c, e->v.UnaryOp.operand, target, !condition);
        else
            gen_jump_if_value(c, e, target, condition);
        break;
    case EXPR_BoolOp: gen_jump_if_bool_op(c, e, target, condition); break;
    case EXPR_IfExp: gen_jump_if_conditional(c, e, target, condition); break;
    case EXPR_Compare:
        set_location(c, e->location);
        if (seq_count(e->v.Compare.ops) > 1)
            gen_jump_if_chain(c, e, target, condition);
        else
            gen_jump_if_value(c, e, target, condition);
        break;
    default: gen_jump_if_value(c, e, target, condition); break;
    }
}

/* Jumps to target when the truth of `test` is `condition`. */
void gen_jump_if(Compiler *c, const Expr *test, Block *target, bool condition)
{
    if (c->failed) return;
    if (!recursion_enter(" during compilation")) {
        gen_failed(c);
        return;
    }
    gen_jump_if_inside(c, test, target, condition);
    recursion_leave();
}

/* --- operators --- */

static void gen_bool_op(Compiler *c, const Expr *e)
{
    const ExprSeq *values = e->v.BoolOp.values;
    ssize_t last = seq_count(values) - 1;
    int jump = e->v.BoolOp.op == BOOLOP_And ? BC_JUMP_IF_FALSE_OR_POP : BC_JUMP_IF_TRUE_OR_POP;
    Block *end = gen_new_block(c);
    for (ssize_t i = 0; i < last; i++) {
        gen_expr(c, values->items[i]);
        gen_jump(c, jump, end);
        gen_use_block(c, gen_new_block(c));
    }
    gen_expr(c, values->items[last]);
    gen_use_block(c, end);
}

static void gen_unary(Compiler *c, const Expr *e)
{
    gen_expr(c, e->v.UnaryOp.operand);
    switch (e->v.UnaryOp.op) {
    case UNARYOP_Invert: gen_op(c, BC_UNARY_INVERT); break;
    case UNARYOP_Not: gen_op(c, BC_UNARY_NOT); break;
    case UNARYOP_UAdd: gen_op(c, BC_UNARY_POSITIVE); break;
    case UNARYOP_USub: gen_op(c, BC_UNARY_NEGATIVE); break;
    }
}

static void gen_comparison(Compiler *c, const Expr *e)
{
    ssize_t last = seq_count(e->v.Compare.ops) - 1;
    check_compare(c, e);
    gen_expr(c, e->v.Compare.left);
    if (last == 0) {
        gen_expr(c, e->v.Compare.comparators->items[0]);
        gen_compare(c, e->v.Compare.ops->items[0]);
        return;
    }
    Block *cleanup = gen_new_block(c);
    for (ssize_t i = 0; i < last; i++) {
        gen_chained_comparison(c, e, i);
        gen_jump(c, BC_JUMP_IF_FALSE_OR_POP, cleanup);
    }
    gen_expr(c, e->v.Compare.comparators->items[last]);
    gen_compare(c, e->v.Compare.ops->items[last]);
    Block *end = gen_new_block(c);
    gen_jump_no_line(c, PSEUDO_JUMP, end);
    gen_use_block(c, cleanup);
    gen_op_arg(c, BC_SWAP, 2);
    gen_op(c, BC_POP_TOP);
    gen_use_block(c, end);
}

static void gen_conditional(Compiler *c, const Expr *e)
{
    Block *end = gen_new_block(c), *orelse = gen_new_block(c);
    gen_jump_if(c, e->v.IfExp.test, orelse, false);
    gen_expr(c, e->v.IfExp.body);
    gen_jump_no_line(c, PSEUDO_JUMP, end);
    gen_use_block(c, orelse);
    gen_expr(c, e->v.IfExp.orelse);
    gen_use_block(c, end);
}

/* --- generators and coroutines --- */

static void gen_yield_expr(Compiler *c, const Expr *e)
{
    if (c->unit->scope->type != SCOPE_FUNCTION) {
        gen_error(c, "'yield' outside function");
        return;
    }
    if (e->v.Yield.value)
        gen_expr(c, e->v.Yield.value);
    else
        gen_none(c);
    gen_yield(c);
}

static void gen_yield_from_expr(Compiler *c, const Expr *e)
{
    if (c->unit->scope->type != SCOPE_FUNCTION) {
        gen_error(c, "'yield' outside function");
        return;
    }
    if (c->unit->kind == UNIT_ASYNC_FUNCTION) {
        gen_error(c, "'yield from' inside async function");
        return;
    }
    gen_expr(c, e->v.YieldFrom.value);
    gen_op(c, BC_GET_YIELD_FROM_ITER);
    gen_none(c);
    gen_yield_from(c, false);
}

static void gen_await_expr(Compiler *c, const Expr *e)
{
    if (!allows_top_level_await(c)) {
        if (c->unit->scope->type != SCOPE_FUNCTION) {
            gen_error(c, "'await' outside function");
            return;
        }
        if (c->unit->kind != UNIT_ASYNC_FUNCTION && c->unit->kind != UNIT_COMPREHENSION) {
            gen_error(c, "'await' outside async function");
            return;
        }
    }
    gen_expr(c, e->v.Await.value);
    gen_await(c, 0);
}

/* --- attributes and subscripts --- */

void gen_move_to_attribute(Compiler *c, const Expr *attribute)
{
    AstLocation *location = &c->unit->location;
    if (location->lineno != attribute->end_lineno) {
        location->lineno = attribute->end_lineno;
        int length = (int)str_length(attribute->v.Attribute.attr);
        if (length <= attribute->end_col_offset) {
            location->col_offset = attribute->end_col_offset - length;
        } else { /* a tree that was made by hand */
            location->col_offset = -1;
            location->end_col_offset = -1;
        }
    }
    location->end_lineno = MAX(location->lineno, location->end_lineno);
}

static void gen_attribute(Compiler *c, const Expr *e)
{
    static const int opcodes[] = {[CTX_Load] = BC_LOAD_ATTR, [CTX_Store] = BC_STORE_ATTR, [CTX_Del] = BC_DELETE_ATTR};
    gen_expr(c, e->v.Attribute.value);
    set_location(c, e->location);
    gen_move_to_attribute(c, e);
    if (e->v.Attribute.ctx == CTX_Store && gen_is_forbidden(c, e->v.Attribute.attr, CTX_Store)) return;
    gen_op_name(c, opcodes[e->v.Attribute.ctx], e->v.Attribute.attr);
}

static void gen_subscript(Compiler *c, const Expr *e)
{
    static const int opcodes[] = {
        [CTX_Load] = BC_BINARY_SUBSCR, [CTX_Store] = BC_STORE_SUBSCR, [CTX_Del] = BC_DELETE_SUBSCR};
    if (e->v.Subscript.ctx == CTX_Load) {
        check_subscripter(c, e->v.Subscript.value);
        check_index(c, e->v.Subscript.value, e->v.Subscript.slice);
    }
    gen_expr(c, e->v.Subscript.value);
    gen_expr(c, e->v.Subscript.slice);
    gen_op(c, opcodes[e->v.Subscript.ctx]);
}

static void gen_or_none(Compiler *c, NULLABLE const Expr *e)
{
    if (e)
        gen_expr(c, e);
    else
        gen_none(c);
}

static void gen_slice(Compiler *c, const Expr *e)
{
    gen_or_none(c, e->v.Slice.lower);
    gen_or_none(c, e->v.Slice.upper);
    if (e->v.Slice.step) gen_expr(c, e->v.Slice.step);
    gen_op_arg(c, BC_BUILD_SLICE, e->v.Slice.step ? 3 : 2);
}

/* --- all kinds --- */

static void gen_expr_inside(Compiler *c, const Expr *e)
{
    switch (e->kind) {
    case EXPR_NamedExpr:
        gen_expr(c, e->v.NamedExpr.value);
        gen_op_arg(c, BC_COPY, 1);
        gen_expr(c, e->v.NamedExpr.target);
        break;
    case EXPR_BoolOp: gen_bool_op(c, e); break;
    case EXPR_BinOp:
        gen_expr(c, e->v.BinOp.left);
        gen_expr(c, e->v.BinOp.right);
        gen_binary(c, e->v.BinOp.op, false);
        break;
    case EXPR_UnaryOp: gen_unary(c, e); break;
    case EXPR_Lambda: gen_lambda(c, e); break;
    case EXPR_IfExp: gen_conditional(c, e); break;
    case EXPR_Dict: gen_dict(c, e); break;
    case EXPR_Set: gen_elements(c, e->v.Set.elts, 0, set_display); break;
    case EXPR_GeneratorExp:
    case EXPR_ListComp:
    case EXPR_SetComp:
    case EXPR_DictComp: gen_comprehension(c, e); break;
    case EXPR_Yield: gen_yield_expr(c, e); break;
    case EXPR_YieldFrom: gen_yield_from_expr(c, e); break;
    case EXPR_Await: gen_await_expr(c, e); break;
    case EXPR_Compare: gen_comparison(c, e); break;
    case EXPR_Call: gen_call_expr(c, e); break;
    case EXPR_Constant: gen_const(c, e->v.Constant.value); break;
    case EXPR_JoinedStr: gen_joined_str(c, e); break;
    case EXPR_FormattedValue: gen_formatted_value(c, e); break;
    case EXPR_Attribute: gen_attribute(c, e); break;
    case EXPR_Subscript: gen_subscript(c, e); break;
    case EXPR_Starred:
        gen_error(c, e->v.Starred.ctx == CTX_Store ? "starred assignment target must be in a list or tuple"
                                                   : "can't use starred expression here");
        break;
    case EXPR_Slice: gen_slice(c, e); break;
    case EXPR_Name: gen_name(c, e->v.Name.id, e->v.Name.ctx); break;
    case EXPR_List: gen_sequence(c, e, e->v.List.elts, e->v.List.ctx, list_display); break;
    case EXPR_Tuple: gen_sequence(c, e, e->v.Tuple.elts, e->v.Tuple.ctx, tuple_display); break;
    }
}

void gen_expr(Compiler *c, const Expr *e)
{
    if (c->failed) return;
    if (!recursion_enter(" during compilation")) {
        gen_failed(c);
        return;
    }
    AstLocation outer = c->unit->location;
    set_location(c, e->location);
    gen_expr_inside(c, e);
    c->unit->location = outer;
    recursion_leave();
}

/* fold.c: constant folding in the tree: operators and subscripts on constants, tuples of constants, `x in [1, 2]`,
 * `not a in b`, "%s" % (x,) to an f-string, __debug__.
 *
 * What is folded is exactly what CPython 3.11 folds (its code objects are our oracle): results are limited in size, so
 * that a short program cannot make a huge code object. */
#include "compiler/fold.h"

#include <stdio.h>

#include "compiler/fold_format.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { MAX_INT_BITS = 128, MAX_COLLECTION_SIZE = 256, MAX_STR_SIZE = 4096, MAX_TOTAL_ITEMS = 1024 };

typedef struct Folder {
    AstArena *arena;
    int optimize;
    bool keeps_annotations; /* from __future__ import annotations: their text is wanted, so they stay as they are */
    bool failed;
} Folder;

static void fold_expr(Folder *f, Expr *e);
static void fold_stmts(Folder *f, StmtSeq *statements);
static void fold_pattern(Folder *f, Pattern *pattern);

/* --- helpers --- */

static void fail(Folder *f)
{
    f->failed = true;
}

/* Makes a constant of the node. No value: the operation failed, the node stays and the error is forgotten. */
static void make_constant(Folder *f, Expr *node, STEALS NULLABLE Value value)
{
    if (value_is_null(value)) {
        if (error_matches(&type_KeyboardInterrupt))
            fail(f);
        else
            error_clear();
        return;
    }
    if (arena_own_value(f->arena, value) < 0) {
        fail(f);
        return;
    }
    node->kind = EXPR_Constant;
    node->v.Constant.value = value;
    node->v.Constant.kind = VALUE_NULL;
}

static void fold_exprs(Folder *f, ExprSeq *expressions)
{
    for (ssize_t i = 0; i < seq_count(expressions); i++)
        if (expressions->items[i]) fold_expr(f, expressions->items[i]);
}

static void fold_optional(Folder *f, NULLABLE Expr *e)
{
    if (e) fold_expr(f, e);
}

/* --- operators --- */

static Value fold_unary_value(UnaryOp op, Value operand)
{
    switch (op) {
    case UNARYOP_Invert: return number_invert(operand);
    case UNARYOP_UAdd: return number_positive(operand);
    case UNARYOP_USub: return number_negative(operand);
    case UNARYOP_Not: {
        int truth = is_true(operand);
        return truth < 0 ? VALUE_NULL : value_from_bool(!truth);
    }
    }
    return VALUE_NULL;
}

/* not (a is b) -> a is not b, and so on: the comparisons whose inverse is their exact opposite. */
static bool invert_comparison(Expr *compare)
{
    if (seq_count(compare->v.Compare.ops) != 1) return false;
    int *op = &compare->v.Compare.ops->items[0];
    switch (*op) {
    case CMPOP_Is: *op = CMPOP_IsNot; return true;
    case CMPOP_IsNot: *op = CMPOP_Is; return true;
    case CMPOP_In: *op = CMPOP_NotIn; return true;
    case CMPOP_NotIn: *op = CMPOP_In; return true;
    default: return false;
    }
}

static void fold_unary(Folder *f, Expr *node)
{
    Expr *operand = node->v.UnaryOp.operand;
    if (operand->kind == EXPR_Constant) {
        make_constant(f, node, fold_unary_value(node->v.UnaryOp.op, operand->v.Constant.value));
    } else if (node->v.UnaryOp.op == UNARYOP_Not && operand->kind == EXPR_Compare && invert_comparison(operand)) {
        *node = *operand;
    }
}

/* How many items a nested constant tuple or frozenset may still have; negative when it has more than `limit`. */
static ssize_t items_left(Value v, ssize_t limit)
{
    if (is_tuple(v)) {
        limit -= tuple_length(v);
        for (ssize_t i = 0; limit >= 0 && i < tuple_length(v); i++) limit = items_left(tuple_item_borrow(v, i), limit);
    } else if (is_frozenset(v)) {
        limit -= set_length(v);
        ssize_t position = 0;
        Value item;
        int64_t hash;
        while (limit >= 0 && set_next(v, &position, &item, &hash)) limit = items_left(item, limit);
    }
    return limit;
}

/* May `sequence` (not an int) be repeated `count` times? */
static bool repeat_is_small(Value count, Value sequence)
{
    bool is_text = is_str(sequence) || is_bytes(sequence);
    if (!is_text && !is_tuple(sequence) && !is_frozenset(sequence)) return true;
    ssize_t size = value_length(sequence);
    if (size == 0) return true;
    int64_t n;
    if (!int_fits_int64(count, &n) || n < 0) return false;
    if (n > (is_text ? MAX_STR_SIZE : MAX_COLLECTION_SIZE) / size) return false;
    return is_text || n == 0 || items_left(sequence, MAX_TOTAL_ITEMS / n) >= 0;
}

static Value safe_multiply(Value left, Value right)
{
    if (is_int(left) && is_int(right)) {
        if (int_sign(left) && int_sign(right) && int_bit_length(left) + int_bit_length(right) > MAX_INT_BITS)
            return VALUE_NULL;
    } else if (is_int(left)) {
        if (!repeat_is_small(left, right)) return VALUE_NULL;
    } else if (is_int(right)) {
        if (!repeat_is_small(right, left)) return VALUE_NULL;
    }
    return number_multiply(left, right);
}

static Value safe_power(Value base, Value exponent)
{
    if (is_int(base) && is_int(exponent) && int_sign(base) && int_sign(exponent) > 0) {
        uint64_t times;
        if (!int_fits_uint64(exponent, &times) || int_bit_length(base) > MAX_INT_BITS / times) return VALUE_NULL;
    }
    return number_power(base, exponent, VALUE_NONE);
}

static Value safe_shift(Value left, Value right)
{
    if (is_int(left) && is_int(right) && int_sign(left) && int_sign(right)) {
        uint64_t bits;
        if (!int_fits_uint64(right, &bits) || bits > MAX_INT_BITS || int_bit_length(left) > MAX_INT_BITS - bits)
            return VALUE_NULL;
    }
    return number_binary(NB_LSHIFT, left, right);
}

static Value fold_binary_value(Operator op, Value left, Value right)
{
    switch (op) {
    case OP_Add: return number_add(left, right);
    case OP_Sub: return number_subtract(left, right);
    case OP_Mult: return safe_multiply(left, right);
    case OP_Div: return number_true_divide(left, right);
    case OP_FloorDiv: return number_floor_divide(left, right);
    case OP_Mod: return is_str(left) || is_bytes(left) ? VALUE_NULL : number_remainder(left, right);
    case OP_Pow: return safe_power(left, right);
    case OP_LShift: return safe_shift(left, right);
    case OP_RShift: return number_binary(NB_RSHIFT, left, right);
    case OP_BitOr: return number_binary(NB_OR, left, right);
    case OP_BitXor: return number_binary(NB_XOR, left, right);
    case OP_BitAnd: return number_binary(NB_AND, left, right);
    case OP_MatMult: return VALUE_NULL; /* no constant has it */
    }
    return VALUE_NULL;
}

static void fold_binary(Folder *f, Expr *node)
{
    Expr *left = node->v.BinOp.left, *right = node->v.BinOp.right;
    if (left->kind != EXPR_Constant) return;
    if (node->v.BinOp.op == OP_Mod && right->kind == EXPR_Tuple && is_str(left->v.Constant.value)) {
        if (!fold_format(node, left->v.Constant.value, right->v.Tuple.elts, f->arena)) fail(f);
        return;
    }
    if (right->kind != EXPR_Constant) return;
    make_constant(f, node, fold_binary_value(node->v.BinOp.op, left->v.Constant.value, right->v.Constant.value));
}

/* --- collections --- */

static bool are_all_constant(const ExprSeq *elements)
{
    for (ssize_t i = 0; i < seq_count(elements); i++)
        if (elements->items[i]->kind != EXPR_Constant) return false;
    return true;
}

static Value tuple_of_constants(const ExprSeq *elements)
{
    Value tuple = tuple_new(seq_count(elements));
    if (value_is_null(tuple)) return tuple;
    for (ssize_t i = 0; i < seq_count(elements); i++)
        as_tuple(tuple)->items[i] = value_incref(elements->items[i]->v.Constant.value);
    return tuple;
}

static void fold_tuple(Folder *f, Expr *node)
{
    if (node->v.Tuple.ctx != CTX_Load || !are_all_constant(node->v.Tuple.elts)) return;
    make_constant(f, node, tuple_of_constants(node->v.Tuple.elts));
}

static bool has_starred(const ExprSeq *elements)
{
    for (ssize_t i = 0; i < seq_count(elements); i++)
        if (elements->items[i]->kind == EXPR_Starred) return true;
    return false;
}

/* A list or set display that is only iterated over or searched may as well be a tuple or frozenset. */
static void fold_display(Folder *f, Expr *node)
{
    if (node->kind == EXPR_List) {
        ExprSeq *elements = node->v.List.elts;
        if (has_starred(elements)) return;
        ExprContext context = node->v.List.ctx;
        node->kind = EXPR_Tuple;
        node->v.Tuple.elts = elements;
        node->v.Tuple.ctx = context;
        fold_tuple(f, node);
    } else if (node->kind == EXPR_Set && are_all_constant(node->v.Set.elts)) {
        Value tuple = tuple_of_constants(node->v.Set.elts);
        Value set = value_is_null(tuple) ? tuple : frozenset_new(tuple);
        value_xdecref(tuple);
        make_constant(f, node, set);
    }
}

static void fold_compare(Folder *f, Expr *node)
{
    fold_expr(f, node->v.Compare.left);
    fold_exprs(f, node->v.Compare.comparators);
    ssize_t last = seq_count(node->v.Compare.ops) - 1;
    int op = node->v.Compare.ops->items[last];
    if (op == CMPOP_In || op == CMPOP_NotIn) fold_display(f, node->v.Compare.comparators->items[last]);
}

static void fold_subscript(Folder *f, Expr *node)
{
    Expr *value = node->v.Subscript.value, *slice = node->v.Subscript.slice;
    fold_expr(f, value);
    fold_expr(f, slice);
    if (node->v.Subscript.ctx == CTX_Load && value->kind == EXPR_Constant && slice->kind == EXPR_Constant)
        make_constant(f, node, get_item(value->v.Constant.value, slice->v.Constant.value));
}

/* --- the walk --- */

static void fold_keywords(Folder *f, KeywordSeq *keywords)
{
    for (ssize_t i = 0; i < seq_count(keywords); i++) fold_expr(f, keywords->items[i]->value);
}

static void fold_annotation(Folder *f, NULLABLE Expr *annotation)
{
    if (annotation && !f->keeps_annotations) fold_expr(f, annotation);
}

static void fold_args(Folder *f, ArgSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++) fold_annotation(f, args->items[i]->annotation);
}

static void fold_arguments(Folder *f, Arguments *arguments)
{
    fold_args(f, arguments->posonlyargs);
    fold_args(f, arguments->args);
    if (arguments->vararg) fold_annotation(f, arguments->vararg->annotation);
    fold_args(f, arguments->kwonlyargs);
    fold_exprs(f, arguments->kw_defaults);
    if (arguments->kwarg) fold_annotation(f, arguments->kwarg->annotation);
    fold_exprs(f, arguments->defaults);
}

static void fold_generators(Folder *f, ComprehensionSeq *generators)
{
    for (ssize_t i = 0; i < seq_count(generators); i++) {
        Comprehension *generator = generators->items[i];
        fold_expr(f, generator->target);
        fold_expr(f, generator->iter);
        fold_exprs(f, generator->ifs);
        fold_display(f, generator->iter);
    }
}

static void fold_name(Folder *f, Expr *node)
{
    if (node->v.Name.ctx == CTX_Load && str_equal_cstr(node->v.Name.id, "__debug__"))
        make_constant(f, node, value_from_bool(!f->optimize));
}

static void fold_expr_inside(Folder *f, Expr *e)
{
    switch (e->kind) {
    case EXPR_BoolOp: fold_exprs(f, e->v.BoolOp.values); break;
    case EXPR_BinOp:
        fold_expr(f, e->v.BinOp.left);
        fold_expr(f, e->v.BinOp.right);
        fold_binary(f, e);
        break;
    case EXPR_UnaryOp:
        fold_expr(f, e->v.UnaryOp.operand);
        fold_unary(f, e);
        break;
    case EXPR_Lambda:
        fold_arguments(f, e->v.Lambda.args);
        fold_expr(f, e->v.Lambda.body);
        break;
    case EXPR_IfExp:
        fold_expr(f, e->v.IfExp.test);
        fold_expr(f, e->v.IfExp.body);
        fold_expr(f, e->v.IfExp.orelse);
        break;
    case EXPR_Dict:
        fold_exprs(f, e->v.Dict.keys);
        fold_exprs(f, e->v.Dict.values);
        break;
    case EXPR_Set: fold_exprs(f, e->v.Set.elts); break;
    case EXPR_ListComp:
        fold_expr(f, e->v.ListComp.elt);
        fold_generators(f, e->v.ListComp.generators);
        break;
    case EXPR_SetComp:
        fold_expr(f, e->v.SetComp.elt);
        fold_generators(f, e->v.SetComp.generators);
        break;
    case EXPR_DictComp:
        fold_expr(f, e->v.DictComp.key);
        fold_expr(f, e->v.DictComp.value);
        fold_generators(f, e->v.DictComp.generators);
        break;
    case EXPR_GeneratorExp:
        fold_expr(f, e->v.GeneratorExp.elt);
        fold_generators(f, e->v.GeneratorExp.generators);
        break;
    case EXPR_Await: fold_expr(f, e->v.Await.value); break;
    case EXPR_Yield: fold_optional(f, e->v.Yield.value); break;
    case EXPR_YieldFrom: fold_expr(f, e->v.YieldFrom.value); break;
    case EXPR_Compare: fold_compare(f, e); break;
    case EXPR_Call:
        fold_expr(f, e->v.Call.func);
        fold_exprs(f, e->v.Call.args);
        fold_keywords(f, e->v.Call.keywords);
        break;
    case EXPR_FormattedValue:
        fold_expr(f, e->v.FormattedValue.value);
        fold_optional(f, e->v.FormattedValue.format_spec);
        break;
    case EXPR_JoinedStr: fold_exprs(f, e->v.JoinedStr.values); break;
    case EXPR_Attribute: fold_expr(f, e->v.Attribute.value); break;
    case EXPR_Subscript: fold_subscript(f, e); break;
    case EXPR_Starred: fold_expr(f, e->v.Starred.value); break;
    case EXPR_Name: fold_name(f, e); break;
    case EXPR_List: fold_exprs(f, e->v.List.elts); break;
    case EXPR_Tuple:
        fold_exprs(f, e->v.Tuple.elts);
        fold_tuple(f, e);
        break;
    case EXPR_Slice:
        fold_optional(f, e->v.Slice.lower);
        fold_optional(f, e->v.Slice.upper);
        fold_optional(f, e->v.Slice.step);
        break;
    case EXPR_NamedExpr: fold_expr(f, e->v.NamedExpr.value); break;
    case EXPR_Constant: break;
    }
}

static void fold_expr(Folder *f, Expr *e)
{
    if (f->failed) return;
    if (!recursion_enter(" during compilation")) {
        fail(f);
        return;
    }
    fold_expr_inside(f, e);
    recursion_leave();
}

static NULLABLE Value docstring(const StmtSeq *body)
{
    if (!seq_count(body) || body->items[0]->kind != STMT_Expr) return VALUE_NULL;
    const Expr *value = body->items[0]->v.Expr.value;
    if (value->kind != EXPR_Constant || !is_exact_str(value->v.Constant.value)) return VALUE_NULL;
    return value->v.Constant.value;
}

/* Folding must not make a docstring of what was none ("a" + "b"): such a string is wrapped into an f-string node. */
static void fold_body(Folder *f, StmtSeq *body)
{
    bool had_docstring = !value_is_null(docstring(body));
    fold_stmts(f, body);
    if (f->failed || had_docstring || value_is_null(docstring(body))) return;
    Stmt *first = body->items[0];
    ExprSeq *values = arena_seq(f->arena, 1);
    Expr *joined = arena_alloc(f->arena, sizeof *joined);
    if (!values || !joined) {
        fail(f);
        return;
    }
    values->items[0] = first->v.Expr.value;
    joined->kind = EXPR_JoinedStr;
    joined->location = first->location;
    joined->v.JoinedStr.values = values;
    first->v.Expr.value = joined;
}

static void fold_patterns(Folder *f, PatternSeq *patterns)
{
    for (ssize_t i = 0; i < seq_count(patterns); i++) fold_pattern(f, patterns->items[i]);
}

static void fold_pattern_inside(Folder *f, Pattern *pattern)
{
    switch (pattern->kind) {
    case PATTERN_MatchValue: fold_expr(f, pattern->v.MatchValue.value); break;
    case PATTERN_MatchSequence: fold_patterns(f, pattern->v.MatchSequence.patterns); break;
    case PATTERN_MatchMapping:
        fold_exprs(f, pattern->v.MatchMapping.keys);
        fold_patterns(f, pattern->v.MatchMapping.patterns);
        break;
    case PATTERN_MatchClass:
        fold_expr(f, pattern->v.MatchClass.cls);
        fold_patterns(f, pattern->v.MatchClass.patterns);
        fold_patterns(f, pattern->v.MatchClass.kwd_patterns);
        break;
    case PATTERN_MatchAs:
        if (pattern->v.MatchAs.pattern) fold_pattern(f, pattern->v.MatchAs.pattern);
        break;
    case PATTERN_MatchOr: fold_patterns(f, pattern->v.MatchOr.patterns); break;
    case PATTERN_MatchSingleton:
    case PATTERN_MatchStar: break;
    }
}

static void fold_pattern(Folder *f, Pattern *pattern)
{
    if (f->failed) return;
    if (!recursion_enter(" during compilation")) {
        fail(f);
        return;
    }
    fold_pattern_inside(f, pattern);
    recursion_leave();
}

static void fold_function(Folder *f, Arguments *args, StmtSeq *body, ExprSeq *decorators, NULLABLE Expr *returns)
{
    fold_arguments(f, args);
    fold_body(f, body);
    fold_exprs(f, decorators);
    fold_annotation(f, returns);
}

static void fold_with(Folder *f, WithItemSeq *items, StmtSeq *body)
{
    for (ssize_t i = 0; i < seq_count(items); i++) {
        fold_expr(f, items->items[i]->context_expr);
        fold_optional(f, items->items[i]->optional_vars);
    }
    fold_stmts(f, body);
}

static void fold_for(Folder *f, Expr *target, Expr *iter, StmtSeq *body, StmtSeq *orelse)
{
    fold_expr(f, target);
    fold_expr(f, iter);
    fold_stmts(f, body);
    fold_stmts(f, orelse);
}

static void fold_try(Folder *f, StmtSeq *body, HandlerSeq *handlers, StmtSeq *orelse, StmtSeq *finalbody)
{
    fold_stmts(f, body);
    for (ssize_t i = 0; i < seq_count(handlers); i++) {
        fold_optional(f, handlers->items[i]->v.ExceptHandler.type);
        fold_stmts(f, handlers->items[i]->v.ExceptHandler.body);
    }
    fold_stmts(f, orelse);
    fold_stmts(f, finalbody);
}

static void fold_match(Folder *f, Stmt *s)
{
    fold_expr(f, s->v.Match.subject);
    for (ssize_t i = 0; i < seq_count(s->v.Match.cases); i++) {
        MatchCase *match_case = s->v.Match.cases->items[i];
        fold_pattern(f, match_case->pattern);
        fold_optional(f, match_case->guard);
        fold_stmts(f, match_case->body);
    }
}

static void fold_stmt_inside(Folder *f, Stmt *s)
{
    switch (s->kind) {
    case STMT_FunctionDef:
        fold_function(f, s->v.FunctionDef.args, s->v.FunctionDef.body, s->v.FunctionDef.decorator_list,
                      s->v.FunctionDef.returns);
        break;
    case STMT_AsyncFunctionDef:
        fold_function(f, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.body, s->v.AsyncFunctionDef.decorator_list,
                      s->v.AsyncFunctionDef.returns);
        break;
    case STMT_ClassDef:
        fold_exprs(f, s->v.ClassDef.bases);
        fold_keywords(f, s->v.ClassDef.keywords);
        fold_body(f, s->v.ClassDef.body);
        fold_exprs(f, s->v.ClassDef.decorator_list);
        break;
    case STMT_Return: fold_optional(f, s->v.Return.value); break;
    case STMT_Delete: fold_exprs(f, s->v.Delete.targets); break;
    case STMT_Assign:
        fold_exprs(f, s->v.Assign.targets);
        fold_expr(f, s->v.Assign.value);
        break;
    case STMT_AugAssign:
        fold_expr(f, s->v.AugAssign.target);
        fold_expr(f, s->v.AugAssign.value);
        break;
    case STMT_AnnAssign:
        fold_expr(f, s->v.AnnAssign.target);
        fold_annotation(f, s->v.AnnAssign.annotation);
        fold_optional(f, s->v.AnnAssign.value);
        break;
    case STMT_For:
        fold_for(f, s->v.For.target, s->v.For.iter, s->v.For.body, s->v.For.orelse);
        if (!f->failed) fold_display(f, s->v.For.iter);
        break;
    case STMT_AsyncFor:
        fold_for(f, s->v.AsyncFor.target, s->v.AsyncFor.iter, s->v.AsyncFor.body, s->v.AsyncFor.orelse);
        break;
    case STMT_While:
        fold_expr(f, s->v.While.test);
        fold_stmts(f, s->v.While.body);
        fold_stmts(f, s->v.While.orelse);
        break;
    case STMT_If:
        fold_expr(f, s->v.If.test);
        fold_stmts(f, s->v.If.body);
        fold_stmts(f, s->v.If.orelse);
        break;
    case STMT_With: fold_with(f, s->v.With.items, s->v.With.body); break;
    case STMT_AsyncWith: fold_with(f, s->v.AsyncWith.items, s->v.AsyncWith.body); break;
    case STMT_Match: fold_match(f, s); break;
    case STMT_Raise:
        fold_optional(f, s->v.Raise.exc);
        fold_optional(f, s->v.Raise.cause);
        break;
    case STMT_Try: fold_try(f, s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody); break;
    case STMT_TryStar:
        fold_try(f, s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse, s->v.TryStar.finalbody);
        break;
    case STMT_Assert:
        fold_expr(f, s->v.Assert.test);
        fold_optional(f, s->v.Assert.msg);
        break;
    case STMT_Expr: fold_expr(f, s->v.Expr.value); break;
    case STMT_Import:
    case STMT_ImportFrom:
    case STMT_Global:
    case STMT_Nonlocal:
    case STMT_Pass:
    case STMT_Break:
    case STMT_Continue: break;
    }
}

static void fold_stmts(Folder *f, StmtSeq *statements)
{
    for (ssize_t i = 0; i < seq_count(statements) && !f->failed; i++) {
        if (!recursion_enter(" during compilation")) {
            fail(f);
            return;
        }
        fold_stmt_inside(f, statements->items[i]);
        recursion_leave();
    }
}

bool fold_tree(Mod *mod, AstArena *arena, int optimize, int future_features)
{
    Folder f = {arena, optimize, (future_features & CO_FUTURE_ANNOTATIONS) != 0, false};
    switch (mod->kind) {
    case MOD_Module: fold_body(&f, mod->v.Module.body); break;
    case MOD_Interactive: fold_stmts(&f, mod->v.Interactive.body); break;
    case MOD_Expression: fold_expr(&f, mod->v.Expression.body); break;
    case MOD_FunctionType: break;
    }
    return !f.failed;
}

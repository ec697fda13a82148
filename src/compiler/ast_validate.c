/* ast_validate.c: checks a tree that a program built by hand for what the code generator takes for granted. The order
 * of the checks, and so which of two mistakes is reported, is CPython's. Every function gives false with an exception.
 */
#include "compiler/ast_object.h"

#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/thread.h"
#include "objects/tuple.h"

static bool check_stmts(const StmtSeq *stmts);
static bool check_exprs(const ExprSeq *exprs, ExprContext context, bool null_ok);
static bool check_expr(const Expr *expr, ExprContext context);
static bool check_pattern(const Pattern *pattern, bool star_ok);

static bool fail(const char *message)
{
    error_set(&type_ValueError, message);
    return false;
}

static bool check_location(const AstLocation *at)
{
    if (at->lineno > at->end_lineno) {
        error_format(&type_ValueError, "AST node line range (%d, %d) is not valid", at->lineno, at->end_lineno);
        return false;
    }
    if ((at->lineno < 0 && at->end_lineno != at->lineno) ||
        (at->col_offset < 0 && at->col_offset != at->end_col_offset)) {
        error_format(&type_ValueError, "AST node column range (%d, %d) for line range (%d, %d) is not valid",
                     at->col_offset, at->end_col_offset, at->lineno, at->end_lineno);
        return false;
    }
    if (at->lineno == at->end_lineno && at->col_offset > at->end_col_offset) {
        error_format(&type_ValueError, "line %d, column %d-%d is not a valid range", at->lineno, at->col_offset,
                     at->end_col_offset);
        return false;
    }
    return true;
}

static bool check_name(Value name)
{
    static const char *const forbidden[] = {"None", "True", "False"};
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        if (!is_str(name) || !str_equal_cstr(name, forbidden[i])) continue;
        error_format(&type_ValueError, "identifier field can't represent '%s' constant", forbidden[i]);
        return false;
    }
    return true;
}

static bool check_not_empty(ssize_t count, const char *what, const char *owner)
{
    if (count) return true;
    error_format(&type_ValueError, "empty %s on %s", what, owner);
    return false;
}

static bool check_optional(const Expr *expr)
{
    return !expr || check_expr(expr, CTX_Load);
}

/* --- parts of expressions --- */

static bool check_comprehensions(const ComprehensionSeq *generators)
{
    if (!seq_count(generators)) return fail("comprehension with no generators");
    for (ssize_t i = 0; i < generators->count; i++) {
        const Comprehension *clause = generators->items[i];
        if (!check_expr(clause->target, CTX_Store) || !check_expr(clause->iter, CTX_Load) ||
            !check_exprs(clause->ifs, CTX_Load, false))
            return false;
    }
    return true;
}

static bool check_keywords(const KeywordSeq *keywords)
{
    for (ssize_t i = 0; i < seq_count(keywords); i++)
        if (!check_expr(keywords->items[i]->value, CTX_Load)) return false;
    return true;
}

static bool check_args(const ArgSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++)
        if (!check_location(&args->items[i]->location) || !check_optional(args->items[i]->annotation)) return false;
    return true;
}

static bool check_arguments(const Arguments *args)
{
    if (!check_args(args->posonlyargs) || !check_args(args->args)) return false;
    if (args->vararg && !check_optional(args->vararg->annotation)) return false;
    if (!check_args(args->kwonlyargs)) return false;
    if (args->kwarg && !check_optional(args->kwarg->annotation)) return false;
    if (seq_count(args->defaults) > seq_count(args->posonlyargs) + seq_count(args->args))
        return fail("more positional defaults than args on arguments");
    if (seq_count(args->kw_defaults) != seq_count(args->kwonlyargs))
        return fail("length of kwonlyargs is not the same as kw_defaults on arguments");
    return check_exprs(args->defaults, CTX_Load, false) && check_exprs(args->kw_defaults, CTX_Load, true);
}

static bool check_constant(Value v)
{
    if (value_is_none(v) || value_is(v, VALUE_ELLIPSIS) || value_is_bool(v) || is_exact_int(v) || is_exact_float(v) ||
        object_has_type(v, &type_complex) || is_exact_str(v) || object_has_type(v, &type_bytes))
        return true;
    if (is_exact_tuple(v)) {
        if (!recursion_enter(" during compilation")) return false;
        bool good = true;
        for (ssize_t i = 0; good && i < tuple_length(v); i++) good = check_constant(tuple_item_borrow(v, i));
        recursion_leave();
        return good;
    }
    if (object_has_type(v, &type_frozenset)) {
        ssize_t position = 0;
        Value item;
        int64_t hash;
        while (set_next(v, &position, &item, &hash))
            if (!check_constant(item)) return false;
        return true;
    }
    error_format(&type_TypeError, "got an invalid type in Constant: %T", v);
    return false;
}

/* --- expressions --- */

static bool check_context(const Expr *expr, ExprContext context)
{
    static const char *const names[] = {[CTX_Load] = "Load", [CTX_Store] = "Store", [CTX_Del] = "Del"};
    ExprContext actual;
    switch (expr->kind) {
    case EXPR_Attribute: actual = expr->v.Attribute.ctx; break;
    case EXPR_Subscript: actual = expr->v.Subscript.ctx; break;
    case EXPR_Starred: actual = expr->v.Starred.ctx; break;
    case EXPR_Name:
        if (!check_name(expr->v.Name.id)) return false;
        actual = expr->v.Name.ctx;
        break;
    case EXPR_List: actual = expr->v.List.ctx; break;
    case EXPR_Tuple: actual = expr->v.Tuple.ctx; break;
    default:
        if (context == CTX_Load) return true;
        error_format(&type_ValueError, "expression which can't be assigned to in %s context", names[context]);
        return false;
    }
    if (actual == context) return true;
    error_format(&type_ValueError, "expression must have %s context but has %s instead", names[context], names[actual]);
    return false;
}

static bool check_compare(const Expr *expr)
{
    ssize_t count = seq_count(expr->v.Compare.comparators);
    if (!count) return fail("Compare with no comparators");
    if (count != seq_count(expr->v.Compare.ops))
        return fail("Compare has a different number of comparators and operands");
    return check_exprs(expr->v.Compare.comparators, CTX_Load, false) && check_expr(expr->v.Compare.left, CTX_Load);
}

static bool check_dict(const Expr *expr)
{
    if (seq_count(expr->v.Dict.keys) != seq_count(expr->v.Dict.values))
        return fail("Dict doesn't have the same number of keys as values");
    return check_exprs(expr->v.Dict.keys, CTX_Load, true) && check_exprs(expr->v.Dict.values, CTX_Load, false);
}

static bool check_expr_parts(const Expr *e, ExprContext context)
{
    switch (e->kind) {
    case EXPR_BoolOp:
        if (seq_count(e->v.BoolOp.values) < 2) return fail("BoolOp with less than 2 values");
        return check_exprs(e->v.BoolOp.values, CTX_Load, false);
    case EXPR_BinOp: return check_expr(e->v.BinOp.left, CTX_Load) && check_expr(e->v.BinOp.right, CTX_Load);
    case EXPR_UnaryOp: return check_expr(e->v.UnaryOp.operand, CTX_Load);
    case EXPR_Lambda: return check_arguments(e->v.Lambda.args) && check_expr(e->v.Lambda.body, CTX_Load);
    case EXPR_IfExp:
        return check_expr(e->v.IfExp.test, CTX_Load) && check_expr(e->v.IfExp.body, CTX_Load) &&
               check_expr(e->v.IfExp.orelse, CTX_Load);
    case EXPR_Dict: return check_dict(e);
    case EXPR_Set: return check_exprs(e->v.Set.elts, CTX_Load, false);
    case EXPR_ListComp:
    case EXPR_SetComp:
    case EXPR_GeneratorExp: /* the same fields */
        return check_comprehensions(e->v.ListComp.generators) && check_expr(e->v.ListComp.elt, CTX_Load);
    case EXPR_DictComp:
        return check_comprehensions(e->v.DictComp.generators) && check_expr(e->v.DictComp.key, CTX_Load) &&
               check_expr(e->v.DictComp.value, CTX_Load);
    case EXPR_Yield: return check_optional(e->v.Yield.value);
    case EXPR_YieldFrom: return check_expr(e->v.YieldFrom.value, CTX_Load);
    case EXPR_Await: return check_expr(e->v.Await.value, CTX_Load);
    case EXPR_Compare: return check_compare(e);
    case EXPR_Call:
        return check_expr(e->v.Call.func, CTX_Load) && check_exprs(e->v.Call.args, CTX_Load, false) &&
               check_keywords(e->v.Call.keywords);
    case EXPR_Constant: return check_constant(e->v.Constant.value);
    case EXPR_JoinedStr: return check_exprs(e->v.JoinedStr.values, CTX_Load, false);
    case EXPR_FormattedValue:
        return check_expr(e->v.FormattedValue.value, CTX_Load) && check_optional(e->v.FormattedValue.format_spec);
    case EXPR_Attribute: return check_expr(e->v.Attribute.value, CTX_Load);
    case EXPR_Subscript:
        return check_expr(e->v.Subscript.slice, CTX_Load) && check_expr(e->v.Subscript.value, CTX_Load);
    case EXPR_Starred: return check_expr(e->v.Starred.value, context);
    case EXPR_Slice:
        return check_optional(e->v.Slice.lower) && check_optional(e->v.Slice.upper) && check_optional(e->v.Slice.step);
    case EXPR_List: return check_exprs(e->v.List.elts, context, false);
    case EXPR_Tuple: return check_exprs(e->v.Tuple.elts, context, false);
    case EXPR_NamedExpr: return check_expr(e->v.NamedExpr.value, CTX_Load);
    case EXPR_Name: return true;
    }
    error_set(&type_SystemError, "unexpected expression");
    return false;
}

static bool check_expr(const Expr *expr, ExprContext context)
{
    if (!check_location(&expr->location) || !recursion_enter(" during compilation")) return false;
    bool good = check_context(expr, context) && check_expr_parts(expr, context);
    recursion_leave();
    return good;
}

static bool check_exprs(const ExprSeq *exprs, ExprContext context, bool null_ok)
{
    for (ssize_t i = 0; i < seq_count(exprs); i++) {
        if (exprs->items[i]) {
            if (!check_expr(exprs->items[i], context)) return false;
        } else if (!null_ok) {
            return fail("None disallowed in expression list");
        }
    }
    return true;
}

/* --- patterns --- */

static bool is_number(const Expr *expr, bool real, bool imaginary)
{
    if (expr->kind != EXPR_Constant) return false;
    Value v = expr->v.Constant.value;
    return (real && (is_exact_int(v) || is_exact_float(v))) || (imaginary && object_has_type(v, &type_complex));
}

static bool is_negative(const Expr *expr, bool real, bool imaginary)
{
    return expr->kind == EXPR_UnaryOp && expr->v.UnaryOp.op == UNARYOP_USub &&
           is_number(expr->v.UnaryOp.operand, real, imaginary);
}

static bool is_complex_literal(const Expr *expr)
{
    if (expr->kind != EXPR_BinOp || (expr->v.BinOp.op != OP_Add && expr->v.BinOp.op != OP_Sub)) return false;
    const Expr *left = expr->v.BinOp.left;
    return (is_number(left, true, false) || is_negative(left, true, false)) &&
           is_number(expr->v.BinOp.right, false, true);
}

static bool check_match_value(const Expr *expr)
{
    if (!check_expr(expr, CTX_Load)) return false;
    switch (expr->kind) {
    case EXPR_Constant: {
        Value v = expr->v.Constant.value;
        if (is_exact_int(v) || is_exact_float(v) || object_has_type(v, &type_bytes) ||
            object_has_type(v, &type_complex) || is_exact_str(v))
            return true;
        return fail("unexpected constant inside of a literal pattern");
    }
    case EXPR_Attribute:
    case EXPR_JoinedStr: return true;
    case EXPR_UnaryOp:
        if (is_negative(expr, true, true)) return true;
        break;
    case EXPR_BinOp:
        if (is_complex_literal(expr)) return true;
        break;
    default: break;
    }
    return fail("patterns may only match literals and attribute lookups");
}

static bool check_capture(Value name)
{
    if (str_equal_cstr(name, "_")) return fail("can't capture name '_' in patterns");
    return check_name(name);
}

static bool is_singleton(Value v)
{
    return value_is_none(v) || value_is_bool(v);
}

static bool check_patterns(const PatternSeq *patterns, bool star_ok)
{
    for (ssize_t i = 0; i < seq_count(patterns); i++)
        if (!check_pattern(patterns->items[i], star_ok)) return false;
    return true;
}

static bool check_mapping_pattern(const Pattern *pattern)
{
    const ExprSeq *keys = pattern->v.MatchMapping.keys;
    if (seq_count(keys) != seq_count(pattern->v.MatchMapping.patterns))
        return fail("MatchMapping doesn't have the same number of keys as patterns");
    if (!value_is_null(pattern->v.MatchMapping.rest) && !check_capture(pattern->v.MatchMapping.rest)) return false;
    for (ssize_t i = 0; i < seq_count(keys); i++) {
        const Expr *key = keys->items[i];
        if (key->kind == EXPR_Constant && is_singleton(key->v.Constant.value)) continue;
        if (!check_match_value(key)) return false;
    }
    return check_patterns(pattern->v.MatchMapping.patterns, false);
}

static bool check_class_pattern(const Pattern *pattern)
{
    const IdentifierSeq *attrs = pattern->v.MatchClass.kwd_attrs;
    if (seq_count(attrs) != seq_count(pattern->v.MatchClass.kwd_patterns))
        return fail("MatchClass doesn't have the same number of keyword attributes as patterns");
    const Expr *cls = pattern->v.MatchClass.cls;
    if (!check_expr(cls, CTX_Load)) return false;
    while (cls->kind == EXPR_Attribute) cls = cls->v.Attribute.value;
    if (cls->kind != EXPR_Name) return fail("MatchClass cls field can only contain Name or Attribute nodes.");
    for (ssize_t i = 0; i < seq_count(attrs); i++)
        if (!check_name(attrs->items[i])) return false;
    return check_patterns(pattern->v.MatchClass.patterns, false) &&
           check_patterns(pattern->v.MatchClass.kwd_patterns, false);
}

static bool check_as_pattern(const Pattern *pattern)
{
    bool has_name = !value_is_null(pattern->v.MatchAs.name);
    if (has_name && !check_capture(pattern->v.MatchAs.name)) return false;
    if (!pattern->v.MatchAs.pattern) return true;
    if (!has_name) return fail("MatchAs must specify a target name if a pattern is given");
    return check_pattern(pattern->v.MatchAs.pattern, false);
}

static bool check_pattern_parts(const Pattern *pattern, bool star_ok)
{
    switch (pattern->kind) {
    case PATTERN_MatchValue: return check_match_value(pattern->v.MatchValue.value);
    case PATTERN_MatchSingleton:
        return is_singleton(pattern->v.MatchSingleton.value) ||
               fail("MatchSingleton can only contain True, False and None");
    case PATTERN_MatchSequence: return check_patterns(pattern->v.MatchSequence.patterns, true);
    case PATTERN_MatchMapping: return check_mapping_pattern(pattern);
    case PATTERN_MatchClass: return check_class_pattern(pattern);
    case PATTERN_MatchStar:
        if (!star_ok) return fail("can't use MatchStar here");
        return value_is_null(pattern->v.MatchStar.name) || check_capture(pattern->v.MatchStar.name);
    case PATTERN_MatchAs: return check_as_pattern(pattern);
    case PATTERN_MatchOr:
        if (seq_count(pattern->v.MatchOr.patterns) < 2) return fail("MatchOr requires at least 2 patterns");
        return check_patterns(pattern->v.MatchOr.patterns, false);
    }
    error_set(&type_SystemError, "unexpected pattern");
    return false;
}

static bool check_pattern(const Pattern *pattern, bool star_ok)
{
    if (!check_location(&pattern->location) || !recursion_enter(" during compilation")) return false;
    bool good = check_pattern_parts(pattern, star_ok);
    recursion_leave();
    return good;
}

/* --- statements --- */

static bool check_body(const StmtSeq *body, const char *owner)
{
    return check_not_empty(seq_count(body), "body", owner) && check_stmts(body);
}

static bool check_assign_list(const ExprSeq *targets, ExprContext context)
{
    return check_not_empty(seq_count(targets), "targets", context == CTX_Del ? "Delete" : "Assign") &&
           check_exprs(targets, context, false);
}

/* FunctionDef and AsyncFunctionDef have the same fields. */
static bool check_function(const Stmt *s, const char *owner)
{
    return check_body(s->v.FunctionDef.body, owner) && check_arguments(s->v.FunctionDef.args) &&
           check_exprs(s->v.FunctionDef.decorator_list, CTX_Load, false) && check_optional(s->v.FunctionDef.returns);
}

static bool check_for(const Stmt *s, const char *owner)
{
    return check_expr(s->v.For.target, CTX_Store) && check_expr(s->v.For.iter, CTX_Load) &&
           check_body(s->v.For.body, owner) && check_stmts(s->v.For.orelse);
}

static bool check_with(const Stmt *s, const char *owner)
{
    const WithItemSeq *items = s->v.With.items;
    if (!check_not_empty(seq_count(items), "items", owner)) return false;
    for (ssize_t i = 0; i < items->count; i++) {
        const WithItem *item = items->items[i];
        if (!check_expr(item->context_expr, CTX_Load)) return false;
        if (item->optional_vars && !check_expr(item->optional_vars, CTX_Store)) return false;
    }
    return check_body(s->v.With.body, owner);
}

static bool check_match(const Stmt *s)
{
    const MatchCaseSeq *cases = s->v.Match.cases;
    if (!check_expr(s->v.Match.subject, CTX_Load) || !check_not_empty(seq_count(cases), "cases", "Match")) return false;
    for (ssize_t i = 0; i < cases->count; i++) {
        const MatchCase *match_case = cases->items[i];
        if (!check_pattern(match_case->pattern, false) || !check_optional(match_case->guard) ||
            !check_body(match_case->body, "match_case"))
            return false;
    }
    return true;
}

static bool check_try(const Stmt *s, const char *owner)
{
    const HandlerSeq *handlers = s->v.Try.handlers;
    if (!check_body(s->v.Try.body, owner)) return false;
    const char *problem = NULL;
    if (!seq_count(handlers) && !seq_count(s->v.Try.finalbody))
        problem = "%s has neither except handlers nor finalbody";
    else if (!seq_count(handlers) && seq_count(s->v.Try.orelse))
        problem = "%s has orelse but no except handlers";
    if (problem) {
        error_format(&type_ValueError, problem, owner);
        return false;
    }
    for (ssize_t i = 0; i < seq_count(handlers); i++) {
        const ExceptHandler *handler = handlers->items[i];
        if (!check_location(&handler->location) || !check_optional(handler->v.ExceptHandler.type) ||
            !check_body(handler->v.ExceptHandler.body, "ExceptHandler"))
            return false;
    }
    return (!seq_count(s->v.Try.finalbody) || check_stmts(s->v.Try.finalbody)) &&
           (!seq_count(s->v.Try.orelse) || check_stmts(s->v.Try.orelse));
}

static bool check_annotated(const Stmt *s)
{
    if (s->v.AnnAssign.target->kind != EXPR_Name && s->v.AnnAssign.simple) {
        error_set(&type_TypeError, "AnnAssign with simple non-Name target");
        return false;
    }
    return check_expr(s->v.AnnAssign.target, CTX_Store) && check_optional(s->v.AnnAssign.value) &&
           check_expr(s->v.AnnAssign.annotation, CTX_Load);
}

static bool check_raise(const Stmt *s)
{
    if (!s->v.Raise.exc) return !s->v.Raise.cause || fail("Raise with cause but no exception");
    return check_expr(s->v.Raise.exc, CTX_Load) && check_optional(s->v.Raise.cause);
}

static bool check_stmt_parts(const Stmt *s)
{
    switch (s->kind) {
    case STMT_FunctionDef: return check_function(s, "FunctionDef");
    case STMT_AsyncFunctionDef: return check_function(s, "AsyncFunctionDef");
    case STMT_ClassDef:
        return check_body(s->v.ClassDef.body, "ClassDef") && check_exprs(s->v.ClassDef.bases, CTX_Load, false) &&
               check_keywords(s->v.ClassDef.keywords) && check_exprs(s->v.ClassDef.decorator_list, CTX_Load, false);
    case STMT_Return: return check_optional(s->v.Return.value);
    case STMT_Delete: return check_assign_list(s->v.Delete.targets, CTX_Del);
    case STMT_Assign:
        return check_assign_list(s->v.Assign.targets, CTX_Store) && check_expr(s->v.Assign.value, CTX_Load);
    case STMT_AugAssign:
        return check_expr(s->v.AugAssign.target, CTX_Store) && check_expr(s->v.AugAssign.value, CTX_Load);
    case STMT_AnnAssign: return check_annotated(s);
    case STMT_For: return check_for(s, "For");
    case STMT_AsyncFor: return check_for(s, "AsyncFor");
    case STMT_While:
        return check_expr(s->v.While.test, CTX_Load) && check_body(s->v.While.body, "While") &&
               check_stmts(s->v.While.orelse);
    case STMT_If:
        return check_expr(s->v.If.test, CTX_Load) && check_body(s->v.If.body, "If") && check_stmts(s->v.If.orelse);
    case STMT_With: return check_with(s, "With");
    case STMT_AsyncWith: return check_with(s, "AsyncWith");
    case STMT_Match: return check_match(s);
    case STMT_Raise: return check_raise(s);
    case STMT_Try: return check_try(s, "Try");
    case STMT_TryStar: return check_try(s, "TryStar");
    case STMT_Assert: return check_expr(s->v.Assert.test, CTX_Load) && check_optional(s->v.Assert.msg);
    case STMT_Import: return check_not_empty(seq_count(s->v.Import.names), "names", "Import");
    case STMT_ImportFrom:
        if (s->v.ImportFrom.level < 0) return fail("Negative ImportFrom level");
        return check_not_empty(seq_count(s->v.ImportFrom.names), "names", "ImportFrom");
    case STMT_Global: return check_not_empty(seq_count(s->v.Global.names), "names", "Global");
    case STMT_Nonlocal: return check_not_empty(seq_count(s->v.Nonlocal.names), "names", "Nonlocal");
    case STMT_Expr: return check_expr(s->v.Expr.value, CTX_Load);
    case STMT_Pass:
    case STMT_Break:
    case STMT_Continue: return true;
    }
    error_set(&type_SystemError, "unexpected statement");
    return false;
}

static bool check_stmts(const StmtSeq *stmts)
{
    for (ssize_t i = 0; i < seq_count(stmts); i++) {
        const Stmt *stmt = stmts->items[i];
        if (!stmt) return fail("None disallowed in statement list");
        if (!check_location(&stmt->location) || !recursion_enter(" during compilation")) return false;
        bool good = check_stmt_parts(stmt);
        recursion_leave();
        if (!good) return false;
    }
    return true;
}

int ast_validate(const Mod *mod)
{
    bool good = false;
    switch (mod->kind) {
    case MOD_Module: good = check_stmts(mod->v.Module.body); break;
    case MOD_Interactive: good = check_stmts(mod->v.Interactive.body); break;
    case MOD_Expression: good = check_expr(mod->v.Expression.body, CTX_Load); break;
    case MOD_FunctionType:
        good = check_exprs(mod->v.FunctionType.argtypes, CTX_Load, false) &&
               check_expr(mod->v.FunctionType.returns, CTX_Load);
        break;
    }
    return good ? 0 : -1;
}

/* codegen_stmt.c: code of statements. */
#include "compiler/codegen.h"

#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

void gen_stmts(Compiler *c, const StmtSeq *statements)
{
    for (ssize_t i = 0; i < seq_count(statements); i++) gen_stmt(c, statements->items[i]);
}

/* --- annotations --- */

static bool any_case_has_annotations(const MatchCaseSeq *cases)
{
    for (ssize_t i = 0; i < seq_count(cases); i++)
        if (has_annotations(cases->items[i]->body)) return true;
    return false;
}

static bool try_has_annotations(const StmtSeq *body, const HandlerSeq *handlers, const StmtSeq *orelse,
                                const StmtSeq *finalbody)
{
    for (ssize_t i = 0; i < seq_count(handlers); i++)
        if (has_annotations(handlers->items[i]->v.ExceptHandler.body)) return true;
    return has_annotations(body) || has_annotations(finalbody) || has_annotations(orelse);
}

static bool stmt_has_annotations(const Stmt *s)
{
    switch (s->kind) {
    case STMT_AnnAssign: return true;
    case STMT_For: return has_annotations(s->v.For.body) || has_annotations(s->v.For.orelse);
    case STMT_AsyncFor: return has_annotations(s->v.AsyncFor.body) || has_annotations(s->v.AsyncFor.orelse);
    case STMT_While: return has_annotations(s->v.While.body) || has_annotations(s->v.While.orelse);
    case STMT_If: return has_annotations(s->v.If.body) || has_annotations(s->v.If.orelse);
    case STMT_Match: return any_case_has_annotations(s->v.Match.cases);
    case STMT_With: return has_annotations(s->v.With.body);
    case STMT_AsyncWith: return has_annotations(s->v.AsyncWith.body);
    case STMT_Try: return try_has_annotations(s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody);
    case STMT_TryStar:
        return try_has_annotations(s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse,
                                   s->v.TryStar.finalbody);
    default: return false;
    }
}

/* CPython 3.11.2 does not look into match statements, whose annotations then fail at run time; later ones do. */
bool has_annotations(const StmtSeq *statements)
{
    for (ssize_t i = 0; i < seq_count(statements); i++)
        if (stmt_has_annotations(statements->items[i])) return true;
    return false;
}

/* --- assignments --- */

static void gen_assign(Compiler *c, const Stmt *s)
{
    const ExprSeq *targets = s->v.Assign.targets;
    gen_expr(c, s->v.Assign.value);
    for (ssize_t i = 0; i < seq_count(targets); i++) {
        if (i + 1 < seq_count(targets)) gen_op_arg(c, BC_COPY, 1);
        gen_expr(c, targets->items[i]);
    }
}

/* The target's value is loaded so that its parts stay on the stack for the store. */
static void gen_augmented_load(Compiler *c, const Expr *target)
{
    switch (target->kind) {
    case EXPR_Attribute:
        gen_expr(c, target->v.Attribute.value);
        gen_op_arg(c, BC_COPY, 1);
        gen_move_to_attribute(c, target);
        gen_op_name(c, BC_LOAD_ATTR, target->v.Attribute.attr);
        break;
    case EXPR_Subscript:
        gen_expr(c, target->v.Subscript.value);
        gen_expr(c, target->v.Subscript.slice);
        gen_op_arg(c, BC_COPY, 2);
        gen_op_arg(c, BC_COPY, 2);
        gen_op(c, BC_BINARY_SUBSCR);
        break;
    case EXPR_Name: gen_name(c, target->v.Name.id, CTX_Load); break;
    default:
        if (!c->failed)
            error_format(&type_SystemError, "invalid node type (%d) for augmented assignment", target->kind);
        gen_failed(c);
    }
}

static void gen_augmented_store(Compiler *c, const Expr *target)
{
    switch (target->kind) {
    case EXPR_Attribute:
        gen_move_to_attribute(c, target);
        gen_op_arg(c, BC_SWAP, 2);
        gen_op_name(c, BC_STORE_ATTR, target->v.Attribute.attr);
        break;
    case EXPR_Subscript:
        gen_op_arg(c, BC_SWAP, 3);
        gen_op_arg(c, BC_SWAP, 2);
        gen_op(c, BC_STORE_SUBSCR);
        break;
    default: gen_name(c, target->v.Name.id, CTX_Store); break;
    }
}

static void gen_augmented_assign(Compiler *c, const Stmt *s)
{
    const Expr *target = s->v.AugAssign.target;
    AstLocation outer = c->unit->location;
    set_location(c, target->location);
    gen_augmented_load(c, target);
    set_location(c, outer);
    gen_expr(c, s->v.AugAssign.value);
    gen_binary(c, s->v.AugAssign.op, true);
    set_location(c, target->location);
    gen_augmented_store(c, target);
}

static void gen_and_drop(Compiler *c, NULLABLE const Expr *e)
{
    if (!e) return;
    gen_expr(c, e);
    gen_op(c, BC_POP_TOP);
}

static void gen_subscript_and_drop(Compiler *c, const Expr *e)
{
    if (e->kind == EXPR_Slice) {
        gen_and_drop(c, e->v.Slice.lower);
        gen_and_drop(c, e->v.Slice.upper);
        gen_and_drop(c, e->v.Slice.step);
    } else if (e->kind == EXPR_Tuple) {
        for (ssize_t i = 0; i < seq_count(e->v.Tuple.elts); i++) gen_subscript_and_drop(c, e->v.Tuple.elts->items[i]);
    } else {
        gen_and_drop(c, e);
    }
}

static void gen_stored_annotation(Compiler *c, const Stmt *s)
{
    const Expr *target = s->v.AnnAssign.target;
    gen_annotation(c, s->v.AnnAssign.annotation);
    gen_op_name(c, BC_LOAD_NAME, ID(__annotations__));
    if (!c->failed) gen_const_steal(c, mangle_name(c->unit->class_name, target->v.Name.id));
    gen_op(c, BC_STORE_SUBSCR);
}

static void gen_annotated_assign(Compiler *c, const Stmt *s)
{
    const Expr *target = s->v.AnnAssign.target, *value = s->v.AnnAssign.value;
    bool is_evaluated = c->unit->kind == UNIT_MODULE || c->unit->kind == UNIT_CLASS;
    if (value) {
        gen_expr(c, value);
        gen_expr(c, target);
    }
    switch (target->kind) {
    case EXPR_Name:
        if (gen_is_forbidden(c, target->v.Name.id, CTX_Store)) return;
        if (s->v.AnnAssign.simple && is_evaluated) gen_stored_annotation(c, s);
        break;
    case EXPR_Attribute:
        if (gen_is_forbidden(c, target->v.Attribute.attr, CTX_Store)) return;
        if (!value) gen_and_drop(c, target->v.Attribute.value);
        break;
    case EXPR_Subscript:
        if (value) break;
        gen_and_drop(c, target->v.Subscript.value);
        gen_subscript_and_drop(c, target->v.Subscript.slice);
        break;
    default:
        if (!c->failed)
            error_format(&type_SystemError, "invalid node type (%d) for annotated assignment", target->kind);
        gen_failed(c);
    }
    if (!s->v.AnnAssign.simple && is_evaluated && !(c->flags & CO_FUTURE_ANNOTATIONS))
        gen_and_drop(c, s->v.AnnAssign.annotation);
}

/* --- control flow --- */

static void gen_if(Compiler *c, const Stmt *s)
{
    Block *end = gen_new_block(c), *orelse = end;
    bool has_else = seq_count(s->v.If.orelse) > 0;
    if (has_else) orelse = gen_new_block(c);
    gen_jump_if(c, s->v.If.test, orelse, false);
    gen_stmts(c, s->v.If.body);
    if (has_else) {
        gen_jump_no_line(c, PSEUDO_JUMP, end);
        gen_use_block(c, orelse);
        gen_stmts(c, s->v.If.orelse);
    }
    gen_use_block(c, end);
}

static void gen_for(Compiler *c, const Stmt *s)
{
    Block *start = gen_new_block(c), *body = gen_new_block(c), *cleanup = gen_new_block(c), *end = gen_new_block(c);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_FOR, .start = start, .exit = end})) return;
    gen_expr(c, s->v.For.iter);
    gen_op(c, BC_GET_ITER);
    gen_use_block(c, start);
    gen_jump(c, BC_FOR_ITER, cleanup);
    gen_use_block(c, body);
    gen_expr(c, s->v.For.target);
    gen_stmts(c, s->v.For.body);
    no_location(c);
    gen_jump(c, PSEUDO_JUMP, start);
    gen_use_block(c, cleanup);
    frame_block_pop(c, BLOCK_FOR);
    gen_stmts(c, s->v.For.orelse);
    gen_use_block(c, end);
}

/* `async for` and `async with` outside a coroutine: an error, unless the module may await. */
static bool can_be_async(Compiler *c, const char *error)
{
    if (c->failed) return false;
    if (allows_top_level_await(c)) {
        c->unit->scope->is_coroutine = true;
    } else if (c->unit->kind != UNIT_ASYNC_FUNCTION) {
        gen_error(c, error);
        return false;
    }
    return true;
}

static void gen_async_for(Compiler *c, const Stmt *s)
{
    if (!can_be_async(c, "'async for' outside async function")) return;
    Block *start = gen_new_block(c), *except = gen_new_block(c), *end = gen_new_block(c);
    gen_expr(c, s->v.AsyncFor.iter);
    gen_op(c, BC_GET_AITER);
    gen_use_block(c, start);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_FOR, .start = start, .exit = end})) return;
    gen_jump(c, PSEUDO_SETUP_FINALLY, except);
    gen_op(c, BC_GET_ANEXT);
    gen_none(c);
    gen_yield_from(c, true);
    gen_op(c, PSEUDO_POP_BLOCK);
    gen_expr(c, s->v.AsyncFor.target);
    gen_stmts(c, s->v.AsyncFor.body);
    no_location(c);
    gen_jump(c, PSEUDO_JUMP, start);
    frame_block_pop(c, BLOCK_FOR);
    gen_use_block(c, except);
    set_location(c, s->v.AsyncFor.iter->location);
    gen_op(c, BC_END_ASYNC_FOR);
    gen_stmts(c, s->v.AsyncFor.orelse);
    gen_use_block(c, end);
}

static void gen_while(Compiler *c, const Stmt *s)
{
    Block *loop = gen_new_block(c), *body = gen_new_block(c), *anchor = gen_new_block(c), *end = gen_new_block(c);
    gen_use_block(c, loop);
    if (!frame_block_push(c, (FrameBlock){.kind = BLOCK_WHILE, .start = loop, .exit = end})) return;
    gen_jump_if(c, s->v.While.test, anchor, false);
    gen_use_block(c, body);
    gen_stmts(c, s->v.While.body);
    set_location(c, s->location);
    gen_jump_if(c, s->v.While.test, body, true);
    frame_block_pop(c, BLOCK_WHILE);
    gen_use_block(c, anchor);
    gen_stmts(c, s->v.While.orelse);
    gen_use_block(c, end);
}

static void gen_return(Compiler *c, const Stmt *s)
{
    const Expr *value = s->v.Return.value;
    const Scope *scope = c->unit->scope;
    if (scope->type != SCOPE_FUNCTION) {
        gen_error(c, "'return' outside function");
        return;
    }
    if (value && scope->is_coroutine && scope->is_generator) {
        gen_error(c, "'return' with value in async generator");
        return;
    }
    bool keep_top = value && value->kind != EXPR_Constant;
    if (keep_top) {
        gen_expr(c, value);
    } else if (value) { /* an instruction on the line of the value */
        set_location(c, value->location);
        gen_op(c, BC_NOP);
    }
    if (!value || value->lineno != s->lineno) {
        set_location(c, s->location);
        gen_op(c, BC_NOP);
    }
    gen_unwind_all(c, keep_top, NULL, NULL);
    if (!value)
        gen_none(c);
    else if (!keep_top)
        gen_const(c, value->v.Constant.value);
    gen_op(c, BC_RETURN_VALUE);
}

static void gen_break(Compiler *c, const Stmt *s)
{
    FrameBlock loop;
    bool found = false;
    gen_op(c, BC_NOP); /* the line of the statement */
    gen_unwind_all(c, false, &loop, &found);
    if (!found) {
        set_location(c, s->location);
        gen_error(c, "'break' outside loop");
        return;
    }
    gen_unwind(c, &loop, false);
    gen_jump(c, PSEUDO_JUMP, loop.exit);
}

static void gen_continue(Compiler *c, const Stmt *s)
{
    FrameBlock loop;
    bool found = false;
    gen_op(c, BC_NOP);
    gen_unwind_all(c, false, &loop, &found);
    if (!found) {
        set_location(c, s->location);
        gen_error(c, "'continue' not properly in loop");
        return;
    }
    gen_jump(c, PSEUDO_JUMP, loop.start);
}

static bool is_nonempty_tuple(const Expr *e)
{
    if (e->kind == EXPR_Tuple) return seq_count(e->v.Tuple.elts) > 0;
    return e->kind == EXPR_Constant && is_tuple(e->v.Constant.value) && tuple_length(e->v.Constant.value) > 0;
}

static void gen_assert(Compiler *c, const Stmt *s)
{
    if (is_nonempty_tuple(s->v.Assert.test)) gen_warn(c, "assertion is always true, perhaps remove parentheses?");
    if (c->optimize) return;
    Block *end = gen_new_block(c);
    gen_jump_if(c, s->v.Assert.test, end, true);
    gen_op(c, BC_LOAD_ASSERTION_ERROR);
    if (s->v.Assert.msg) {
        gen_expr(c, s->v.Assert.msg);
        gen_call(c, 0);
    }
    gen_op_arg(c, BC_RAISE_VARARGS, 1);
    gen_use_block(c, end);
}

static void gen_raise(Compiler *c, const Stmt *s)
{
    int count = 0;
    if (s->v.Raise.exc) {
        gen_expr(c, s->v.Raise.exc);
        count++;
        if (s->v.Raise.cause) {
            gen_expr(c, s->v.Raise.cause);
            count++;
        }
    }
    gen_op_arg(c, BC_RAISE_VARARGS, count);
}

/* --- imports --- */

/* Where the next '.' of name is from `start` on; its length when there is none. */
static ssize_t find_dot(Value name, ssize_t start)
{
    while (start < str_length(name) && str_char(as_str(name), start) != '.') start++;
    return start;
}

/* The slice of a dotted name, interned; owned. */
static Value name_part(Compiler *c, Value name, ssize_t start, ssize_t end)
{
    Value part = c->failed ? VALUE_NULL : str_slice(name, start, end);
    if (value_is_null(part))
        gen_failed(c);
    else
        str_intern(&part);
    return part;
}

/* `import a.b.c as d` binds the innermost module: a is on the stack. */
static void gen_import_as(Compiler *c, Value name, Value asname)
{
    ssize_t length = str_length(name), dot = find_dot(name, 0);
    if (dot == length) {
        gen_name(c, asname, CTX_Store);
        return;
    }
    while (!c->failed) {
        ssize_t start = dot + 1;
        dot = find_dot(name, start);
        Value part = name_part(c, name, start, dot);
        int place = c->failed ? -1 : value_table_add(&c->unit->names, part);
        value_xdecref(part);
        if (place < 0) gen_failed(c);
        gen_op_arg(c, BC_IMPORT_FROM, place);
        if (dot == length) break;
        gen_op_arg(c, BC_SWAP, 2);
        gen_op(c, BC_POP_TOP);
    }
    gen_name(c, asname, CTX_Store);
    gen_op(c, BC_POP_TOP);
}

static void gen_import(Compiler *c, const Stmt *s)
{
    for (ssize_t i = 0; i < seq_count(s->v.Import.names) && !c->failed; i++) {
        const Alias *alias = s->v.Import.names->items[i];
        gen_const(c, value_from_small_int(0));
        gen_none(c);
        gen_op_name(c, BC_IMPORT_NAME, alias->name);
        if (!value_is_null(alias->asname)) {
            gen_import_as(c, alias->name, alias->asname);
            continue;
        }
        Value first = name_part(c, alias->name, 0, find_dot(alias->name, 0));
        if (!value_is_null(first)) gen_name(c, first, CTX_Store);
        value_xdecref(first);
    }
}

static Value alias_names(const AliasSeq *names)
{
    Value tuple = tuple_new(seq_count(names));
    for (ssize_t i = 0; !value_is_null(tuple) && i < seq_count(names); i++)
        as_tuple(tuple)->items[i] = value_incref(names->items[i]->name);
    return tuple;
}

static void gen_from_import(Compiler *c, const Stmt *s)
{
    const AliasSeq *names = s->v.ImportFrom.names;
    Value module = s->v.ImportFrom.module;
    gen_const(c, value_from_small_int(s->v.ImportFrom.level));
    if (s->lineno > c->future_line && !value_is_null(module) && str_equal_cstr(module, "__future__")) {
        gen_error(c, "from __future__ imports must occur at the beginning of the file");
        return;
    }
    if (!c->failed) gen_const_steal(c, alias_names(names));
    Value empty = str_empty();
    if (value_is_null(empty)) gen_failed(c);
    gen_op_name(c, BC_IMPORT_NAME, value_is_null(module) ? empty : module);
    value_xdecref(empty);
    for (ssize_t i = 0; i < seq_count(names); i++) {
        const Alias *alias = names->items[i];
        if (i == 0 && str_equal_cstr(alias->name, "*")) {
            gen_op(c, BC_IMPORT_STAR);
            return;
        }
        gen_op_name(c, BC_IMPORT_FROM, alias->name);
        gen_name(c, value_is_null(alias->asname) ? alias->name : alias->asname, CTX_Store);
    }
    gen_op(c, BC_POP_TOP);
}

/* --- all kinds --- */

static void gen_expr_stmt(Compiler *c, const Expr *value)
{
    if (c->is_interactive && c->nesting <= 1) {
        gen_expr(c, value);
        gen_op(c, BC_PRINT_EXPR);
    } else if (value->kind == EXPR_Constant) {
        gen_op(c, BC_NOP);
    } else {
        gen_expr(c, value);
        no_location(c);
        gen_op(c, BC_POP_TOP);
    }
}

static void gen_stmt_inside(Compiler *c, const Stmt *s)
{
    switch (s->kind) {
    case STMT_FunctionDef:
    case STMT_AsyncFunctionDef: gen_function(c, s); break;
    case STMT_ClassDef: gen_class(c, s); break;
    case STMT_Return: gen_return(c, s); break;
    case STMT_Delete: gen_exprs(c, s->v.Delete.targets); break;
    case STMT_Assign: gen_assign(c, s); break;
    case STMT_AugAssign: gen_augmented_assign(c, s); break;
    case STMT_AnnAssign: gen_annotated_assign(c, s); break;
    case STMT_For: gen_for(c, s); break;
    case STMT_AsyncFor: gen_async_for(c, s); break;
    case STMT_While: gen_while(c, s); break;
    case STMT_If: gen_if(c, s); break;
    case STMT_Match: gen_match(c, s); break;
    case STMT_With: gen_with(c, s); break;
    case STMT_AsyncWith:
        if (can_be_async(c, "'async with' outside async function")) gen_with(c, s);
        break;
    case STMT_Raise: gen_raise(c, s); break;
    case STMT_Try:
    case STMT_TryStar: gen_try(c, s); break;
    case STMT_Assert: gen_assert(c, s); break;
    case STMT_Import: gen_import(c, s); break;
    case STMT_ImportFrom: gen_from_import(c, s); break;
    case STMT_Global:
    case STMT_Nonlocal: break;
    case STMT_Expr: gen_expr_stmt(c, s->v.Expr.value); break;
    case STMT_Pass: gen_op(c, BC_NOP); break;
    case STMT_Break: gen_break(c, s); break;
    case STMT_Continue: gen_continue(c, s); break;
    }
}

void gen_stmt(Compiler *c, const Stmt *s)
{
    if (c->failed) return;
    if (!recursion_enter(" during compilation")) {
        gen_failed(c);
        return;
    }
    set_location(c, s->location);
    gen_stmt_inside(c, s);
    recursion_leave();
}

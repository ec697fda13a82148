/* codegen_function.c: code of function, lambda and class definitions. */
#include "compiler/codegen.h"

#include "compiler/unparse.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { MAKE_DEFAULTS = 1, MAKE_KWDEFAULTS = 2, MAKE_ANNOTATIONS = 4, MAKE_CLOSURE = 8 };

/* --- decorators --- */

static void gen_decorators(Compiler *c, const ExprSeq *decorators)
{
    gen_exprs(c, decorators);
}

static void gen_decorator_calls(Compiler *c, const ExprSeq *decorators)
{
    AstLocation outer = c->unit->location;
    for (ssize_t i = seq_count(decorators) - 1; i >= 0; i--) {
        set_location(c, decorators->items[i]->location);
        gen_call(c, 0);
    }
    c->unit->location = outer;
}

static int first_line_of(const Stmt *s, const ExprSeq *decorators)
{
    return seq_count(decorators) ? decorators->items[0]->lineno : s->lineno;
}

/* --- arguments --- */

static void check_arg_names(Compiler *c, const ArgSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++) gen_is_forbidden(c, args->items[i]->arg, CTX_Store);
}

static void check_arguments(Compiler *c, const Arguments *arguments)
{
    check_arg_names(c, arguments->posonlyargs);
    check_arg_names(c, arguments->args);
    if (arguments->vararg) gen_is_forbidden(c, arguments->vararg->arg, CTX_Store);
    check_arg_names(c, arguments->kwonlyargs);
    if (arguments->kwarg) gen_is_forbidden(c, arguments->kwarg->arg, CTX_Store);
}

/* The names of keyword-only arguments that have defaults; no value: an error. */
static Value kwdefault_names(Compiler *c, const Arguments *arguments, ssize_t count)
{
    Value names = tuple_new(count);
    ssize_t filled = 0;
    for (ssize_t i = 0; !value_is_null(names) && i < seq_count(arguments->kwonlyargs); i++) {
        if (!arguments->kw_defaults->items[i]) continue;
        Value name = mangle_name(c->unit->class_name, arguments->kwonlyargs->items[i]->arg);
        if (value_is_null(name)) {
            value_decref(names);
            return VALUE_NULL;
        }
        as_tuple(names)->items[filled++] = name;
    }
    return names;
}

static int gen_kwdefaults(Compiler *c, const Arguments *arguments)
{
    ssize_t count = 0;
    for (ssize_t i = 0; i < seq_count(arguments->kwonlyargs); i++) {
        if (!arguments->kw_defaults->items[i]) continue;
        gen_expr(c, arguments->kw_defaults->items[i]);
        count++;
    }
    if (count == 0 || c->failed) return 0;
    gen_const_steal(c, kwdefault_names(c, arguments, count));
    gen_op_arg(c, BC_BUILD_CONST_KEY_MAP, count);
    return MAKE_KWDEFAULTS;
}

static int gen_defaults(Compiler *c, const Arguments *arguments)
{
    int flags = 0;
    if (seq_count(arguments->defaults)) {
        gen_exprs(c, arguments->defaults);
        gen_op_arg(c, BC_BUILD_TUPLE, seq_count(arguments->defaults));
        flags |= MAKE_DEFAULTS;
    }
    return flags | gen_kwdefaults(c, arguments);
}

/* --- annotations --- */

/* The annotation, as its text under `from __future__ import annotations`. */
void gen_annotation(Compiler *c, const Expr *annotation)
{
    if (c->failed) return;
    if (c->flags & CO_FUTURE_ANNOTATIONS)
        gen_const_steal(c, unparse_expr(annotation));
    else
        gen_expr(c, annotation);
}

static ssize_t gen_named_annotation(Compiler *c, Value name, NULLABLE const Expr *annotation)
{
    if (!annotation || c->failed) return 0;
    gen_const_steal(c, mangle_name(c->unit->class_name, name));
    if (annotation->kind == EXPR_Starred && !(c->flags & CO_FUTURE_ANNOTATIONS)) { /* *args: *Ts */
        gen_expr(c, annotation->v.Starred.value);
        gen_op_arg(c, BC_UNPACK_SEQUENCE, 1);
    } else {
        gen_annotation(c, annotation);
    }
    return 2;
}

static ssize_t gen_arg_annotations(Compiler *c, const ArgSeq *args)
{
    ssize_t count = 0;
    for (ssize_t i = 0; i < seq_count(args); i++)
        count += gen_named_annotation(c, args->items[i]->arg, args->items[i]->annotation);
    return count;
}

static int gen_annotations(Compiler *c, const Arguments *arguments, NULLABLE const Expr *returns)
{
    ssize_t count = gen_arg_annotations(c, arguments->args);
    count += gen_arg_annotations(c, arguments->posonlyargs);
    if (arguments->vararg) count += gen_named_annotation(c, arguments->vararg->arg, arguments->vararg->annotation);
    count += gen_arg_annotations(c, arguments->kwonlyargs);
    if (arguments->kwarg) count += gen_named_annotation(c, arguments->kwarg->arg, arguments->kwarg->annotation);
    Value name_of_returns = str_intern_cstr("return");
    if (value_is_null(name_of_returns)) gen_failed(c);
    count += gen_named_annotation(c, name_of_returns, returns);
    value_xdecref(name_of_returns);
    if (count == 0) return 0;
    gen_op_arg(c, BC_BUILD_TUPLE, count);
    return MAKE_ANNOTATIONS;
}

/* --- functions --- */

static void set_argument_counts(Compiler *c, const Arguments *arguments)
{
    if (c->failed) return;
    c->unit->argcount = (int)seq_count(arguments->args);
    c->unit->posonlyargcount = (int)seq_count(arguments->posonlyargs);
    c->unit->kwonlyargcount = (int)seq_count(arguments->kwonlyargs);
}

/* MAKE_FUNCTION, with the cells that the code's free variables need. */
void gen_closure(Compiler *c, STEALS NULLABLE Value code, int flags)
{
    if (c->failed || value_is_null(code)) {
        value_xdecref(code);
        gen_failed(c);
        return;
    }
    const Code *inner = as_code(code);
    Unit *unit = c->unit;
    for (int i = inner->nlocalsplus - inner->nfree; i < inner->nlocalsplus; i++) {
        Value name = tuple_item_borrow(inner->localsplus_names, i);
        bool is_cell =
            (unit->kind == UNIT_CLASS && value_is(name, ID(__class__))) || scope_reach(unit->scope, name) == REACH_CELL;
        int place = value_table_find(is_cell ? &unit->cellvars : &unit->freevars, name);
        if (place < 0) {
            error_format(&type_SystemError, "compiler: no cell for %R in %R", name, unit->name);
            gen_failed(c);
        }
        gen_op_arg(c, BC_LOAD_CLOSURE, is_cell ? place : unit->cellvars.count + place);
    }
    if (inner->nfree) {
        flags |= MAKE_CLOSURE;
        gen_op_arg(c, BC_BUILD_TUPLE, inner->nfree);
    }
    gen_const_steal(c, code);
    gen_op_arg(c, BC_MAKE_FUNCTION, flags);
}

static NULLABLE Value docstring_of(const Compiler *c, const StmtSeq *body)
{
    if (c->optimize >= 2 || !seq_count(body) || body->items[0]->kind != STMT_Expr) return VALUE_NULL;
    const Expr *value = body->items[0]->v.Expr.value;
    if (value->kind != EXPR_Constant || !is_exact_str(value->v.Constant.value)) return VALUE_NULL;
    return value->v.Constant.value;
}

/* The parts of a function definition, which both kinds of nodes have. */
typedef struct FunctionParts {
    Value name;
    const Arguments *args;
    const StmtSeq *body;
    const ExprSeq *decorators;
    NULLABLE const Expr *returns;
    enum UnitKind kind;
} FunctionParts;

static FunctionParts parts_of(const Stmt *s)
{
    if (s->kind == STMT_AsyncFunctionDef)
        return (FunctionParts){s->v.AsyncFunctionDef.name,    s->v.AsyncFunctionDef.args,
                               s->v.AsyncFunctionDef.body,    s->v.AsyncFunctionDef.decorator_list,
                               s->v.AsyncFunctionDef.returns, UNIT_ASYNC_FUNCTION};
    return (FunctionParts){s->v.FunctionDef.name,           s->v.FunctionDef.args,    s->v.FunctionDef.body,
                           s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns, UNIT_FUNCTION};
}

static Value function_code(Compiler *c, const Stmt *s, const FunctionParts *f)
{
    unit_enter(c, f->name, f->kind, s, first_line_of(s, f->decorators));
    if (c->failed) return VALUE_NULL;
    Value docstring = docstring_of(c, f->body);
    bool has_docstring = !value_is_null(docstring);
    gen_add_constant(c, has_docstring ? docstring : VALUE_NONE); /* the first constant is the docstring */
    set_argument_counts(c, f->args);
    for (ssize_t i = has_docstring; i < seq_count(f->body); i++) gen_stmt(c, f->body->items[i]);
    return unit_finish(c, true);
}

void gen_function(Compiler *c, const Stmt *s)
{
    FunctionParts f = parts_of(s);
    check_arguments(c, f.args);
    gen_decorators(c, f.decorators);
    int flags = gen_defaults(c, f.args);
    flags |= gen_annotations(c, f.args, f.returns);
    gen_closure(c, function_code(c, s, &f), flags);
    gen_decorator_calls(c, f.decorators);
    gen_name(c, f.name, CTX_Store);
}

void gen_lambda(Compiler *c, const Expr *e)
{
    check_arguments(c, e->v.Lambda.args);
    int flags = gen_defaults(c, e->v.Lambda.args);
    unit_enter_nameless(c, "<lambda>", UNIT_LAMBDA, e, e->lineno);
    if (c->failed) return;
    gen_add_constant(c, VALUE_NONE); /* so that a lambda never has a docstring */
    set_argument_counts(c, e->v.Lambda.args);
    gen_expr(c, e->v.Lambda.body);
    bool is_generator = c->unit->scope->is_generator;
    if (!is_generator) gen_op(c, BC_RETURN_VALUE);
    gen_closure(c, unit_finish(c, !is_generator), flags);
}

/* --- classes and modules --- */

/* The statements of a module or class body: docstring and annotations dict first. */
void gen_body(Compiler *c, const StmtSeq *body)
{
    if (c->failed) return;
    if (c->unit->kind == UNIT_MODULE && seq_count(body)) set_location(c, body->items[0]->location);
    if (has_annotations(body)) gen_op(c, BC_SETUP_ANNOTATIONS);
    ssize_t first = 0;
    if (!value_is_null(docstring_of(c, body))) {
        gen_expr(c, body->items[0]->v.Expr.value);
        no_location(c);
        gen_name(c, ID(__doc__), CTX_Store);
        first = 1;
    }
    for (ssize_t i = first; i < seq_count(body); i++) gen_stmt(c, body->items[i]);
}

static Value class_code(Compiler *c, const Stmt *s)
{
    unit_enter(c, s->v.ClassDef.name, UNIT_CLASS, s, first_line_of(s, s->v.ClassDef.decorator_list));
    if (c->failed) return VALUE_NULL;
    c->unit->class_name = s->v.ClassDef.name;
    gen_name(c, ID(__name__), CTX_Load);
    gen_name(c, ID(__module__), CTX_Store);
    gen_const(c, c->unit->qualname);
    gen_name(c, ID(__qualname__), CTX_Store);
    gen_body(c, s->v.ClassDef.body);
    no_location(c);
    if (c->unit->scope->needs_class_closure) { /* type.__new__ fills the cell with the class */
        gen_op_arg(c, BC_LOAD_CLOSURE, value_table_find(&c->unit->cellvars, ID(__class__)));
        gen_op_arg(c, BC_COPY, 1);
        gen_name(c, ID(__classcell__), CTX_Store);
    } else {
        gen_none(c);
    }
    gen_op(c, BC_RETURN_VALUE);
    return unit_finish(c, true);
}

/* name = decorator(__build_class__(function of the body, name, *bases, **keywords)) */
void gen_class(Compiler *c, const Stmt *s)
{
    gen_decorators(c, s->v.ClassDef.decorator_list);
    Value code = class_code(c, s);
    gen_op(c, BC_PUSH_NULL);
    gen_op(c, BC_LOAD_BUILD_CLASS);
    gen_closure(c, code, 0);
    gen_const(c, s->v.ClassDef.name);
    gen_call_with(c, 2, s->v.ClassDef.bases, s->v.ClassDef.keywords);
    gen_decorator_calls(c, s->v.ClassDef.decorator_list);
    gen_name(c, s->v.ClassDef.name, CTX_Store);
}

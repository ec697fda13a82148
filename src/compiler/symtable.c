/* symtable.c: the first pass over the tree: which names does each scope bind, use and declare?
 *
 * The second pass (symtable_analyze.c) then knows enough to tell locals from free variables and globals. Both report
 * CPython's errors, at the place where CPython reports them. After the first error everything is skipped
 * (`failed`), so that visitors need no checks of their own. */
#include "compiler/symtable.h"

#include "compiler/compile_error.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/str.h"

typedef struct Builder {
    SymbolTable *table;
    Scope *scope;              /* the one being filled */
    NULLABLE Value class_name; /* for mangling; borrowed from the tree */
    bool annotations_are_text; /* from __future__ import annotations */
    bool failed;
} Builder;

static void visit_expr(Builder *b, const Expr *e);
static void visit_stmts(Builder *b, const StmtSeq *statements);
static void visit_pattern(Builder *b, const Pattern *pattern);

/* --- scopes and symbols --- */

int scope_symbol_flags(const Scope *scope, Value name)
{
    int place = value_table_find(&scope->symbols, name);
    return place < 0 ? 0 : scope->symbol_flags[place];
}

enum SymbolReach scope_reach(const Scope *scope, Value name)
{
    return (enum SymbolReach)(scope_symbol_flags(scope, name) >> SYMBOL_REACH_SHIFT & SYMBOL_REACH_MASK);
}

bool scope_set_flags(Scope *scope, Value name, int flags)
{
    int count = scope->symbols.count;
    int place = value_table_add(&scope->symbols, name);
    if (place < 0) return false;
    if (place == count) {
        if (count == scope->symbol_capacity) {
            int capacity = count ? count * 2 : 8;
            int *grown = raw_realloc(scope->symbol_flags, (size_t)capacity * sizeof *grown);
            if (!grown) {
                error_no_memory();
                return false;
            }
            scope->symbol_flags = grown;
            scope->symbol_capacity = capacity;
        }
        scope->symbol_flags[place] = 0;
    }
    scope->symbol_flags[place] |= flags;
    return true;
}

static void scope_free(Scope *scope)
{
    if (!scope) return;
    for (int i = 0; i < scope->child_count; i++) scope_free(scope->children[i]);
    raw_free(scope->children);
    value_xdecref(scope->name);
    value_table_free(&scope->symbols);
    value_table_free(&scope->parameters);
    raw_free(scope->symbol_flags);
    raw_free(scope->directives);
    raw_free(scope);
}

static bool is_private(const Str *name)
{
    if (name->length < 2 || str_char(name, 0) != '_' || str_char(name, 1) != '_') return false;
    if (str_char(name, name->length - 1) == '_' && str_char(name, name->length - 2) == '_') return false;
    for (ssize_t i = 0; i < name->length; i++)
        if (str_char(name, i) == '.') return false; /* only in `import a.b` */
    return true;
}

Value mangle_name(NULLABLE Value class_name, Value name)
{
    Value result = value_incref(name);
    if (!value_is_null(class_name) && is_private(as_str(name))) {
        ssize_t start = 0, length = str_length(class_name);
        while (start < length && str_char(as_str(class_name), start) == '_') start++;
        if (start < length) {
            value_decref(result);
            Value stripped = str_slice(class_name, start, length);
            result = value_is_null(stripped) ? stripped : str_format("_%U%U", stripped, name);
            value_xdecref(stripped);
        }
    }
    if (!value_is_null(result) && !as_str(result)->interned) str_intern(&result);
    return result;
}

static void out_of_memory(Builder *b)
{
    error_no_memory();
    b->failed = true;
}

static bool append_child(Scope *parent, Scope *child)
{
    if (parent->child_count == parent->child_capacity) {
        int capacity = parent->child_capacity ? parent->child_capacity * 2 : 4;
        Scope **grown = raw_realloc(parent->children, (size_t)capacity * sizeof *grown);
        if (!grown) return false;
        parent->children = grown;
        parent->child_capacity = capacity;
    }
    parent->children[parent->child_count++] = child;
    return true;
}

static size_t node_slot(const SymbolTable *table, const void *node)
{
    size_t slot = (size_t)(((uintptr_t)node >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (table->node_slots - 1);
    while (table->by_node[slot] && table->by_node[slot]->node != node) slot = (slot + 1) & (table->node_slots - 1);
    return slot;
}

NULLABLE Scope *symtable_scope_of(const SymbolTable *table, const void *node)
{
    return table->by_node[node_slot(table, node)];
}

static bool register_scope(SymbolTable *table, Scope *scope)
{
    if (table->scope_count * 2 >= table->node_slots) {
        size_t old_slots = table->node_slots;
        Scope **old = table->by_node;
        Scope **grown = raw_calloc(old_slots ? old_slots * 2 : 16, sizeof *grown);
        if (!grown) return false;
        table->by_node = grown;
        table->node_slots = old_slots ? old_slots * 2 : 16;
        for (size_t i = 0; i < old_slots; i++)
            if (old[i]) table->by_node[node_slot(table, old[i]->node)] = old[i];
        raw_free(old);
    }
    table->by_node[node_slot(table, scope->node)] = scope;
    table->scope_count++;
    return true;
}

/* Makes the scope and continues in it. An annotation that stays text leaves no trace in the table: its scope is no
 * child of its parent, and leave_scope frees it. */
static void enter_scope(Builder *b, Value name, enum ScopeType type, const void *node, AstLocation location)
{
    if (b->failed) return;
    Scope *parent = b->scope, *scope = raw_calloc(1, sizeof *scope);
    if (!scope) {
        out_of_memory(b);
        return;
    }
    scope->name = value_incref(name);
    scope->node = node;
    scope->type = type;
    scope->location = location;
    scope->parent = parent;
    if (parent) {
        scope->is_nested = parent->is_nested || parent->type == SCOPE_FUNCTION;
        /* Assignment expressions stay forbidden in whatever is nested in a comprehension's iterable. */
        scope->iterable_depth = parent->iterable_depth;
    }
    bool is_registered = type == SCOPE_ANNOTATION || !parent ? true : append_child(parent, scope);
    if (is_registered && type != SCOPE_ANNOTATION) is_registered = register_scope(b->table, scope);
    if (!is_registered) {
        if (parent && parent->child_count && parent->children[parent->child_count - 1] == scope) parent->child_count--;
        scope_free(scope);
        out_of_memory(b);
        return;
    }
    if (!parent) b->table->top = scope;
    b->scope = scope;
}

static void free_annotation_scope(Scope *scope)
{
    if (scope->type == SCOPE_ANNOTATION) scope_free(scope);
}

static void leave_scope(Builder *b)
{
    if (b->failed) return; /* b->scope is then where the error was: symtable_build cleans up */
    Scope *scope = b->scope;
    b->scope = scope->parent;
    free_annotation_scope(scope);
}

static void symbol_error(Builder *b, AstLocation location, const char *format, Value name)
{
    compile_error_outside_args(b->table->filename, location, format, name);
    b->failed = true;
}

/* Declares `name` (not yet mangled) in `scope`. */
static void define_in(Builder *b, Scope *scope, Value name, int flags, AstLocation location)
{
    if (b->failed) return;
    Value mangled = mangle_name(b->class_name, name);
    if (value_is_null(mangled)) {
        b->failed = true;
        return;
    }
    int known = scope_symbol_flags(scope, mangled);
    if (flags & known & DEF_PARAM) {
        symbol_error(b, location, "duplicate argument '%U' in function definition", name);
    } else if (scope->is_iteration_target && (known | flags) & (DEF_GLOBAL | DEF_NONLOCAL)) {
        symbol_error(b, location, "comprehension inner loop cannot rebind assignment expression target '%U'", name);
    } else {
        if (scope->is_iteration_target) flags |= DEF_COMP_ITER;
        bool done = scope_set_flags(scope, mangled, flags);
        if (done && flags & DEF_PARAM) done = value_table_add(&scope->parameters, mangled) >= 0;
        if (done && flags & DEF_GLOBAL && !(flags & DEF_PARAM))
            done = scope_set_flags(b->table->top, mangled, DEF_GLOBAL);
        if (!done) b->failed = true;
    }
    value_decref(mangled);
}

static void define(Builder *b, Value name, int flags, AstLocation location)
{
    if (!b->failed) define_in(b, b->scope, name, flags, location);
}

static int lookup(Builder *b, const Scope *scope, Value name)
{
    Value mangled = mangle_name(b->class_name, name);
    if (value_is_null(mangled)) {
        b->failed = true;
        return 0;
    }
    int flags = scope_symbol_flags(scope, mangled);
    value_decref(mangled);
    return flags;
}

static void record_directive(Builder *b, Value name, AstLocation location)
{
    if (b->failed) return;
    Scope *scope = b->scope;
    if (scope->directive_count == scope->directive_capacity) {
        int capacity = scope->directive_capacity ? scope->directive_capacity * 2 : 4;
        ScopeDirective *grown = raw_realloc(scope->directives, (size_t)capacity * sizeof *grown);
        if (!grown) {
            out_of_memory(b);
            return;
        }
        scope->directives = grown;
        scope->directive_capacity = capacity;
    }
    Value mangled = mangle_name(b->class_name, name);
    if (value_is_null(mangled)) {
        b->failed = true;
        return;
    }
    int place = value_table_find(&scope->symbols, mangled);
    value_decref(mangled);
    if (place < 0) return;
    scope->directives[scope->directive_count++] = (ScopeDirective){scope->symbols.items[place], location};
}

/* --- expressions --- */

static void visit_optional(Builder *b, NULLABLE const Expr *e)
{
    if (e) visit_expr(b, e);
}

static void visit_exprs(Builder *b, const ExprSeq *expressions)
{
    for (ssize_t i = 0; i < seq_count(expressions); i++) visit_optional(b, expressions->items[i]);
}

static void visit_keywords(Builder *b, const KeywordSeq *keywords)
{
    for (ssize_t i = 0; i < seq_count(keywords); i++) visit_expr(b, keywords->items[i]->value);
}

static void define_args(Builder *b, const ArgSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++) define(b, args->items[i]->arg, DEF_PARAM, args->items[i]->location);
}

static void visit_arguments(Builder *b, const Arguments *arguments)
{
    if (b->failed) return;
    define_args(b, arguments->posonlyargs);
    define_args(b, arguments->args);
    define_args(b, arguments->kwonlyargs);
    if (arguments->vararg) {
        define(b, arguments->vararg->arg, DEF_PARAM, arguments->vararg->location);
        b->scope->has_varargs = true;
    }
    if (arguments->kwarg) {
        define(b, arguments->kwarg->arg, DEF_PARAM, arguments->kwarg->location);
        b->scope->has_varkeywords = true;
    }
}

static void visit_defaults(Builder *b, const Arguments *arguments)
{
    visit_exprs(b, arguments->defaults);
    visit_exprs(b, arguments->kw_defaults);
}

static void forbid_in_annotation(Builder *b, const Expr *e, const char *what)
{
    if (b->failed || b->scope->type != SCOPE_ANNOTATION) return;
    compile_error_outside_args(b->table->filename, e->location, "'%s' can not be used within an annotation", what);
    b->failed = true;
}

static void forbid_yield_in_comprehension(Builder *b, const Expr *e)
{
    static const char *const messages[] = {
        [LIST_COMPREHENSION] = "'yield' inside list comprehension",
        [SET_COMPREHENSION] = "'yield' inside set comprehension",
        [DICT_COMPREHENSION] = "'yield' inside dict comprehension",
        [GENERATOR_EXPRESSION] = "'yield' inside generator expression",
    };
    if (b->failed) return;
    b->scope->is_generator = true;
    if (b->scope->comprehension) symbol_error(b, e->location, messages[b->scope->comprehension], VALUE_NULL);
}

static void visit_generator(Builder *b, const Comprehension *generator)
{
    if (b->failed) return;
    Scope *scope = b->scope;
    scope->is_iteration_target = true;
    visit_expr(b, generator->target);
    scope->is_iteration_target = false;
    scope->iterable_depth++;
    visit_expr(b, generator->iter);
    scope->iterable_depth--;
    visit_exprs(b, generator->ifs);
    if (generator->is_async) scope->is_coroutine = true;
}

static void visit_comprehension(Builder *b, const Expr *e, Value name, enum ComprehensionKind kind,
                                const ComprehensionSeq *generators, const Expr *element, NULLABLE const Expr *value)
{
    const Comprehension *outermost = generators->items[0];
    b->scope->iterable_depth++; /* the outermost iterable is evaluated in the enclosing scope */
    visit_expr(b, outermost->iter);
    if (b->failed) return;
    b->scope->iterable_depth--;
    enter_scope(b, name, SCOPE_FUNCTION, e, e->location);
    if (b->failed) return;
    Scope *scope = b->scope;
    scope->comprehension = kind;
    if (outermost->is_async) scope->is_coroutine = true;
    Value argument = str_intern_cstr(".0");
    if (value_is_null(argument)) b->failed = true;
    define(b, argument, DEF_PARAM, e->location);
    value_xdecref(argument);
    scope->is_iteration_target = true;
    visit_expr(b, outermost->target);
    scope->is_iteration_target = false;
    visit_exprs(b, outermost->ifs);
    for (ssize_t i = 1; i < seq_count(generators); i++) visit_generator(b, generators->items[i]);
    visit_optional(b, value);
    visit_expr(b, element);
    scope->is_generator = kind == GENERATOR_EXPRESSION;
    bool makes_coroutine = scope->is_coroutine && !scope->is_generator;
    leave_scope(b);
    if (makes_coroutine && !b->failed) b->scope->is_coroutine = true;
}

/* `name := …` in a comprehension binds in the nearest scope around it that is none. */
static void bind_outside_comprehension(Builder *b, const Expr *target)
{
    Value name = target->v.Name.id;
    for (Scope *scope = b->scope; scope; scope = scope->parent) {
        if (scope->comprehension) {
            if (!(lookup(b, scope, name) & DEF_COMP_ITER)) continue;
            symbol_error(b, target->location,
                         "assignment expression cannot rebind comprehension iteration variable '%U'", name);
            return;
        }
        if (scope->type == SCOPE_CLASS) {
            symbol_error(b, target->location,
                         "assignment expression within a comprehension cannot be used in a class body", VALUE_NULL);
            return;
        }
        if (scope->type == SCOPE_ANNOTATION) continue;
        bool is_function = scope->type == SCOPE_FUNCTION;
        bool is_global = !is_function || lookup(b, scope, name) & DEF_GLOBAL;
        define(b, name, is_global ? DEF_GLOBAL : DEF_NONLOCAL, target->location);
        record_directive(b, name, target->location);
        define_in(b, scope, name, is_function ? DEF_LOCAL : DEF_GLOBAL, target->location);
        return;
    }
}

static void visit_named_expr(Builder *b, const Expr *e)
{
    forbid_in_annotation(b, e, "named expression");
    if (b->failed) return;
    if (b->scope->iterable_depth > 0) {
        symbol_error(b, e->location, "assignment expression cannot be used in a comprehension iterable expression",
                     VALUE_NULL);
        return;
    }
    if (b->scope->comprehension) bind_outside_comprehension(b, e->v.NamedExpr.target);
    visit_expr(b, e->v.NamedExpr.value);
    visit_expr(b, e->v.NamedExpr.target);
}

static void visit_name(Builder *b, const Expr *e)
{
    bool is_load = e->v.Name.ctx == CTX_Load;
    define(b, e->v.Name.id, is_load ? SYMBOL_USE : DEF_LOCAL, e->location);
    /* super() needs the class: as if __class__ were used. */
    if (is_load && !b->failed && b->scope->type == SCOPE_FUNCTION && value_is(e->v.Name.id, ID(super)))
        define(b, ID(__class__), SYMBOL_USE, e->location);
}

static void visit_lambda(Builder *b, const Expr *e)
{
    visit_defaults(b, e->v.Lambda.args);
    enter_scope(b, ID(lambda), SCOPE_FUNCTION, e, e->location);
    visit_arguments(b, e->v.Lambda.args);
    visit_expr(b, e->v.Lambda.body);
    leave_scope(b);
}

static void visit_expr_inside(Builder *b, const Expr *e)
{
    switch (e->kind) {
    case EXPR_NamedExpr: visit_named_expr(b, e); break;
    case EXPR_BoolOp: visit_exprs(b, e->v.BoolOp.values); break;
    case EXPR_BinOp:
        visit_expr(b, e->v.BinOp.left);
        visit_expr(b, e->v.BinOp.right);
        break;
    case EXPR_UnaryOp: visit_expr(b, e->v.UnaryOp.operand); break;
    case EXPR_Lambda: visit_lambda(b, e); break;
    case EXPR_IfExp:
        visit_expr(b, e->v.IfExp.test);
        visit_expr(b, e->v.IfExp.body);
        visit_expr(b, e->v.IfExp.orelse);
        break;
    case EXPR_Dict:
        visit_exprs(b, e->v.Dict.keys);
        visit_exprs(b, e->v.Dict.values);
        break;
    case EXPR_Set: visit_exprs(b, e->v.Set.elts); break;
    case EXPR_GeneratorExp:
        visit_comprehension(b, e, ID(genexpr), GENERATOR_EXPRESSION, e->v.GeneratorExp.generators,
                            e->v.GeneratorExp.elt, NULL);
        break;
    case EXPR_ListComp:
        visit_comprehension(b, e, ID(listcomp), LIST_COMPREHENSION, e->v.ListComp.generators, e->v.ListComp.elt, NULL);
        break;
    case EXPR_SetComp:
        visit_comprehension(b, e, ID(setcomp), SET_COMPREHENSION, e->v.SetComp.generators, e->v.SetComp.elt, NULL);
        break;
    case EXPR_DictComp:
        visit_comprehension(b, e, ID(dictcomp), DICT_COMPREHENSION, e->v.DictComp.generators, e->v.DictComp.key,
                            e->v.DictComp.value);
        break;
    case EXPR_Yield:
        forbid_in_annotation(b, e, "yield expression");
        visit_optional(b, e->v.Yield.value);
        forbid_yield_in_comprehension(b, e);
        break;
    case EXPR_YieldFrom:
        forbid_in_annotation(b, e, "yield expression");
        visit_expr(b, e->v.YieldFrom.value);
        forbid_yield_in_comprehension(b, e);
        break;
    case EXPR_Await:
        forbid_in_annotation(b, e, "await expression");
        visit_expr(b, e->v.Await.value);
        if (!b->failed) b->scope->is_coroutine = true;
        break;
    case EXPR_Compare:
        visit_expr(b, e->v.Compare.left);
        visit_exprs(b, e->v.Compare.comparators);
        break;
    case EXPR_Call:
        visit_expr(b, e->v.Call.func);
        visit_exprs(b, e->v.Call.args);
        visit_keywords(b, e->v.Call.keywords);
        break;
    case EXPR_FormattedValue:
        visit_expr(b, e->v.FormattedValue.value);
        visit_optional(b, e->v.FormattedValue.format_spec);
        break;
    case EXPR_JoinedStr: visit_exprs(b, e->v.JoinedStr.values); break;
    case EXPR_Constant: break;
    case EXPR_Attribute: visit_expr(b, e->v.Attribute.value); break;
    case EXPR_Subscript:
        visit_expr(b, e->v.Subscript.value);
        visit_expr(b, e->v.Subscript.slice);
        break;
    case EXPR_Starred: visit_expr(b, e->v.Starred.value); break;
    case EXPR_Slice:
        visit_optional(b, e->v.Slice.lower);
        visit_optional(b, e->v.Slice.upper);
        visit_optional(b, e->v.Slice.step);
        break;
    case EXPR_Name: visit_name(b, e); break;
    case EXPR_List: visit_exprs(b, e->v.List.elts); break;
    case EXPR_Tuple: visit_exprs(b, e->v.Tuple.elts); break;
    }
}

static bool enter_nesting(Builder *b)
{
    if (b->failed) return false;
    if (recursion_enter(" during compilation")) return true;
    b->failed = true;
    return false;
}

static void visit_expr(Builder *b, const Expr *e)
{
    if (!enter_nesting(b)) return;
    visit_expr_inside(b, e);
    recursion_leave();
}

/* --- annotations --- */

/* With annotations kept as text, names in them must leave no trace: they are visited (for the errors) in a scope that
 * is thrown away. */
static void enter_annotation(Builder *b, const void *node, AstLocation location)
{
    if (b->annotations_are_text) enter_scope(b, ID(_annotation), SCOPE_ANNOTATION, node, location);
}

static void leave_annotation(Builder *b)
{
    if (b->annotations_are_text) leave_scope(b);
}

static void visit_annotation(Builder *b, NULLABLE const Expr *annotation)
{
    if (!annotation) return;
    enter_annotation(b, annotation, annotation->location);
    visit_expr(b, annotation);
    leave_annotation(b);
}

static void visit_arg_annotations(Builder *b, const ArgSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++) visit_optional(b, args->items[i]->annotation);
}

static void visit_annotations(Builder *b, const Stmt *s, const Arguments *arguments, NULLABLE const Expr *returns)
{
    enter_annotation(b, s, s->location);
    visit_arg_annotations(b, arguments->posonlyargs);
    visit_arg_annotations(b, arguments->args);
    if (arguments->vararg) visit_optional(b, arguments->vararg->annotation);
    if (arguments->kwarg) visit_optional(b, arguments->kwarg->annotation);
    visit_arg_annotations(b, arguments->kwonlyargs);
    leave_annotation(b);
    visit_annotation(b, returns);
}

/* --- statements --- */

static void visit_function(Builder *b, const Stmt *s, Value name, const Arguments *arguments, const StmtSeq *body,
                           const ExprSeq *decorators, NULLABLE const Expr *returns)
{
    define(b, name, DEF_LOCAL, s->location);
    visit_defaults(b, arguments);
    visit_annotations(b, s, arguments, returns);
    visit_exprs(b, decorators);
    enter_scope(b, name, SCOPE_FUNCTION, s, s->location);
    if (s->kind == STMT_AsyncFunctionDef && !b->failed) b->scope->is_coroutine = true;
    visit_arguments(b, arguments);
    visit_stmts(b, body);
    leave_scope(b);
}

static void visit_class(Builder *b, const Stmt *s)
{
    define(b, s->v.ClassDef.name, DEF_LOCAL, s->location);
    visit_exprs(b, s->v.ClassDef.bases);
    visit_keywords(b, s->v.ClassDef.keywords);
    visit_exprs(b, s->v.ClassDef.decorator_list);
    enter_scope(b, s->v.ClassDef.name, SCOPE_CLASS, s, s->location);
    Value outer_class = b->class_name;
    b->class_name = s->v.ClassDef.name;
    visit_stmts(b, s->v.ClassDef.body);
    b->class_name = outer_class;
    leave_scope(b);
}

static void visit_annotated_assignment(Builder *b, const Stmt *s)
{
    const Expr *target = s->v.AnnAssign.target;
    if (target->kind == EXPR_Name) {
        Value name = target->v.Name.id;
        bool is_simple = s->v.AnnAssign.simple;
        int known = lookup(b, b->scope, name);
        if (known & (DEF_GLOBAL | DEF_NONLOCAL) && b->scope != b->table->top && is_simple) {
            symbol_error(b, s->location,
                         known & DEF_GLOBAL ? "annotated name '%U' can't be global"
                                            : "annotated name '%U' can't be nonlocal",
                         name);
            return;
        }
        if (is_simple)
            define(b, name, DEF_ANNOT | DEF_LOCAL, target->location);
        else if (s->v.AnnAssign.value)
            define(b, name, DEF_LOCAL, target->location);
    } else {
        visit_expr(b, target);
    }
    visit_annotation(b, s->v.AnnAssign.annotation);
    visit_optional(b, s->v.AnnAssign.value);
}

static void visit_declaration(Builder *b, const Stmt *s, const IdentifierSeq *names, int flag)
{
    static const char *const messages[2][4] = {
        {"name '%U' is parameter and global", "name '%U' is used prior to global declaration",
         "annotated name '%U' can't be global", "name '%U' is assigned to before global declaration"},
        {"name '%U' is parameter and nonlocal", "name '%U' is used prior to nonlocal declaration",
         "annotated name '%U' can't be nonlocal", "name '%U' is assigned to before nonlocal declaration"},
    };
    for (ssize_t i = 0; i < seq_count(names) && !b->failed; i++) {
        Value name = names->items[i];
        int known = lookup(b, b->scope, name);
        if (known & (DEF_PARAM | DEF_LOCAL | SYMBOL_USE | DEF_ANNOT)) {
            int which = known & DEF_PARAM ? 0 : known & SYMBOL_USE ? 1 : known & DEF_ANNOT ? 2 : 3;
            symbol_error(b, s->location, messages[flag == DEF_NONLOCAL][which], name);
            return;
        }
        define(b, name, flag, s->location);
        record_directive(b, name, s->location);
    }
}

static void visit_alias(Builder *b, const Alias *alias)
{
    if (b->failed) return;
    Value name = value_is_null(alias->asname) ? alias->name : alias->asname;
    if (str_equal_cstr(name, "*")) {
        if (b->scope->type != SCOPE_MODULE)
            symbol_error(b, alias->location, "import * only allowed at module level", VALUE_NULL);
        return;
    }
    ssize_t length = str_length(name), dot = 0;
    while (dot < length && str_char(as_str(name), dot) != '.') dot++;
    if (dot == length) {
        define(b, name, DEF_IMPORT, alias->location);
        return;
    }
    Value first = str_slice(name, 0, dot);
    if (value_is_null(first)) {
        b->failed = true;
        return;
    }
    define(b, first, DEF_IMPORT, alias->location);
    value_decref(first);
}

static void visit_aliases(Builder *b, const AliasSeq *names)
{
    for (ssize_t i = 0; i < seq_count(names); i++) visit_alias(b, names->items[i]);
}

static void visit_handlers(Builder *b, const HandlerSeq *handlers)
{
    for (ssize_t i = 0; i < seq_count(handlers); i++) {
        const ExceptHandler *handler = handlers->items[i];
        visit_optional(b, handler->v.ExceptHandler.type);
        if (!value_is_null(handler->v.ExceptHandler.name))
            define(b, handler->v.ExceptHandler.name, DEF_LOCAL, handler->location);
        visit_stmts(b, handler->v.ExceptHandler.body);
    }
}

static void visit_with(Builder *b, const WithItemSeq *items, const StmtSeq *body)
{
    for (ssize_t i = 0; i < seq_count(items); i++) {
        visit_expr(b, items->items[i]->context_expr);
        visit_optional(b, items->items[i]->optional_vars);
    }
    visit_stmts(b, body);
}

static void visit_patterns(Builder *b, const PatternSeq *patterns)
{
    for (ssize_t i = 0; i < seq_count(patterns); i++) visit_pattern(b, patterns->items[i]);
}

static void define_capture(Builder *b, const Pattern *pattern, NULLABLE Value name)
{
    if (!value_is_null(name)) define(b, name, DEF_LOCAL, pattern->location);
}

static void visit_pattern(Builder *b, const Pattern *pattern)
{
    if (!enter_nesting(b)) return;
    switch (pattern->kind) {
    case PATTERN_MatchValue: visit_expr(b, pattern->v.MatchValue.value); break;
    case PATTERN_MatchSingleton: break;
    case PATTERN_MatchSequence: visit_patterns(b, pattern->v.MatchSequence.patterns); break;
    case PATTERN_MatchStar: define_capture(b, pattern, pattern->v.MatchStar.name); break;
    case PATTERN_MatchMapping:
        visit_exprs(b, pattern->v.MatchMapping.keys);
        visit_patterns(b, pattern->v.MatchMapping.patterns);
        define_capture(b, pattern, pattern->v.MatchMapping.rest);
        break;
    case PATTERN_MatchClass:
        visit_expr(b, pattern->v.MatchClass.cls);
        visit_patterns(b, pattern->v.MatchClass.patterns);
        visit_patterns(b, pattern->v.MatchClass.kwd_patterns);
        break;
    case PATTERN_MatchAs:
        if (pattern->v.MatchAs.pattern) visit_pattern(b, pattern->v.MatchAs.pattern);
        define_capture(b, pattern, pattern->v.MatchAs.name);
        break;
    case PATTERN_MatchOr: visit_patterns(b, pattern->v.MatchOr.patterns); break;
    }
    recursion_leave();
}

static void visit_match(Builder *b, const Stmt *s)
{
    visit_expr(b, s->v.Match.subject);
    for (ssize_t i = 0; i < seq_count(s->v.Match.cases); i++) {
        const MatchCase *match_case = s->v.Match.cases->items[i];
        visit_pattern(b, match_case->pattern);
        visit_optional(b, match_case->guard);
        visit_stmts(b, match_case->body);
    }
}

static void visit_loop(Builder *b, const Expr *target, const Expr *iterable, const StmtSeq *body, const StmtSeq *orelse)
{
    visit_expr(b, target);
    visit_expr(b, iterable);
    visit_stmts(b, body);
    visit_stmts(b, orelse);
}

static void visit_try(Builder *b, const StmtSeq *body, const HandlerSeq *handlers, const StmtSeq *orelse,
                      const StmtSeq *finalbody)
{
    visit_stmts(b, body);
    visit_stmts(b, orelse);
    visit_handlers(b, handlers);
    visit_stmts(b, finalbody);
}

static void visit_stmt(Builder *b, const Stmt *s)
{
    switch (s->kind) {
    case STMT_FunctionDef:
        visit_function(b, s, s->v.FunctionDef.name, s->v.FunctionDef.args, s->v.FunctionDef.body,
                       s->v.FunctionDef.decorator_list, s->v.FunctionDef.returns);
        break;
    case STMT_AsyncFunctionDef:
        visit_function(b, s, s->v.AsyncFunctionDef.name, s->v.AsyncFunctionDef.args, s->v.AsyncFunctionDef.body,
                       s->v.AsyncFunctionDef.decorator_list, s->v.AsyncFunctionDef.returns);
        break;
    case STMT_ClassDef: visit_class(b, s); break;
    case STMT_Return:
        if (!s->v.Return.value) break;
        visit_expr(b, s->v.Return.value);
        if (!b->failed) b->scope->returns_value = true;
        break;
    case STMT_Delete: visit_exprs(b, s->v.Delete.targets); break;
    case STMT_Assign:
        visit_exprs(b, s->v.Assign.targets);
        visit_expr(b, s->v.Assign.value);
        break;
    case STMT_AugAssign:
        visit_expr(b, s->v.AugAssign.target);
        visit_expr(b, s->v.AugAssign.value);
        break;
    case STMT_AnnAssign: visit_annotated_assignment(b, s); break;
    case STMT_For: visit_loop(b, s->v.For.target, s->v.For.iter, s->v.For.body, s->v.For.orelse); break;
    case STMT_AsyncFor:
        visit_loop(b, s->v.AsyncFor.target, s->v.AsyncFor.iter, s->v.AsyncFor.body, s->v.AsyncFor.orelse);
        break;
    case STMT_While:
        visit_expr(b, s->v.While.test);
        visit_stmts(b, s->v.While.body);
        visit_stmts(b, s->v.While.orelse);
        break;
    case STMT_If:
        visit_expr(b, s->v.If.test);
        visit_stmts(b, s->v.If.body);
        visit_stmts(b, s->v.If.orelse);
        break;
    case STMT_With: visit_with(b, s->v.With.items, s->v.With.body); break;
    case STMT_AsyncWith: visit_with(b, s->v.AsyncWith.items, s->v.AsyncWith.body); break;
    case STMT_Match: visit_match(b, s); break;
    case STMT_Raise:
        visit_optional(b, s->v.Raise.exc);
        visit_optional(b, s->v.Raise.cause);
        break;
    case STMT_Try: visit_try(b, s->v.Try.body, s->v.Try.handlers, s->v.Try.orelse, s->v.Try.finalbody); break;
    case STMT_TryStar:
        visit_try(b, s->v.TryStar.body, s->v.TryStar.handlers, s->v.TryStar.orelse, s->v.TryStar.finalbody);
        break;
    case STMT_Assert:
        visit_expr(b, s->v.Assert.test);
        visit_optional(b, s->v.Assert.msg);
        break;
    case STMT_Import: visit_aliases(b, s->v.Import.names); break;
    case STMT_ImportFrom: visit_aliases(b, s->v.ImportFrom.names); break;
    case STMT_Global: visit_declaration(b, s, s->v.Global.names, DEF_GLOBAL); break;
    case STMT_Nonlocal: visit_declaration(b, s, s->v.Nonlocal.names, DEF_NONLOCAL); break;
    case STMT_Expr: visit_expr(b, s->v.Expr.value); break;
    case STMT_Pass:
    case STMT_Break:
    case STMT_Continue: break;
    }
}

static void visit_stmts(Builder *b, const StmtSeq *statements)
{
    for (ssize_t i = 0; i < seq_count(statements); i++) {
        if (!enter_nesting(b)) return;
        visit_stmt(b, statements->items[i]);
        recursion_leave();
    }
}

/* --- entry --- */

/* After an error: annotation scopes that were still open have no parent that would free them. */
static void free_open_annotation_scopes(Builder *b)
{
    for (Scope *scope = b->scope; scope;) {
        Scope *parent = scope->parent;
        free_annotation_scope(scope);
        scope = parent;
    }
}

NULLABLE SymbolTable *symtable_build(const Mod *mod, Value filename, const Future *future)
{
    SymbolTable *table = raw_calloc(1, sizeof *table);
    if (!table) {
        error_no_memory();
        return NULL;
    }
    table->filename = filename;
    Builder b = {table, NULL, VALUE_NULL, (future->features & CO_FUTURE_ANNOTATIONS) != 0, false};
    enter_scope(&b, ID(top), SCOPE_MODULE, mod, (AstLocation){0, 0, 0, 0});
    switch (mod->kind) {
    case MOD_Module: visit_stmts(&b, mod->v.Module.body); break;
    case MOD_Interactive: visit_stmts(&b, mod->v.Interactive.body); break;
    case MOD_Expression: visit_expr(&b, mod->v.Expression.body); break;
    case MOD_FunctionType:
        error_set(&type_RuntimeError, "this compiler does not handle FunctionTypes");
        b.failed = true;
        break;
    }
    if (b.failed) free_open_annotation_scopes(&b);
    if (!b.failed && symtable_analyze(table)) return table;
    symtable_free(table);
    return NULL;
}

void symtable_free(NULLABLE SymbolTable *table)
{
    if (!table) return;
    scope_free(table->top);
    raw_free(table->by_node);
    raw_free(table);
}

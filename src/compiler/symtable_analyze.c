/* symtable_analyze.c: the second pass of the symbol table: decides for each symbol whether it is local, a cell, free or
 * global.
 *
 * CPython copies the sets of bound and global names for each block. Here a name is looked up through the chain of
 * enclosing scopes instead: the nearest one that says anything about it decides. Class scopes are transparent for what
 * is nested in them, but for __class__. Free names travel up: what a block cannot resolve is free in its parent. */
#include "compiler/compile_error.h"
#include "compiler/symtable.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/native.h"

/* What the scopes around a block say about a name. */
enum Outer { OUTER_UNKNOWN, OUTER_BOUND, OUTER_GLOBAL };

static enum Outer lookup_outside(const Scope *scope, Value name)
{
    for (const Scope *outer = scope->parent; outer; outer = outer->parent) {
        if (outer->type == SCOPE_CLASS) {
            if (value_is(name, ID(__class__))) return OUTER_BOUND;
            continue;
        }
        int flags = scope_symbol_flags(outer, name);
        if (flags & DEF_GLOBAL) return OUTER_GLOBAL;
        if (flags & DEF_NONLOCAL) continue;
        if (flags & DEF_BOUND) return outer->type == SCOPE_FUNCTION ? OUTER_BOUND : OUTER_UNKNOWN;
    }
    return OUTER_UNKNOWN;
}

static bool directive_error(const SymbolTable *table, const Scope *scope, Value name, const char *format)
{
    for (int i = 0; i < scope->directive_count; i++) {
        if (!value_is(scope->directives[i].name, name)) continue;
        compile_error_outside_args(table->filename, scope->directives[i].location, format, name);
        return false;
    }
    error_set(&type_RuntimeError, "BUG: internal directive bookkeeping broken");
    return false;
}

/* The reach of one symbol; a free one is added to `free`. False with an error. */
static bool analyze_name(const SymbolTable *table, Scope *scope, int place, ValueTable *free)
{
    Value name = scope->symbols.items[place];
    int flags = scope->symbol_flags[place];
    enum SymbolReach reach;
    if (flags & DEF_GLOBAL) {
        if (flags & DEF_NONLOCAL) return directive_error(table, scope, name, "name '%U' is nonlocal and global");
        reach = REACH_GLOBAL_EXPLICIT;
    } else if (flags & DEF_NONLOCAL) {
        if (!scope->parent)
            return directive_error(table, scope, name, "nonlocal declaration not allowed at module level");
        if (lookup_outside(scope, name) != OUTER_BOUND)
            return directive_error(table, scope, name, "no binding for nonlocal '%U' found");
        reach = REACH_FREE;
    } else if (flags & DEF_BOUND) {
        reach = REACH_LOCAL;
    } else {
        enum Outer outer = lookup_outside(scope, name);
        reach = outer == OUTER_BOUND ? REACH_FREE : REACH_GLOBAL_IMPLICIT;
        if (outer == OUTER_UNKNOWN && scope->is_nested) scope->has_free = true;
    }
    scope->symbol_flags[place] |= (int)reach << SYMBOL_REACH_SHIFT;
    if (reach != REACH_FREE) return true;
    scope->has_free = true;
    return value_table_add(free, name) >= 0;
}

/* Names that are free in the children: a local of this function becomes a cell, a name that is unknown here becomes
 * free here; what remains unresolved is added to `free`. */
static bool resolve_children(Scope *scope, const ValueTable *from_children, ValueTable *free)
{
    for (int i = 0; i < from_children->count; i++) {
        Value name = from_children->items[i];
        int place = value_table_find(&scope->symbols, name);
        if (scope->type == SCOPE_FUNCTION && place >= 0 && scope_reach(scope, name) == REACH_LOCAL) {
            scope->symbol_flags[place] += (REACH_CELL - REACH_LOCAL) << SYMBOL_REACH_SHIFT;
            continue;
        }
        if (scope->type == SCOPE_CLASS && value_is(name, ID(__class__))) {
            scope->needs_class_closure = true;
            continue;
        }
        if (place < 0) {
            if (!scope->parent || lookup_outside(scope, name) == OUTER_BOUND) {
                if (!scope_set_flags(scope, name, REACH_FREE << SYMBOL_REACH_SHIFT)) return false;
            }
        } else if (scope->type == SCOPE_CLASS && scope->symbol_flags[place] & (DEF_BOUND | DEF_GLOBAL)) {
            scope->symbol_flags[place] |= DEF_FREE_CLASS;
        }
        if (value_table_add(free, name) < 0) return false;
    }
    return true;
}

/* Adds to `free` the names that are free in the scope. */
static bool analyze_scope(const SymbolTable *table, Scope *scope, ValueTable *free)
{
    if (!recursion_enter(" during compilation")) return false;
    ValueTable from_children = {0};
    bool done = true;
    for (int i = 0; done && i < scope->symbols.count; i++) done = analyze_name(table, scope, i, free);
    for (int i = 0; done && i < scope->child_count; i++) {
        Scope *child = scope->children[i];
        done = analyze_scope(table, child, &from_children);
        if (child->has_free || child->child_has_free) scope->child_has_free = true;
    }
    done = done && resolve_children(scope, &from_children, free);
    value_table_free(&from_children);
    recursion_leave();
    return done;
}

bool symtable_analyze(SymbolTable *table)
{
    ValueTable free = {0};
    bool done = analyze_scope(table, table->top, &free);
    value_table_free(&free);
    return done;
}

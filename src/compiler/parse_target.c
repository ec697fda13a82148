/* parse_target.c: what can be assigned to, deleted, or bound by for and with. */
#include "compiler/parser.h"

bool is_star_target(const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_Name:
    case EXPR_Attribute:
    case EXPR_Subscript: return true;
    case EXPR_Starred: return expr->v.Starred.value->kind != EXPR_Starred && is_star_target(expr->v.Starred.value);
    case EXPR_Tuple:
    case EXPR_List: {
        ExprSeq *items = expr->kind == EXPR_Tuple ? expr->v.Tuple.elts : expr->v.List.elts;
        for (ssize_t i = 0; i < seq_count(items); i++)
            if (!is_star_target(items->items[i])) return false;
        return true;
    }
    default: return false;
    }
}

bool set_context(Parser *p, Expr *expr, ExprContext context)
{
    switch (expr->kind) {
    case EXPR_Name: expr->v.Name.ctx = context; return true;
    case EXPR_Attribute: expr->v.Attribute.ctx = context; return true;
    case EXPR_Subscript: expr->v.Subscript.ctx = context; return true;
    case EXPR_Starred: expr->v.Starred.ctx = context; return set_context(p, expr->v.Starred.value, context);
    case EXPR_Tuple:
    case EXPR_List: {
        ExprSeq *items = expr->kind == EXPR_Tuple ? expr->v.Tuple.elts : expr->v.List.elts;
        if (expr->kind == EXPR_Tuple)
            expr->v.Tuple.ctx = context;
        else
            expr->v.List.ctx = context;
        if (!parser_enter(p)) return false;
        for (ssize_t i = 0; i < seq_count(items); i++)
            if (!set_context(p, items->items[i], context)) return false;
        parser_leave(p);
        return true;
    }
    default: return true;
    }
}

/* A copy, because the second pass may read the same (remembered) node again as a value. */
static Expr *with_context(Parser *p, Expr *expr, ExprContext context)
{
    Expr *copy = arena_alloc(p->arena, sizeof *copy);
    if (!copy) {
        p->failed = true;
        return NULL;
    }
    *copy = *expr;
    if (copy->kind == EXPR_Name)
        copy->v.Name.ctx = context;
    else if (copy->kind == EXPR_Attribute)
        copy->v.Attribute.ctx = context;
    else if (copy->kind == EXPR_Subscript)
        copy->v.Subscript.ctx = context;
    else if (copy->kind == EXPR_Starred)
        copy->v.Starred.ctx = context;
    else if (copy->kind == EXPR_Tuple)
        copy->v.Tuple.ctx = context;
    else if (copy->kind == EXPR_List)
        copy->v.List.ctx = context;
    return copy;
}

/* An attribute or a subscript of any primary; NULL when the primary is something else. */
static Expr *parse_attribute_or_subscript(Parser *p, ExprContext context)
{
    Expr *target = parse_primary(p);
    if (!target || (target->kind != EXPR_Attribute && target->kind != EXPR_Subscript)) return NULL;
    /* "(a.b)" is a group and not a primary that ends in an attribute */
    return last_token(p)->type == TOKEN_RPAREN ? NULL : with_context(p, target, context);
}

Expr *parse_single_subscript_attribute_target(Parser *p)
{
    return parse_attribute_or_subscript(p, CTX_Store);
}

Expr *parse_single_target(Parser *p)
{
    int start = p->mark;
    Expr *target = parse_attribute_or_subscript(p, CTX_Store);
    if (target || p->failed) return target;
    p->mark = start;
    target = parse_name(p);
    if (target) {
        target->v.Name.ctx = CTX_Store;
        return target;
    }
    if (p->failed || !accept(p, TOKEN_LPAREN) || !parser_enter(p)) return NULL;
    target = parse_single_target(p);
    parser_leave(p);
    return target && accept(p, TOKEN_RPAREN) ? target : NULL;
}

/* --- targets of assignment, for and with --- */

/* star_target (',' star_target)* [','] up to a closing bracket; false: no target where one must be. */
static bool parse_target_list(Parser *p, NodeList *items, Expr *(*parse_item)(Parser *p))
{
    int end = p->mark;
    for (;;) {
        Expr *item = parse_item(p);
        if (!item) break;
        if (!nodes_add(p, items, item)) return false;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
        end = p->mark;
    }
    p->mark = end;
    return !p->failed;
}

static Expr *parse_target_with_star_atom(Parser *p);

/* NAME | '(' … ')' | '[' … ']' */
static Expr *parse_star_atom(Parser *p)
{
    int start = p->mark;
    enum TokenType type = next_type(p);
    NodeList items;
    nodes_init(&items);
    if (type == TOKEN_NAME) {
        Expr *name = parse_name(p);
        if (name) name->v.Name.ctx = CTX_Store;
        return name;
    }
    if (type == TOKEN_LPAREN) {
        p->mark++;
        Expr *inner = parse_target_with_star_atom(p);
        if (inner && accept(p, TOKEN_RPAREN)) return inner;
        if (p->failed) return NULL;
        p->mark = start + 1;
        if (!parse_target_list(p, &items, parse_star_target)) return NULL;
        if (items.count == 1 && last_token(p)->type != TOKEN_COMMA) return NULL;
        if (!accept(p, TOKEN_RPAREN)) return NULL;
        ExprSeq *elts = items.count ? nodes_finish(p, &items) : NULL;
        return p->failed ? NULL : ast_Tuple(p->arena, elts, CTX_Store, location_from(p, start));
    }
    if (type != TOKEN_LBRACKET) return NULL;
    p->mark++;
    if (!parse_target_list(p, &items, parse_star_target) || !accept(p, TOKEN_RBRACKET)) return NULL;
    ExprSeq *elts = items.count ? nodes_finish(p, &items) : NULL;
    return p->failed ? NULL : ast_List(p->arena, elts, CTX_Store, location_from(p, start));
}

static Expr *parse_target_with_star_atom(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_TARGET_WITH_STAR_ATOM, &result)) return result;
    int start = p->mark;
    result = parse_attribute_or_subscript(p, CTX_Store);
    if (!result && !p->failed) {
        p->mark = start;
        result = parse_star_atom(p);
    }
    memo_store(p, RULE_TARGET_WITH_STAR_ATOM, start, result);
    return result;
}

/* The first pass reads an expression and turns it into a target. */
static Expr *convert_primary(Parser *p, bool (*is_target)(const Expr *expr), ExprContext context)
{
    Expr *target = parse_primary(p);
    if (!target || !is_target(target) || !set_context(p, target, context)) return NULL;
    return target;
}

static Expr *parse_plain_star_target(Parser *p)
{
    if (!next_is(p, TOKEN_STAR))
        return p->is_diagnosing ? parse_target_with_star_atom(p) : convert_primary(p, is_star_target, CTX_Store);
    int start = p->mark++;
    Expr *value = next_is(p, TOKEN_STAR) ? NULL : parse_star_target(p);
    return value ? ast_Starred(p->arena, value, CTX_Store, location_from(p, start)) : NULL;
}

Expr *parse_star_target(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_STAR_TARGET, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse_plain_star_target(p);
    memo_store(p, RULE_STAR_TARGET, start, result);
    parser_leave(p);
    return result;
}

Expr *parse_star_targets(Parser *p)
{
    int start = p->mark;
    Expr *first = parse_star_target(p);
    if (!first) return NULL;
    if (!next_is(p, TOKEN_COMMA)) return p->failed ? NULL : first;
    p->mark++;
    NodeList items;
    nodes_init(&items);
    nodes_add(p, &items, first);
    if (!parse_target_list(p, &items, parse_star_target)) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_Tuple(p->arena, elts, CTX_Store, location_from(p, start)) : NULL;
}

/* --- targets of del --- */

static Expr *parse_del_target(Parser *p);

static Expr *parse_del_atom(Parser *p)
{
    int start = p->mark;
    enum TokenType type = next_type(p);
    NodeList items;
    nodes_init(&items);
    if (type == TOKEN_NAME) {
        Expr *name = parse_name(p);
        if (name) name->v.Name.ctx = CTX_Del;
        return name;
    }
    if (type == TOKEN_LPAREN) {
        p->mark++;
        Expr *inner = parse_del_target(p);
        if (inner && accept(p, TOKEN_RPAREN)) return inner;
        if (p->failed) return NULL;
        p->mark = start + 1;
        if (!parse_target_list(p, &items, parse_del_target) || !accept(p, TOKEN_RPAREN)) return NULL;
        ExprSeq *elts = items.count ? nodes_finish(p, &items) : NULL;
        return p->failed ? NULL : ast_Tuple(p->arena, elts, CTX_Del, location_from(p, start));
    }
    if (type != TOKEN_LBRACKET) return NULL;
    p->mark++;
    if (!parse_target_list(p, &items, parse_del_target) || !accept(p, TOKEN_RBRACKET)) return NULL;
    ExprSeq *elts = items.count ? nodes_finish(p, &items) : NULL;
    return p->failed ? NULL : ast_List(p->arena, elts, CTX_Del, location_from(p, start));
}

static bool is_del_target(const Expr *expr)
{
    if (expr->kind == EXPR_Name || expr->kind == EXPR_Attribute || expr->kind == EXPR_Subscript) return true;
    if (expr->kind != EXPR_Tuple && expr->kind != EXPR_List) return false;
    ExprSeq *items = expr->kind == EXPR_Tuple ? expr->v.Tuple.elts : expr->v.List.elts;
    for (ssize_t i = 0; i < seq_count(items); i++)
        if (!is_del_target(items->items[i])) return false;
    return true;
}

static Expr *parse_del_target(Parser *p)
{
    if (!p->is_diagnosing) return convert_primary(p, is_del_target, CTX_Del);
    Expr *result;
    if (memo_find(p, RULE_DEL_TARGET, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse_attribute_or_subscript(p, CTX_Del);
    if (!result && !p->failed) {
        p->mark = start;
        result = parse_del_atom(p);
    }
    memo_store(p, RULE_DEL_TARGET, start, result);
    parser_leave(p);
    return result;
}

ExprSeq *parse_del_targets(Parser *p)
{
    NodeList items;
    nodes_init(&items);
    if (!parse_target_list(p, &items, parse_del_target) || items.count == 0) return NULL;
    return nodes_finish(p, &items);
}

/* parse_compound.c: statements with blocks, all but match. */
#include "compiler/parser.h"

#include "objects/exception.h"

/* &&':' of CPython's grammar: raises at once when the token is missing. */
static bool force(Parser *p, enum TokenType type, const char *text)
{
    if (accept(p, type)) return true;
    Token *token = peek(p);
    if (token) raise_at_token(p, token, "expected '%s'", text);
    return false;
}

static bool force_colon(Parser *p)
{
    return force(p, TOKEN_COLON, ":");
}

/* Resets to where an optional part began, when that part was not there. */
static bool settle(Parser *p, const void *node, int start)
{
    if (!node) p->mark = start;
    return !p->failed;
}

/* --- if, while --- */

static bool parse_else_block(Parser *p, StmtSeq **body)
{
    int start = p->mark;
    *body = NULL;
    if (!next_is(p, TOKEN_ELSE)) return !p->failed;
    if (DIAGNOSE(p, invalid_else_stmt(p))) return false;
    p->mark++;
    *body = force_colon(p) ? parse_block(p) : NULL;
    return settle(p, *body, start);
}

/* if or elif, which is next */
static Stmt *parse_if(Parser *p)
{
    int start = p->mark;
    bool is_elif = next_is(p, TOKEN_ELIF);
    if (DIAGNOSE(p, invalid_if_stmt(p, is_elif ? TOKEN_ELIF : TOKEN_IF, is_elif ? "elif" : "if"))) return NULL;
    p->mark++;
    Expr *test = parse_named_expression(p);
    if (!test || !accept(p, TOKEN_COLON)) return NULL;
    StmtSeq *body = parse_block(p), *orelse = NULL;
    if (!body) return NULL;
    int end = p->mark;
    if (next_is(p, TOKEN_ELIF)) {
        if (!parser_enter(p)) return NULL;
        Stmt *elif = parse_if(p);
        parser_leave(p);
        if (elif) {
            orelse = arena_seq(p->arena, 1);
            if (!orelse) return NULL;
            orelse->items[0] = elif;
        }
        if (!settle(p, elif, end)) return NULL;
    } else if (!parse_else_block(p, &orelse)) {
        return NULL;
    }
    return ast_If(p->arena, test, body, orelse, location_from(p, start));
}

static Stmt *parse_while(Parser *p)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_if_stmt(p, TOKEN_WHILE, "while"))) return NULL;
    p->mark++;
    Expr *test = parse_named_expression(p);
    if (!test || !accept(p, TOKEN_COLON)) return NULL;
    StmtSeq *body = parse_block(p), *orelse;
    if (!body || !parse_else_block(p, &orelse)) return NULL;
    return ast_While(p->arena, test, body, orelse, location_from(p, start));
}

/* --- for --- */

static Value parse_type_comment(Parser *p)
{
    return p->lexer.has_type_comments ? type_comment(p, accept(p, TOKEN_TYPE_COMMENT)) : VALUE_NULL;
}

static Stmt *parse_for(Parser *p)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_for_stmt(p))) return NULL;
    bool is_async = accept_is(p, TOKEN_ASYNC);
    if (!accept(p, TOKEN_FOR)) return NULL;
    Expr *target = parse_star_targets(p);
    if (!target || !accept(p, TOKEN_IN)) {
        p->mark = start;
        if (!p->failed) (void)DIAGNOSE(p, invalid_for_target(p));
        return NULL;
    }
    Expr *iter = parse_star_expressions(p);
    if (!iter || !accept(p, TOKEN_COLON)) return NULL;
    Value comment = parse_type_comment(p);
    StmtSeq *body = p->failed ? NULL : parse_block(p), *orelse;
    if (!body || !parse_else_block(p, &orelse)) return NULL;
    if (is_async && !check_version(p, 5, "Async for loops are")) return NULL;
    AstLocation location = location_from(p, start);
    return is_async ? ast_AsyncFor(p->arena, target, iter, body, orelse, comment, location)
                    : ast_For(p->arena, target, iter, body, orelse, comment, location);
}

/* --- with --- */

WithItem *parse_with_item(Parser *p)
{
    int start = p->mark;
    Expr *context = parse_expression(p);
    if (!context) return NULL;
    int end = p->mark;
    if (!accept(p, TOKEN_AS)) return p->failed ? NULL : ast_withitem(p->arena, context, NULL);
    Expr *target = parse_star_target(p);
    enum TokenType type = target ? next_type(p) : TOKEN_ERROR;
    if (type == TOKEN_COMMA || type == TOKEN_RPAREN || type == TOKEN_COLON)
        return ast_withitem(p->arena, context, target);
    p->mark = start;
    if (p->failed || DIAGNOSE(p, invalid_with_item(p))) return NULL;
    p->mark = end;
    return ast_withitem(p->arena, context, NULL);
}

static WithItemSeq *parse_with_items(Parser *p)
{
    NodeList items;
    nodes_init(&items);
    int end = p->mark;
    do {
        WithItem *item = parse_with_item(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    } while (accept(p, TOKEN_COMMA));
    p->mark = end;
    return p->failed || items.count == 0 ? NULL : nodes_finish(p, &items);
}

/* '(' items [','] ')' ':' block. Items in parentheses may as well be an expression: then NULL, without an error. */
static StmtSeq *parse_parenthesized_with(Parser *p, WithItemSeq **items)
{
    if (!accept(p, TOKEN_LPAREN)) return NULL;
    *items = parse_with_items(p);
    if (!*items) return NULL;
    accept(p, TOKEN_COMMA);
    return accept(p, TOKEN_RPAREN) && accept(p, TOKEN_COLON) ? parse_block(p) : NULL;
}

static Stmt *parse_with(Parser *p)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_with_stmt_indent(p))) return NULL;
    bool is_async = accept_is(p, TOKEN_ASYNC);
    if (!accept(p, TOKEN_WITH)) return NULL;
    WithItemSeq *items;
    Value comment = VALUE_NULL;
    int end = p->mark;
    StmtSeq *body = parse_parenthesized_with(p, &items);
    if (body && !check_version(p, 9, "Parenthesized context managers are")) return NULL;
    if (!body && !p->failed) {
        p->mark = end;
        items = parse_with_items(p);
        if (items && accept(p, TOKEN_COLON)) {
            comment = parse_type_comment(p);
            body = p->failed ? NULL : parse_block(p);
        }
    }
    if (!body) {
        p->mark = start;
        if (!p->failed) (void)DIAGNOSE(p, invalid_with_stmt(p));
        return NULL;
    }
    if (is_async && !check_version(p, 5, "Async with statements are")) return NULL;
    AstLocation location = location_from(p, start);
    return is_async ? ast_AsyncWith(p->arena, items, body, comment, location)
                    : ast_With(p->arena, items, body, comment, location);
}

/* --- try --- */

/* 'except' ['*'] [expression ['as' NAME]] ':' block */
ExceptHandler *parse_except_block(Parser *p, bool is_star)
{
    int start = p->mark;
    if (!next_is(p, TOKEN_EXCEPT)) return NULL;
    if (DIAGNOSE(p, invalid_except_stmt_indent(p, is_star))) return NULL;
    p->mark++;
    Expr *type = NULL;
    Value name = VALUE_NULL;
    bool is_good = !is_star || accept_is(p, TOKEN_STAR);
    if (is_good && (is_star || !next_is(p, TOKEN_COLON))) {
        type = parse_expression(p);
        is_good = type != NULL;
    }
    if (is_good && type && accept(p, TOKEN_AS)) {
        Expr *as = parse_name(p);
        is_good = as != NULL;
        if (as) name = as->v.Name.id;
    }
    StmtSeq *body = is_good && accept(p, TOKEN_COLON) ? parse_block(p) : NULL;
    if (body) return ast_ExceptHandler(p->arena, type, name, body, location_from(p, start));
    p->mark = start;
    if (!p->failed) (void)DIAGNOSE(p, invalid_except_stmt(p));
    return NULL;
}

static HandlerSeq *parse_handlers(Parser *p, bool is_star)
{
    NodeList handlers;
    nodes_init(&handlers);
    int end;
    for (;;) {
        end = p->mark;
        ExceptHandler *handler = parse_except_block(p, is_star);
        if (!handler) break;
        if (!nodes_add(p, &handlers, handler)) return NULL;
    }
    p->mark = end;
    return p->failed || handlers.count == 0 ? NULL : nodes_finish(p, &handlers);
}

static bool parse_finally_block(Parser *p, StmtSeq **body)
{
    int start = p->mark;
    *body = NULL;
    if (!next_is(p, TOKEN_FINALLY)) return !p->failed;
    if (DIAGNOSE(p, invalid_finally_stmt(p))) return false;
    p->mark++;
    *body = force_colon(p) ? parse_block(p) : NULL;
    return settle(p, *body, start);
}

static bool except_has_star(Parser *p)
{
    if (!next_is(p, TOKEN_EXCEPT)) return false;
    p->mark++;
    bool result = next_is(p, TOKEN_STAR);
    p->mark--;
    return result;
}

static Stmt *parse_try(Parser *p)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_try_stmt(p))) return NULL;
    p->mark++;
    StmtSeq *body = force_colon(p) ? parse_block(p) : NULL, *orelse = NULL, *finalbody;
    if (!body) return NULL;
    HandlerSeq *handlers = NULL;
    bool is_star = false;
    if (next_is(p, TOKEN_EXCEPT)) {
        is_star = except_has_star(p);
        int end = p->mark;
        if (p->is_diagnosing && is_star) {
            handlers = parse_handlers(p, false);
            p->mark = end;
            if (p->failed) return NULL;
        }
        handlers = parse_handlers(p, is_star);
        if (!handlers && p->is_diagnosing && !is_star && !p->failed) {
            p->mark = end;
            handlers = parse_handlers(p, true);
        }
        if (!handlers || !parse_else_block(p, &orelse)) return NULL;
    }
    if (p->failed || !parse_finally_block(p, &finalbody)) return NULL;
    if (!handlers && !finalbody) return NULL;
    if (is_star && !check_version(p, 11, "Exception groups are")) return NULL;
    AstLocation location = location_from(p, start);
    return is_star ? ast_TryStar(p->arena, body, handlers, orelse, finalbody, location)
                   : ast_Try(p->arena, body, handlers, orelse, finalbody, location);
}

/* --- def, class --- */

/* A type comment of a def: behind the colon, or alone on the first line of the block. */
static Value parse_func_type_comment(Parser *p)
{
    if (!p->lexer.has_type_comments) return VALUE_NULL;
    int start = p->mark;
    if (accept(p, TOKEN_NEWLINE)) {
        int comment = p->mark;
        if (accept(p, TOKEN_TYPE_COMMENT)) {
            int end = p->mark;
            bool has_block = accept_is(p, TOKEN_NEWLINE) && next_is(p, TOKEN_INDENT);
            p->mark = end;
            if (has_block) return type_comment(p, &p->tokens[comment]);
        }
        p->mark = start;
    }
    if (p->failed || DIAGNOSE(p, invalid_double_type_comments(p))) return VALUE_NULL;
    return type_comment(p, accept(p, TOKEN_TYPE_COMMENT));
}

/* decorators are those in front; the statement's own location begins at def. */
static Stmt *parse_def(Parser *p, NULLABLE ExprSeq *decorators)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_def_raw(p))) return NULL;
    bool is_async = accept_is(p, TOKEN_ASYNC);
    if (!accept(p, TOKEN_DEF)) return NULL;
    Expr *name = parse_name(p);
    if (!name || !force(p, TOKEN_LPAREN, "(")) return NULL;
    int end = p->mark;
    Arguments *args = parse_parameters(p, false);
    if (!settle(p, args, end)) return NULL;
    if (!args) args = empty_arguments(p);
    if (!args || !accept(p, TOKEN_RPAREN)) return NULL;
    Expr *returns = NULL;
    end = p->mark;
    if (accept(p, TOKEN_ARROW)) {
        returns = parse_expression(p);
        if (!settle(p, returns, end)) return NULL;
    }
    if (!force_colon(p)) return NULL;
    Value comment = parse_func_type_comment(p);
    StmtSeq *body = p->failed ? NULL : parse_block(p);
    if (!body) return NULL;
    if (is_async && !check_version(p, 5, "Async functions are")) return NULL;
    AstLocation location = location_from(p, start);
    Value id = name->v.Name.id;
    return is_async ? ast_AsyncFunctionDef(p->arena, id, args, body, decorators, returns, comment, location)
                    : ast_FunctionDef(p->arena, id, args, body, decorators, returns, comment, location);
}

static Stmt *parse_class(Parser *p, NULLABLE ExprSeq *decorators)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_class_def_raw(p))) return NULL;
    p->mark++;
    Expr *name = parse_name(p), *call = NULL;
    if (!name) return NULL;
    int end = p->mark;
    if (accept(p, TOKEN_LPAREN)) {
        call = parse_arguments(p);
        if (!settle(p, call, end + 1)) return NULL;
        if (!accept(p, TOKEN_RPAREN)) {
            p->mark = end;
            call = NULL;
        }
    }
    if (p->failed || !accept(p, TOKEN_COLON)) return NULL;
    StmtSeq *body = parse_block(p);
    if (!body) return NULL;
    return ast_ClassDef(p->arena, name->v.Name.id, call ? call->v.Call.args : NULL, call ? call->v.Call.keywords : NULL,
                        body, decorators, location_from(p, start));
}

static ExprSeq *parse_decorators(Parser *p)
{
    NodeList decorators;
    nodes_init(&decorators);
    int end;
    for (;;) {
        end = p->mark;
        if (!accept(p, TOKEN_AT)) break;
        Expr *decorator = parse_named_expression(p);
        if (!decorator || !accept(p, TOKEN_NEWLINE)) break;
        if (!nodes_add(p, &decorators, decorator)) return NULL;
    }
    p->mark = end;
    return p->failed || decorators.count == 0 ? NULL : nodes_finish(p, &decorators);
}

static Stmt *parse_decorated(Parser *p)
{
    ExprSeq *decorators = parse_decorators(p);
    if (!decorators) return NULL;
    if (next_is(p, TOKEN_CLASS)) return parse_class(p, decorators);
    return p->failed ? NULL : parse_def(p, decorators);
}

static Stmt *parse_async(Parser *p)
{
    int start = p->mark;
    p->mark++;
    enum TokenType type = next_type(p);
    p->mark = start;
    switch (type) {
    case TOKEN_DEF: return parse_def(p, NULL);
    case TOKEN_WITH: return parse_with(p);
    case TOKEN_FOR: return parse_for(p);
    default: return NULL;
    }
}

Stmt *parse_compound_stmt(Parser *p)
{
    switch (next_type(p)) {
    case TOKEN_DEF: return parse_def(p, NULL);
    case TOKEN_AT: return parse_decorated(p);
    case TOKEN_ASYNC: return parse_async(p);
    case TOKEN_IF: return parse_if(p);
    case TOKEN_CLASS: return parse_class(p, NULL);
    case TOKEN_WITH: return parse_with(p);
    case TOKEN_FOR: return parse_for(p);
    case TOKEN_TRY: return parse_try(p);
    case TOKEN_WHILE: return parse_while(p);
    case TOKEN_NAME: return next_is_word(p, "match") ? parse_match_stmt(p) : NULL;
    default: return NULL;
    }
}

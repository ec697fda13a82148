/* parse_stmt.c: simple statements and lists of statements. */
#include "compiler/parser.h"

#include "objects/str.h"

Value type_comment(Parser *p, NULLABLE const Token *token)
{
    if (!token) return VALUE_NULL;
    return parser_keep(p, str_from_utf8(token->start, token->end - token->start));
}

/* --- assignments --- */

static Operator augmented_operator(enum TokenType type)
{
    switch (type) {
    case TOKEN_PLUS_ASSIGN: return OP_Add;
    case TOKEN_MINUS_ASSIGN: return OP_Sub;
    case TOKEN_STAR_ASSIGN: return OP_Mult;
    case TOKEN_AT_ASSIGN: return OP_MatMult;
    case TOKEN_SLASH_ASSIGN: return OP_Div;
    case TOKEN_PERCENT_ASSIGN: return OP_Mod;
    case TOKEN_AMPERSAND_ASSIGN: return OP_BitAnd;
    case TOKEN_BAR_ASSIGN: return OP_BitOr;
    case TOKEN_CARET_ASSIGN: return OP_BitXor;
    case TOKEN_LEFT_SHIFT_ASSIGN: return OP_LShift;
    case TOKEN_RIGHT_SHIFT_ASSIGN: return OP_RShift;
    case TOKEN_DOUBLE_STAR_ASSIGN: return OP_Pow;
    case TOKEN_DOUBLE_SLASH_ASSIGN: return OP_FloorDiv;
    default: return 0;
    }
}

static bool is_single_target(const Expr *expr)
{
    return expr->kind == EXPR_Name || expr->kind == EXPR_Attribute || expr->kind == EXPR_Subscript;
}

/* ':' expression ['=' value], behind the target. */
static Stmt *finish_annotated(Parser *p, Expr *target, bool is_simple, int start)
{
    p->mark++;
    Expr *annotation = parse_expression(p);
    if (!annotation) return NULL;
    int end = p->mark;
    Expr *value = NULL;
    if (accept(p, TOKEN_ASSIGN)) {
        value = parse_yield_or_star_expressions(p);
        if (!value) p->mark = end;
    }
    if (p->failed || !set_context(p, target, CTX_Store)) return NULL;
    if (!check_version(p, 6, is_simple ? "Variable annotation syntax is" : "Variable annotations syntax is"))
        return NULL;
    return ast_AnnAssign(p->arena, target, annotation, value, is_simple, location_from(p, start));
}

static Stmt *finish_augmented(Parser *p, Expr *target, int start)
{
    Operator op = augmented_operator(next_type(p));
    p->mark++;
    if (op == OP_MatMult && !check_version(p, 5, "The '@' operator is")) return NULL;
    Expr *value = parse_yield_or_star_expressions(p);
    if (!value || !set_context(p, target, CTX_Store)) return NULL;
    return ast_AugAssign(p->arena, target, op, value, location_from(p, start));
}

static Stmt *make_assignment(Parser *p, const NodeList *targets, Expr *value, int start)
{
    if (next_is(p, TOKEN_ASSIGN)) return NULL;
    Token *token = p->lexer.has_type_comments ? accept(p, TOKEN_TYPE_COMMENT) : NULL;
    Value comment = type_comment(p, token);
    ExprSeq *seq = p->failed ? NULL : nodes_finish(p, targets);
    return seq ? ast_Assign(p->arena, seq, value, comment, location_from(p, start)) : NULL;
}

/* target = target = value: what was read is a target as long as another '=' follows. */
static Stmt *finish_assignment(Parser *p, Expr *first, int start)
{
    NodeList targets;
    nodes_init(&targets);
    Expr *value = first;
    while (next_is(p, TOKEN_ASSIGN)) {
        if (!is_star_target(value) || !set_context(p, value, CTX_Store)) return NULL;
        if (!nodes_add(p, &targets, value)) return NULL;
        p->mark++;
        value = parse_yield_or_star_expressions(p);
        if (!value) return NULL;
    }
    return p->failed ? NULL : make_assignment(p, &targets, value, start);
}

/* An expression, or an assignment that begins with one. */
static Stmt *parse_expression_statement(Parser *p)
{
    int start = p->mark;
    Expr *first = parse_star_expressions(p);
    if (!first) return NULL;
    enum TokenType type = next_type(p);
    switch (type) {
    case TOKEN_ASSIGN: return finish_assignment(p, first, start);
    case TOKEN_COLON:
        if (!is_single_target(first)) break;
        return finish_annotated(p, first, first->kind == EXPR_Name && p->tokens[start].type == TOKEN_NAME, start);
    default:
        if (augmented_operator(type) && is_single_target(first)) return finish_augmented(p, first, start);
        break;
    }
    return p->failed ? NULL : ast_Expr(p->arena, first, location_from(p, start));
}

/* (star_targets '=')+ value */
static Stmt *diagnose_plain_assignment(Parser *p)
{
    int start = p->mark;
    NodeList targets;
    nodes_init(&targets);
    int end;
    for (;;) {
        end = p->mark;
        Expr *target = parse_star_targets(p);
        if (!target || !accept(p, TOKEN_ASSIGN)) break;
        if (!nodes_add(p, &targets, target)) return NULL;
    }
    p->mark = end;
    if (p->failed || targets.count == 0) return NULL;
    Expr *value = parse_yield_or_star_expressions(p);
    return value ? make_assignment(p, &targets, value, start) : NULL;
}

/* '(' single_target ')', or an attribute or subscript: with ':' it is annotated. */
static Stmt *diagnose_annotated(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_NAME) && next_is(p, TOKEN_COLON)) {
        int colon = p->mark;
        p->mark = start;
        Expr *name = parse_name(p);
        p->mark = colon;
        Stmt *result = name ? finish_annotated(p, name, true, start) : NULL;
        if (result) return result;
    }
    p->mark = start;
    Expr *target = p->failed ? NULL : next_is(p, TOKEN_LPAREN) ? parse_single_target(p) : NULL;
    if (!target && !p->failed) {
        p->mark = start;
        target = parse_single_subscript_attribute_target(p);
    }
    return target && next_is(p, TOKEN_COLON) ? finish_annotated(p, target, false, start) : NULL;
}

/* The alternatives of an assignment one by one, and what is wrong with it. */
static Stmt *diagnose_assignment(Parser *p, bool *is_decided)
{
    int start = p->mark;
    *is_decided = true;
    Stmt *result = diagnose_annotated(p);
    if (result || p->failed) return result;
    p->mark = start;
    result = diagnose_plain_assignment(p);
    if (result || p->failed) return result;
    p->mark = start;
    Expr *target = parse_single_target(p);
    if (target && augmented_operator(next_type(p))) return finish_augmented(p, target, start);
    p->mark = start;
    *is_decided = false;
    if (!p->failed) (void)DIAGNOSE(p, invalid_assignment(p));
    return NULL;
}

static Stmt *diagnose_expression_statement(Parser *p)
{
    int start = p->mark;
    bool is_decided;
    Stmt *result = diagnose_assignment(p, &is_decided);
    if (result || p->failed) return result;
    p->mark = start;
    Expr *value = parse_star_expressions(p);
    return value ? ast_Expr(p->arena, value, location_from(p, start)) : NULL;
}

/* --- import --- */

static Value join_with_dot(Parser *p, Value left, Value right)
{
    Value joined = str_format("%U.%U", left, right);
    if (!value_is_null(joined)) str_intern(&joined);
    return parser_keep(p, joined);
}

static Value parse_dotted_name(Parser *p)
{
    Expr *name = parse_name(p);
    if (!name) return VALUE_NULL;
    Value result = name->v.Name.id;
    int end = p->mark;
    while (accept(p, TOKEN_DOT)) {
        name = parse_name(p);
        if (!name) break;
        result = join_with_dot(p, result, name->v.Name.id);
        if (value_is_null(result)) return result;
        end = p->mark;
    }
    p->mark = end;
    return p->failed ? VALUE_NULL : result;
}

/* name ['as' NAME] */
static Alias *finish_alias(Parser *p, Value name, int start)
{
    Value asname = VALUE_NULL;
    int end = p->mark;
    if (accept(p, TOKEN_AS)) {
        Expr *as = parse_name(p);
        if (as)
            asname = as->v.Name.id;
        else
            p->mark = end;
    }
    return p->failed ? NULL : ast_alias(p->arena, name, asname, location_from(p, start));
}

static Alias *parse_dotted_as_name(Parser *p)
{
    int start = p->mark;
    Value name = parse_dotted_name(p);
    return value_is_null(name) ? NULL : finish_alias(p, name, start);
}

static Alias *parse_import_from_as_name(Parser *p)
{
    int start = p->mark;
    Expr *name = parse_name(p);
    return name ? finish_alias(p, name->v.Name.id, start) : NULL;
}

static AliasSeq *parse_aliases(Parser *p, Alias *(*parse_item)(Parser *p))
{
    NodeList items;
    nodes_init(&items);
    int end = p->mark;
    do {
        Alias *item = parse_item(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    } while (accept(p, TOKEN_COMMA));
    p->mark = end;
    return p->failed || items.count == 0 ? NULL : nodes_finish(p, &items);
}

AliasSeq *parse_import_from_as_names(Parser *p)
{
    return parse_aliases(p, parse_import_from_as_name);
}

static Stmt *parse_import(Parser *p)
{
    int start = p->mark++;
    AliasSeq *names = parse_aliases(p, parse_dotted_as_name);
    return names ? ast_Import(p->arena, names, location_from(p, start)) : NULL;
}

static AliasSeq *parse_import_star(Parser *p)
{
    int start = p->mark++;
    Value star = identifier_new(p, "*", 1);
    AliasSeq *names = arena_seq(p->arena, 1);
    if (value_is_null(star) || !names) return NULL;
    names->items[0] = ast_alias(p->arena, star, VALUE_NULL, location_from(p, start));
    return names->items[0] ? names : NULL;
}

static AliasSeq *parse_import_from_targets(Parser *p)
{
    int start = p->mark;
    if (next_is(p, TOKEN_STAR)) return parse_import_star(p);
    AliasSeq *names;
    if (accept(p, TOKEN_LPAREN)) {
        names = parse_import_from_as_names(p);
        if (!names) return NULL;
        accept(p, TOKEN_COMMA);
        return accept(p, TOKEN_RPAREN) ? names : NULL;
    }
    names = p->failed ? NULL : parse_import_from_as_names(p);
    if (names && !next_is(p, TOKEN_COMMA)) return names;
    p->mark = start;
    if (!p->failed) (void)DIAGNOSE(p, invalid_import_from_targets(p));
    return NULL;
}

static Stmt *parse_import_from(Parser *p)
{
    int start = p->mark++, level = 0;
    for (;;) {
        if (accept(p, TOKEN_DOT))
            level++;
        else if (accept(p, TOKEN_ELLIPSIS))
            level += 3;
        else
            break;
    }
    Value module = VALUE_NULL;
    if (next_is(p, TOKEN_NAME)) module = parse_dotted_name(p);
    if (p->failed || (value_is_null(module) && level == 0) || !accept(p, TOKEN_IMPORT)) return NULL;
    AliasSeq *names = parse_import_from_targets(p);
    return names ? ast_ImportFrom(p->arena, module, names, level, location_from(p, start)) : NULL;
}

/* --- the other simple statements --- */

static IdentifierSeq *parse_identifiers(Parser *p)
{
    NodeList names;
    nodes_init(&names);
    int end = p->mark;
    do {
        Expr *name = parse_name(p);
        if (!name) break;
        if (!nodes_add(p, &names, name)) return NULL;
        end = p->mark;
    } while (accept(p, TOKEN_COMMA));
    p->mark = end;
    if (p->failed || names.count == 0) return NULL;
    IdentifierSeq *seq = arena_seq(p->arena, names.count);
    for (int i = 0; seq && i < names.count; i++) seq->items[i] = ((Expr *)names.items[i])->v.Name.id;
    return seq;
}

static Stmt *parse_global(Parser *p)
{
    int start = p->mark++;
    bool is_global = last_token(p)->type == TOKEN_GLOBAL;
    IdentifierSeq *names = parse_identifiers(p);
    if (!names) return NULL;
    if (is_global) return ast_Global(p->arena, names, location_from(p, start));
    return ast_Nonlocal(p->arena, names, location_from(p, start));
}

static Stmt *parse_return(Parser *p)
{
    int start = p->mark++;
    Expr *value = parse_star_expressions(p);
    if (!value) p->mark = start + 1;
    return p->failed ? NULL : ast_Return(p->arena, value, location_from(p, start));
}

static Stmt *parse_raise(Parser *p)
{
    int start = p->mark++;
    Expr *exc = parse_expression(p), *cause = NULL;
    int end = exc ? p->mark : start + 1;
    p->mark = end;
    if (exc && accept(p, TOKEN_FROM)) {
        cause = parse_expression(p);
        if (!cause) p->mark = end;
    }
    return p->failed ? NULL : ast_Raise(p->arena, exc, cause, location_from(p, start));
}

static Stmt *parse_del(Parser *p)
{
    int start = p->mark++;
    ExprSeq *targets = parse_del_targets(p);
    enum TokenType type = targets ? next_type(p) : TOKEN_ERROR;
    if (type == TOKEN_SEMICOLON || type == TOKEN_NEWLINE) return ast_Delete(p->arena, targets, location_from(p, start));
    p->mark = start;
    if (!p->failed) (void)DIAGNOSE(p, invalid_del_stmt(p));
    return NULL;
}

static Stmt *parse_assert(Parser *p)
{
    int start = p->mark++;
    Expr *test = parse_expression(p), *message = NULL;
    if (!test) return NULL;
    int end = p->mark;
    if (accept(p, TOKEN_COMMA)) {
        message = parse_expression(p);
        if (!message) p->mark = end;
    }
    return p->failed ? NULL : ast_Assert(p->arena, test, message, location_from(p, start));
}

static Stmt *parse_yield_statement(Parser *p)
{
    int start = p->mark;
    if (DIAGNOSE(p, invalid_assignment(p))) return NULL;
    Expr *value = parse_yield_expr(p);
    return value ? ast_Expr(p->arena, value, location_from(p, start)) : NULL;
}

static Stmt *parse_any_simple_stmt(Parser *p)
{
    int start = p->mark;
    switch (next_type(p)) {
    case TOKEN_RETURN: return parse_return(p);
    case TOKEN_IMPORT: return parse_import(p);
    case TOKEN_FROM: return parse_import_from(p);
    case TOKEN_RAISE: return parse_raise(p);
    case TOKEN_PASS: p->mark++; return ast_Pass(p->arena, location_from(p, start));
    case TOKEN_DEL: return parse_del(p);
    case TOKEN_YIELD: return parse_yield_statement(p);
    case TOKEN_ASSERT: return parse_assert(p);
    case TOKEN_BREAK: p->mark++; return ast_Break(p->arena, location_from(p, start));
    case TOKEN_CONTINUE: p->mark++; return ast_Continue(p->arena, location_from(p, start));
    case TOKEN_GLOBAL:
    case TOKEN_NONLOCAL: return parse_global(p);
    default: return p->is_diagnosing ? diagnose_expression_statement(p) : parse_expression_statement(p);
    }
}

static Stmt *parse_simple_stmt(Parser *p)
{
    Stmt *result;
    if (memo_find(p, RULE_SIMPLE_STMT, &result)) return result;
    int start = p->mark;
    result = parse_any_simple_stmt(p);
    memo_store(p, RULE_SIMPLE_STMT, start, result);
    return result;
}

/* --- lists of statements --- */

/* simple_stmt (';' simple_stmt)* [';'] NEWLINE */
static bool parse_simple_line(Parser *p, NodeList *statements)
{
    int count = statements->count;
    do {
        int start = p->mark;
        if (statements->count > count && next_is(p, TOKEN_NEWLINE)) break;
        Stmt *statement = parse_simple_stmt(p);
        if (!statement) {
            p->mark = start;
            break;
        }
        if (!nodes_add(p, statements, statement)) return false;
    } while (accept(p, TOKEN_SEMICOLON));
    if (!p->failed && statements->count > count && accept(p, TOKEN_NEWLINE)) return true;
    statements->count = count;
    return false;
}

StmtSeq *parse_simple_stmts(Parser *p)
{
    NodeList statements;
    nodes_init(&statements);
    return parse_simple_line(p, &statements) ? nodes_finish(p, &statements) : NULL;
}

bool parse_statement(Parser *p, NodeList *statements)
{
    int start = p->mark;
    Stmt *compound = parse_compound_stmt(p);
    if (compound) return nodes_add(p, statements, compound);
    if (p->failed) return false;
    p->mark = start;
    return parse_simple_line(p, statements);
}

StmtSeq *parse_statements(Parser *p)
{
    NodeList statements;
    nodes_init(&statements);
    int end;
    do end = p->mark;
    while (parse_statement(p, &statements));
    p->mark = end;
    return p->failed || statements.count == 0 ? NULL : nodes_finish(p, &statements);
}

static StmtSeq *parse_plain_block(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_NEWLINE)) return p->failed ? NULL : parse_simple_stmts(p);
    if (accept(p, TOKEN_INDENT)) {
        StmtSeq *body = parse_statements(p);
        if (body && accept(p, TOKEN_DEDENT)) return body;
    }
    p->mark = start;
    if (!p->failed) (void)DIAGNOSE(p, invalid_block(p));
    return NULL;
}

StmtSeq *parse_block(Parser *p)
{
    StmtSeq *result;
    if (memo_find(p, RULE_BLOCK, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse_plain_block(p);
    memo_store(p, RULE_BLOCK, start, result);
    parser_leave(p);
    return result;
}

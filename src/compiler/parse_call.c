/* parse_call.c: primaries (attributes, calls, subscripts) and the arguments of calls. */
#include "compiler/parser.h"

/* --- arguments --- */

typedef struct CallArguments {
    NodeList positional; /* Expr, starred ones included */
    NodeList keywords;   /* Keyword */
} CallArguments;

static Keyword *parse_keyword(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_DOUBLE_STAR)) {
        Expr *value = parse_expression(p);
        return value ? ast_keyword(p->arena, VALUE_NULL, value, location_from(p, start)) : NULL;
    }
    Expr *name = parse_name(p);
    if (!name || !accept(p, TOKEN_ASSIGN)) return NULL;
    Expr *value = parse_expression(p);
    return value ? ast_keyword(p->arena, name->v.Name.id, value, location_from(p, start)) : NULL;
}

static bool is_keyword_argument(Parser *p)
{
    if (!next_is(p, TOKEN_NAME)) return false;
    p->mark++;
    bool result = next_is(p, TOKEN_ASSIGN);
    p->mark--;
    return result;
}

Expr *parse_starred_expression(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_STAR)) return NULL;
    Expr *value = parse_expression(p);
    return value ? ast_Starred(p->arena, value, CTX_Load, location_from(p, start)) : NULL;
}

/* One argument that is given by position; a following '=' says that it was none. */
static Expr *parse_positional(Parser *p)
{
    if (next_is(p, TOKEN_STAR)) return parse_starred_expression(p);
    Expr *value = parse_named_or_plain(p);
    return value && next_is(p, TOKEN_ASSIGN) ? NULL : value;
}

enum ArgumentStage { BY_POSITION, BY_KEYWORD, AFTER_DOUBLE_STAR };

/* One argument of any sort; the stage says which sorts may still come. */
static bool parse_argument(Parser *p, CallArguments *arguments, enum ArgumentStage *stage)
{
    int start = p->mark;
    enum TokenType type = next_type(p);
    if (*stage == BY_POSITION && type != TOKEN_DOUBLE_STAR && (p->is_diagnosing || !is_keyword_argument(p))) {
        Expr *value = parse_positional(p);
        if (value) return nodes_add(p, &arguments->positional, value);
        if (p->failed || !p->is_diagnosing) return false;
        p->mark = start;
    }
    if (p->failed || DIAGNOSE(p, invalid_kwarg(p))) return false;
    if (type == TOKEN_STAR && *stage != AFTER_DOUBLE_STAR) {
        Expr *value = parse_starred_expression(p);
        if (value) *stage = MAX(*stage, BY_KEYWORD);
        return value && nodes_add(p, &arguments->positional, value);
    }
    Keyword *keyword = parse_keyword(p);
    if (!keyword) return false;
    if (type == TOKEN_DOUBLE_STAR)
        *stage = AFTER_DOUBLE_STAR;
    else if (*stage == BY_POSITION)
        *stage = BY_KEYWORD;
    return nodes_add(p, &arguments->keywords, keyword);
}

/* Arguments from here, after those collected already; stops in front of what is none. False: there is none at all. */
static bool parse_argument_list(Parser *p, CallArguments *arguments)
{
    enum ArgumentStage stage = BY_POSITION;
    int end = p->mark;
    bool any = arguments->positional.count > 0;
    if (any && !accept(p, TOKEN_COMMA)) return !p->failed;
    for (;;) {
        if (any && next_is(p, TOKEN_RPAREN)) break;
        if (!parse_argument(p, arguments, &stage)) break;
        any = true;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
    }
    p->mark = end;
    return any && !p->failed;
}

static void arguments_init(CallArguments *arguments)
{
    nodes_init(&arguments->positional);
    nodes_init(&arguments->keywords);
}

static Expr *make_call(Parser *p, Expr *function, const CallArguments *arguments, AstLocation location)
{
    ExprSeq *args = arguments->positional.count ? nodes_finish(p, &arguments->positional) : NULL;
    KeywordSeq *keywords = arguments->keywords.count ? nodes_finish(p, &arguments->keywords) : NULL;
    return p->failed ? NULL : ast_Call(p->arena, function, args, keywords, location);
}

/* A Call without a function. */
Expr *parse_args(Parser *p)
{
    int start = p->mark;
    CallArguments arguments;
    arguments_init(&arguments);
    if (!parse_argument_list(p, &arguments)) return NULL;
    return make_call(p, NULL, &arguments, location_from(p, start));
}

Expr *parse_arguments(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_ARGUMENTS, &result)) return result;
    int start = p->mark;
    result = parse_args(p);
    if (result) {
        accept(p, TOKEN_COMMA);
        if (!next_is(p, TOKEN_RPAREN)) result = NULL;
    }
    if (!result && !p->failed) {
        p->mark = start;
        (void)DIAGNOSE(p, invalid_arguments(p));
    }
    memo_store(p, RULE_ARGUMENTS, start, result);
    return result;
}

/* --- calls --- */

static Expr *call_with_genexp(Parser *p, Expr *function, Expr *genexp)
{
    ExprSeq *args = arena_seq(p->arena, 1);
    if (!args) return NULL;
    args->items[0] = genexp;
    return ast_Call(p->arena, function, args, NULL, location_since(p, function));
}

static Expr *diagnose_call(Parser *p, Expr *function)
{
    int start = p->mark;
    Expr *genexp = parse_genexp(p);
    if (genexp) return call_with_genexp(p, function, genexp);
    if (p->failed) return NULL;
    p->mark = start + 1;
    Expr *call = parse_arguments(p);
    if (p->failed) return NULL;
    if (!call) p->mark = start + 1;
    if (!accept(p, TOKEN_RPAREN)) return NULL;
    return ast_Call(p->arena, function, call ? call->v.Call.args : NULL, call ? call->v.Call.keywords : NULL,
                    location_since(p, function));
}

/* At '('. A first argument followed by `for` is a generator expression, and the only argument. */
static Expr *parse_call(Parser *p, Expr *function)
{
    if (p->is_diagnosing) return diagnose_call(p, function);
    int start = p->mark++;
    CallArguments arguments;
    arguments_init(&arguments);
    enum TokenType type = next_type(p);
    if (type != TOKEN_RPAREN) {
        if (type != TOKEN_STAR && type != TOKEN_DOUBLE_STAR && !is_keyword_argument(p)) {
            Expr *first = parse_positional(p);
            if (!first || !nodes_add(p, &arguments.positional, first)) return NULL;
            type = next_type(p);
            if (type == TOKEN_FOR || type == TOKEN_ASYNC) {
                ComprehensionSeq *clauses = parse_for_if_clauses(p);
                if (!clauses || !accept(p, TOKEN_RPAREN)) return NULL;
                Expr *genexp = ast_GeneratorExp(p->arena, first, clauses, location_from(p, start));
                return genexp ? call_with_genexp(p, function, genexp) : NULL;
            }
        }
        if (!parse_argument_list(p, &arguments)) return NULL;
        accept(p, TOKEN_COMMA);
    }
    if (!accept(p, TOKEN_RPAREN)) return NULL;
    return make_call(p, function, &arguments, location_since(p, function));
}

/* --- primaries --- */

static Expr *parse_attribute(Parser *p, Expr *value)
{
    p->mark++;
    Token *name = accept(p, TOKEN_NAME);
    if (!name) return NULL;
    Value id = identifier_new(p, name->start, (size_t)(name->end - name->start));
    return value_is_null(id) ? NULL : ast_Attribute(p->arena, value, id, CTX_Load, location_since(p, value));
}

static Expr *parse_subscript(Parser *p, Expr *value)
{
    p->mark++;
    Expr *slice = parse_slices(p);
    if (!slice || !accept(p, TOKEN_RBRACKET)) return NULL;
    return ast_Subscript(p->arena, value, slice, CTX_Load, location_since(p, value));
}

/* The location of a parenthesised primary begins at its bracket, not at the expression inside. */
static Expr *relocate(Expr *result, Parser *p, int start)
{
    result->lineno = p->tokens[start].lineno;
    result->col_offset = p->tokens[start].col_offset;
    return result;
}

Expr *parse_primary(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_PRIMARY, &result)) return result;
    int start = p->mark;
    result = parse_atom(p);
    while (result) {
        int end = p->mark;
        Expr *longer;
        switch (next_type(p)) {
        case TOKEN_DOT: longer = parse_attribute(p, result); break;
        case TOKEN_LPAREN: longer = parse_call(p, result); break;
        case TOKEN_LBRACKET:
            /* CPython's grammar looks for a generator expression first, and so for what can be wrong in one */
            longer = DIAGNOSE(p, invalid_comprehension(p)) ? NULL : parse_subscript(p, result);
            break;
        case TOKEN_LBRACE:
            longer = NULL;
            (void)DIAGNOSE(p, invalid_comprehension(p));
            break;
        default: longer = NULL; break;
        }
        if (!longer) {
            p->mark = end;
            break;
        }
        result = relocate(longer, p, start);
    }
    if (p->failed) result = NULL;
    memo_store(p, RULE_PRIMARY, start, result);
    return result;
}

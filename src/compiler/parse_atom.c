/* parse_atom.c: names, literals, brackets of every kind, comprehensions, and what follows a primary: attributes, calls,
 * subscripts.
 *
 * In the second pass the alternatives behind a bracket are tried one after the other as in CPython's grammar, because
 * that decides which mistake is reported; the first pass reads them from left to right without going back. */
#include "compiler/parser.h"

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"

Expr *parse_name(Parser *p)
{
    Token *token = accept(p, TOKEN_NAME);
    if (!token) return NULL;
    Value id = identifier_new(p, token->start, (size_t)(token->end - token->start));
    return value_is_null(id) ? NULL : ast_Name(p->arena, id, CTX_Load, location_from(p, p->mark - 1));
}

/* --- literals --- */

/* Digits without the underscores, in the arena. */
static const char *copy_digits(Parser *p, const Token *token, size_t *length)
{
    size_t size = (size_t)(token->end - token->start);
    char *digits = arena_alloc(p->arena, size + 1);
    if (!digits) return NULL;
    size_t n = 0;
    for (const char *at = token->start; at < token->end; at++)
        if (*at != '_') digits[n++] = *at;
    digits[n] = 0;
    *length = n;
    return digits;
}

static bool is_plain_decimal(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return length < 18;
}

static Value number_value(const char *text, size_t length)
{
    if (is_plain_decimal(text, length)) {
        int64_t n = 0;
        for (size_t i = 0; i < length; i++) n = n * 10 + (text[i] - '0');
        return int_from_int64(n);
    }
    char last = text[length - 1];
    bool has_prefix = text[0] == '0' && length > 1 && strchr("xXoObB", text[1]);
    if (!has_prefix && (last == 'j' || last == 'J')) {
        Value imaginary = float_from_text(text, length - 1);
        if (value_is_null(imaginary)) return imaginary;
        double value = float_as_double(imaginary);
        value_decref(imaginary);
        return complex_new(0.0, value);
    }
    if (has_prefix || !strpbrk(text, ".eE")) return int_from_text(text, length, 0);
    return float_from_text(text, length);
}

/* An int with more digits than sys.set_int_max_str_digits allows is a SyntaxError with a hint. */
static void *fail_number(Parser *p, AstLocation location)
{
    p->failed = true;
    if (!error_matches(&type_ValueError)) return NULL;
    Value exception = error_fetch();
    Value text = value_str(exception);
    value_decref(exception);
    if (value_is_null(text)) return NULL;
    p->failed = false;
    raise_at(p, &type_SyntaxError, location.lineno, -1, location.end_lineno, -1,
             "%U - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.", text);
    value_decref(text);
    return NULL;
}

Expr *parse_number(Parser *p)
{
    Token *token = accept(p, TOKEN_NUMBER);
    if (!token) return NULL;
    AstLocation location = location_of_token(token);
    size_t length;
    if (memchr(token->start, '_', (size_t)(token->end - token->start)) &&
        !check_version(p, 6, "Underscores in numeric literals are"))
        return NULL;
    token = last_token(p);
    const char *digits = copy_digits(p, token, &length);
    if (!digits) return NULL;
    Value value = number_value(digits, length);
    if (value_is_null(value)) return fail_number(p, location);
    if (value_is_null(parser_keep(p, value))) return NULL;
    return ast_Constant(p->arena, value, VALUE_NULL, location);
}

Expr *parse_strings(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_STRINGS, &result)) return result;
    int start = p->mark, count = 0;
    while (accept(p, TOKEN_STRING)) count++;
    result = count && !p->failed ? strings_concatenate(p, start, count) : NULL;
    if (!result && count) p->failed = true;
    memo_store(p, RULE_STRINGS, start, result);
    return result;
}

static Expr *constant_from_token(Parser *p, Value value)
{
    int start = p->mark++;
    return ast_Constant(p->arena, value, VALUE_NULL, location_from(p, start));
}

/* --- comprehensions --- */

static Comprehension *parse_for_if_clause(Parser *p)
{
    int start = p->mark;
    bool is_async = accept_is(p, TOKEN_ASYNC);
    if (accept(p, TOKEN_FOR)) {
        Expr *target = parse_star_targets(p);
        if (target && accept(p, TOKEN_IN)) {
            Expr *iter = parse_disjunction(p);
            if (!iter) return NULL;
            NodeList ifs;
            nodes_init(&ifs);
            int end = p->mark;
            while (accept(p, TOKEN_IF)) {
                Expr *condition = parse_disjunction(p);
                if (!condition) break;
                if (!nodes_add(p, &ifs, condition)) return NULL;
                end = p->mark;
            }
            p->mark = end;
            if (p->failed || (is_async && !check_version(p, 6, "Async comprehensions are"))) return NULL;
            ExprSeq *conditions = ifs.count ? nodes_finish(p, &ifs) : NULL;
            return p->failed ? NULL : ast_comprehension(p->arena, target, iter, conditions, is_async);
        }
    }
    p->mark = start;
    (void)DIAGNOSE(p, invalid_for_target(p));
    return NULL;
}

ComprehensionSeq *parse_for_if_clauses(Parser *p)
{
    NodeList clauses;
    nodes_init(&clauses);
    int end;
    for (;;) {
        end = p->mark;
        enum TokenType type = next_type(p);
        if (type != TOKEN_FOR && type != TOKEN_ASYNC) break;
        Comprehension *clause = parse_for_if_clause(p);
        if (!clause) break;
        if (!nodes_add(p, &clauses, clause)) return NULL;
    }
    p->mark = end;
    return p->failed || clauses.count == 0 ? NULL : nodes_finish(p, &clauses);
}

/* --- ( … ) --- */

/* Behind "( item ,": the rest of a tuple. */
static Expr *finish_tuple(Parser *p, Expr *first, int start)
{
    NodeList items;
    nodes_init(&items);
    nodes_add(p, &items, first);
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        if (next_is(p, TOKEN_RPAREN)) break;
        Expr *item = parse_star_named_expression(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed || !accept(p, TOKEN_RPAREN)) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_Tuple(p->arena, elts, CTX_Load, location_from(p, start)) : NULL;
}

Expr *parse_tuple(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_LPAREN)) return NULL;
    if (accept(p, TOKEN_RPAREN)) return ast_Tuple(p->arena, NULL, CTX_Load, location_from(p, start));
    Expr *first = p->failed ? NULL : parse_star_named_expression(p);
    return first && next_is(p, TOKEN_COMMA) ? finish_tuple(p, first, start) : NULL;
}

static Expr *parse_group(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_LPAREN)) return NULL;
    Expr *inner = next_is(p, TOKEN_YIELD) ? parse_yield_expr(p) : parse_named_expression(p);
    if (inner && accept(p, TOKEN_RPAREN)) return inner;
    p->mark = start;
    (void)DIAGNOSE(p, invalid_group(p));
    return NULL;
}

/* Behind "( element": the clauses and the closing bracket. */
static Expr *finish_genexp(Parser *p, Expr *element, int start)
{
    ComprehensionSeq *clauses = parse_for_if_clauses(p);
    if (!clauses || !accept(p, TOKEN_RPAREN)) return NULL;
    return ast_GeneratorExp(p->arena, element, clauses, location_from(p, start));
}

Expr *parse_genexp(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_LPAREN)) return NULL;
    Expr *element = parse_named_or_plain(p);
    Expr *result = element ? finish_genexp(p, element, start) : NULL;
    if (result || p->failed) return result;
    p->mark = start;
    (void)DIAGNOSE(p, invalid_comprehension(p));
    return NULL;
}

static Expr *parse_parentheses(Parser *p)
{
    int start = p->mark;
    if (p->is_diagnosing) {
        Expr *result = parse_tuple(p);
        if (result || p->failed) return result;
        p->mark = start;
        result = parse_group(p);
        if (result || p->failed) return result;
        p->mark = start;
        return parse_genexp(p);
    }
    p->mark++;
    switch (next_type(p)) {
    case TOKEN_RPAREN: p->mark++; return ast_Tuple(p->arena, NULL, CTX_Load, location_from(p, start));
    case TOKEN_YIELD: {
        Expr *inner = parse_yield_expr(p);
        return inner && accept(p, TOKEN_RPAREN) ? inner : NULL;
    }
    case TOKEN_STAR: {
        Expr *first = parse_star_named_expression(p);
        return first && next_is(p, TOKEN_COMMA) ? finish_tuple(p, first, start) : NULL;
    }
    default: break;
    }
    Expr *first = parse_named_expression(p);
    if (!first) return NULL;
    switch (next_type(p)) {
    case TOKEN_RPAREN: p->mark++; return first;
    case TOKEN_COMMA: return finish_tuple(p, first, start);
    case TOKEN_FOR:
    case TOKEN_ASYNC: return finish_genexp(p, first, start);
    default: return NULL;
    }
}

/* --- [ … ] --- */

/* Behind "[" and perhaps a first item: the rest of a list. */
static Expr *finish_list(Parser *p, Expr *first, int start)
{
    NodeList items;
    nodes_init(&items);
    nodes_add(p, &items, first);
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        if (next_is(p, TOKEN_RBRACKET)) break;
        Expr *item = parse_star_named_expression(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed || !accept(p, TOKEN_RBRACKET)) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_List(p->arena, elts, CTX_Load, location_from(p, start)) : NULL;
}

Expr *parse_list(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_LBRACKET)) return NULL;
    if (accept(p, TOKEN_RBRACKET)) return ast_List(p->arena, NULL, CTX_Load, location_from(p, start));
    Expr *first = p->failed ? NULL : parse_star_named_expression(p);
    return first ? finish_list(p, first, start) : NULL;
}

static Expr *finish_listcomp(Parser *p, Expr *element, int start)
{
    ComprehensionSeq *clauses = parse_for_if_clauses(p);
    if (!clauses || !accept(p, TOKEN_RBRACKET)) return NULL;
    return ast_ListComp(p->arena, element, clauses, location_from(p, start));
}

static Expr *parse_brackets(Parser *p)
{
    int start = p->mark;
    if (p->is_diagnosing) {
        Expr *result = parse_list(p);
        if (result || p->failed) return result;
        p->mark = start + 1;
        Expr *element = parse_named_expression(p);
        result = element ? finish_listcomp(p, element, start) : NULL;
        if (result || p->failed) return result;
        p->mark = start;
        (void)DIAGNOSE(p, invalid_comprehension(p));
        return NULL;
    }
    p->mark++;
    if (accept(p, TOKEN_RBRACKET)) return ast_List(p->arena, NULL, CTX_Load, location_from(p, start));
    bool is_starred = next_is(p, TOKEN_STAR);
    Expr *first = p->failed ? NULL : parse_star_named_expression(p);
    if (!first) return NULL;
    enum TokenType type = next_type(p);
    if ((type == TOKEN_FOR || type == TOKEN_ASYNC) && !is_starred) return finish_listcomp(p, first, start);
    return finish_list(p, first, start);
}

/* --- { … } --- */

static bool parse_key_value(Parser *p, Expr **key, Expr **value)
{
    *key = parse_expression(p);
    if (!*key || !accept(p, TOKEN_COLON)) return false;
    *value = parse_expression(p);
    return *value != NULL;
}

bool parse_dict_item(Parser *p, Expr **key, Expr **value)
{
    if (!accept(p, TOKEN_DOUBLE_STAR)) return parse_key_value(p, key, value);
    *key = NULL;
    *value = parse_bitwise_or(p);
    return *value != NULL;
}

/* Behind "{" and a first item: the rest of a dict. */
static Expr *finish_dict(Parser *p, Expr *key, Expr *value, int start)
{
    NodeList keys, values;
    nodes_init(&keys);
    nodes_init(&values);
    nodes_add(p, &keys, key);
    nodes_add(p, &values, value);
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        if (next_is(p, TOKEN_RBRACE)) break;
        if (!parse_dict_item(p, &key, &value)) break;
        if (!nodes_add(p, &keys, key) || !nodes_add(p, &values, value)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed || !accept(p, TOKEN_RBRACE)) return NULL;
    ExprSeq *key_seq = nodes_finish(p, &keys), *value_seq = nodes_finish(p, &values);
    return key_seq && value_seq ? ast_Dict(p->arena, key_seq, value_seq, location_from(p, start)) : NULL;
}

static Expr *finish_dictcomp(Parser *p, Expr *key, Expr *value, int start)
{
    ComprehensionSeq *clauses = parse_for_if_clauses(p);
    if (!clauses || !accept(p, TOKEN_RBRACE)) return NULL;
    return ast_DictComp(p->arena, key, value, clauses, location_from(p, start));
}

static Expr *finish_set(Parser *p, Expr *first, int start)
{
    NodeList items;
    nodes_init(&items);
    nodes_add(p, &items, first);
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        if (next_is(p, TOKEN_RBRACE)) break;
        Expr *item = parse_star_named_expression(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed || !accept(p, TOKEN_RBRACE)) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_Set(p->arena, elts, location_from(p, start)) : NULL;
}

static Expr *finish_setcomp(Parser *p, Expr *element, int start)
{
    ComprehensionSeq *clauses = parse_for_if_clauses(p);
    if (!clauses || !accept(p, TOKEN_RBRACE)) return NULL;
    return ast_SetComp(p->arena, element, clauses, location_from(p, start));
}

/* dict | set | dictcomp | setcomp, in this order, with their invalid_ rules. */
static Expr *diagnose_braces(Parser *p)
{
    int start = p->mark;
    Expr *key, *value, *result = NULL;
    p->mark = start + 1;
    if (accept(p, TOKEN_RBRACE)) return ast_Dict(p->arena, NULL, NULL, location_from(p, start));
    if (parse_dict_item(p, &key, &value)) result = finish_dict(p, key, value, start);
    if (result || p->failed) return result;
    p->mark = start + 1;
    invalid_double_starred_kvpairs(p);
    if (p->failed) return NULL;
    p->mark = start + 1;
    Expr *element = parse_star_named_expression(p);
    if (element) result = finish_set(p, element, start);
    if (result || p->failed) return result;
    p->mark = start + 1;
    if (parse_key_value(p, &key, &value)) result = finish_dictcomp(p, key, value, start);
    if (result || p->failed) return result;
    p->mark = start;
    if (DIAGNOSE(p, invalid_dict_comprehension(p))) return NULL;
    p->mark = start + 1;
    element = parse_named_expression(p);
    if (element) result = finish_setcomp(p, element, start);
    if (result || p->failed) return result;
    p->mark = start;
    (void)DIAGNOSE(p, invalid_comprehension(p));
    return NULL;
}

/* The same from left to right. What makes a dict of it is stored in *is_dict. */
static Expr *parse_plain_braces(Parser *p, bool *is_dict)
{
    int start = p->mark++;
    Expr *key, *value;
    enum TokenType type = next_type(p);
    *is_dict = type == TOKEN_DOUBLE_STAR;
    if (accept(p, TOKEN_RBRACE)) return ast_Dict(p->arena, NULL, NULL, location_from(p, start));
    if (*is_dict) return parse_dict_item(p, &key, &value) ? finish_dict(p, key, value, start) : NULL;
    key = p->failed ? NULL : parse_star_named_expression(p);
    if (!key) return NULL;
    if (type == TOKEN_STAR) return finish_set(p, key, start);
    *is_dict = accept_is(p, TOKEN_COLON);
    if (*is_dict) {
        value = parse_expression(p);
        if (!value) return NULL;
    }
    type = next_type(p);
    bool is_comprehension = type == TOKEN_FOR || type == TOKEN_ASYNC;
    if (*is_dict) return is_comprehension ? finish_dictcomp(p, key, value, start) : finish_dict(p, key, value, start);
    return is_comprehension ? finish_setcomp(p, key, start) : finish_set(p, key, start);
}

/* Mistakes in dicts are looked for in both passes: CPython's grammar has them so. The first pass is lost by then; it
 * goes on with memory, because the same text is read again and again. */
static Expr *parse_braces(Parser *p)
{
    if (p->is_diagnosing) return diagnose_braces(p);
    int start = p->mark;
    bool is_dict;
    Expr *result = parse_plain_braces(p, &is_dict);
    if (!result && is_dict && !p->failed) {
        p->is_diagnosing = true;
        p->mark = start + 1;
        invalid_double_starred_kvpairs(p);
    }
    return result;
}

/* --- atoms --- */

static Expr *parse_bracketed(Parser *p, Expr *(*parse)(Parser *p))
{
    Expr *result;
    if (memo_find(p, RULE_ATOM, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse(p);
    memo_store(p, RULE_ATOM, start, result);
    parser_leave(p);
    return result;
}

Expr *parse_atom(Parser *p)
{
    switch (next_type(p)) {
    case TOKEN_NAME: return parse_name(p);
    case TOKEN_TRUE: return constant_from_token(p, VALUE_TRUE);
    case TOKEN_FALSE: return constant_from_token(p, VALUE_FALSE);
    case TOKEN_NONE: return constant_from_token(p, VALUE_NONE);
    case TOKEN_ELLIPSIS: return constant_from_token(p, VALUE_ELLIPSIS);
    case TOKEN_STRING: return parse_strings(p);
    case TOKEN_NUMBER: return parse_number(p);
    case TOKEN_LPAREN: return parse_bracketed(p, parse_parentheses);
    case TOKEN_LBRACKET: return parse_bracketed(p, parse_brackets);
    case TOKEN_LBRACE: return parse_bracketed(p, parse_braces);
    default: return NULL;
    }
}

/* --- subscripts --- */

/* Behind an optional lower bound, at the colon. */
static Expr *finish_slice(Parser *p, NULLABLE Expr *lower, int start)
{
    Expr *upper = NULL, *step = NULL;
    p->mark++;
    int end = p->mark;
    upper = parse_expression(p);
    if (p->failed) return NULL;
    if (!upper) p->mark = end;
    if (accept(p, TOKEN_COLON)) {
        end = p->mark;
        step = parse_expression(p);
        if (!step) p->mark = end;
    }
    return p->failed ? NULL : ast_Slice(p->arena, lower, upper, step, location_from(p, start));
}

static Expr *parse_slice(Parser *p)
{
    int start = p->mark;
    if (next_is(p, TOKEN_COLON)) return finish_slice(p, NULL, start);
    if (is_assignment_expression(p)) return parse_named_expression(p);
    Expr *lower = p->failed ? NULL : parse_expression(p);
    if (lower && next_is(p, TOKEN_COLON)) return finish_slice(p, lower, start);
    if (!p->is_diagnosing) return lower && next_is(p, TOKEN_WALRUS) ? NULL : lower;
    p->mark = start;
    return p->failed ? NULL : parse_named_expression(p);
}

static Expr *parse_slice_or_starred(Parser *p)
{
    int start = p->mark;
    if (!p->is_diagnosing && next_is(p, TOKEN_STAR)) return parse_starred_expression(p);
    Expr *result = parse_slice(p);
    if (result || p->failed) return result;
    p->mark = start;
    return parse_starred_expression(p);
}

Expr *parse_slices(Parser *p)
{
    int start = p->mark;
    Expr *first = parse_slice_or_starred(p);
    if (!first) return NULL;
    if (first->kind != EXPR_Starred && !next_is(p, TOKEN_COMMA)) return p->failed ? NULL : first;
    NodeList items;
    nodes_init(&items);
    nodes_add(p, &items, first);
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        if (next_is(p, TOKEN_RBRACKET)) break;
        Expr *item = parse_slice_or_starred(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_Tuple(p->arena, elts, CTX_Load, location_from(p, start)) : NULL;
}

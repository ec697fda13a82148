/* invalid.c: the mistakes that have an error message of their own, in expressions and simple statements; those of
 * blocks and patterns are in invalid_block.c. Each rule is CPython 3.11's rule of the same name: its alternatives are
 * tried in order, from the same place, and the first that matches raises. Only the second pass comes here. */
#include "compiler/parser.h"

#include "objects/exception.h"
#include "objects/str.h"

/* Ends an alternative that did not match: back to the start; leaves the function when something was raised. */
#define NEXT_ALTERNATIVE(p, start)                                                                                     \
    do {                                                                                                               \
        (p)->mark = (start);                                                                                           \
        if ((p)->failed) return;                                                                                       \
    } while (0)

static AstLocation last_location(Parser *p)
{
    return location_of_token(last_token(p));
}

static AstLocation end_of_clauses(const ComprehensionSeq *clauses)
{
    const Comprehension *last = clauses->items[clauses->count - 1];
    ssize_t ifs = seq_count(last->ifs);
    return ifs ? last->ifs->items[ifs - 1]->location : last->iter->location;
}

/* --- expressions --- */

static bool is_legacy_name(const Expr *expr)
{
    return expr->kind == EXPR_Name &&
           (str_equal_cstr(expr->v.Name.id, "print") || str_equal_cstr(expr->v.Name.id, "exec"));
}

/* CPython compares only as many characters as the name has: "m" and "ca" pass for soft keywords, too. */
static bool next_is_soft_keyword(Parser *p)
{
    Token *token = peek(p);
    if (!token || token->type != TOKEN_NAME) return false;
    size_t length = (size_t)(token->end - token->start);
    return strncmp("match", token->start, length) == 0 || strncmp("case", token->start, length) == 0 ||
           strncmp("_", token->start, length) == 0;
}

/* kf"…": a wrong prefix is not a missing comma */
static bool next_is_name_and_string(Parser *p)
{
    if (!next_is(p, TOKEN_NAME)) return false;
    p->mark++;
    bool result = next_is(p, TOKEN_STRING);
    p->mark--;
    return result;
}

void invalid_expression(Parser *p)
{
    int start = p->mark;
    if (!next_is_name_and_string(p) && !next_is_soft_keyword(p) && !p->failed) {
        Expr *a = parse_disjunction(p);
        Expr *b = a ? parse_expression_without_invalid(p) : NULL;
        if (b && !p->failed && !is_legacy_name(a) && last_token(p)->level > 0)
            raise_at_node(p, location_between(a->location, b->location), "invalid syntax. Perhaps you forgot a comma?");
        NEXT_ALTERNATIVE(p, start);
    }
    Expr *a = parse_disjunction(p);
    if (a && accept(p, TOKEN_IF)) {
        Expr *b = parse_disjunction(p);
        enum TokenType type = b ? next_type(p) : TOKEN_ERROR;
        if (b && type != TOKEN_ELSE && type != TOKEN_COLON)
            raise_at_node(p, location_between(a->location, b->location), "expected 'else' after 'if' expression");
    }
    p->mark = start;
}

void invalid_legacy_expression(Parser *p)
{
    int start = p->mark;
    Expr *name = parse_name(p);
    if (name && !next_is(p, TOKEN_LPAREN)) {
        Expr *b = parse_star_expressions(p);
        if (b && is_legacy_name(name))
            raise_at_node(p, location_between(name->location, b->location),
                          "Missing parentheses in call to '%U'. Did you mean %U(...)?", name->v.Name.id,
                          name->v.Name.id);
    }
    p->mark = start;
}

static bool next_is_assign_or_walrus(Parser *p)
{
    enum TokenType type = next_type(p);
    return type == TOKEN_ASSIGN || type == TOKEN_WALRUS || type == TOKEN_ERROR;
}

/* list | tuple | genexp | True | None | False */
static bool next_is_display(Parser *p)
{
    int start = p->mark;
    enum TokenType type = next_type(p);
    bool result = type == TOKEN_TRUE || type == TOKEN_FALSE || type == TOKEN_NONE;
    if (type == TOKEN_LBRACKET) result = parse_list(p) != NULL;
    if (type == TOKEN_LPAREN) {
        result = parse_tuple(p) != NULL;
        p->mark = start;
        if (!result && !p->failed) result = parse_genexp(p) != NULL;
    }
    p->mark = start;
    return result || p->failed;
}

static void try_invalid_named_expression(Parser *p)
{
    int start = p->mark;
    Expr *a = parse_expression(p);
    if (a && accept(p, TOKEN_WALRUS) && parse_expression(p))
        raise_at_node(p, a->location, "cannot use assignment expressions with %s", expr_name(a));
    NEXT_ALTERNATIVE(p, start);
    a = parse_name(p);
    if (a && accept(p, TOKEN_ASSIGN)) {
        Expr *b = parse_bitwise_or(p);
        if (b && !next_is_assign_or_walrus(p))
            raise_at_node(p, location_between(a->location, b->location),
                          "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    }
    NEXT_ALTERNATIVE(p, start);
    if (!next_is_display(p)) {
        a = parse_bitwise_or(p);
        if (a && accept(p, TOKEN_ASSIGN) && parse_bitwise_or(p) && !next_is_assign_or_walrus(p))
            raise_at_node(p, a->location, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
                          expr_name(a));
    }
    p->mark = start;
}

void invalid_named_expression(Parser *p)
{
    void *unused;
    int start = p->mark;
    if (memo_find(p, RULE_INVALID_NAMED_EXPRESSION, &unused)) return;
    try_invalid_named_expression(p);
    p->mark = start;
    memo_store(p, RULE_INVALID_NAMED_EXPRESSION, start, NULL);
}

/* --- brackets --- */

static enum TokenType accept_opening(Parser *p)
{
    enum TokenType type = next_type(p);
    if (type != TOKEN_LPAREN && type != TOKEN_LBRACKET && type != TOKEN_LBRACE) return TOKEN_ERROR;
    p->mark++;
    return type;
}

void invalid_comprehension(Parser *p)
{
    int start = p->mark;
    enum TokenType open = accept_opening(p);
    if (open == TOKEN_ERROR) return;
    Expr *a = parse_starred_expression(p);
    if (a && parse_for_if_clauses(p))
        raise_at_node(p, a->location, "iterable unpacking cannot be used in comprehension");
    NEXT_ALTERNATIVE(p, start);
    if (open == TOKEN_LPAREN) return;
    p->mark = start + 1;
    a = parse_star_named_expression(p);
    if (a && accept(p, TOKEN_COMMA)) {
        int comma = p->mark - 1;
        ExprSeq *b = parse_star_named_expressions(p);
        if (b && parse_for_if_clauses(p))
            raise_at_node(p, location_between(a->location, b->items[b->count - 1]->location),
                          "did you forget parentheses around the comprehension target?");
        NEXT_ALTERNATIVE(p, comma + 1);
        if (parse_for_if_clauses(p))
            raise_at_node(p, location_between(a->location, location_of_token(&p->tokens[comma])),
                          "did you forget parentheses around the comprehension target?");
    }
    p->mark = start;
}

void invalid_dict_comprehension(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_LBRACE) && accept(p, TOKEN_DOUBLE_STAR) && parse_bitwise_or(p) && parse_for_if_clauses(p) &&
        accept(p, TOKEN_RBRACE))
        raise_at_token(p, &p->tokens[start + 1], "dict unpacking cannot be used in dict comprehension");
    p->mark = start;
}

/* expression ':' '*' … | expression ':' in front of '}' or ',' */
static void invalid_dict_value(Parser *p)
{
    int start = p->mark;
    if (parse_expression(p) && accept(p, TOKEN_COLON)) {
        int star = p->mark;
        if (accept(p, TOKEN_STAR) && parse_bitwise_or(p))
            raise_from_token(p, &p->tokens[star], "cannot use a starred expression in a dictionary value");
        NEXT_ALTERNATIVE(p, star);
        enum TokenType type = next_type(p);
        if (type == TOKEN_RBRACE || type == TOKEN_COMMA)
            raise_at_token(p, &p->tokens[star - 1], "expression expected after dictionary key and ':'");
    }
    p->mark = start;
}

static void invalid_kvpair(Parser *p)
{
    int start = p->mark;
    Expr *a = parse_expression(p);
    if (a && !next_is(p, TOKEN_COLON))
        raise_at(p, &type_SyntaxError, a->lineno, a->end_col_offset - 1, a->end_lineno, -1,
                 "':' expected after dictionary key");
    NEXT_ALTERNATIVE(p, start);
    invalid_dict_value(p);
}

/* Behind '{'. */
void invalid_double_starred_kvpairs(Parser *p)
{
    int start = p->mark, end;
    Expr *key, *value;
    bool any = false;
    for (;;) {
        end = p->mark;
        if (!parse_dict_item(p, &key, &value)) break;
        any = true;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
    }
    NEXT_ALTERNATIVE(p, end);
    if (any && (last_token(p)->type == TOKEN_COMMA || accept(p, TOKEN_COMMA))) invalid_kvpair(p);
    NEXT_ALTERNATIVE(p, start);
    invalid_dict_value(p);
    p->mark = start;
}

void invalid_group(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_LPAREN)) return;
    Expr *a = parse_starred_expression(p);
    if (a && accept(p, TOKEN_RPAREN)) raise_at_node(p, a->location, "cannot use starred expression here");
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (accept(p, TOKEN_DOUBLE_STAR) && parse_expression(p) && accept(p, TOKEN_RPAREN))
        raise_at_token(p, &p->tokens[start + 1], "cannot use double starred expression here");
    p->mark = start;
}

/* --- arguments --- */

static void raise_bare_genexp(Parser *p, const Expr *first, const ComprehensionSeq *clauses)
{
    raise_at_node(p, location_between(first->location, end_of_clauses(clauses)),
                  "Generator expression must be parenthesized");
}

/* NAME '=' expression for … */
static void invalid_named_genexp(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_NAME) && accept(p, TOKEN_ASSIGN) && parse_expression(p) && parse_for_if_clauses(p))
        raise_at_node(p,
                      location_between(location_of_token(&p->tokens[start]), location_of_token(&p->tokens[start + 1])),
                      "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    p->mark = start;
}

/* Arguments behind arguments: some of those before must have had keywords. */
static void raise_argument_order(Parser *p, const Expr *call)
{
    bool has_unpacking = false;
    for (ssize_t i = 0; i < seq_count(call->v.Call.keywords); i++)
        if (value_is_null(call->v.Call.keywords->items[i]->arg)) has_unpacking = true;
    raise_at_last_token(p, &type_SyntaxError,
                        has_unpacking ? "positional argument follows keyword argument unpacking"
                                      : "positional argument follows keyword argument");
}

void invalid_arguments(Parser *p)
{
    int start = p->mark;
    Expr *a = parse_args(p);
    if (a && accept(p, TOKEN_COMMA) && accept(p, TOKEN_STAR))
        raise_at_node(p, a->location, "iterable argument unpacking follows keyword argument unpacking");
    NEXT_ALTERNATIVE(p, start);
    a = parse_expression(p);
    ComprehensionSeq *clauses = a ? parse_for_if_clauses(p) : NULL;
    if (clauses && accept(p, TOKEN_COMMA)) {
        int end = p->mark;
        if (!parse_args(p) && !p->failed) {
            p->mark = end;
            if (parse_expression(p)) parse_for_if_clauses(p);
        }
        raise_bare_genexp(p, a, clauses);
    }
    NEXT_ALTERNATIVE(p, start);
    invalid_named_genexp(p);
    NEXT_ALTERNATIVE(p, start);
    a = parse_args(p);
    clauses = a ? parse_for_if_clauses(p) : NULL;
    if (clauses && seq_count(a->v.Call.args) > 1)
        raise_bare_genexp(p, a->v.Call.args->items[a->v.Call.args->count - 1], clauses);
    NEXT_ALTERNATIVE(p, start);
    if (parse_args(p) && accept(p, TOKEN_COMMA)) {
        a = parse_expression(p);
        clauses = a ? parse_for_if_clauses(p) : NULL;
        if (clauses) raise_bare_genexp(p, a, clauses);
    }
    NEXT_ALTERNATIVE(p, start);
    a = parse_args(p);
    if (a && accept(p, TOKEN_COMMA) && parse_args(p)) raise_argument_order(p, a);
    p->mark = start;
}

void invalid_kwarg(Parser *p)
{
    int start = p->mark;
    enum TokenType type = next_type(p);
    if (type == TOKEN_TRUE || type == TOKEN_FALSE || type == TOKEN_NONE) {
        p->mark++;
        if (accept(p, TOKEN_ASSIGN)) {
            const char *name = type == TOKEN_TRUE ? "True" : type == TOKEN_FALSE ? "False" : "None";
            AstLocation location = location_between(location_of_token(&p->tokens[start]), last_location(p));
            raise_at_node(p, location, "cannot assign to %s", name);
        }
        NEXT_ALTERNATIVE(p, start);
    }
    invalid_named_genexp(p);
    NEXT_ALTERNATIVE(p, start);
    if (accept(p, TOKEN_NAME) && next_is(p, TOKEN_ASSIGN)) {
        p->mark = start;
        return;
    }
    NEXT_ALTERNATIVE(p, start);
    Expr *a = parse_expression(p);
    if (a && accept(p, TOKEN_ASSIGN))
        raise_at_node(p, location_between(a->location, last_location(p)),
                      "expression cannot contain assignment, perhaps you meant \"==\"?");
    p->mark = start;
}

/* --- assignments --- */

static Expr *parse_invalid_annotation_target(Parser *p)
{
    int start = p->mark;
    Expr *result = parse_list(p);
    if (result || p->failed) return result;
    p->mark = start;
    result = parse_tuple(p);
    if (result || p->failed) return result;
    p->mark = start;
    if (!accept(p, TOKEN_LPAREN) || !parser_enter(p)) return NULL;
    result = parse_invalid_annotation_target(p);
    parser_leave(p);
    return result && accept(p, TOKEN_RPAREN) ? result : NULL;
}

static bool is_augmented(enum TokenType type)
{
    return type >= TOKEN_PLUS_ASSIGN && type <= TOKEN_DOUBLE_SLASH_ASSIGN;
}

static void skip_assigned_targets(Parser *p)
{
    int end;
    do end = p->mark;
    while (parse_star_targets(p) && accept(p, TOKEN_ASSIGN));
    p->mark = end;
}

static void invalid_annotation(Parser *p)
{
    int start = p->mark;
    Expr *a = parse_invalid_annotation_target(p);
    if (a && accept(p, TOKEN_COLON) && parse_expression(p))
        raise_at_node(p, a->location, "only single target (not %s) can be annotated", expr_name(a));
    NEXT_ALTERNATIVE(p, start);
    a = parse_star_named_expression(p);
    if (a && accept(p, TOKEN_COMMA)) {
        int end;
        do end = p->mark;
        while (!p->failed && !next_is(p, TOKEN_COLON) && parse_star_named_expressions(p) && p->mark > end);
        NEXT_ALTERNATIVE(p, end);
        if (accept(p, TOKEN_COLON) && parse_expression(p))
            raise_at_node(p, a->location, "only single target (not tuple) can be annotated");
    }
    NEXT_ALTERNATIVE(p, start);
    a = parse_expression(p);
    if (a && accept(p, TOKEN_COLON) && parse_expression(p))
        raise_at_node(p, a->location, "illegal target for annotation");
    p->mark = start;
}

void invalid_assignment(Parser *p)
{
    int start = p->mark;
    invalid_annotation(p);
    NEXT_ALTERNATIVE(p, start);
    skip_assigned_targets(p);
    if (p->failed) return;
    Expr *a = parse_star_expressions(p);
    if (a && accept(p, TOKEN_ASSIGN)) raise_invalid_target(p, STAR_TARGETS, a);
    NEXT_ALTERNATIVE(p, start);
    skip_assigned_targets(p);
    if (p->failed) return;
    a = parse_yield_expr(p);
    if (a && accept(p, TOKEN_ASSIGN)) raise_at_node(p, a->location, "assignment to yield expression not possible");
    NEXT_ALTERNATIVE(p, start);
    a = parse_star_expressions(p);
    if (a && is_augmented(next_type(p))) {
        p->mark++;
        if (parse_yield_or_star_expressions(p))
            raise_at_node(p, a->location, "'%s' is an illegal expression for augmented assignment", expr_name(a));
    }
    p->mark = start;
}

void invalid_del_stmt(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_DEL)) {
        Expr *a = parse_star_expressions(p);
        if (a) raise_invalid_target(p, DEL_TARGETS, a);
    }
    p->mark = start;
}

void invalid_import_from_targets(Parser *p)
{
    int start = p->mark;
    if (parse_import_from_as_names(p) && accept(p, TOKEN_COMMA) && accept(p, TOKEN_NEWLINE))
        raise_at_last_token(p, &type_SyntaxError, "trailing comma not allowed without surrounding parentheses");
    p->mark = start;
}

/* --- parameters --- */

static enum TokenType closing(bool is_lambda)
{
    return is_lambda ? TOKEN_COLON : TOKEN_RPAREN;
}

/* As many parameters of a sort as there are; how many. */
static int skip_parameters(Parser *p, bool is_lambda, enum ParameterDefault sort)
{
    int count = 0, end;
    for (;; count++) {
        end = p->mark;
        if (!next_is(p, TOKEN_NAME) || !parse_parameter(p, is_lambda, sort, NULL)) break;
    }
    p->mark = end;
    return count;
}

static bool accept_slash(Parser *p, bool is_lambda)
{
    return accept(p, TOKEN_SLASH) && (accept(p, TOKEN_COMMA) || next_is(p, closing(is_lambda)));
}

static bool parse_slash_no_default(Parser *p, bool is_lambda)
{
    return skip_parameters(p, is_lambda, WITHOUT_DEFAULT) && !p->failed && accept_slash(p, is_lambda);
}

static bool parse_slash_with_default(Parser *p, bool is_lambda)
{
    skip_parameters(p, is_lambda, WITHOUT_DEFAULT);
    return !p->failed && skip_parameters(p, is_lambda, WITH_DEFAULT) && !p->failed && accept_slash(p, is_lambda);
}

/* slash_no_default | slash_with_default; back at the start when there is none */
static bool parse_any_slash(Parser *p, bool is_lambda)
{
    int start = p->mark;
    if (parse_slash_no_default(p, is_lambda)) return true;
    p->mark = start;
    if (p->failed) return false;
    if (parse_slash_with_default(p, is_lambda)) return true;
    p->mark = start;
    return false;
}

static bool parse_defaults_helper(Parser *p, bool is_lambda)
{
    int start = p->mark;
    if (parse_slash_with_default(p, is_lambda)) return true;
    p->mark = start;
    return !p->failed && skip_parameters(p, is_lambda, WITH_DEFAULT) > 0;
}

/* Parameters in a bracket, which Python 2 had. */
static bool parse_nested_parameters(Parser *p, bool is_lambda)
{
    if (!is_lambda) {
        if (!skip_parameters(p, false, WITHOUT_DEFAULT)) return false;
    } else {
        int end = p->mark, count = 0;
        while (parse_plain_parameter(p, true)) {
            count++;
            end = p->mark;
            if (!accept(p, TOKEN_COMMA)) break;
        }
        p->mark = end;
        if (!count) return false;
    }
    accept(p, TOKEN_COMMA);
    return accept(p, TOKEN_RPAREN);
}

static void invalid_slash(Parser *p, bool is_lambda)
{
    int start = p->mark;
    if (accept(p, TOKEN_SLASH) && accept(p, TOKEN_COMMA))
        raise_at_token(p, &p->tokens[start], "at least one argument must precede /");
    NEXT_ALTERNATIVE(p, start);
    if (parse_any_slash(p, is_lambda)) {
        skip_parameters(p, is_lambda, MAYBE_DEFAULT);
        if (accept(p, TOKEN_SLASH)) raise_at_token(p, last_token(p), "/ may appear only once");
    }
    NEXT_ALTERNATIVE(p, start);
    parse_any_slash(p, is_lambda);
    if (p->failed) return;
    skip_parameters(p, is_lambda, MAYBE_DEFAULT);
    if (accept(p, TOKEN_STAR) && (accept(p, TOKEN_COMMA) || parse_parameter(p, is_lambda, WITHOUT_DEFAULT, NULL))) {
        skip_parameters(p, is_lambda, MAYBE_DEFAULT);
        if (accept(p, TOKEN_SLASH)) raise_at_token(p, last_token(p), "/ must be ahead of *");
    }
    NEXT_ALTERNATIVE(p, start);
    if (skip_parameters(p, is_lambda, MAYBE_DEFAULT) && accept(p, TOKEN_SLASH) && accept(p, TOKEN_STAR))
        raise_at_token(p, last_token(p), "expected comma between / and *");
    p->mark = start;
}

void invalid_parameters(Parser *p, bool is_lambda)
{
    int start = p->mark;
    skip_parameters(p, is_lambda, WITHOUT_DEFAULT);
    if (!p->failed && parse_defaults_helper(p, is_lambda)) {
        int name = p->mark;
        if (parse_parameter(p, is_lambda, WITHOUT_DEFAULT, NULL)) {
            Token *first = &p->tokens[name], *last = last_token(p);
            if (last->type == TOKEN_COMMA) last--;
            raise_at_node(p, location_between(location_of_token(first), location_of_token(last)),
                          "non-default argument follows default argument");
        }
    }
    NEXT_ALTERNATIVE(p, start);
    skip_parameters(p, is_lambda, WITHOUT_DEFAULT);
    int open = p->mark;
    if (accept(p, TOKEN_LPAREN) && parse_nested_parameters(p, is_lambda))
        raise_at_node(p, location_between(location_of_token(&p->tokens[open]), last_location(p)),
                      is_lambda ? "Lambda expression parameters cannot be parenthesized"
                                : "Function parameters cannot be parenthesized");
    NEXT_ALTERNATIVE(p, start);
    invalid_slash(p, is_lambda);
    p->mark = start;
}

void invalid_default(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_ASSIGN)) {
        enum TokenType type = next_type(p);
        if (type == TOKEN_RPAREN || type == TOKEN_COMMA)
            raise_at_token(p, &p->tokens[start], "expected default value expression");
    }
    p->mark = start;
}

/* '*' and nothing behind it that has a name. */
static bool next_is_bare_star(Parser *p, bool is_lambda)
{
    if (!accept(p, TOKEN_STAR)) return false;
    if (accept(p, closing(is_lambda))) return true;
    return accept(p, TOKEN_COMMA) && (accept(p, closing(is_lambda)) || accept(p, TOKEN_DOUBLE_STAR));
}

void invalid_star_etc(Parser *p, bool is_lambda)
{
    int start = p->mark;
    if (next_is_bare_star(p, is_lambda)) {
        if (is_lambda)
            raise_at_last_token(p, &type_SyntaxError, "named arguments must follow bare *");
        else
            raise_at_token(p, &p->tokens[start], "named arguments must follow bare *");
    }
    NEXT_ALTERNATIVE(p, start);
    if (!is_lambda && accept(p, TOKEN_STAR) && accept(p, TOKEN_COMMA) && accept(p, TOKEN_TYPE_COMMENT))
        raise_at_last_token(p, &type_SyntaxError, "bare * has associated type comment");
    NEXT_ALTERNATIVE(p, start);
    if (accept(p, TOKEN_STAR) && parse_plain_parameter(p, is_lambda) && accept(p, TOKEN_ASSIGN))
        raise_at_token(p, last_token(p), "var-positional argument cannot have default value");
    NEXT_ALTERNATIVE(p, start);
    if (accept(p, TOKEN_STAR) && (accept(p, TOKEN_COMMA) || parse_parameter(p, is_lambda, WITHOUT_DEFAULT, NULL))) {
        skip_parameters(p, is_lambda, MAYBE_DEFAULT);
        int star = p->mark;
        if (accept(p, TOKEN_STAR) && (accept(p, TOKEN_COMMA) || parse_parameter(p, is_lambda, WITHOUT_DEFAULT, NULL)))
            raise_at_token(p, &p->tokens[star], "* argument may appear only once");
    }
    p->mark = start;
}

void invalid_kwds(Parser *p, bool is_lambda)
{
    int start = p->mark;
    if (!accept(p, TOKEN_DOUBLE_STAR) || !parse_plain_parameter(p, is_lambda)) goto done;
    if (accept(p, TOKEN_ASSIGN)) {
        raise_at_token(p, last_token(p), "var-keyword argument cannot have default value");
    } else if (accept(p, TOKEN_COMMA)) {
        int next = p->mark;
        enum TokenType type = next_type(p);
        Arg *a = parse_plain_parameter(p, is_lambda);
        if (a)
            raise_at_node(p, a->location, "arguments cannot follow var-keyword argument");
        else if (type == TOKEN_STAR || type == TOKEN_DOUBLE_STAR || type == TOKEN_SLASH)
            raise_at_token(p, &p->tokens[next], "arguments cannot follow var-keyword argument");
    }
done:
    p->mark = start;
}

void invalid_double_type_comments(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_TYPE_COMMENT) && accept(p, TOKEN_NEWLINE) && accept(p, TOKEN_TYPE_COMMENT) &&
        accept(p, TOKEN_NEWLINE) && accept(p, TOKEN_INDENT))
        raise_at_last_token(p, &type_SyntaxError, "Cannot have two type comments on def");
    p->mark = start;
}

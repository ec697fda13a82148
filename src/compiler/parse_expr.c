/* parse_expr.c: expressions from the comma-separated list down to the operators. Binary operators are read by
 * precedence climbing; everything tighter is in parse_atom.c. */
#include "compiler/parser.h"

#include "objects/error.h"
#include "objects/exception.h"

/* --- operators --- */

typedef struct BinaryOperator {
    uint8_t level, op;
} BinaryOperator; /* level 0: no binary operator */

static const BinaryOperator binary_operators[TOKEN_TYPE_COUNT] = {
    [TOKEN_BAR] = {1, OP_BitOr},          [TOKEN_CARET] = {2, OP_BitXor},
    [TOKEN_AMPERSAND] = {3, OP_BitAnd},   [TOKEN_LEFT_SHIFT] = {4, OP_LShift},
    [TOKEN_RIGHT_SHIFT] = {4, OP_RShift}, [TOKEN_PLUS] = {5, OP_Add},
    [TOKEN_MINUS] = {5, OP_Sub},          [TOKEN_STAR] = {6, OP_Mult},
    [TOKEN_SLASH] = {6, OP_Div},          [TOKEN_DOUBLE_SLASH] = {6, OP_FloorDiv},
    [TOKEN_PERCENT] = {6, OP_Mod},        [TOKEN_AT] = {6, OP_MatMult},
};

static Expr *parse_factor(Parser *p);

/* await_primary ['**' factor] */
static Expr *parse_power(Parser *p)
{
    int start = p->mark;
    Expr *base;
    if (accept(p, TOKEN_AWAIT)) {
        Expr *value = parse_primary(p);
        base = value && check_version(p, 5, "Await expressions are")
                   ? ast_Await(p->arena, value, location_from(p, start))
                   : NULL;
    } else {
        base = parse_primary(p);
    }
    if (!base) return NULL;
    int end = p->mark;
    if (!accept(p, TOKEN_DOUBLE_STAR)) return p->failed ? NULL : base;
    if (!parser_enter(p)) return NULL;
    Expr *exponent = parse_factor(p);
    parser_leave(p);
    if (exponent) return ast_BinOp(p->arena, base, OP_Pow, exponent, location_from(p, start));
    p->mark = end;
    return p->failed ? NULL : base;
}

static Expr *parse_factor(Parser *p)
{
    UnaryOp op;
    switch (next_type(p)) {
    case TOKEN_PLUS: op = UNARYOP_UAdd; break;
    case TOKEN_MINUS: op = UNARYOP_USub; break;
    case TOKEN_TILDE: op = UNARYOP_Invert; break;
    default: return parse_power(p);
    }
    int start = p->mark++;
    if (!parser_enter(p)) return NULL;
    Expr *operand = parse_factor(p);
    parser_leave(p);
    return operand ? ast_UnaryOp(p->arena, op, operand, location_from(p, start)) : NULL;
}

static Expr *parse_binary(Parser *p, int min_level)
{
    int start = p->mark;
    Expr *left = parse_factor(p);
    while (left) {
        BinaryOperator op = binary_operators[next_type(p)];
        if (op.level < min_level || op.level == 0) break;
        int end = p->mark++;
        Expr *right = parse_binary(p, op.level + 1);
        if (!right) {
            p->mark = end;
            break;
        }
        if (op.op == OP_MatMult && !check_version(p, 5, "The '@' operator is")) return NULL;
        left = ast_BinOp(p->arena, left, (Operator)op.op, right, location_from(p, start));
    }
    return p->failed ? NULL : left;
}

Expr *parse_bitwise_or(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_BITWISE_OR, &result)) return result;
    int start = p->mark;
    result = parse_binary(p, 1);
    memo_store(p, RULE_BITWISE_OR, start, result);
    return result;
}

/* --- comparisons --- */

/* Takes a comparison operator; 0 when there is none. */
static int parse_comparison_operator(Parser *p)
{
    int start = p->mark;
    switch (next_type(p)) {
    case TOKEN_EQUAL: p->mark++; return CMPOP_Eq;
    case TOKEN_LESS_EQUAL: p->mark++; return CMPOP_LtE;
    case TOKEN_LESS: p->mark++; return CMPOP_Lt;
    case TOKEN_GREATER_EQUAL: p->mark++; return CMPOP_GtE;
    case TOKEN_GREATER: p->mark++; return CMPOP_Gt;
    case TOKEN_IN: p->mark++; return CMPOP_In;
    case TOKEN_IS: p->mark++; return accept(p, TOKEN_NOT) ? CMPOP_IsNot : CMPOP_Is;
    case TOKEN_NOT_EQUAL: {
        bool is_diamond = p->tokens[p->mark].start[0] == '<';
        bool wants_diamond = p->flags & PARSE_BARRY_AS_BDFL;
        p->mark++;
        if (is_diamond == wants_diamond) return CMPOP_NotEq;
        if (wants_diamond) raise_at_last_token(p, &type_SyntaxError, "with Barry as BDFL, use '<>' instead of '!='");
        break;
    }
    case TOKEN_NOT:
        p->mark++;
        if (accept(p, TOKEN_IN)) return CMPOP_NotIn;
        break;
    default: break;
    }
    p->mark = start;
    return 0;
}

static Expr *finish_comparison(Parser *p, Expr *left, const NodeList *operands, const NodeList *operators, int start)
{
    IntSeq *ops = arena_int_seq(p->arena, operators->count);
    ExprSeq *comparators = nodes_finish(p, operands);
    if (!ops || !comparators) return NULL;
    for (int i = 0; i < operators->count; i++) ops->items[i] = (int)(intptr_t)operators->items[i];
    return ast_Compare(p->arena, left, ops, comparators, location_from(p, start));
}

static Expr *parse_comparison(Parser *p)
{
    int start = p->mark;
    Expr *left = parse_bitwise_or(p);
    if (!left) return NULL;
    int end = p->mark;
    int op = parse_comparison_operator(p);
    if (!op) return p->failed ? NULL : left;
    NodeList operands, operators;
    nodes_init(&operands);
    nodes_init(&operators);
    for (; op; op = parse_comparison_operator(p)) {
        Expr *operand = parse_bitwise_or(p);
        if (!operand) break;
        if (!nodes_add(p, &operands, operand) || !nodes_add(p, &operators, (void *)(intptr_t)op)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed) return NULL;
    return operands.count ? finish_comparison(p, left, &operands, &operators, start) : left;
}

/* --- not, and, or --- */

static Expr *parse_inversion(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_NOT)) return parse_comparison(p);
    if (!parser_enter(p)) return NULL;
    Expr *operand = parse_inversion(p);
    parser_leave(p);
    return operand ? ast_UnaryOp(p->arena, UNARYOP_Not, operand, location_from(p, start)) : NULL;
}

static Expr *parse_inversion_memo(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_INVERSION, &result)) return result;
    int start = p->mark;
    result = parse_inversion(p);
    memo_store(p, RULE_INVERSION, start, result);
    return result;
}

static Expr *parse_bool_op(Parser *p, enum TokenType keyword, BoolOp op, Expr *(*parse_operand)(Parser *p))
{
    int start = p->mark;
    Expr *first = parse_operand(p);
    if (!first || !next_is(p, keyword)) return p->failed ? NULL : first;
    NodeList operands;
    nodes_init(&operands);
    nodes_add(p, &operands, first);
    int end = p->mark;
    while (accept(p, keyword)) {
        Expr *operand = parse_operand(p);
        if (!operand) break;
        if (!nodes_add(p, &operands, operand)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed) return NULL;
    if (operands.count == 1) return first;
    ExprSeq *values = nodes_finish(p, &operands);
    return values ? ast_BoolOp(p->arena, op, values, location_from(p, start)) : NULL;
}

static Expr *parse_conjunction(Parser *p)
{
    return parse_bool_op(p, TOKEN_AND, BOOLOP_And, parse_inversion_memo);
}

Expr *parse_disjunction(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_DISJUNCTION, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse_bool_op(p, TOKEN_OR, BOOLOP_Or, parse_conjunction);
    memo_store(p, RULE_DISJUNCTION, start, result);
    parser_leave(p);
    return result;
}

/* --- expression --- */

static Expr *parse_lambda(Parser *p)
{
    int start = p->mark++;
    Arguments *args = parse_parameters(p, true);
    if (!args && !p->failed) args = empty_arguments(p);
    if (!args || !accept(p, TOKEN_COLON)) return NULL;
    Expr *body = parse_expression(p);
    return body ? ast_Lambda(p->arena, args, body, location_from(p, start)) : NULL;
}

/* disjunction ['if' disjunction 'else' expression] | lambda */
static Expr *parse_plain_expression(Parser *p)
{
    if (next_is(p, TOKEN_LAMBDA)) return parse_lambda(p);
    int start = p->mark;
    Expr *body = parse_disjunction(p);
    if (!body) return NULL;
    int end = p->mark;
    if (!accept(p, TOKEN_IF)) return p->failed ? NULL : body;
    Expr *test = parse_disjunction(p);
    if (test && accept(p, TOKEN_ELSE)) {
        Expr *orelse = parse_expression(p);
        if (orelse) return ast_IfExp(p->arena, test, body, orelse, location_from(p, start));
    }
    p->mark = end;
    return p->failed ? NULL : body;
}

Expr *parse_expression(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_EXPRESSION, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    if (DIAGNOSE(p, invalid_expression(p)) || DIAGNOSE(p, invalid_legacy_expression(p)))
        result = NULL;
    else
        result = parse_plain_expression(p);
    memo_store(p, RULE_EXPRESSION, start, result);
    parser_leave(p);
    return result;
}

/* The same without trying invalid_ rules, here and below. */
Expr *parse_expression_without_invalid(Parser *p)
{
    bool tried_invalid = p->tries_invalid;
    p->tries_invalid = false;
    Expr *result = parse_plain_expression(p);
    p->tries_invalid = tried_invalid;
    return result;
}

/* --- lists of expressions --- */

/* first, behind which a comma stands: the rest of the tuple. */
static Expr *parse_tuple_rest(Parser *p, Expr *first, int start, Expr *(*parse_item)(Parser *p))
{
    NodeList items;
    nodes_init(&items);
    if (!nodes_add(p, &items, first)) return NULL;
    int end = p->mark;
    while (accept(p, TOKEN_COMMA)) {
        end = p->mark;
        Expr *item = parse_item(p);
        if (!item) break;
        if (!nodes_add(p, &items, item)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed) return NULL;
    ExprSeq *elts = nodes_finish(p, &items);
    return elts ? ast_Tuple(p->arena, elts, CTX_Load, location_from(p, start)) : NULL;
}

static Expr *parse_expression_list(Parser *p, Expr *(*parse_item)(Parser *p))
{
    int start = p->mark;
    Expr *first = parse_item(p);
    if (!first) return NULL;
    if (!next_is(p, TOKEN_COMMA)) return p->failed ? NULL : first;
    return parse_tuple_rest(p, first, start, parse_item);
}

/* '*' bitwise_or, whose star is next. */
static Expr *parse_star_bitwise_or(Parser *p)
{
    int start = p->mark++;
    Expr *value = parse_bitwise_or(p);
    return value ? ast_Starred(p->arena, value, CTX_Load, location_from(p, start)) : NULL;
}

Expr *parse_star_expression(Parser *p)
{
    Expr *result;
    if (memo_find(p, RULE_STAR_EXPRESSION, &result)) return result;
    int start = p->mark;
    result = next_is(p, TOKEN_STAR) ? parse_star_bitwise_or(p) : parse_expression(p);
    memo_store(p, RULE_STAR_EXPRESSION, start, result);
    return result;
}

Expr *parse_star_expressions(Parser *p)
{
    return parse_expression_list(p, parse_star_expression);
}

Expr *parse_expressions(Parser *p)
{
    return parse_expression_list(p, parse_expression);
}

Expr *parse_star_named_expression(Parser *p)
{
    return next_is(p, TOKEN_STAR) ? parse_star_bitwise_or(p) : parse_named_expression(p);
}

ExprSeq *parse_star_named_expressions(Parser *p)
{
    NodeList items;
    nodes_init(&items);
    int end;
    do {
        end = p->mark;
        Expr *item = parse_star_named_expression(p);
        if (!item) {
            p->mark = end;
            break;
        }
        if (!nodes_add(p, &items, item)) return NULL;
    } while (accept(p, TOKEN_COMMA));
    return p->failed || items.count == 0 ? NULL : nodes_finish(p, &items);
}

Expr *parse_assignment_expression(Parser *p)
{
    int start = p->mark;
    if (!next_is(p, TOKEN_NAME)) return NULL;
    p->mark++;
    bool is_assignment = accept_is(p, TOKEN_WALRUS);
    int end = p->mark;
    p->mark = start;
    if (!is_assignment) return NULL;
    Expr *target = parse_name(p);
    p->mark = end;
    Expr *value = target ? parse_expression(p) : NULL;
    if (!value || !check_version(p, 8, "Assignment expressions are")) return NULL;
    target->v.Name.ctx = CTX_Store;
    return ast_NamedExpr(p->arena, target, value, location_from(p, start));
}

bool is_assignment_expression(Parser *p)
{
    if (!next_is(p, TOKEN_NAME)) return false;
    p->mark++;
    bool result = next_is(p, TOKEN_WALRUS);
    p->mark--;
    return result;
}

Expr *parse_named_expression(Parser *p)
{
    if (is_assignment_expression(p)) return parse_assignment_expression(p);
    if (p->failed || DIAGNOSE(p, invalid_named_expression(p))) return NULL;
    Expr *result = parse_expression(p);
    return result && next_is(p, TOKEN_WALRUS) ? NULL : result;
}

Expr *parse_named_or_plain(Parser *p)
{
    if (is_assignment_expression(p)) return parse_assignment_expression(p);
    Expr *result = p->failed ? NULL : parse_expression(p);
    return result && next_is(p, TOKEN_WALRUS) ? NULL : result;
}

Expr *parse_yield_expr(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_YIELD)) return NULL;
    int end = p->mark;
    if (accept(p, TOKEN_FROM)) {
        Expr *value = parse_expression(p);
        if (value) return ast_YieldFrom(p->arena, value, location_from(p, start));
        p->mark = end;
    }
    Expr *value = p->failed ? NULL : parse_star_expressions(p);
    if (p->failed) return NULL;
    if (!value) p->mark = end;
    return ast_Yield(p->arena, value, location_from(p, start));
}

Expr *parse_yield_or_star_expressions(Parser *p)
{
    return next_is(p, TOKEN_YIELD) ? parse_yield_expr(p) : parse_star_expressions(p);
}

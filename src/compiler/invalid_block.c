/* invalid_block.c: the mistakes in compound statements and patterns that have an error message of their own; see
 * invalid.c. Most are a missing colon, or a block that is not indented. */
#include "compiler/parser.h"

#include "objects/exception.h"

#define NEXT_ALTERNATIVE(p, start)                                                                                     \
    do {                                                                                                               \
        (p)->mark = (start);                                                                                           \
        if ((p)->failed) return;                                                                                       \
    } while (0)

static void raise_expected_colon(Parser *p)
{
    raise_at_last_token(p, &type_SyntaxError, "expected ':'");
}

/* ':' NEWLINE, and no INDENT */
static bool accept_empty_block(Parser *p)
{
    return accept(p, TOKEN_COLON) && accept(p, TOKEN_NEWLINE) && !next_is(p, TOKEN_INDENT) && !p->failed;
}

static void raise_expected_block(Parser *p, const char *what, int keyword)
{
    raise_at_last_token(p, &type_IndentationError, "expected an indented block after %s on line %d", what,
                        p->tokens[keyword].lineno);
}

/* At what follows the head of a statement: a missing colon or block. */
static void check_head(Parser *p, const char *what, int keyword)
{
    int start = p->mark;
    if (accept(p, TOKEN_NEWLINE)) raise_expected_colon(p);
    NEXT_ALTERNATIVE(p, start);
    if (accept_empty_block(p)) raise_expected_block(p, what, keyword);
    p->mark = start;
}

void invalid_block(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_NEWLINE) && !next_is(p, TOKEN_INDENT) && !p->failed)
        raise_at_last_token(p, &type_IndentationError, "expected an indented block");
    p->mark = start;
}

void invalid_if_stmt(Parser *p, enum TokenType keyword, const char *name)
{
    int start = p->mark;
    const char *what = keyword == TOKEN_IF     ? "'if' statement"
                       : keyword == TOKEN_ELIF ? "'elif' statement"
                                               : "'while' statement";
    if (accept(p, keyword) && parse_named_expression(p)) check_head(p, what, start);
    p->mark = start;
}

void invalid_else_stmt(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_ELSE) && accept_empty_block(p)) raise_expected_block(p, "'else' statement", start);
    p->mark = start;
}

/* --- for, with --- */

void invalid_for_target(Parser *p)
{
    int start = p->mark;
    accept(p, TOKEN_ASYNC);
    if (accept(p, TOKEN_FOR)) {
        Expr *a = parse_star_expressions(p);
        if (a) raise_invalid_target(p, FOR_TARGETS, a);
    }
    p->mark = start;
}

void invalid_for_stmt(Parser *p)
{
    int start = p->mark;
    accept(p, TOKEN_ASYNC);
    int keyword = p->mark;
    if (accept(p, TOKEN_FOR) && parse_star_targets(p) && accept(p, TOKEN_IN) && parse_star_expressions(p))
        check_head(p, "'for' statement", keyword);
    p->mark = start;
}

void invalid_with_item(Parser *p)
{
    int start = p->mark;
    if (parse_expression(p) && accept(p, TOKEN_AS)) {
        Expr *a = parse_expression(p);
        enum TokenType type = a ? next_type(p) : TOKEN_ERROR;
        if (type == TOKEN_COMMA || type == TOKEN_RPAREN || type == TOKEN_COLON)
            raise_invalid_target(p, STAR_TARGETS, a);
    }
    p->mark = start;
}

/* ','.(expression ['as' star_target])+ */
static bool skip_with_items(Parser *p, Expr *(*parse_context)(Parser *p))
{
    int end = p->mark, count = 0;
    for (;;) {
        if (!parse_context(p)) break;
        count++;
        end = p->mark;
        if (accept(p, TOKEN_AS)) {
            if (!parse_star_target(p)) p->mark = end;
            if (p->failed) return false;
            end = p->mark;
        }
        if (!accept(p, TOKEN_COMMA)) break;
    }
    p->mark = end;
    return count > 0 && !p->failed;
}

/* The heads of a with statement, without and with brackets; `finish` looks at what follows. */
static void try_with_heads(Parser *p, void (*finish)(Parser *p, int keyword))
{
    int start = p->mark;
    accept(p, TOKEN_ASYNC);
    int keyword = p->mark;
    if (!accept(p, TOKEN_WITH)) return;
    if (skip_with_items(p, parse_expression)) finish(p, keyword);
    NEXT_ALTERNATIVE(p, start);
    p->mark = keyword + 1;
    if (accept(p, TOKEN_LPAREN) && skip_with_items(p, parse_expressions)) {
        accept(p, TOKEN_COMMA);
        if (accept(p, TOKEN_RPAREN)) finish(p, keyword);
    }
    p->mark = start;
}

static void check_with_colon(Parser *p, int keyword)
{
    if (accept(p, TOKEN_NEWLINE)) raise_expected_colon(p);
}

static void check_with_block(Parser *p, int keyword)
{
    if (accept_empty_block(p)) raise_expected_block(p, "'with' statement", keyword);
}

void invalid_with_stmt(Parser *p)
{
    int start = p->mark;
    try_with_heads(p, check_with_colon);
    p->mark = start;
}

void invalid_with_stmt_indent(Parser *p)
{
    int start = p->mark;
    try_with_heads(p, check_with_block);
    p->mark = start;
}

/* --- try --- */

/* ['as' NAME], which may be absent */
static void skip_as_name(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_AS) && !accept(p, TOKEN_NAME)) p->mark = start;
}

static void skip_blocks(Parser *p)
{
    int end;
    do end = p->mark;
    while (parse_block(p) && p->mark > end);
    p->mark = end;
}

static int skip_handlers(Parser *p, bool is_star)
{
    int count = 0, end;
    for (;; count++) {
        end = p->mark;
        if (!parse_except_block(p, is_star)) break;
    }
    p->mark = end;
    return count;
}

/* Handlers of one sort, and one of the other behind them. */
static void invalid_mixed_handlers(Parser *p)
{
    static const char message[] = "cannot have both 'except' and 'except*' on the same 'try'";
    int start = p->mark;
    if (skip_handlers(p, false) && !p->failed && accept(p, TOKEN_EXCEPT)) {
        int except = p->mark - 1;
        if (accept(p, TOKEN_STAR) && parse_expression(p)) {
            skip_as_name(p);
            if (accept(p, TOKEN_COLON))
                raise_at_node(
                    p,
                    location_between(location_of_token(&p->tokens[except]), location_of_token(&p->tokens[except + 1])),
                    message);
        }
    }
    NEXT_ALTERNATIVE(p, start);
    if (skip_handlers(p, true) && !p->failed && accept(p, TOKEN_EXCEPT)) {
        int except = p->mark - 1;
        if (parse_expression(p))
            skip_as_name(p);
        else
            p->mark = except + 1;
        if (accept(p, TOKEN_COLON)) raise_at_token(p, &p->tokens[except], message);
    }
}

void invalid_try_stmt(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_TRY)) return;
    if (accept_empty_block(p)) raise_expected_block(p, "'try' statement", start);
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (accept(p, TOKEN_COLON) && parse_block(p)) {
        enum TokenType type = next_type(p);
        if (type != TOKEN_EXCEPT && type != TOKEN_FINALLY)
            raise_at_last_token(p, &type_SyntaxError, "expected 'except' or 'finally' block");
    }
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (accept(p, TOKEN_COLON)) {
        skip_blocks(p);
        if (!p->failed) invalid_mixed_handlers(p);
    }
    p->mark = start;
}

void invalid_except_stmt(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_EXCEPT)) return;
    accept(p, TOKEN_STAR);
    Expr *a = parse_expression(p);
    if (a && accept(p, TOKEN_COMMA) && parse_expressions(p)) {
        skip_as_name(p);
        if (accept(p, TOKEN_COLON))
            raise_at(p, &type_SyntaxError, a->lineno, a->col_offset, CURRENT_POSITION, CURRENT_POSITION,
                     "multiple exception types must be parenthesized");
    }
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    accept(p, TOKEN_STAR);
    if (parse_expression(p)) {
        skip_as_name(p);
        if (accept(p, TOKEN_NEWLINE)) raise_expected_colon(p);
    }
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (accept(p, TOKEN_NEWLINE)) raise_expected_colon(p);
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (accept(p, TOKEN_STAR) && (accept(p, TOKEN_NEWLINE) || accept(p, TOKEN_COLON)))
        raise_at_last_token(p, &type_SyntaxError, "expected one or more exception types");
    p->mark = start;
}

void invalid_except_stmt_indent(Parser *p, bool is_star)
{
    int start = p->mark;
    if (!accept(p, TOKEN_EXCEPT) || (is_star && !accept(p, TOKEN_STAR))) goto done;
    const char *what = is_star ? "'except*' statement" : "'except' statement";
    if (parse_expression(p)) {
        skip_as_name(p);
        if (accept_empty_block(p)) raise_expected_block(p, what, start);
    }
    NEXT_ALTERNATIVE(p, start);
    p->mark = start + 1;
    if (!is_star && accept_empty_block(p)) raise_expected_block(p, what, start);
done:
    p->mark = start;
}

void invalid_finally_stmt(Parser *p)
{
    int start = p->mark;
    if (accept(p, TOKEN_FINALLY) && accept_empty_block(p)) raise_expected_block(p, "'finally' statement", start);
    p->mark = start;
}

/* --- def, class --- */

void invalid_def_raw(Parser *p)
{
    int start = p->mark;
    accept(p, TOKEN_ASYNC);
    int keyword = p->mark;
    if (!accept(p, TOKEN_DEF) || !accept(p, TOKEN_NAME) || !accept(p, TOKEN_LPAREN)) goto done;
    int end = p->mark;
    if (!parse_parameters(p, false)) p->mark = end;
    if (p->failed || !accept(p, TOKEN_RPAREN)) goto done;
    end = p->mark;
    if (accept(p, TOKEN_ARROW) && !parse_expression(p)) p->mark = end;
    if (!p->failed && accept_empty_block(p)) raise_expected_block(p, "function definition", keyword);
done:
    p->mark = start;
}

void invalid_class_def_raw(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_CLASS) || !accept(p, TOKEN_NAME)) goto done;
    int end = p->mark;
    if (accept(p, TOKEN_LPAREN)) {
        if (!parse_arguments(p)) p->mark = end + 1;
        if (p->failed) goto done;
        if (!accept(p, TOKEN_RPAREN)) p->mark = end;
    }
    check_head(p, "class definition", start);
done:
    p->mark = start;
}

/* --- match --- */

void invalid_match_stmt(Parser *p)
{
    int start = p->mark;
    p->mark++;
    if (parse_subject_expr(p)) check_head(p, "'match' statement", start);
    p->mark = start;
}

void invalid_case_block(Parser *p)
{
    int start = p->mark;
    p->mark++;
    if (parse_patterns(p)) {
        int end = p->mark;
        if (!parse_guard(p)) p->mark = end;
        if (!p->failed) check_head(p, "'case' statement", start);
    }
    p->mark = start;
}

void invalid_as_pattern(Parser *p)
{
    int start = p->mark;
    if (!parse_or_pattern(p) || !accept(p, TOKEN_AS)) goto done;
    if (next_is_word(p, "_")) {
        raise_at_token(p, peek(p), "cannot use '_' as a target");
    } else if (!next_is(p, TOKEN_NAME)) {
        Expr *a = parse_expression(p);
        if (a) raise_at_node(p, a->location, "invalid pattern target");
    }
done:
    p->mark = start;
}

static bool skip_keyword_patterns(Parser *p)
{
    int end = p->mark, count = 0;
    while (accept(p, TOKEN_NAME) && accept(p, TOKEN_ASSIGN) && parse_pattern(p)) {
        count++;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
    }
    p->mark = end;
    return count > 0 && !p->failed;
}

/* ','.pattern+: from the first to the last one */
static bool parse_positional_patterns(Parser *p, AstLocation *location)
{
    int end = p->mark, count = 0;
    Pattern *pattern;
    while ((pattern = parse_pattern(p))) {
        *location = count++ ? location_between(*location, pattern->location) : pattern->location;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
    }
    p->mark = end;
    return count > 0 && !p->failed;
}

void invalid_class_pattern(Parser *p)
{
    int start = p->mark;
    AstLocation location;
    if (!parse_name_or_attr(p) || !accept(p, TOKEN_LPAREN)) goto done;
    int end = p->mark;
    if (!parse_positional_patterns(p, &location) || !accept(p, TOKEN_COMMA)) p->mark = end;
    if (!p->failed && skip_keyword_patterns(p) && accept(p, TOKEN_COMMA) && parse_positional_patterns(p, &location))
        raise_at_node(p, location, "positional patterns follow keyword patterns");
done:
    p->mark = start;
}

/* parse_pattern.c: match, case and patterns. `match`, `case` and `_` are names elsewhere. */
#include "compiler/parser.h"

#include "objects/exception.h"
#include "objects/float.h"
#include "objects/str.h"

/* --- names and dots --- */

/* NAME ('.' NAME)*; stops in front of a dot without a name. */
Expr *parse_name_or_attr(Parser *p)
{
    int start = p->mark;
    Expr *result = parse_name(p);
    int end = p->mark;
    while (result && accept(p, TOKEN_DOT)) {
        Expr *name = parse_name(p);
        if (!name) break;
        result = ast_Attribute(p->arena, result, name->v.Name.id, CTX_Load, location_from(p, start));
        end = p->mark;
    }
    p->mark = end;
    return p->failed ? NULL : result;
}

static bool next_ends_name(Parser *p)
{
    enum TokenType type = next_type(p);
    return type != TOKEN_DOT && type != TOKEN_LPAREN && type != TOKEN_ASSIGN && !p->failed;
}

/* A name that is bound; `_` is none. */
static Expr *parse_capture_target(Parser *p)
{
    if (next_is_word(p, "_")) return NULL;
    Expr *name = parse_name(p);
    if (!name || !next_ends_name(p)) return NULL;
    name->v.Name.ctx = CTX_Store;
    return name;
}

/* --- literals --- */

static bool is_imaginary(const Expr *number)
{
    return object_has_type(number->v.Constant.value, &type_complex);
}

static Expr *parse_signed_number(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_MINUS)) return parse_number(p);
    Expr *number = parse_number(p);
    return number ? ast_UnaryOp(p->arena, UNARYOP_USub, number, location_from(p, start)) : NULL;
}

/* [-]NUMBER [(+|-) IMAGINARY] */
static Expr *parse_number_pattern(Parser *p)
{
    int start = p->mark;
    Expr *real = parse_signed_number(p);
    if (!real) return NULL;
    enum TokenType type = next_type(p);
    if (type != TOKEN_PLUS && type != TOKEN_MINUS) return p->failed ? NULL : real;
    Expr *number = real->kind == EXPR_UnaryOp ? real->v.UnaryOp.operand : real;
    if (is_imaginary(number)) return raise_at_node(p, number->location, "real number required in complex literal");
    p->mark++;
    Expr *imaginary = parse_number(p);
    if (!imaginary) return NULL;
    if (!is_imaginary(imaginary))
        return raise_at_node(p, imaginary->location, "imaginary number required in complex literal");
    return ast_BinOp(p->arena, real, type == TOKEN_PLUS ? OP_Add : OP_Sub, imaginary, location_from(p, start));
}

static bool singleton_of(enum TokenType type, Value *value)
{
    switch (type) {
    case TOKEN_NONE: *value = VALUE_NONE; return true;
    case TOKEN_TRUE: *value = VALUE_TRUE; return true;
    case TOKEN_FALSE: *value = VALUE_FALSE; return true;
    default: return false;
    }
}

/* A literal as the key of a mapping pattern. */
static Expr *parse_literal_expr(Parser *p)
{
    Value singleton;
    enum TokenType type = next_type(p);
    if (type == TOKEN_STRING) return parse_strings(p);
    if (type == TOKEN_NUMBER || type == TOKEN_MINUS) return parse_number_pattern(p);
    if (!singleton_of(type, &singleton)) return NULL;
    int start = p->mark++;
    return ast_Constant(p->arena, singleton, VALUE_NULL, location_from(p, start));
}

static Pattern *parse_literal_pattern(Parser *p)
{
    int start = p->mark;
    Value singleton;
    if (singleton_of(next_type(p), &singleton)) {
        p->mark++;
        return ast_MatchSingleton(p->arena, singleton, location_from(p, start));
    }
    Expr *value = parse_literal_expr(p);
    return value ? ast_MatchValue(p->arena, value, location_from(p, start)) : NULL;
}

/* --- sequences --- */

/* '*' NAME | '*' '_' */
static Pattern *parse_star_pattern(Parser *p)
{
    int start = p->mark++;
    if (next_is_word(p, "_")) {
        p->mark++;
        return ast_MatchStar(p->arena, VALUE_NULL, location_from(p, start));
    }
    Expr *target = parse_capture_target(p);
    return target ? ast_MatchStar(p->arena, target->v.Name.id, location_from(p, start)) : NULL;
}

static Pattern *parse_maybe_star_pattern(Parser *p)
{
    return next_is(p, TOKEN_STAR) ? parse_star_pattern(p) : parse_pattern(p);
}

/* Patterns with commas between them and perhaps behind the last one. */
static bool parse_pattern_list(Parser *p, NodeList *patterns, Pattern *(*parse_item)(Parser *p))
{
    int end = p->mark;
    for (;;) {
        Pattern *pattern = parse_item(p);
        if (!pattern) break;
        if (!nodes_add(p, patterns, pattern)) return false;
        end = p->mark;
        if (!accept(p, TOKEN_COMMA)) break;
        end = p->mark;
    }
    p->mark = end;
    return !p->failed;
}

static Pattern *make_sequence(Parser *p, const NodeList *patterns, int start)
{
    PatternSeq *seq = patterns->count ? nodes_finish(p, patterns) : NULL;
    return p->failed ? NULL : ast_MatchSequence(p->arena, seq, location_from(p, start));
}

/* '(' … ')': a group, or a sequence when a comma is in it */
static Pattern *parse_parenthesized_pattern(Parser *p)
{
    int start = p->mark++;
    NodeList patterns;
    nodes_init(&patterns);
    bool is_starred = next_is(p, TOKEN_STAR);
    if (!parse_pattern_list(p, &patterns, parse_maybe_star_pattern)) return NULL;
    bool is_group = patterns.count == 1 && last_token(p)->type != TOKEN_COMMA;
    if (!accept(p, TOKEN_RPAREN)) return NULL;
    if (!is_group) return make_sequence(p, &patterns, start);
    return is_starred ? NULL : patterns.items[0];
}

static Pattern *parse_bracketed_pattern(Parser *p)
{
    int start = p->mark++;
    NodeList patterns;
    nodes_init(&patterns);
    if (!parse_pattern_list(p, &patterns, parse_maybe_star_pattern) || !accept(p, TOKEN_RBRACKET)) return NULL;
    return make_sequence(p, &patterns, start);
}

/* --- mappings --- */

static bool parse_key_pattern(Parser *p, NodeList *keys, NodeList *patterns)
{
    Expr *key;
    if (next_is(p, TOKEN_NAME)) {
        key = parse_name_or_attr(p);
        if (key && key->kind != EXPR_Attribute) key = NULL;
    } else {
        key = parse_literal_expr(p);
    }
    if (!key || !accept(p, TOKEN_COLON)) return false;
    Pattern *pattern = parse_pattern(p);
    return pattern && nodes_add(p, keys, key) && nodes_add(p, patterns, pattern);
}

static Pattern *parse_mapping_pattern(Parser *p)
{
    int start = p->mark++;
    NodeList keys, patterns;
    nodes_init(&keys);
    nodes_init(&patterns);
    Value rest = VALUE_NULL;
    for (;;) {
        if (next_is(p, TOKEN_RBRACE)) break;
        if (accept(p, TOKEN_DOUBLE_STAR)) {
            Expr *target = parse_capture_target(p);
            if (!target) return NULL;
            rest = target->v.Name.id;
            accept(p, TOKEN_COMMA);
            break;
        }
        if (p->failed || !parse_key_pattern(p, &keys, &patterns)) return NULL;
        if (!accept(p, TOKEN_COMMA)) break;
    }
    if (!accept(p, TOKEN_RBRACE)) return NULL;
    ExprSeq *key_seq = keys.count ? nodes_finish(p, &keys) : NULL;
    PatternSeq *pattern_seq = patterns.count ? nodes_finish(p, &patterns) : NULL;
    return p->failed ? NULL : ast_MatchMapping(p->arena, key_seq, pattern_seq, rest, location_from(p, start));
}

/* --- classes --- */

static bool is_keyword_pattern(Parser *p)
{
    if (!next_is(p, TOKEN_NAME)) return false;
    p->mark++;
    bool result = next_is(p, TOKEN_ASSIGN);
    p->mark--;
    return result;
}

static bool parse_keyword_pattern(Parser *p, NodeList *names, NodeList *patterns)
{
    Expr *name = parse_name(p);
    if (!name || !accept(p, TOKEN_ASSIGN)) return false;
    Pattern *pattern = parse_pattern(p);
    return pattern && nodes_add(p, names, name) && nodes_add(p, patterns, pattern);
}

/* Behind "cls(": the arguments and the bracket. */
static Pattern *finish_class_pattern(Parser *p, Expr *cls, int start)
{
    NodeList patterns, names, keyword_patterns;
    nodes_init(&patterns);
    nodes_init(&names);
    nodes_init(&keyword_patterns);
    while (!next_is(p, TOKEN_RPAREN)) {
        if (p->failed) return NULL;
        if (is_keyword_pattern(p)) {
            if (!parse_keyword_pattern(p, &names, &keyword_patterns)) return NULL;
        } else {
            Pattern *pattern = names.count || p->failed ? NULL : parse_pattern(p);
            if (!pattern || !nodes_add(p, &patterns, pattern)) return NULL;
        }
        if (!accept(p, TOKEN_COMMA)) break;
    }
    if (!accept(p, TOKEN_RPAREN)) return NULL;
    PatternSeq *pattern_seq = patterns.count ? nodes_finish(p, &patterns) : NULL;
    PatternSeq *keyword_seq = names.count ? nodes_finish(p, &keyword_patterns) : NULL;
    IdentifierSeq *name_seq = names.count ? arena_seq(p->arena, names.count) : NULL;
    if (p->failed || (names.count && !name_seq)) return NULL;
    for (int i = 0; i < names.count; i++) name_seq->items[i] = ((Expr *)names.items[i])->v.Name.id;
    return ast_MatchClass(p->arena, cls, pattern_seq, name_seq, keyword_seq, location_from(p, start));
}

/* A name: captured, a value (with dots), or a class. */
static Pattern *parse_name_pattern(Parser *p)
{
    int start = p->mark;
    if (next_is_word(p, "_")) {
        p->mark++;
        enum TokenType type = next_type(p);
        if (p->failed) return NULL;
        if (type != TOKEN_DOT && type != TOKEN_LPAREN)
            return ast_MatchAs(p->arena, NULL, VALUE_NULL, location_from(p, start));
        p->mark = start;
    }
    Expr *name = parse_name_or_attr(p);
    if (!name) return NULL;
    if (next_is(p, TOKEN_LPAREN)) {
        p->mark++;
        Pattern *result = finish_class_pattern(p, name, start);
        if (result || p->failed) return result;
        p->mark = start;
        (void)DIAGNOSE(p, invalid_class_pattern(p));
        return NULL;
    }
    if (!next_ends_name(p)) return NULL;
    if (name->kind == EXPR_Attribute) return ast_MatchValue(p->arena, name, location_from(p, start));
    return ast_MatchAs(p->arena, NULL, name->v.Name.id, location_from(p, start));
}

/* --- all patterns --- */

static Pattern *parse_plain_closed_pattern(Parser *p)
{
    switch (next_type(p)) {
    case TOKEN_NAME: return parse_name_pattern(p);
    case TOKEN_LPAREN: return parse_parenthesized_pattern(p);
    case TOKEN_LBRACKET: return parse_bracketed_pattern(p);
    case TOKEN_LBRACE: return parse_mapping_pattern(p);
    default: return parse_literal_pattern(p);
    }
}

static Pattern *parse_closed_pattern(Parser *p)
{
    Pattern *result;
    if (memo_find(p, RULE_CLOSED_PATTERN, &result)) return result;
    if (!parser_enter(p)) return NULL;
    int start = p->mark;
    result = parse_plain_closed_pattern(p);
    memo_store(p, RULE_CLOSED_PATTERN, start, result);
    parser_leave(p);
    return result;
}

Pattern *parse_or_pattern(Parser *p)
{
    int start = p->mark;
    Pattern *first = parse_closed_pattern(p);
    if (!first || !next_is(p, TOKEN_BAR)) return p->failed ? NULL : first;
    NodeList patterns;
    nodes_init(&patterns);
    nodes_add(p, &patterns, first);
    int end = p->mark;
    while (accept(p, TOKEN_BAR)) {
        Pattern *pattern = parse_closed_pattern(p);
        if (!pattern) break;
        if (!nodes_add(p, &patterns, pattern)) return NULL;
        end = p->mark;
    }
    p->mark = end;
    if (p->failed) return NULL;
    if (patterns.count == 1) return first;
    PatternSeq *seq = nodes_finish(p, &patterns);
    return seq ? ast_MatchOr(p->arena, seq, location_from(p, start)) : NULL;
}

Pattern *parse_pattern(Parser *p)
{
    int start = p->mark;
    Pattern *pattern = parse_or_pattern(p);
    if (!pattern) return NULL;
    int end = p->mark;
    if (!accept(p, TOKEN_AS)) return p->failed ? NULL : pattern;
    Expr *target = parse_capture_target(p);
    if (target) return ast_MatchAs(p->arena, pattern, target->v.Name.id, location_from(p, start));
    p->mark = start;
    if (p->failed || DIAGNOSE(p, invalid_as_pattern(p))) return NULL;
    p->mark = end;
    return pattern;
}

/* The pattern of a case: commas make it a sequence. */
Pattern *parse_patterns(Parser *p)
{
    int start = p->mark;
    NodeList patterns;
    nodes_init(&patterns);
    bool is_starred = next_is(p, TOKEN_STAR);
    if (!parse_pattern_list(p, &patterns, parse_maybe_star_pattern) || patterns.count == 0) return NULL;
    bool is_sequence = patterns.count > 1 || last_token(p)->type == TOKEN_COMMA;
    if (is_sequence) return make_sequence(p, &patterns, start);
    return is_starred ? NULL : patterns.items[0];
}

/* --- match and case --- */

Expr *parse_guard(Parser *p)
{
    return accept(p, TOKEN_IF) ? parse_named_expression(p) : NULL;
}

Expr *parse_subject_expr(Parser *p)
{
    int start = p->mark;
    Expr *first = parse_star_named_expression(p);
    if (!first) return NULL;
    if (!accept(p, TOKEN_COMMA)) return p->failed || first->kind == EXPR_Starred ? NULL : first;
    int end = p->mark;
    ExprSeq *more = parse_star_named_expressions(p);
    if (p->failed) return NULL;
    if (!more) p->mark = end;
    ExprSeq *elts = arena_seq(p->arena, 1 + seq_count(more));
    if (!elts) return NULL;
    elts->items[0] = first;
    for (ssize_t i = 0; i < seq_count(more); i++) elts->items[i + 1] = more->items[i];
    return ast_Tuple(p->arena, elts, CTX_Load, location_from(p, start));
}

static MatchCase *parse_case_block(Parser *p)
{
    if (!next_is_word(p, "case")) return NULL;
    if (DIAGNOSE(p, invalid_case_block(p))) return NULL;
    p->mark++;
    Pattern *pattern = parse_patterns(p);
    if (!pattern) return NULL;
    int end = p->mark;
    Expr *guard = parse_guard(p);
    if (p->failed) return NULL;
    if (!guard) p->mark = end;
    if (!accept(p, TOKEN_COLON)) return NULL;
    StmtSeq *body = parse_block(p);
    return body ? ast_match_case(p->arena, pattern, guard, body) : NULL;
}

static MatchCaseSeq *parse_cases(Parser *p)
{
    NodeList cases;
    nodes_init(&cases);
    int end;
    for (;;) {
        end = p->mark;
        MatchCase *match_case = parse_case_block(p);
        if (!match_case) break;
        if (!nodes_add(p, &cases, match_case)) return NULL;
    }
    p->mark = end;
    return p->failed || cases.count == 0 ? NULL : nodes_finish(p, &cases);
}

Stmt *parse_match_stmt(Parser *p)
{
    int start = p->mark++;
    Expr *subject = parse_subject_expr(p);
    if (subject && accept(p, TOKEN_COLON) && accept(p, TOKEN_NEWLINE) && accept(p, TOKEN_INDENT)) {
        MatchCaseSeq *cases = parse_cases(p);
        if (cases && accept(p, TOKEN_DEDENT)) {
            if (!check_version(p, 10, "Pattern matching is")) return NULL;
            return ast_Match(p->arena, subject, cases, location_from(p, start));
        }
    }
    p->mark = start;
    if (!p->failed) (void)DIAGNOSE(p, invalid_match_stmt(p));
    return NULL;
}

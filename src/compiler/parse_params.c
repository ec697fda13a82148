/* parse_params.c: parameters of def and lambda. Those of lambda have no annotations and end before ':', not ')'. */
#include "compiler/parser.h"

static enum TokenType end_type(bool is_lambda)
{
    return is_lambda ? TOKEN_COLON : TOKEN_RPAREN;
}

Arguments *empty_arguments(Parser *p)
{
    return ast_arguments(p->arena, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
}

Arg *parse_plain_parameter(Parser *p, bool is_lambda)
{
    int start = p->mark;
    Token *name = accept(p, TOKEN_NAME);
    if (!name) return NULL;
    Value id = identifier_new(p, name->start, (size_t)(name->end - name->start));
    if (value_is_null(id)) return NULL;
    Expr *annotation = NULL;
    if (!is_lambda) {
        int end = p->mark;
        if (accept(p, TOKEN_COLON)) annotation = parse_expression(p);
        if (!annotation) p->mark = end;
    }
    return p->failed ? NULL : ast_arg(p->arena, id, annotation, VALUE_NULL, location_from(p, start));
}

/* '*' NAME ':' star_expression, behind the star */
static Arg *parse_star_annotated(Parser *p)
{
    int start = p->mark;
    Expr *name = parse_name(p);
    if (!name || !accept(p, TOKEN_COLON)) return NULL;
    Expr *annotation = parse_star_expression(p);
    return annotation ? ast_arg(p->arena, name->v.Name.id, annotation, VALUE_NULL, location_from(p, start)) : NULL;
}

static Expr *parse_default(Parser *p)
{
    int start = p->mark;
    if (!accept(p, TOKEN_ASSIGN)) return NULL;
    Expr *value = parse_expression(p);
    if (value || p->failed) return value;
    p->mark = start;
    (void)DIAGNOSE(p, invalid_default(p));
    return NULL;
}

/* A comma, or the end; a type comment may stand behind the comma or in front of the end. */
static bool finish_parameter(Parser *p, bool is_lambda, Arg *arg)
{
    bool has_comma = accept_is(p, TOKEN_COMMA);
    if (!is_lambda) {
        Token *comment = accept(p, TOKEN_TYPE_COMMENT);
        if (comment) arg->type_comment = type_comment(p, comment);
    }
    return !p->failed && (has_comma || next_is(p, end_type(is_lambda)));
}

bool parse_parameter(Parser *p, bool is_lambda, enum ParameterDefault sort, NULLABLE Parameter *parameter)
{
    Parameter result;
    result.arg = parse_plain_parameter(p, is_lambda);
    if (!result.arg) return false;
    int end = p->mark;
    result.default_value = sort == WITHOUT_DEFAULT ? NULL : parse_default(p);
    if (p->failed || (sort == WITH_DEFAULT && !result.default_value)) return false;
    if (!result.default_value) p->mark = end;
    if (!finish_parameter(p, is_lambda, result.arg)) return false;
    if (parameter) *parameter = result;
    return true;
}

typedef struct ParameterLists {
    NodeList posonly, args, defaults, kwonly, kw_defaults;
    Arg *vararg, *kwarg;
} ParameterLists;

/* '**' parameter */
static bool parse_kwds(Parser *p, bool is_lambda, ParameterLists *lists)
{
    if (DIAGNOSE(p, invalid_kwds(p, is_lambda))) return false;
    p->mark++;
    Parameter parameter;
    if (!parse_parameter(p, is_lambda, WITHOUT_DEFAULT, &parameter)) return false;
    lists->kwarg = parameter.arg;
    return true;
}

/* What stands behind the star: a parameter, perhaps with a starred annotation, or a comma. */
static bool parse_vararg(Parser *p, bool is_lambda, ParameterLists *lists)
{
    if (accept(p, TOKEN_COMMA)) return true;
    int start = p->mark;
    Parameter parameter;
    if (parse_parameter(p, is_lambda, WITHOUT_DEFAULT, &parameter)) {
        lists->vararg = parameter.arg;
        return true;
    }
    if (p->failed || is_lambda) return false;
    p->mark = start;
    lists->vararg = parse_star_annotated(p);
    return lists->vararg && finish_parameter(p, is_lambda, lists->vararg);
}

static bool parse_star_etc(Parser *p, bool is_lambda, ParameterLists *lists)
{
    if (DIAGNOSE(p, invalid_star_etc(p, is_lambda))) return false;
    if (next_is(p, TOKEN_DOUBLE_STAR)) return parse_kwds(p, is_lambda, lists);
    p->mark++;
    if (!parse_vararg(p, is_lambda, lists)) return false;
    int end;
    for (;;) {
        Parameter parameter;
        end = p->mark;
        if (!next_is(p, TOKEN_NAME) || !parse_parameter(p, is_lambda, MAYBE_DEFAULT, &parameter)) break;
        if (!nodes_add(p, &lists->kwonly, parameter.arg)) return false;
        if (!nodes_add(p, &lists->kw_defaults, parameter.default_value)) return false;
    }
    p->mark = end;
    if (p->failed || (!lists->vararg && lists->kwonly.count == 0)) return false;
    if (!next_is(p, TOKEN_DOUBLE_STAR)) return true;
    if (!parse_kwds(p, is_lambda, lists)) p->mark = end;
    return !p->failed;
}

/* '/' with its comma, or in front of the end. */
static bool parse_slash(Parser *p, bool is_lambda, ParameterLists *lists)
{
    p->mark++;
    if (!accept(p, TOKEN_COMMA) && !next_is(p, end_type(is_lambda))) return false;
    lists->posonly = lists->args;
    if (lists->posonly.items == lists->args.inline_items) lists->posonly.items = lists->posonly.inline_items;
    nodes_init(&lists->args);
    return true;
}

/* Parameters in front of '*'. */
static bool parse_positional_parameters(Parser *p, bool is_lambda, ParameterLists *lists)
{
    bool has_slash = false;
    int end;
    for (;;) {
        Parameter parameter;
        end = p->mark;
        if (next_is(p, TOKEN_SLASH) && !has_slash && lists->args.count) {
            if (!parse_slash(p, is_lambda, lists)) break;
            has_slash = true;
            continue;
        }
        if (!next_is(p, TOKEN_NAME)) break;
        enum ParameterDefault sort = lists->defaults.count ? WITH_DEFAULT : MAYBE_DEFAULT;
        if (!parse_parameter(p, is_lambda, sort, &parameter)) break;
        if (!nodes_add(p, &lists->args, parameter.arg)) return false;
        if (parameter.default_value && !nodes_add(p, &lists->defaults, parameter.default_value)) return false;
    }
    p->mark = end;
    return !p->failed;
}

static void *finish_list(Parser *p, const NodeList *list)
{
    return list->count ? nodes_finish(p, list) : NULL;
}

Arguments *parse_parameters(Parser *p, bool is_lambda)
{
    if (DIAGNOSE(p, invalid_parameters(p, is_lambda))) return NULL;
    int start = p->mark;
    if (next_is(p, end_type(is_lambda))) return NULL;
    ParameterLists lists;
    nodes_init(&lists.posonly);
    nodes_init(&lists.args);
    nodes_init(&lists.defaults);
    nodes_init(&lists.kwonly);
    nodes_init(&lists.kw_defaults);
    lists.vararg = lists.kwarg = NULL;
    if (p->failed || !parse_positional_parameters(p, is_lambda, &lists)) return NULL;
    int end = p->mark;
    enum TokenType type = next_type(p);
    if (type == TOKEN_STAR || type == TOKEN_DOUBLE_STAR) {
        if (!parse_star_etc(p, is_lambda, &lists)) p->mark = end;
    }
    if (p->failed || p->mark == start) return NULL;
    ArgSeq *posonly = finish_list(p, &lists.posonly), *args = finish_list(p, &lists.args);
    ArgSeq *kwonly = finish_list(p, &lists.kwonly);
    ExprSeq *kw_defaults = finish_list(p, &lists.kw_defaults), *defaults = finish_list(p, &lists.defaults);
    if (p->failed || (posonly && !check_version(p, 8, "Positional-only parameters are"))) return NULL;
    return ast_arguments(p->arena, posonly, args, lists.vararg, kwonly, kw_defaults, lists.kwarg, defaults);
}

/* codegen_call.c: code of calls. */
#include "compiler/codegen.h"

#include "objects/str.h"
#include "objects/tuple.h"

static bool has_starred(const ExprSeq *args)
{
    for (ssize_t i = 0; i < seq_count(args); i++)
        if (args->items[i]->kind == EXPR_Starred) return true;
    return false;
}

static bool has_double_starred(const KeywordSeq *keywords)
{
    for (ssize_t i = 0; i < seq_count(keywords); i++)
        if (value_is_null(keywords->items[i]->arg)) return true;
    return false;
}

/* The keyword whose name stood before, or -1. */
static ssize_t find_repeated(const KeywordSeq *keywords, ssize_t i)
{
    for (ssize_t j = i + 1; j < seq_count(keywords); j++)
        if (value_is(keywords->items[j]->arg, keywords->items[i]->arg)) return j;
    return -1;
}

static void check_keywords(Compiler *c, const KeywordSeq *keywords)
{
    for (ssize_t i = 0; i < seq_count(keywords) && !c->failed; i++) {
        const Keyword *keyword = keywords->items[i];
        if (value_is_null(keyword->arg) || gen_is_forbidden(c, keyword->arg, CTX_Store)) continue;
        ssize_t repeated = find_repeated(keywords, i);
        if (repeated < 0) continue;
        set_location(c, keywords->items[repeated]->location);
        gen_error(c, "keyword argument repeated: %U", keyword->arg);
    }
}

static Value keyword_names(const KeywordSeq *keywords, ssize_t begin, ssize_t end)
{
    Value names = tuple_new(end - begin);
    for (ssize_t i = begin; !value_is_null(names) && i < end; i++)
        as_tuple(names)->items[i - begin] = value_incref(keywords->items[i]->arg);
    return names;
}

/* Values of plain keywords, and their names for the CALL that follows. */
static void gen_plain_keywords(Compiler *c, const KeywordSeq *keywords)
{
    if (!seq_count(keywords)) return;
    for (ssize_t i = 0; i < seq_count(keywords); i++) gen_expr(c, keywords->items[i]->value);
    if (c->failed) return;
    Value names = keyword_names(keywords, 0, seq_count(keywords));
    if (value_is_null(names)) {
        gen_failed(c);
        return;
    }
    gen_op_arg(c, BC_KW_NAMES, gen_add_constant(c, names));
    value_decref(names);
}

/* keywords[begin:end] as a dict. */
static void gen_keyword_dict(Compiler *c, const KeywordSeq *keywords, ssize_t begin, ssize_t end)
{
    ssize_t count = end - begin;
    bool is_big = count * 2 > STACK_USE_GUIDELINE;
    if (count > 1 && !is_big) {
        for (ssize_t i = begin; i < end; i++) gen_expr(c, keywords->items[i]->value);
        if (!c->failed) gen_const_steal(c, keyword_names(keywords, begin, end));
        gen_op_arg(c, BC_BUILD_CONST_KEY_MAP, count);
        return;
    }
    if (is_big) gen_op_no_line(c, BC_BUILD_MAP, 0);
    for (ssize_t i = begin; i < end; i++) {
        gen_const(c, keywords->items[i]->arg);
        gen_expr(c, keywords->items[i]->value);
        if (is_big) gen_op_no_line(c, BC_MAP_ADD, 1);
    }
    if (!is_big) gen_op_arg(c, BC_BUILD_MAP, count);
}

static void gen_keyword_piece(Compiler *c, const KeywordSeq *keywords, ssize_t begin, ssize_t end, bool *have_dict)
{
    gen_keyword_dict(c, keywords, begin, end);
    if (*have_dict) gen_op_arg(c, BC_DICT_MERGE, 1);
    *have_dict = true;
}

static void gen_keywords_as_dict(Compiler *c, const KeywordSeq *keywords)
{
    ssize_t count = seq_count(keywords), waiting = 0;
    bool have_dict = false;
    for (ssize_t i = 0; i < count; i++) {
        if (!value_is_null(keywords->items[i]->arg)) {
            waiting++;
            continue;
        }
        if (waiting) gen_keyword_piece(c, keywords, i - waiting, i, &have_dict);
        waiting = 0;
        if (!have_dict) gen_op_arg(c, BC_BUILD_MAP, 0);
        have_dict = true;
        gen_expr(c, keywords->items[i]->value);
        gen_op_arg(c, BC_DICT_MERGE, 1);
    }
    if (waiting) gen_keyword_piece(c, keywords, count - waiting, count, &have_dict);
}

void gen_call_with(Compiler *c, int pushed, const ExprSeq *args, const KeywordSeq *keywords)
{
    ssize_t arg_count = seq_count(args), keyword_count = seq_count(keywords);
    check_keywords(c, keywords);
    bool is_simple =
        arg_count + keyword_count * 2 <= STACK_USE_GUIDELINE && !has_starred(args) && !has_double_starred(keywords);
    if (is_simple) {
        gen_exprs(c, args);
        gen_plain_keywords(c, keywords);
        gen_call(c, pushed + arg_count + keyword_count);
        return;
    }
    if (pushed == 0 && arg_count == 1 && args->items[0]->kind == EXPR_Starred)
        gen_expr(c, args->items[0]->v.Starred.value);
    else
        gen_elements(c, args, pushed, tuple_display);
    if (keyword_count) gen_keywords_as_dict(c, keywords);
    gen_op_arg(c, BC_CALL_FUNCTION_EX, keyword_count > 0);
}

/* object.method(…) without making a bound method. */
static void gen_method_call(Compiler *c, const Expr *e)
{
    const Expr *method = e->v.Call.func;
    gen_expr(c, method->v.Attribute.value);
    set_location(c, method->location);
    gen_move_to_attribute(c, method);
    gen_op_name(c, BC_LOAD_METHOD, method->v.Attribute.attr);
    gen_exprs(c, e->v.Call.args);
    gen_plain_keywords(c, e->v.Call.keywords);
    set_location(c, e->location);
    gen_move_to_attribute(c, method);
    gen_call(c, seq_count(e->v.Call.args) + seq_count(e->v.Call.keywords));
}

/* A name that the module imports: most likely a module, whose attributes are no methods. */
static bool is_imported(const Compiler *c, const Expr *e)
{
    return e->kind == EXPR_Name && scope_symbol_flags(c->symbols->top, e->v.Name.id) & DEF_IMPORT;
}

static bool can_call_as_method(const Compiler *c, const Expr *e)
{
    const Expr *method = e->v.Call.func;
    if (method->kind != EXPR_Attribute || method->v.Attribute.ctx != CTX_Load) return false;
    if (is_imported(c, method->v.Attribute.value)) return false;
    ssize_t keyword_count = seq_count(e->v.Call.keywords);
    if (seq_count(e->v.Call.args) + keyword_count + (keyword_count != 0) >= STACK_USE_GUIDELINE) return false;
    return !has_starred(e->v.Call.args) && !has_double_starred(e->v.Call.keywords);
}

void gen_call_expr(Compiler *c, const Expr *e)
{
    check_keywords(c, e->v.Call.keywords);
    if (!c->failed && can_call_as_method(c, e)) {
        gen_method_call(c, e);
        return;
    }
    check_caller(c, e->v.Call.func);
    set_location(c, e->v.Call.func->location);
    gen_op(c, BC_PUSH_NULL);
    set_location(c, e->location);
    gen_expr(c, e->v.Call.func);
    gen_call_with(c, 0, e->v.Call.args, e->v.Call.keywords);
}

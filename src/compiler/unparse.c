/* unparse.c: an expression back to text, in the one form that CPython gives annotations: minimal parentheses, spaces
 * around operators, constants by their repr. `level` is the lowest precedence that needs no parentheses. */
#include "compiler/unparse.h"

#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"

enum Precedence {
    LEVEL_TUPLE,
    LEVEL_TEST,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_EXPR,
    LEVEL_BIT_OR = LEVEL_EXPR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_SHIFT,
    LEVEL_ARITHMETIC,
    LEVEL_TERM,
    LEVEL_FACTOR,
    LEVEL_POWER,
    LEVEL_AWAIT,
    LEVEL_ATOM
};

typedef struct Writer {
    StrBuilder text;
    bool failed;
} Writer;

static void write_expr(Writer *w, const Expr *e, int level);

static void put(Writer *w, const char *text)
{
    if (!w->failed && str_builder_add_ascii(&w->text, text, -1) < 0) w->failed = true;
}

static void put_str(Writer *w, STEALS NULLABLE Value text)
{
    if (value_is_null(text) || (!w->failed && str_builder_add_str(&w->text, text) < 0)) w->failed = true;
    value_xdecref(text);
}

static void put_name(Writer *w, Value name)
{
    put_str(w, value_incref(name));
}

static void put_if(Writer *w, bool condition, const char *text)
{
    if (condition) put(w, text);
}

static void write_list(Writer *w, const ExprSeq *elements, int level)
{
    for (ssize_t i = 0; i < seq_count(elements); i++) {
        put_if(w, i > 0, ", ");
        write_expr(w, elements->items[i], level);
    }
}

/* --- operators --- */

static void write_bool_op(Writer *w, const Expr *e, int level)
{
    bool is_and = e->v.BoolOp.op == BOOLOP_And;
    int own = is_and ? LEVEL_AND : LEVEL_OR;
    put_if(w, level > own, "(");
    for (ssize_t i = 0; i < seq_count(e->v.BoolOp.values); i++) {
        put_if(w, i > 0, is_and ? " and " : " or ");
        write_expr(w, e->v.BoolOp.values->items[i], own + 1);
    }
    put_if(w, level > own, ")");
}

static void write_binary(Writer *w, const Expr *e, int level)
{
    static const struct {
        const char *text;
        int level;
        bool is_right;
    } operators[] = {
        [OP_Add] = {" + ", LEVEL_ARITHMETIC, false}, [OP_Sub] = {" - ", LEVEL_ARITHMETIC, false},
        [OP_Mult] = {" * ", LEVEL_TERM, false},      [OP_MatMult] = {" @ ", LEVEL_TERM, false},
        [OP_Div] = {" / ", LEVEL_TERM, false},       [OP_Mod] = {" % ", LEVEL_TERM, false},
        [OP_LShift] = {" << ", LEVEL_SHIFT, false},  [OP_RShift] = {" >> ", LEVEL_SHIFT, false},
        [OP_BitOr] = {" | ", LEVEL_BIT_OR, false},   [OP_BitXor] = {" ^ ", LEVEL_BIT_XOR, false},
        [OP_BitAnd] = {" & ", LEVEL_BIT_AND, false}, [OP_FloorDiv] = {" // ", LEVEL_TERM, false},
        [OP_Pow] = {" ** ", LEVEL_POWER, true},
    };
    int own = operators[e->v.BinOp.op].level;
    bool is_right = operators[e->v.BinOp.op].is_right;
    put_if(w, level > own, "(");
    write_expr(w, e->v.BinOp.left, own + is_right);
    put(w, operators[e->v.BinOp.op].text);
    write_expr(w, e->v.BinOp.right, own + !is_right);
    put_if(w, level > own, ")");
}

static void write_unary(Writer *w, const Expr *e, int level)
{
    static const char *const texts[] = {
        [UNARYOP_Invert] = "~", [UNARYOP_Not] = "not ", [UNARYOP_UAdd] = "+", [UNARYOP_USub] = "-"};
    int own = e->v.UnaryOp.op == UNARYOP_Not ? LEVEL_NOT : LEVEL_FACTOR;
    put_if(w, level > own, "(");
    put(w, texts[e->v.UnaryOp.op]);
    write_expr(w, e->v.UnaryOp.operand, own);
    put_if(w, level > own, ")");
}

static void write_compare(Writer *w, const Expr *e, int level)
{
    static const char *const texts[] = {
        [CMPOP_Eq] = " == ", [CMPOP_NotEq] = " != ",    [CMPOP_Lt] = " < ",  [CMPOP_LtE] = " <= ",
        [CMPOP_Gt] = " > ",  [CMPOP_GtE] = " >= ",      [CMPOP_Is] = " is ", [CMPOP_IsNot] = " is not ",
        [CMPOP_In] = " in ", [CMPOP_NotIn] = " not in "};
    put_if(w, level > LEVEL_COMPARE, "(");
    write_expr(w, e->v.Compare.left, LEVEL_COMPARE + 1);
    for (ssize_t i = 0; i < seq_count(e->v.Compare.ops); i++) {
        put(w, texts[e->v.Compare.ops->items[i]]);
        write_expr(w, e->v.Compare.comparators->items[i], LEVEL_COMPARE + 1);
    }
    put_if(w, level > LEVEL_COMPARE, ")");
}

static void write_conditional(Writer *w, const Expr *e, int level)
{
    put_if(w, level > LEVEL_TEST, "(");
    write_expr(w, e->v.IfExp.body, LEVEL_TEST + 1);
    put(w, " if ");
    write_expr(w, e->v.IfExp.test, LEVEL_TEST + 1);
    put(w, " else ");
    write_expr(w, e->v.IfExp.orelse, LEVEL_TEST);
    put_if(w, level > LEVEL_TEST, ")");
}

/* --- lambda --- */

static void write_arg(Writer *w, const Arg *arg)
{
    put_name(w, arg->arg);
    if (!arg->annotation) return;
    put(w, ": ");
    write_expr(w, arg->annotation, LEVEL_TEST);
}

static void write_default(Writer *w, NULLABLE const Expr *value)
{
    if (!value) return;
    put(w, "=");
    write_expr(w, value, LEVEL_TEST);
}

static void write_separator(Writer *w, bool *is_first)
{
    put_if(w, !*is_first, ", ");
    *is_first = false;
}

static void write_arguments(Writer *w, const Arguments *arguments)
{
    ssize_t nposonly = seq_count(arguments->posonlyargs), npositional = nposonly + seq_count(arguments->args);
    ssize_t without_default = npositional - seq_count(arguments->defaults);
    bool is_first = true;
    for (ssize_t i = 0; i < npositional; i++) {
        write_separator(w, &is_first);
        write_arg(w, i < nposonly ? arguments->posonlyargs->items[i] : arguments->args->items[i - nposonly]);
        if (i >= without_default) write_default(w, arguments->defaults->items[i - without_default]);
        put_if(w, i + 1 == nposonly, ", /");
    }
    if (arguments->vararg || seq_count(arguments->kwonlyargs)) {
        write_separator(w, &is_first);
        put(w, "*");
        if (arguments->vararg) write_arg(w, arguments->vararg);
    }
    for (ssize_t i = 0; i < seq_count(arguments->kwonlyargs); i++) {
        write_separator(w, &is_first);
        write_arg(w, arguments->kwonlyargs->items[i]);
        write_default(w, arguments->kw_defaults->items[i]);
    }
    if (arguments->kwarg) {
        write_separator(w, &is_first);
        put(w, "**");
        write_arg(w, arguments->kwarg);
    }
}

static void write_lambda(Writer *w, const Expr *e, int level)
{
    const Arguments *args = e->v.Lambda.args;
    bool has_positional = seq_count(args->args) + seq_count(args->posonlyargs) > 0;
    put_if(w, level > LEVEL_TEST, "(");
    put(w, has_positional || seq_count(args->kwonlyargs) || args->vararg || args->kwarg ? "lambda " : "lambda");
    write_arguments(w, args);
    put(w, ": ");
    write_expr(w, e->v.Lambda.body, LEVEL_TEST);
    put_if(w, level > LEVEL_TEST, ")");
}

/* --- displays and comprehensions --- */

static void write_dict(Writer *w, const Expr *e)
{
    put(w, "{");
    for (ssize_t i = 0; i < seq_count(e->v.Dict.values); i++) {
        put_if(w, i > 0, ", ");
        const Expr *key = e->v.Dict.keys->items[i];
        if (key) {
            write_expr(w, key, LEVEL_TEST);
            put(w, ": ");
            write_expr(w, e->v.Dict.values->items[i], LEVEL_TEST);
        } else {
            put(w, "**");
            write_expr(w, e->v.Dict.values->items[i], LEVEL_EXPR);
        }
    }
    put(w, "}");
}

static void write_generators(Writer *w, const ComprehensionSeq *generators)
{
    for (ssize_t i = 0; i < seq_count(generators); i++) {
        const Comprehension *generator = generators->items[i];
        put(w, generator->is_async ? " async for " : " for ");
        write_expr(w, generator->target, LEVEL_TUPLE);
        put(w, " in ");
        write_expr(w, generator->iter, LEVEL_TEST + 1);
        for (ssize_t k = 0; k < seq_count(generator->ifs); k++) {
            put(w, " if ");
            write_expr(w, generator->ifs->items[k], LEVEL_TEST + 1);
        }
    }
}

static void write_comprehension(Writer *w, const char *open, const Expr *element, NULLABLE const Expr *value,
                                const ComprehensionSeq *generators, const char *close)
{
    put(w, open);
    write_expr(w, element, LEVEL_TEST);
    if (value) {
        put(w, ": ");
        write_expr(w, value, LEVEL_TEST);
    }
    write_generators(w, generators);
    put(w, close);
}

static void write_tuple(Writer *w, const Expr *e, int level)
{
    ssize_t count = seq_count(e->v.Tuple.elts);
    if (count == 0) {
        put(w, "()");
        return;
    }
    put_if(w, level > LEVEL_TUPLE, "(");
    write_list(w, e->v.Tuple.elts, LEVEL_TEST);
    put_if(w, count == 1, ",");
    put_if(w, level > LEVEL_TUPLE, ")");
}

/* --- calls, attributes, subscripts --- */

static void write_call(Writer *w, const Expr *e)
{
    const ExprSeq *args = e->v.Call.args;
    const KeywordSeq *keywords = e->v.Call.keywords;
    write_expr(w, e->v.Call.func, LEVEL_ATOM);
    if (seq_count(args) == 1 && !seq_count(keywords) && args->items[0]->kind == EXPR_GeneratorExp) {
        write_expr(w, args->items[0], LEVEL_TEST); /* it brings its own parentheses */
        return;
    }
    put(w, "(");
    write_list(w, args, LEVEL_TEST);
    for (ssize_t i = 0; i < seq_count(keywords); i++) {
        put_if(w, i > 0 || seq_count(args) > 0, ", ");
        if (value_is_null(keywords->items[i]->arg)) {
            put(w, "**");
        } else {
            put_name(w, keywords->items[i]->arg);
            put(w, "=");
        }
        write_expr(w, keywords->items[i]->value, LEVEL_TEST);
    }
    put(w, ")");
}

static void write_attribute(Writer *w, const Expr *e)
{
    const Expr *value = e->v.Attribute.value;
    write_expr(w, value, LEVEL_ATOM);
    put(w, value->kind == EXPR_Constant && is_exact_int(value->v.Constant.value) ? " ." : ".");
    put_name(w, e->v.Attribute.attr);
}

static void write_slice(Writer *w, const Expr *e)
{
    if (e->v.Slice.lower) write_expr(w, e->v.Slice.lower, LEVEL_TEST);
    put(w, ":");
    if (e->v.Slice.upper) write_expr(w, e->v.Slice.upper, LEVEL_TEST);
    if (!e->v.Slice.step) return;
    put(w, ":");
    write_expr(w, e->v.Slice.step, LEVEL_TEST);
}

/* --- constants and f-strings --- */

static void write_constant(Writer *w, const Expr *e)
{
    Value v = e->v.Constant.value;
    if (value_is(v, VALUE_ELLIPSIS)) {
        put(w, "...");
        return;
    }
    if (!value_is_null(e->v.Constant.kind)) put_name(w, e->v.Constant.kind);
    Value text = value_repr(v);
    bool may_be_infinite = is_float(v) || value_has_type(v, &type_complex);
    if (may_be_infinite && !value_is_null(text)) { /* no literal is called inf */
        Value inf = str_from_cstr("inf"), literal = str_from_cstr("1e309");
        Value replaced =
            value_is_null(inf) || value_is_null(literal) ? VALUE_NULL : str_replace_all(text, inf, literal, -1);
        value_xdecref(inf);
        value_xdecref(literal);
        value_replace(&text, replaced);
    }
    put_str(w, text);
}

static void write_fstring_parts(Writer *w, const Expr *e);

static void write_escaped(Writer *w, Value text)
{
    for (ssize_t i = 0; i < str_length(text) && !w->failed; i++) {
        uint32_t c = str_char(as_str(text), i);
        int result = str_builder_add_char(&w->text, c);
        if (c == '{' || c == '}') result |= str_builder_add_char(&w->text, c);
        if (result < 0) w->failed = true;
    }
}

static void write_formatted_value(Writer *w, const Expr *e)
{
    Writer inner = {.failed = false};
    str_builder_init(&inner.text);
    write_expr(&inner, e->v.FormattedValue.value, LEVEL_TEST + 1);
    Value text = str_builder_finish(&inner.text);
    bool has_brace = !value_is_null(text) && str_length(text) && str_char(as_str(text), 0) == '{';
    put(w, has_brace ? "{ " : "{");
    if (inner.failed) w->failed = true;
    put_str(w, text);
    switch (e->v.FormattedValue.conversion) {
    case 'a': put(w, "!a"); break;
    case 'r': put(w, "!r"); break;
    case 's': put(w, "!s"); break;
    default: break;
    }
    if (e->v.FormattedValue.format_spec) {
        put(w, ":");
        write_fstring_parts(w, e->v.FormattedValue.format_spec);
    }
    put(w, "}");
}

/* The inside of an f-string, or of a format specification. */
static void write_fstring_parts(Writer *w, const Expr *e)
{
    if (w->failed) return;
    if (!recursion_enter(" during compilation")) {
        w->failed = true;
        return;
    }
    if (e->kind == EXPR_Constant)
        write_escaped(w, e->v.Constant.value);
    else if (e->kind == EXPR_FormattedValue)
        write_formatted_value(w, e);
    else
        for (ssize_t i = 0; i < seq_count(e->v.JoinedStr.values); i++)
            write_fstring_parts(w, e->v.JoinedStr.values->items[i]);
    recursion_leave();
}

static void write_fstring(Writer *w, const Expr *e)
{
    Writer body = {.failed = false};
    str_builder_init(&body.text);
    write_fstring_parts(&body, e);
    Value text = str_builder_finish(&body.text);
    if (body.failed || value_is_null(text)) {
        w->failed = true;
    } else {
        put(w, "f");
        put_str(w, value_repr(text));
    }
    value_xdecref(text);
}

/* --- all kinds --- */

static void write_named_expr(Writer *w, const Expr *e, int level)
{
    put_if(w, level > LEVEL_TUPLE, "(");
    write_expr(w, e->v.NamedExpr.target, LEVEL_ATOM);
    put(w, " := ");
    write_expr(w, e->v.NamedExpr.value, LEVEL_ATOM);
    put_if(w, level > LEVEL_TUPLE, ")");
}

static void write_enclosed(Writer *w, const char *open, NULLABLE const Expr *e, int level, const char *close)
{
    put(w, open);
    if (e) write_expr(w, e, level);
    put(w, close);
}

static void write_await(Writer *w, const Expr *e, int level)
{
    put_if(w, level > LEVEL_AWAIT, "(");
    put(w, "await ");
    write_expr(w, e->v.Await.value, LEVEL_ATOM);
    put_if(w, level > LEVEL_AWAIT, ")");
}

static void write_expr_inside(Writer *w, const Expr *e, int level)
{
    switch (e->kind) {
    case EXPR_BoolOp: write_bool_op(w, e, level); break;
    case EXPR_NamedExpr: write_named_expr(w, e, level); break;
    case EXPR_BinOp: write_binary(w, e, level); break;
    case EXPR_UnaryOp: write_unary(w, e, level); break;
    case EXPR_Lambda: write_lambda(w, e, level); break;
    case EXPR_IfExp: write_conditional(w, e, level); break;
    case EXPR_Dict: write_dict(w, e); break;
    case EXPR_Set:
        put(w, "{");
        write_list(w, e->v.Set.elts, LEVEL_TEST);
        put(w, "}");
        break;
    case EXPR_ListComp: write_comprehension(w, "[", e->v.ListComp.elt, NULL, e->v.ListComp.generators, "]"); break;
    case EXPR_SetComp: write_comprehension(w, "{", e->v.SetComp.elt, NULL, e->v.SetComp.generators, "}"); break;
    case EXPR_DictComp:
        write_comprehension(w, "{", e->v.DictComp.key, e->v.DictComp.value, e->v.DictComp.generators, "}");
        break;
    case EXPR_GeneratorExp:
        write_comprehension(w, "(", e->v.GeneratorExp.elt, NULL, e->v.GeneratorExp.generators, ")");
        break;
    case EXPR_Await: write_await(w, e, level); break;
    case EXPR_Yield:
        write_enclosed(w, e->v.Yield.value ? "(yield " : "(yield", e->v.Yield.value, LEVEL_TEST, ")");
        break;
    case EXPR_YieldFrom: write_enclosed(w, "(yield from ", e->v.YieldFrom.value, LEVEL_TEST, ")"); break;
    case EXPR_Compare: write_compare(w, e, level); break;
    case EXPR_Call: write_call(w, e); break;
    case EXPR_FormattedValue: write_formatted_value(w, e); break;
    case EXPR_JoinedStr: write_fstring(w, e); break;
    case EXPR_Constant: write_constant(w, e); break;
    case EXPR_Attribute: write_attribute(w, e); break;
    case EXPR_Subscript:
        write_expr(w, e->v.Subscript.value, LEVEL_ATOM);
        write_enclosed(w, "[", e->v.Subscript.slice, LEVEL_TUPLE, "]");
        break;
    case EXPR_Starred:
        put(w, "*");
        write_expr(w, e->v.Starred.value, LEVEL_EXPR);
        break;
    case EXPR_Name: put_name(w, e->v.Name.id); break;
    case EXPR_List:
        put(w, "[");
        write_list(w, e->v.List.elts, LEVEL_TEST);
        put(w, "]");
        break;
    case EXPR_Tuple: write_tuple(w, e, level); break;
    case EXPR_Slice: write_slice(w, e); break;
    }
}

static void write_expr(Writer *w, const Expr *e, int level)
{
    if (w->failed) return;
    if (!recursion_enter(" during compilation")) {
        w->failed = true;
        return;
    }
    write_expr_inside(w, e, level);
    recursion_leave();
}

Value unparse_expr(const Expr *e)
{
    Writer w = {.failed = false};
    str_builder_init(&w.text);
    write_expr(&w, e, LEVEL_TEST);
    if (w.failed) {
        str_builder_discard(&w.text);
        return error_occurred() ? VALUE_NULL : error_no_memory();
    }
    return str_builder_finish(&w.text);
}

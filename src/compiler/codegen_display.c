/* codegen_display.c: code of tuples, lists, sets and dicts, of unpacking assignments, and of f-strings.
 *
 * Long displays are built piece by piece, so that the stack stays small (STACK_USE_GUIDELINE). */
#include "compiler/codegen.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

const DisplayOps list_display = {BC_BUILD_LIST, BC_LIST_APPEND, BC_LIST_EXTEND, false};
const DisplayOps tuple_display = {BC_BUILD_LIST, BC_LIST_APPEND, BC_LIST_EXTEND, true};
const DisplayOps set_display = {BC_BUILD_SET, BC_SET_ADD, BC_SET_UPDATE, false};

static bool are_constants(const ExprSeq *elements, ssize_t begin, ssize_t end)
{
    for (ssize_t i = begin; i < end; i++)
        if (!elements->items[i] || elements->items[i]->kind != EXPR_Constant) return false;
    return true;
}

static Value constants_tuple(const ExprSeq *elements, ssize_t begin, ssize_t end)
{
    Value tuple = tuple_new(end - begin);
    for (ssize_t i = begin; !value_is_null(tuple) && i < end; i++)
        as_tuple(tuple)->items[i - begin] = value_incref(elements->items[i]->v.Constant.value);
    return tuple;
}

static bool has_starred(const ExprSeq *elements)
{
    for (ssize_t i = 0; i < seq_count(elements); i++)
        if (elements->items[i]->kind == EXPR_Starred) return true;
    return false;
}

/* All elements are constants: one constant, and an extension of an empty display by it. */
static void gen_constant_elements(Compiler *c, const ExprSeq *elements, int pushed, DisplayOps ops)
{
    if (c->failed) return;
    Value folded = constants_tuple(elements, 0, seq_count(elements));
    if (ops.is_tuple && !pushed) {
        gen_const_steal(c, folded);
        return;
    }
    if (ops.add == BC_SET_ADD && !value_is_null(folded)) {
        Value set = frozenset_new(folded);
        value_decref(folded);
        folded = set;
    }
    gen_op_arg(c, ops.build, pushed);
    gen_const_steal(c, folded);
    gen_op_arg(c, ops.extend, 1);
    if (ops.is_tuple) gen_op(c, BC_LIST_TO_TUPLE);
}

/* Elements, of which the first may be on the stack already (`pushed`), become one list, set or tuple. */
void gen_elements(Compiler *c, const ExprSeq *elements, int pushed, DisplayOps ops)
{
    ssize_t count = seq_count(elements);
    if (count > 2 && are_constants(elements, 0, count)) {
        gen_constant_elements(c, elements, pushed, ops);
        return;
    }
    bool is_built = count + pushed > STACK_USE_GUIDELINE;
    if (!is_built && !has_starred(elements)) {
        gen_exprs(c, elements);
        gen_op_arg(c, ops.is_tuple ? BC_BUILD_TUPLE : ops.build, count + pushed);
        return;
    }
    if (is_built) gen_op_arg(c, ops.build, pushed);
    for (ssize_t i = 0; i < count; i++) {
        const Expr *element = elements->items[i];
        if (element->kind == EXPR_Starred) {
            if (!is_built) gen_op_arg(c, ops.build, i + pushed);
            is_built = true;
            gen_expr(c, element->v.Starred.value);
            gen_op_arg(c, ops.extend, 1);
        } else {
            gen_expr(c, element);
            if (is_built) gen_op_arg(c, ops.add, 1);
        }
    }
    if (ops.is_tuple) gen_op(c, BC_LIST_TO_TUPLE);
}

/* UNPACK_SEQUENCE, or UNPACK_EX when there is a starred target. */
static void gen_unpack(Compiler *c, const ExprSeq *targets)
{
    ssize_t count = seq_count(targets);
    bool seen_star = false;
    for (ssize_t i = 0; i < count; i++) {
        if (targets->items[i]->kind != EXPR_Starred) continue;
        if (seen_star) {
            gen_error(c, "multiple starred expressions in assignment");
            return;
        }
        if (i >= 1 << 8 || count - i - 1 >= INT32_MAX >> 8) {
            gen_error(c, "too many expressions in star-unpacking assignment");
            return;
        }
        gen_op_arg(c, BC_UNPACK_EX, i + ((count - i - 1) << 8));
        seen_star = true;
    }
    if (!seen_star) gen_op_arg(c, BC_UNPACK_SEQUENCE, count);
}

void gen_sequence(Compiler *c, const Expr *e, const ExprSeq *elements, ExprContext context, DisplayOps ops)
{
    if (context == CTX_Load) {
        gen_elements(c, elements, 0, ops);
        return;
    }
    if (context == CTX_Del) {
        gen_exprs(c, elements);
        return;
    }
    gen_unpack(c, elements);
    for (ssize_t i = 0; i < seq_count(elements); i++) {
        const Expr *element = elements->items[i];
        gen_expr(c, element->kind == EXPR_Starred ? element->v.Starred.value : element);
    }
}

/* --- dicts --- */

static void gen_dict_items(Compiler *c, const Expr *e, ssize_t begin, ssize_t end)
{
    const ExprSeq *keys = e->v.Dict.keys, *values = e->v.Dict.values;
    ssize_t count = end - begin;
    bool is_big = count * 2 > STACK_USE_GUIDELINE;
    if (count > 1 && !is_big && are_constants(keys, begin, end)) {
        for (ssize_t i = begin; i < end; i++) gen_expr(c, values->items[i]);
        if (!c->failed) gen_const_steal(c, constants_tuple(keys, begin, end));
        gen_op_arg(c, BC_BUILD_CONST_KEY_MAP, count);
        return;
    }
    if (is_big) gen_op_arg(c, BC_BUILD_MAP, 0);
    for (ssize_t i = begin; i < end; i++) {
        gen_expr(c, keys->items[i]);
        gen_expr(c, values->items[i]);
        if (is_big) gen_op_arg(c, BC_MAP_ADD, 1);
    }
    if (!is_big) gen_op_arg(c, BC_BUILD_MAP, count);
}

static void gen_dict_piece(Compiler *c, const Expr *e, ssize_t begin, ssize_t end, bool *have_dict)
{
    gen_dict_items(c, e, begin, end);
    if (*have_dict) gen_op_arg(c, BC_DICT_UPDATE, 1);
    *have_dict = true;
}

void gen_dict(Compiler *c, const Expr *e)
{
    const ExprSeq *keys = e->v.Dict.keys, *values = e->v.Dict.values;
    ssize_t count = seq_count(values), waiting = 0;
    bool have_dict = false;
    for (ssize_t i = 0; i < count; i++) {
        if (keys->items[i]) {
            if (waiting * 2 > STACK_USE_GUIDELINE) {
                gen_dict_piece(c, e, i - waiting, i + 1, &have_dict);
                waiting = 0;
            } else {
                waiting++;
            }
            continue;
        }
        if (waiting) gen_dict_piece(c, e, i - waiting, i, &have_dict);
        waiting = 0;
        if (!have_dict) gen_op_arg(c, BC_BUILD_MAP, 0);
        have_dict = true;
        gen_expr(c, values->items[i]);
        gen_op_arg(c, BC_DICT_UPDATE, 1);
    }
    if (waiting) gen_dict_piece(c, e, count - waiting, count, &have_dict);
    if (!have_dict) gen_op_arg(c, BC_BUILD_MAP, 0);
}

/* --- f-strings --- */

void gen_joined_str(Compiler *c, const Expr *e)
{
    const ExprSeq *values = e->v.JoinedStr.values;
    ssize_t count = seq_count(values);
    if (count <= STACK_USE_GUIDELINE) {
        gen_exprs(c, values);
        if (count != 1) gen_op_arg(c, BC_BUILD_STRING, count);
        return;
    }
    gen_const_steal(c, str_empty());
    gen_op_name(c, BC_LOAD_METHOD, ID(join));
    gen_op_arg(c, BC_BUILD_LIST, 0);
    for (ssize_t i = 0; i < count; i++) {
        gen_expr(c, values->items[i]);
        gen_op_arg(c, BC_LIST_APPEND, 1);
    }
    gen_call(c, 1);
}

void gen_formatted_value(Compiler *c, const Expr *e)
{
    enum { CONVERT_STR = 1, CONVERT_REPR = 2, CONVERT_ASCII = 3, HAS_SPEC = 4 };
    gen_expr(c, e->v.FormattedValue.value);
    int conversion = 0;
    switch (e->v.FormattedValue.conversion) {
    case 's': conversion = CONVERT_STR; break;
    case 'r': conversion = CONVERT_REPR; break;
    case 'a': conversion = CONVERT_ASCII; break;
    default: break;
    }
    if (e->v.FormattedValue.format_spec) {
        gen_expr(c, e->v.FormattedValue.format_spec);
        conversion |= HAS_SPEC;
    }
    gen_op_arg(c, BC_FORMAT_VALUE, conversion);
}

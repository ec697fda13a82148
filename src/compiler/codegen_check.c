/* codegen_check.c: SyntaxWarnings about expressions whose operands cannot mean what was meant: 1(), [](), "a"["b"],
 * x is 1. */
#include "compiler/codegen.h"

#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* The name of the type that the expression surely has; NULL when that is not known. */
static NULLABLE const char *known_type(const Expr *e)
{
    switch (e->kind) {
    case EXPR_Tuple: return "tuple";
    case EXPR_List:
    case EXPR_ListComp: return "list";
    case EXPR_Dict:
    case EXPR_DictComp: return "dict";
    case EXPR_Set:
    case EXPR_SetComp: return "set";
    case EXPR_GeneratorExp: return "generator";
    case EXPR_Lambda: return "function";
    case EXPR_JoinedStr:
    case EXPR_FormattedValue: return "str";
    case EXPR_Constant: return type_of(e->v.Constant.value)->name;
    default: return NULL;
    }
}

static bool is_literal(const Expr *e)
{
    if (e->kind != EXPR_Constant) return false;
    Value v = e->v.Constant.value;
    return !value_is_none(v) && !value_is_bool(v) && !value_is(v, VALUE_ELLIPSIS);
}

/* CPython warns at the first comparison of the chain that has such an operand. */
void check_compare(Compiler *c, const Expr *e)
{
    bool left_is_literal = is_literal(e->v.Compare.left);
    for (ssize_t i = 0; i < seq_count(e->v.Compare.ops); i++) {
        int op = e->v.Compare.ops->items[i];
        bool right_is_literal = is_literal(e->v.Compare.comparators->items[i]);
        if ((op == CMPOP_Is || op == CMPOP_IsNot) && (left_is_literal || right_is_literal)) {
            gen_warn(c, op == CMPOP_Is ? "\"is\" with a literal. Did you mean \"==\"?"
                                       : "\"is not\" with a literal. Did you mean \"!=\"?");
            return;
        }
        left_is_literal = right_is_literal;
    }
}

void check_caller(Compiler *c, const Expr *e)
{
    switch (e->kind) {
    case EXPR_Constant:
    case EXPR_Tuple:
    case EXPR_List:
    case EXPR_ListComp:
    case EXPR_Dict:
    case EXPR_DictComp:
    case EXPR_Set:
    case EXPR_SetComp:
    case EXPR_GeneratorExp:
    case EXPR_JoinedStr:
    case EXPR_FormattedValue:
        gen_warn(c, "'%s' object is not callable; perhaps you missed a comma?", known_type(e));
        break;
    default: break;
    }
}

static bool constant_has_no_items(Value v)
{
    return value_is_none(v) || value_is(v, VALUE_ELLIPSIS) || is_int(v) || is_float(v) ||
           value_has_type(v, &type_complex) || is_set(v) || is_frozenset(v);
}

void check_subscripter(Compiler *c, const Expr *e)
{
    switch (e->kind) {
    case EXPR_Constant:
        if (!constant_has_no_items(e->v.Constant.value)) return;
        break;
    case EXPR_Set:
    case EXPR_SetComp:
    case EXPR_GeneratorExp:
    case EXPR_Lambda: break;
    default: return;
    }
    gen_warn(c, "'%s' object is not subscriptable; perhaps you missed a comma?", known_type(e));
}

void check_index(Compiler *c, const Expr *value, const Expr *index)
{
    const char *index_type = known_type(index);
    if (!index_type) return;
    if (index->kind == EXPR_Constant && is_int(index->v.Constant.value)) return;
    switch (value->kind) {
    case EXPR_Constant: {
        Value v = value->v.Constant.value;
        if (!is_str(v) && !is_bytes(v) && !is_tuple(v)) return;
        break;
    }
    case EXPR_Tuple:
    case EXPR_List:
    case EXPR_ListComp:
    case EXPR_JoinedStr:
    case EXPR_FormattedValue: break;
    default: return;
    }
    gen_warn(c, "%s indices must be integers or slices, not %s; perhaps you missed a comma?", known_type(value),
             index_type);
}

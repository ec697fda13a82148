/* opt_fold.c: algebraic rules, tried on every instruction before it is appended.
 *
 * The rules stand in one table: operation, what the operands must look like, and the function that gives the result.
 * Requirements of a rule:
 *  F1  The result has the type of the instruction.
 *  F2  It refers only to operands, operands of operands, and constants (all stand earlier on the path).
 *  F3  It is monotone: the rewritten instruction is simpler, so that trying again ends.
 *  F4  It holds for every value of the operands' types, overflow, -0.0 and nan included.
 */
#include "jit/ir.h"
#include "objects/object.h"

enum { FOLD_AGAIN = REF_NONE + 3 };

typedef enum Pattern {
    ANY,
    NUM,  /* a constant that is known now */
    CON,  /* any constant */
    SAME, /* right operand: the same ref as the left one */
    OF    /* left operand: an instruction of op `inner` */
} Pattern;

typedef struct Rule {
    uint8_t op;
    uint8_t left, right; /* Pattern */
    uint8_t inner;
    Ref (*apply)(Tree *tree, Ins *ins);
} Rule;

static int64_t number(const Tree *tree, Ref ref)
{
    return (int64_t)ir_constant(tree, ref)->bits;
}

static double number_float(const Tree *tree, Ref ref)
{
    double d;
    memcpy(&d, &ir_constant(tree, ref)->bits, sizeof d);
    return d;
}

/* --- tags --- */

static Ref inner_operand(Tree *tree, Ins *ins)
{
    return tree->ins[ins->a].a;
}

static Ref drop(Tree *tree, Ins *ins)
{
    return FOLD_DROP;
}
static Ref fails(Tree *tree, Ins *ins)
{
    return FOLD_FAILS;
}
static Ref left_operand(Tree *tree, Ins *ins)
{
    return ins->a;
}

static Ref fold_untag_int(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->a)->bits};
    return value_is_small_int(v) ? ir_int(tree, value_as_small_int(v)) : FOLD_FAILS;
}

static Ref fold_untag_float(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->a)->bits};
    return value_is_immediate_float(v) ? ir_float(tree, value_as_immediate_float(v)) : FOLD_FAILS;
}

static Ref fold_tag_int(Tree *tree, Ins *ins)
{
    return ir_const(tree, IR_VAL, CONST_NUMBER, value_from_small_int(number(tree, ins->a)).bits);
}

static Ref fold_tag_float(Tree *tree, Ins *ins)
{
    Value v = value_try_float(number_float(tree, ins->a));
    return value_is_immediate_float(v) ? ir_const(tree, IR_VAL, CONST_NUMBER, v.bits) : FOLD_NONE;
}

static Ref fold_tag_bool(Tree *tree, Ins *ins)
{
    return ir_const(tree, IR_VAL, CONST_NUMBER, value_from_bool(number(tree, ins->a)).bits);
}

static Ref fold_untag_bool(Tree *tree, Ins *ins)
{
    return ir_bool(tree, ir_constant(tree, ins->a)->bits == VALUE_TRUE.bits);
}

static Ref fold_guard_const(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->a)->bits};
    bool holds;
    switch (ins->op) {
    case IR_GINT: holds = value_is_small_int(v); break;
    case IR_GFLT: holds = value_is_immediate_float(v); break;
    case IR_GBOOL: holds = value_is_bool(v); break;
    case IR_GHEAP: holds = value_is_object(v); break;
    default: return FOLD_NONE;
    }
    return holds ? FOLD_DROP : FOLD_FAILS;
}

static Ref fold_guard_type_const(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->a)->bits};
    const Type *type = (const Type *)ir_constant(tree, ins->b)->bits;
    if (!value_is_object(v)) return FOLD_FAILS;
    if (type_has_flag(type, TYPE_HEAP)) return FOLD_NONE; /* __class__ may be assigned */
    return value_as_object(v)->type == type ? FOLD_DROP : FOLD_FAILS;
}

static Ref fold_guard_is(Tree *tree, Ins *ins)
{
    bool same = ir_constant(tree, ins->a)->bits == ir_constant(tree, ins->b)->bits;
    return same == (ins->op == IR_GIS) ? FOLD_DROP : FOLD_FAILS;
}

/* A freshly tagged value is no singleton and no heap object. */
static Ref fold_guard_is_tagged(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->b)->bits};
    bool is_bool = tree->ins[ins->a].op == IR_TAGB;
    if (value_is_object_or_null(v) || (value_is_singleton(v) && !(is_bool && value_is_bool(v)))) {
        return ins->op == IR_GIS ? FOLD_FAILS : FOLD_DROP;
    }
    return FOLD_NONE;
}

static Ref fold_guard_truth(Tree *tree, Ins *ins)
{
    return (number(tree, ins->a) != 0) == (ins->op == IR_GTRUE) ? FOLD_DROP : FOLD_FAILS;
}

static Ref fold_guard_truth_address(Tree *tree, Ins *ins)
{
    return ins->op == IR_GTRUE ? FOLD_DROP : FOLD_FAILS;
}

static Ref fold_guard_not(Tree *tree, Ins *ins)
{
    ins->op = ins->op == IR_GTRUE ? IR_GFALSE : IR_GTRUE;
    ins->a = tree->ins[ins->a].a;
    return FOLD_AGAIN;
}

/* --- ints --- */

static Ref fit(Tree *tree, __int128 n)
{
    return n >= SMALL_INT_MIN && n <= SMALL_INT_MAX ? ir_int(tree, (int64_t)n) : FOLD_NONE;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static Ref fold_ints(Tree *tree, Ins *ins)
{
    int64_t a = number(tree, ins->a), b = number(tree, ins->b);
    switch ((IrOp)ins->op) {
    case IR_ADD:
    case IR_ADDOV: return fit(tree, (__int128)a + b);
    case IR_SUB:
    case IR_SUBOV: return fit(tree, (__int128)a - b);
    case IR_MUL:
    case IR_MULOV: return fit(tree, (__int128)a * b);
    case IR_IDIV: return b != 0 && b != -1 ? ir_int(tree, floor_divide(a, b)) : FOLD_NONE;
    case IR_IMOD: return b != 0 && b != -1 ? ir_int(tree, a - floor_divide(a, b) * b) : FOLD_NONE;
    case IR_AND: return ir_int(tree, a & b);
    case IR_OR: return ir_int(tree, a | b);
    case IR_XOR: return ir_int(tree, a ^ b);
    case IR_SHR: return b >= 0 ? ir_int(tree, a >> (b > 62 ? 62 : b)) : FOLD_NONE;
    case IR_SHLOV: return b >= 0 && b < 62 ? fit(tree, (__int128)a << b) : FOLD_NONE;
    case IR_IMIN: return ir_int(tree, MIN(a, b));
    case IR_IMAX: return ir_int(tree, MAX(a, b));
    case IR_ILT: return ir_bool(tree, a < b);
    case IR_ILE: return ir_bool(tree, a <= b);
    case IR_IEQ: return ir_bool(tree, a == b);
    case IR_INE: return ir_bool(tree, a != b);
    case IR_WADD: return ir_word(tree, (int64_t)((uint64_t)a + (uint64_t)b));
    case IR_WSUB: return ir_word(tree, (int64_t)((uint64_t)a - (uint64_t)b));
    case IR_WAND: return ir_word(tree, a & b);
    case IR_WOR: return ir_word(tree, a | b);
    case IR_WSHR: return ir_word(tree, a >> (b & 63));
    case IR_WLT: return ir_bool(tree, a < b);
    case IR_WEQ: return ir_bool(tree, a == b);
    case IR_WNE: return ir_bool(tree, a != b);
    case IR_ABC: return a >= 0 && a < b ? FOLD_DROP : FOLD_FAILS;
    default: return FOLD_NONE;
    }
}

static Ref fold_right_zero_or_one(Tree *tree, Ins *ins)
{
    int64_t b = number(tree, ins->b);
    switch ((IrOp)ins->op) {
    case IR_MUL:
    case IR_MULOV: return b == 1 ? ins->a : b == 0 ? ir_int(tree, 0) : FOLD_NONE;
    case IR_AND: return b == 0 ? ir_int(tree, 0) : b == -1 ? ins->a : FOLD_NONE;
    case IR_IMOD:
        /* a power of two: Python's remainder is a mask, for negative numbers too */
        if (b > 0 && (b & (b - 1)) == 0) {
            ins->op = IR_AND;
            ins->b = ir_int(tree, b - 1);
            return FOLD_AGAIN;
        }
        return FOLD_NONE;
    case IR_IDIV:
        if (b == 1) return ins->a;
        if (b > 0 && (b & (b - 1)) == 0) {
            ins->op = IR_SHR;
            ins->b = ir_int(tree, __builtin_ctzll((uint64_t)b));
            return FOLD_AGAIN;
        }
        return FOLD_NONE;
    default: return b == 0 ? ins->a : FOLD_NONE; /* + - | ^ >> << */
    }
}

/* Constants to the right: half the rules, and more CSE. */
static Ref fold_commute(Tree *tree, Ins *ins)
{
    if (ir_is_number(tree, ins->b)) return FOLD_NONE;
    Ref a = ins->a;
    ins->a = ins->b;
    ins->b = a;
    return FOLD_AGAIN;
}

static Ref fold_same_true(Tree *tree, Ins *ins)
{
    return ir_bool(tree, true);
}
static Ref fold_same_false(Tree *tree, Ins *ins)
{
    return ir_bool(tree, false);
}
static Ref fold_same_zero(Tree *tree, Ins *ins)
{
    return ir_int(tree, 0);
}

/* not (a < b)  =  b <= a; ints only: nan spoils it for floats */
static Ref fold_not_compare(Tree *tree, Ins *ins)
{
    const Ins *inner = &tree->ins[ins->a];
    Ins result = *inner;
    switch ((IrOp)inner->op) {
    case IR_ILT:
        result.op = IR_ILE;
        result.a = inner->b;
        result.b = inner->a;
        break;
    case IR_ILE:
        result.op = IR_ILT;
        result.a = inner->b;
        result.b = inner->a;
        break;
    case IR_IEQ: result.op = IR_INE; break;
    case IR_INE: result.op = IR_IEQ; break;
    case IR_FEQ: result.op = IR_FNE; break;
    case IR_FNE: result.op = IR_FEQ; break;
    case IR_WEQ: result.op = IR_WNE; break;
    case IR_WNE: result.op = IR_WEQ; break;
    case IR_BNOT: return inner->a;
    default: return FOLD_NONE;
    }
    *ins = result;
    return FOLD_AGAIN;
}

static Ref fold_not_const(Tree *tree, Ins *ins)
{
    return ir_bool(tree, !number(tree, ins->a));
}
static Ref fold_int_to_float(Tree *tree, Ins *ins)
{
    return ir_float(tree, (double)number(tree, ins->a));
}
static Ref fold_int_to_word(Tree *tree, Ins *ins)
{
    return ir_word(tree, number(tree, ins->a));
}
static Ref fold_word_to_int(Tree *tree, Ins *ins)
{
    return ir_int(tree, number(tree, ins->a));
}
static Ref fold_range_const(Tree *tree, Ins *ins)
{
    return small_int_fits(number(tree, ins->a)) ? FOLD_DROP : FOLD_FAILS;
}

/* (x + c1) + c2 is left alone (the inner sum may overflow where the outer does not), but addresses wrap. */
static Ref fold_word_reassociate(Tree *tree, Ins *ins)
{
    const Ins *inner = &tree->ins[ins->a];
    if (!ir_is_number(tree, inner->b)) return FOLD_NONE;
    uint64_t sum = (uint64_t)number(tree, inner->b) + (uint64_t)number(tree, ins->b);
    ins->a = inner->a;
    ins->b = ir_word(tree, (int64_t)sum);
    return FOLD_AGAIN;
}

/* --- floats --- */

static Ref fold_floats(Tree *tree, Ins *ins)
{
    double a = number_float(tree, ins->a), b = number_float(tree, ins->b);
    switch ((IrOp)ins->op) {
    case IR_FADD: return ir_float(tree, a + b);
    case IR_FSUB: return ir_float(tree, a - b);
    case IR_FMUL: return ir_float(tree, a * b);
    case IR_FDIV: return b != 0 ? ir_float(tree, a / b) : FOLD_NONE;
    case IR_FLT: return ir_bool(tree, a < b);
    case IR_FLE: return ir_bool(tree, a <= b);
    case IR_FEQ: return ir_bool(tree, a == b);
    case IR_FNE: return ir_bool(tree, a != b);
    default: return FOLD_NONE;
    }
}

static Ref fold_float_neg(Tree *tree, Ins *ins)
{
    return ir_float(tree, -number_float(tree, ins->a));
}

/* --- counts --- */

static Ref fold_count_const(Tree *tree, Ins *ins)
{
    Value v = {ir_constant(tree, ins->a)->bits};
    return value_is_object(v) ? FOLD_NONE : FOLD_DROP;
}

#define INT_RULES(op)                                                                                                  \
    {                                                                                                                  \
        op, NUM, NUM, 0, fold_ints                                                                                     \
    }
#define FLOAT_RULES(op)                                                                                                \
    {                                                                                                                  \
        op, NUM, NUM, 0, fold_floats                                                                                   \
    }

static const Rule rules[] = {
    {IR_UNTAGI, OF, ANY, IR_TAGI, inner_operand},
    {IR_UNTAGI, NUM, ANY, 0, fold_untag_int},
    {IR_UNTAGF, OF, ANY, IR_TAGF, inner_operand},
    {IR_UNTAGF, NUM, ANY, 0, fold_untag_float},
    {IR_UNTAGB, OF, ANY, IR_TAGB, inner_operand},
    {IR_UNTAGB, NUM, ANY, 0, fold_untag_bool},
    {IR_TAGI, OF, ANY, IR_UNTAGI, inner_operand},
    {IR_TAGI, NUM, ANY, 0, fold_tag_int},
    {IR_TAGF, OF, ANY, IR_UNTAGF, inner_operand},
    {IR_TAGF, NUM, ANY, 0, fold_tag_float},
    {IR_TAGB, OF, ANY, IR_UNTAGB, inner_operand},
    {IR_TAGB, NUM, ANY, 0, fold_tag_bool},
    {IR_GINT, OF, ANY, IR_TAGI, drop},
    {IR_GINT, OF, ANY, IR_TAGF, fails},
    {IR_GINT, OF, ANY, IR_TAGB, fails},
    {IR_GINT, CON, ANY, 0, fold_guard_const},
    {IR_GFLT, OF, ANY, IR_TAGF, drop},
    {IR_GFLT, OF, ANY, IR_TAGI, fails},
    {IR_GFLT, OF, ANY, IR_TAGB, fails},
    {IR_GFLT, CON, ANY, 0, fold_guard_const},
    {IR_GBOOL, OF, ANY, IR_TAGB, drop},
    {IR_GBOOL, OF, ANY, IR_TAGI, fails},
    {IR_GBOOL, OF, ANY, IR_TAGF, fails},
    {IR_GBOOL, CON, ANY, 0, fold_guard_const},
    {IR_GHEAP, OF, ANY, IR_TAGI, fails},
    {IR_GHEAP, OF, ANY, IR_TAGF, fails},
    {IR_GHEAP, OF, ANY, IR_TAGB, fails},
    {IR_GHEAP, CON, ANY, 0, fold_guard_const},
    {IR_GOBJ, OF, ANY, IR_TAGI, fails},
    {IR_GOBJ, OF, ANY, IR_TAGF, fails},
    {IR_GOBJ, OF, ANY, IR_TAGB, fails},
    {IR_GOBJ, CON, ANY, 0, fold_guard_type_const},
    {IR_GIS, ANY, SAME, 0, drop},
    {IR_GISNOT, ANY, SAME, 0, fails},
    {IR_GIS, CON, CON, 0, fold_guard_is},
    {IR_GISNOT, CON, CON, 0, fold_guard_is},
    {IR_GIS, OF, CON, IR_TAGI, fold_guard_is_tagged},
    {IR_GIS, OF, CON, IR_TAGF, fold_guard_is_tagged},
    {IR_GIS, OF, CON, IR_TAGB, fold_guard_is_tagged},
    {IR_GISNOT, OF, CON, IR_TAGI, fold_guard_is_tagged},
    {IR_GISNOT, OF, CON, IR_TAGF, fold_guard_is_tagged},
    {IR_GISNOT, OF, CON, IR_TAGB, fold_guard_is_tagged},
    {IR_GTRUE, NUM, ANY, 0, fold_guard_truth},
    {IR_GFALSE, NUM, ANY, 0, fold_guard_truth},
    {IR_GTRUE, CON, ANY, 0, fold_guard_truth_address},
    {IR_GFALSE, CON, ANY, 0, fold_guard_truth_address},
    {IR_GTRUE, OF, ANY, IR_BNOT, fold_guard_not},
    {IR_GFALSE, OF, ANY, IR_BNOT, fold_guard_not},
    {IR_GRANGE, NUM, ANY, 0, fold_range_const},
    {IR_GRANGE, OF, ANY, IR_I2W, drop},
    INT_RULES(IR_ABC),
    INT_RULES(IR_ADD),
    INT_RULES(IR_ADDOV),
    INT_RULES(IR_SUB),
    INT_RULES(IR_SUBOV),
    INT_RULES(IR_MUL),
    INT_RULES(IR_MULOV),
    INT_RULES(IR_IDIV),
    INT_RULES(IR_IMOD),
    INT_RULES(IR_AND),
    INT_RULES(IR_OR),
    INT_RULES(IR_XOR),
    INT_RULES(IR_SHR),
    INT_RULES(IR_SHLOV),
    INT_RULES(IR_IMIN),
    INT_RULES(IR_IMAX),
    INT_RULES(IR_ILT),
    INT_RULES(IR_ILE),
    INT_RULES(IR_IEQ),
    INT_RULES(IR_INE),
    INT_RULES(IR_WADD),
    INT_RULES(IR_WSUB),
    INT_RULES(IR_WAND),
    INT_RULES(IR_WOR),
    INT_RULES(IR_WSHR),
    INT_RULES(IR_WLT),
    INT_RULES(IR_WEQ),
    INT_RULES(IR_WNE),
    {IR_ADD, NUM, ANY, 0, fold_commute},
    {IR_ADDOV, NUM, ANY, 0, fold_commute},
    {IR_MUL, NUM, ANY, 0, fold_commute},
    {IR_MULOV, NUM, ANY, 0, fold_commute},
    {IR_AND, NUM, ANY, 0, fold_commute},
    {IR_OR, NUM, ANY, 0, fold_commute},
    {IR_XOR, NUM, ANY, 0, fold_commute},
    {IR_WADD, NUM, ANY, 0, fold_commute},
    {IR_IEQ, NUM, ANY, 0, fold_commute},
    {IR_INE, NUM, ANY, 0, fold_commute},
    {IR_ADD, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_ADDOV, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_SUB, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_SUBOV, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_MUL, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_MULOV, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_OR, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_XOR, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_AND, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_SHR, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_SHLOV, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_IMOD, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_IDIV, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_WADD, OF, NUM, IR_WADD, fold_word_reassociate},
    {IR_WADD, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_WSUB, ANY, NUM, 0, fold_right_zero_or_one},
    {IR_ILT, ANY, SAME, 0, fold_same_false},
    {IR_ILE, ANY, SAME, 0, fold_same_true},
    {IR_IEQ, ANY, SAME, 0, fold_same_true},
    {IR_INE, ANY, SAME, 0, fold_same_false},
    {IR_WEQ, ANY, SAME, 0, fold_same_true},
    {IR_WNE, ANY, SAME, 0, fold_same_false},
    {IR_WLT, ANY, SAME, 0, fold_same_false},
    {IR_SUBOV, ANY, SAME, 0, fold_same_zero},
    {IR_SUB, ANY, SAME, 0, fold_same_zero},
    {IR_XOR, ANY, SAME, 0, fold_same_zero},
    {IR_AND, ANY, SAME, 0, left_operand},
    {IR_OR, ANY, SAME, 0, left_operand},
    {IR_IMIN, ANY, SAME, 0, left_operand},
    {IR_IMAX, ANY, SAME, 0, left_operand},
    {IR_BNOT, NUM, ANY, 0, fold_not_const},
    {IR_BNOT, OF, ANY, IR_OP_COUNT, fold_not_compare}, /* any instruction */
    {IR_I2F, NUM, ANY, 0, fold_int_to_float},
    {IR_I2W, NUM, ANY, 0, fold_int_to_word},
    {IR_W2I, NUM, ANY, 0, fold_word_to_int},
    {IR_B2I, NUM, ANY, 0, fold_word_to_int},
    {IR_I2W, OF, ANY, IR_W2I, inner_operand},
    {IR_W2I, OF, ANY, IR_I2W, inner_operand},
    FLOAT_RULES(IR_FADD),
    FLOAT_RULES(IR_FSUB),
    FLOAT_RULES(IR_FMUL),
    FLOAT_RULES(IR_FDIV),
    FLOAT_RULES(IR_FLT),
    FLOAT_RULES(IR_FLE),
    FLOAT_RULES(IR_FEQ),
    FLOAT_RULES(IR_FNE),
    {IR_FNEG, NUM, ANY, 0, fold_float_neg},
    {IR_INCREF, OF, ANY, IR_TAGI, drop},
    {IR_INCREF, OF, ANY, IR_TAGF, drop},
    {IR_INCREF, OF, ANY, IR_TAGB, drop},
    {IR_DECREF, OF, ANY, IR_TAGI, drop},
    {IR_DECREF, OF, ANY, IR_TAGF, drop},
    {IR_DECREF, OF, ANY, IR_TAGB, drop},
    {IR_INCREF, CON, ANY, 0, fold_count_const},
    {IR_DECREF, CON, ANY, 0, fold_count_const},
};

static uint16_t first_rule[IR_OP_COUNT + 1]; /* 1 + index of an op's first rule in `order` */
static uint16_t order[COUNT_OF(rules)];      /* rules by op, in the table's order within an op */

static void index_rules(void)
{
    int n = 0;
    for (int op = 0; op < IR_OP_COUNT; op++) {
        first_rule[op] = (uint16_t)n;
        for (size_t i = 0; i < COUNT_OF(rules); i++) {
            if (rules[i].op == op) order[n++] = (uint16_t)i;
        }
    }
    first_rule[IR_OP_COUNT] = (uint16_t)n;
}

static bool matches(const Tree *tree, const Ins *ins, const Rule *rule)
{
    switch ((Pattern)rule->left) {
    case NUM:
        if (!ir_is_number(tree, ins->a)) return false;
        break;
    case CON:
        if (!REF_IS_CONST(ins->a)) return false;
        break;
    case OF:
        if (!REF_IS_INS(ins->a) || !ir_sees_operands(tree, ins->a)) return false;
        if (rule->inner != IR_OP_COUNT && tree->ins[ins->a].op != rule->inner) return false;
        break;
    default: break;
    }
    switch ((Pattern)rule->right) {
    case NUM: return ir_is_number(tree, ins->b);
    case CON: return REF_IS_CONST(ins->b);
    case SAME: return ins->a == ins->b;
    default: return true;
    }
}

Ref ir_fold(Tree *tree, Ins *ins)
{
    if (!first_rule[IR_OP_COUNT]) index_rules();
again:
    for (int i = first_rule[ins->op]; i < first_rule[ins->op + 1]; i++) {
        const Rule *rule = &rules[order[i]];
        if (!matches(tree, ins, rule)) continue;
        Ref result = rule->apply(tree, ins);
        if (result == FOLD_AGAIN) goto again;
        if (result != FOLD_NONE) return result;
    }
    return FOLD_NONE;
}

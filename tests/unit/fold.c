/* fold.c: the rules of opt_fold.c against the executor. An operation is appended once as it is and once through the
 * rules, in every form that the rules tell apart (constants, a variable twice, what an operand was made of), and both
 * are executed over edge values: same exit, same value. */
#include "jit/runtime.h"
#include "vm/frozen.h"

#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

const FrozenModule frozen_modules[] = {{0}}; /* the machine is not started */

enum { ENTERED_WRONG, DONE, LEFT }; /* the snapshots of each tree */

static const int64_t ints[] = {0,
                               1,
                               -1,
                               2,
                               -2,
                               3,
                               7,
                               8,
                               -8,
                               61,
                               62,
                               63,
                               1000,
                               INT64_C(1) << 30,
                               -(INT64_C(1) << 53),
                               SMALL_INT_MAX,
                               SMALL_INT_MAX - 1,
                               SMALL_INT_MIN,
                               SMALL_INT_MIN + 1};
static const double floats[] = {0.0, -0.0, 1.0, -1.5, 2.0, 0.1, 1e15, -1e15, INFINITY, -INFINITY, NAN};

typedef struct Case {
    JitTree tree;
    Value slots[2];
    Ref x, y; /* the variables */
} Case;

static Ref enter(Case *c, int slot, IrType type)
{
    EntryKind kind = type == IR_FLOAT ? ENTRY_FLT : type == IR_INT ? ENTRY_INT : ENTRY_VAL;
    return ir_append(&c->tree.ir, (Ins){IR_ENTRY, (uint8_t)type, (uint16_t)kind, slot, REF_NONE, 0});
}

static void begin(Case *c, IrType type, Value x, Value y)
{
    *c = (Case){.slots = {x, y}};
    tree_init(&c->tree.ir);
    *VECTOR_ADD(&c->tree.ir, segments) = (Segment){0, 0, -1, -1, 0};
    for (int i = 0; i <= LEFT; i++) *VECTOR_ADD(&c->tree.ir, snapshots) = (Snapshot){.bridge = -1};
    c->x = enter(c, 0, type);
    c->y = enter(c, 1, type);
}

typedef struct Outcome {
    int exit;
    uint64_t bits;
} Outcome;

/* Ends the tree with `result` (none: a guard) and runs it. */
static Outcome finish(Case *c, Ref result)
{
    Tree *ir = &c->tree.ir;
    bool has_value = result != FOLD_DROP && result != FOLD_FAILS;
    if (has_value) {
        *VECTOR_ADD(ir, entries) = (SnapEntry){0, 0, result};
        ir->snapshots[DONE].entry_count = 1;
    }
    ir_append(ir, (Ins){IR_EXIT, IR_NIL, 0, REF_NONE, REF_NONE, result == FOLD_FAILS ? LEFT : DONE});
    ir->segments[0].end = ir->ins_count;
    ExitBuffer out;
    Outcome outcome = {(int)ir_execute(&c->tree, c->slots, &out), 0};
    if (outcome.exit == DONE && has_value)
        outcome.bits = REF_IS_CONST(result) ? ir_constant(ir, result)->bits : out.values[0];
    if (REF_IS_INS(result) && ir_type(ir, result) == IR_INT) outcome.bits = (uint64_t)((int64_t)outcome.bits >> 2);
    tree_free(ir);
    return outcome;
}

static double as_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static void assert_same(Outcome plain, Outcome folded, IrType type, const char *name)
{
    bool both_nan = type == IR_FLOAT && isnan(as_double(plain.bits)) && isnan(as_double(folded.bits));
    if (plain.exit != folded.exit || (plain.bits != folded.bits && !both_nan))
        fail_msg("%s: executed exit %d, %#lx; folded exit %d, %#lx", name, plain.exit, (unsigned long)plain.bits,
                 folded.exit, (unsigned long)folded.bits);
}

/* --- operations of two operands --- */

typedef enum Form { CONST_CONST, VAR_CONST, CONST_VAR, VAR_VAR, VAR_TWICE, FORMS } Form;

static Ref constant_of(Tree *ir, IrType type, Value v)
{
    if (type == IR_FLOAT) return ir_float(ir, value_as_immediate_float(v));
    return type == IR_WORD ? ir_word(ir, value_as_small_int(v)) : ir_int(ir, value_as_small_int(v));
}

static Outcome run_binary(IrOp op, IrType type, IrType result, Form form, Value a, Value b, bool folds)
{
    Case c;
    begin(&c, type == IR_WORD ? IR_INT : type, a, b);
    Tree *ir = &c.tree.ir;
    Ref x = c.x, y = c.y;
    if (type == IR_WORD) {
        x = ir_append(ir, (Ins){IR_I2W, IR_WORD, 0, x, REF_NONE, 0});
        y = ir_append(ir, (Ins){IR_I2W, IR_WORD, 0, y, REF_NONE, 0});
    }
    Ref left = form == CONST_CONST || form == CONST_VAR ? constant_of(ir, type, a) : x;
    Ref right = form == CONST_CONST || form == VAR_CONST ? constant_of(ir, type, b) : form == VAR_TWICE ? x : y;
    if (op == IR_ABC && !REF_IS_CONST(right)) right = ir_append(ir, (Ins){IR_I2W, IR_WORD, 0, right, REF_NONE, 0});
    if (op == IR_ABC && REF_IS_CONST(right)) right = ir_word(ir, value_as_small_int(form == VAR_TWICE ? a : b));
    Ins ins = {(uint8_t)op, (uint8_t)result, 0, left, right, LEFT};
    Ref ref = folds ? ir_emit(ir, ins) : ir_append(ir, ins);
    return finish(&c, result == IR_NIL && ref != FOLD_FAILS ? FOLD_DROP : ref);
}

/* What the operation asks of its operands (ir.def). */
static bool is_allowed(IrOp op, int64_t a, int64_t b)
{
    __int128 sum = (__int128)a + b, difference = (__int128)a - b, product = (__int128)a * b;
    switch (op) {
    case IR_ADD: return sum >= SMALL_INT_MIN && sum <= SMALL_INT_MAX;
    case IR_SUB: return difference >= SMALL_INT_MIN && difference <= SMALL_INT_MAX;
    case IR_MUL: return product >= SMALL_INT_MIN && product <= SMALL_INT_MAX;
    case IR_IDIV: return b != 0 && b != -1;
    case IR_IMOD: return b != 0;
    case IR_SHR: return b >= 0;
    case IR_WSHR: return b >= 0 && b < 64;
    default: return true;
    }
}

typedef struct Operation {
    IrOp op;
    IrType type, result;
} Operation;
#define INT(op)                                                                                                        \
    {                                                                                                                  \
        IR_##op, IR_INT, IR_INT                                                                                        \
    }
#define TEST(op, type)                                                                                                 \
    {                                                                                                                  \
        IR_##op, type, IR_BOOL                                                                                         \
    }
#define WORD(op)                                                                                                       \
    {                                                                                                                  \
        IR_##op, IR_WORD, IR_WORD                                                                                      \
    }
#define FLOAT(op)                                                                                                      \
    {                                                                                                                  \
        IR_##op, IR_FLOAT, IR_FLOAT                                                                                    \
    }

static const Operation int_operations[] = {INT(ADDOV),
                                           INT(SUBOV),
                                           INT(MULOV),
                                           INT(SHLOV),
                                           INT(ADD),
                                           INT(SUB),
                                           INT(MUL),
                                           INT(IDIV),
                                           INT(IMOD),
                                           INT(AND),
                                           INT(OR),
                                           INT(XOR),
                                           INT(SHR),
                                           INT(IMIN),
                                           INT(IMAX),
                                           TEST(ILT, IR_INT),
                                           TEST(ILE, IR_INT),
                                           TEST(IEQ, IR_INT),
                                           TEST(INE, IR_INT),
                                           WORD(WADD),
                                           WORD(WSUB),
                                           WORD(WAND),
                                           WORD(WOR),
                                           WORD(WSHR),
                                           TEST(WLT, IR_WORD),
                                           TEST(WEQ, IR_WORD),
                                           TEST(WNE, IR_WORD),
                                           {IR_ABC, IR_INT, IR_NIL}};
static const Operation float_operations[] = {
    FLOAT(FADD), FLOAT(FSUB),         FLOAT(FMUL),         FLOAT(FDIV),         FLOAT(FMIN),
    FLOAT(FMAX), TEST(FLT, IR_FLOAT), TEST(FLE, IR_FLOAT), TEST(FEQ, IR_FLOAT), TEST(FNE, IR_FLOAT)};

static void check_binary(const Operation *o, Value a, Value b)
{
    for (int form = 0; form < FORMS; form++) {
        Value right = form == VAR_TWICE ? a : b;
        if (o->type != IR_FLOAT && !is_allowed(o->op, value_as_small_int(a), value_as_small_int(right))) continue;
        if (o->op == IR_FDIV && value_as_immediate_float(right) == 0) continue;
        Outcome plain = run_binary(o->op, o->type, o->result, (Form)form, a, b, false);
        Outcome folded = run_binary(o->op, o->type, o->result, (Form)form, a, b, true);
        assert_same(plain, folded, o->result, ir_op_info[o->op].name);
    }
}

static void ints_fold_as_they_are_executed(void **state)
{
    for (size_t k = 0; k < COUNT_OF(int_operations); k++) {
        for (size_t i = 0; i < COUNT_OF(ints); i++) {
            for (size_t j = 0; j < COUNT_OF(ints); j++)
                check_binary(&int_operations[k], value_from_small_int(ints[i]), value_from_small_int(ints[j]));
        }
    }
}

static void floats_fold_as_they_are_executed(void **state)
{
    for (size_t k = 0; k < COUNT_OF(float_operations); k++) {
        for (size_t i = 0; i < COUNT_OF(floats); i++) {
            for (size_t j = 0; j < COUNT_OF(floats); j++)
                check_binary(&float_operations[k], value_try_float(floats[i]), value_try_float(floats[j]));
        }
    }
}

/* --- conditions: guards of comparisons, negated up to twice --- */

static Outcome run_condition(const Operation *o, IrOp guard, int negations, Value a, Value b, bool folds)
{
    Case c;
    begin(&c, o->type, a, b);
    Tree *ir = &c.tree.ir;
    Ref (*add)(Tree *, Ins) = folds ? ir_emit : ir_append;
    Ref ref = add(ir, (Ins){(uint8_t)o->op, IR_BOOL, 0, c.x, c.y, 0});
    for (int i = 0; i < negations; i++) ref = add(ir, (Ins){IR_BNOT, IR_BOOL, 0, ref, REF_NONE, 0});
    Ref left = add(ir, (Ins){(uint8_t)guard, IR_NIL, 0, ref, REF_NONE, LEFT});
    return finish(&c, folds && left == FOLD_FAILS ? FOLD_FAILS : FOLD_DROP);
}

static void check_conditions(const Operation *o, Value a, Value b)
{
    if (o->result != IR_BOOL || o->type == IR_WORD) return;
    for (int negations = 0; negations <= 2; negations++) {
        for (int i = 0; i < 2; i++) {
            IrOp guard = i ? IR_GTRUE : IR_GFALSE;
            Outcome plain = run_condition(o, guard, negations, a, b, false);
            assert_same(plain, run_condition(o, guard, negations, a, b, true), IR_NIL, ir_op_info[o->op].name);
        }
    }
}

static void conditions_fold_as_they_are_executed(void **state)
{
    for (size_t k = 0; k < COUNT_OF(int_operations); k++) {
        for (size_t i = 0; i < COUNT_OF(ints); i++)
            check_conditions(&int_operations[k], value_from_small_int(ints[i]), value_from_small_int(3));
    }
    for (size_t k = 0; k < COUNT_OF(float_operations); k++) {
        for (size_t i = 0; i < COUNT_OF(floats); i++)
            check_conditions(&float_operations[k], value_try_float(floats[i]), value_try_float(-0.0));
    }
}

/* --- guards on values: of a constant, of an unknown value, of one that was tagged just before --- */

typedef enum Origin { KNOWN, UNKNOWN, TAGGED, ORIGINS } Origin;

static Ref value_of_origin(Case *c, Value v, Origin origin)
{
    static const struct {
        IrOp untag, tag;
        IrType type;
    } forms[] = {{IR_UNTAGI, IR_TAGI, IR_INT}, {IR_UNTAGF, IR_TAGF, IR_FLOAT}, {IR_UNTAGB, IR_TAGB, IR_BOOL}};
    Tree *ir = &c->tree.ir;
    if (origin == KNOWN) return ir_const(ir, IR_VAL, CONST_NUMBER, v.bits);
    if (origin == UNKNOWN || value_is_none(v)) return c->x;
    int form = value_is_small_int(v) ? 0 : value_is_immediate_float(v) ? 1 : 2;
    Ref raw = ir_append(ir, (Ins){(uint8_t)forms[form].untag, (uint8_t)forms[form].type, 0, c->x, REF_NONE, 0});
    return ir_append(ir, (Ins){(uint8_t)forms[form].tag, IR_VAL, 0, raw, REF_NONE, LEFT});
}

static Outcome run_guard(IrOp op, Value v, Value other, Origin origin, bool folds)
{
    Case c;
    begin(&c, IR_VAL, v, other);
    Tree *ir = &c.tree.ir;
    Ref ref = value_of_origin(&c, v, origin);
    Ref with = op == IR_GIS || op == IR_GISNOT ? ir_const(ir, IR_VAL, CONST_NUMBER, other.bits) : REF_NONE;
    Ins ins = {(uint8_t)op, IR_NIL, 0, ref, with, LEFT};
    Ref result = folds ? ir_emit(ir, ins) : ir_append(ir, ins);
    return finish(&c, folds && result == FOLD_FAILS ? FOLD_FAILS : FOLD_DROP);
}

static void guards_fold_as_they_are_executed(void **state)
{
    const IrOp guards[] = {IR_GINT, IR_GFLT, IR_GBOOL, IR_GHEAP, IR_GIS, IR_GISNOT};
    const Value values[] = {value_from_small_int(0),
                            value_from_small_int(1),
                            value_try_float(0.0),
                            value_try_float(1.0),
                            VALUE_NONE,
                            VALUE_TRUE,
                            VALUE_FALSE};
    for (size_t k = 0; k < COUNT_OF(guards); k++) {
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            for (size_t j = 0; j < COUNT_OF(values); j++) {
                for (int origin = 0; origin < ORIGINS; origin++) {
                    Outcome plain = run_guard(guards[k], values[i], values[j], (Origin)origin, false);
                    Outcome folded = run_guard(guards[k], values[i], values[j], (Origin)origin, true);
                    assert_same(plain, folded, IR_NIL, ir_op_info[guards[k]].name);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ints_fold_as_they_are_executed),
        cmocka_unit_test(floats_fold_as_they_are_executed),
        cmocka_unit_test(conditions_fold_as_they_are_executed),
        cmocka_unit_test(guards_fold_as_they_are_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

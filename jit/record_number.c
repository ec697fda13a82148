/* record_number.c: arithmetic, comparison, identity and membership. */
#include <math.h>
#include <stdlib.h>

#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/plain.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool is_int_like(Value v)
{
    return value_is_small_int(v) || value_is_bool(v);
}
static bool is_number_like(Value v)
{
    return is_int_like(v) || value_is_immediate_float(v);
}

static Ref int_operand(int from_top)
{
    Ref ref = rec_stack(from_top)->ref;
    return as_int_ref(value_is_bool(actual(from_top)) ? as_bool_ref(ref) : ref);
}

static Ref float_operand(int from_top)
{
    if (value_is_immediate_float(actual(from_top))) return as_float_ref(rec_stack(from_top)->ref);
    return emit_pure(IR_I2F, IR_FLOAT, int_operand(from_top), REF_NONE);
}

static int64_t actual_int(int from_top)
{
    Value v = actual(from_top);
    return value_is_bool(v) ? value_is(v, VALUE_TRUE) : value_as_small_int(v);
}

static double actual_float(int from_top)
{
    Value v = actual(from_top);
    return value_is_immediate_float(v) ? value_as_immediate_float(v) : (double)actual_int(from_top);
}

static void replace_two(Ref result, Own own)
{
    if (REC_FAILED()) return;
    Slot right = rec_take(), left = rec_take();
    rec_push(result, own);
    rec_release(left);
    rec_release(right);
}

/* --- ints --- */

static bool guard_nonzero(Ref b, bool not_minus_one)
{
    if (!ir_is_number(rec.ir, b)) {
        emit_guard(IR_GTRUE, emit_pure(IR_INE, IR_BOOL, b, ir_int(rec.ir, 0)), REF_NONE);
        if (not_minus_one) emit_guard(IR_GTRUE, emit_pure(IR_INE, IR_BOOL, b, ir_int(rec.ir, -1)), REF_NONE);
    }
    return !REC_FAILED();
}

/* Only such ints divide exactly as doubles do. */
static void guard_exact_double(Ref n)
{
    enum { BITS = 53 };
    emit_guard(IR_GTRUE, emit_pure(IR_ILE, IR_BOOL, n, ir_int(rec.ir, INT64_C(1) << BITS)), REF_NONE);
    emit_guard(IR_GTRUE, emit_pure(IR_ILE, IR_BOOL, ir_int(rec.ir, -(INT64_C(1) << BITS)), n), REF_NONE);
}

static Ref guarded_int(IrOp op, Ref a, Ref b)
{
    return emit(op, IR_INT, a, b, record_snapshot(), 0);
}

/* True when the result is a small int and the form exists. */
static bool int_result_fits(int op, int64_t a, int64_t b)
{
    __int128 wide;
    switch (op) {
    case NB_ADD: wide = (__int128)a + b; break;
    case NB_SUBTRACT: wide = (__int128)a - b; break;
    case NB_MULTIPLY: wide = (__int128)a * b; break;
    case NB_LSHIFT:
        if (b < 0 || b > 61) return false;
        wide = (__int128)a << b;
        break;
    case NB_FLOOR_DIVIDE: return b != 0 && b != -1;
    case NB_REMAINDER: return b != 0;
    case NB_RSHIFT: return b >= 0;
    case NB_AND:
    case NB_OR:
    case NB_XOR: return true;
    case NB_TRUE_DIVIDE: return b != 0 && llabs(a) <= INT64_C(1) << 53 && llabs(b) <= INT64_C(1) << 53;
    case NB_POWER: return b == 2 && llabs(a) < INT64_C(1) << 30;
    default: return false;
    }
    return wide >= SMALL_INT_MIN && wide <= SMALL_INT_MAX;
}

static Ref record_int_op(int op)
{
    Ref a = int_operand(2), b = int_operand(1);
    switch (op) {
    case NB_ADD: return guarded_int(IR_ADDOV, a, b);
    case NB_SUBTRACT: return guarded_int(IR_SUBOV, a, b);
    case NB_MULTIPLY: return guarded_int(IR_MULOV, a, b);
    case NB_LSHIFT: return guarded_int(IR_SHLOV, a, b);
    case NB_AND: return emit_pure(IR_AND, IR_INT, a, b);
    case NB_OR: return emit_pure(IR_OR, IR_INT, a, b);
    case NB_XOR: return emit_pure(IR_XOR, IR_INT, a, b);
    case NB_RSHIFT:
        if (!ir_is_number(rec.ir, b)) emit_guard(IR_GTRUE, emit_pure(IR_ILE, IR_BOOL, ir_int(rec.ir, 0), b), REF_NONE);
        return emit_pure(IR_SHR, IR_INT, a, b);
    case NB_FLOOR_DIVIDE: guard_nonzero(b, true); return emit_pure(IR_IDIV, IR_INT, a, b);
    case NB_REMAINDER: guard_nonzero(b, false); return emit_pure(IR_IMOD, IR_INT, a, b);
    case NB_POWER:
        if (!ir_is_number(rec.ir, b)) emit_guard(IR_GTRUE, emit_pure(IR_IEQ, IR_BOOL, b, ir_int(rec.ir, 2)), REF_NONE);
        return guarded_int(IR_MULOV, a, a);
    default: /* NB_TRUE_DIVIDE */
        guard_nonzero(b, false);
        guard_exact_double(a);
        guard_exact_double(b);
        return emit_pure(IR_FDIV, IR_FLOAT, emit_pure(IR_I2F, IR_FLOAT, a, REF_NONE),
                         emit_pure(IR_I2F, IR_FLOAT, b, REF_NONE));
    }
}

/* --- floats --- */

static bool float_form_exists(int op, double a, double b)
{
    switch (op) {
    case NB_ADD:
    case NB_SUBTRACT:
    case NB_MULTIPLY: return true;
    case NB_TRUE_DIVIDE:
    case NB_FLOOR_DIVIDE:
    case NB_REMAINDER: return b != 0;
    case NB_POWER: return a > 0 && isfinite(a) && isfinite(b) && isfinite(pow(a, b));
    default: return false;
    }
}

static Ref float_call(HelperId helper, Ref a, Ref b)
{
    Ref args[] = {a, b};
    int first = ir_args(rec.ir, args, 2);
    return ir_emit(rec.ir, (Ins){IR_CALLP, IR_FLOAT, 2, first, (Ref)helper, 0});
}

static Ref record_float_op(int op)
{
    Ref a = float_operand(2), b = float_operand(1);
    if (op == NB_TRUE_DIVIDE || op == NB_FLOOR_DIVIDE || op == NB_REMAINDER) {
        if (!ir_is_number(rec.ir, b))
            emit_guard(IR_GTRUE, emit_pure(IR_FNE, IR_BOOL, b, ir_float(rec.ir, 0)), REF_NONE);
    }
    switch (op) {
    case NB_ADD: return emit_pure(IR_FADD, IR_FLOAT, a, b);
    case NB_SUBTRACT: return emit_pure(IR_FSUB, IR_FLOAT, a, b);
    case NB_MULTIPLY: return emit_pure(IR_FMUL, IR_FLOAT, a, b);
    case NB_TRUE_DIVIDE: return emit_pure(IR_FDIV, IR_FLOAT, a, b);
    case NB_FLOOR_DIVIDE: return float_call(HELPER_float_floor_divide, a, b);
    case NB_REMAINDER: return float_call(HELPER_float_remainder, a, b);
    default: {
        emit_guard(IR_GTRUE, emit_pure(IR_FLT, IR_BOOL, ir_float(rec.ir, 0), a), REF_NONE);
        Ref result = float_call(HELPER_float_pow, a, b);
        Ref size = emit_pure(IR_FABS, IR_FLOAT, result, REF_NONE);
        emit_guard(IR_GTRUE, emit_pure(IR_FLT, IR_BOOL, size, ir_float(rec.ir, INFINITY)), REF_NONE);
        return result;
    }
    }
}

/* --- everything else --- */

/* Operations between these types run no Python code. */
static bool is_quiet_operand(Value v)
{
    const Type *type = type_of(v);
    return type == &type_int || type == &type_float || type == &type_str || type == &type_bytes || type == &type_bool ||
           type == &type_tuple || type == &type_list || type == &type_complex || type == &type_none;
}

static Ref tagged_operand(int from_top)
{
    Slot *slot = rec_stack(from_top);
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    return as_tagged(rec_stack(from_top)->ref);
}

static void guard_operand_type(int from_top)
{
    Value v = actual(from_top);
    Ref ref = rec_stack(from_top)->ref;
    if (!REF_IS_VIRTUAL(ref)) guard_exact(ref, v);
}

void record_binary_op(void)
{
    int op = rec.oparg >= NB_INPLACE_ADD ? rec.oparg - NB_INPLACE_ADD : rec.oparg;
    Value left = actual(2), right = actual(1);
    if (is_int_like(left) && is_int_like(right) && int_result_fits(op, actual_int(2), actual_int(1)) &&
        !((op == NB_AND || op == NB_OR || op == NB_XOR) && value_is_bool(left) && value_is_bool(right))) {
        replace_two(record_int_op(op), OWN_NONE);
        return;
    }
    if (is_number_like(left) && is_number_like(right) && !(is_int_like(left) && is_int_like(right)) &&
        float_form_exists(op, actual_float(2), actual_float(1))) {
        replace_two(record_float_op(op), OWN_NONE);
        return;
    }
    if (record_special_binary() || REC_FAILED()) return;
    bool is_quiet = is_quiet_operand(left) && is_quiet_operand(right) && op != NB_MATRIX_MULTIPLY;
    bool inplace_list = object_has_type(left, &type_list) && rec.oparg >= NB_INPLACE_ADD;
    if (op == NB_REMAINDER && !is_number_like(left)) is_quiet = false; /* formatting calls str() */
    if (inplace_list && op != NB_ADD) is_quiet = false;
    if (is_quiet) {
        guard_operand_type(2);
        guard_operand_type(1);
    }
    Ref args[] = {ir_word(rec.ir, rec.oparg), tagged_operand(2), tagged_operand(1)};
    if (REC_FAILED()) return;
    HelperId helper = inplace_list && is_quiet ? HELPER_binary_list : is_quiet ? HELPER_binary_quiet : HELPER_binary;
    replace_two(emit_call_checked(helper, args, 3), OWN_SELF);
}

void record_unary(int opcode)
{
    Value v = actual(1);
    if (opcode == BC_UNARY_NOT) {
        if (type_has_flag(type_of(v), TYPE_HEAP) && (type_of(v)->number.truth || type_of(v)->mapping.length)) {
            if (record_special_truth() || REC_FAILED()) return;
            Ref args[] = {tagged_operand(1)};
            Ref truth = emit_call_checked(HELPER_is_true, args, 1);
            rec_drop(1);
            rec_push(emit_pure(IR_WEQ, IR_BOOL, truth, ir_word(rec.ir, 0)), OWN_NONE);
            return;
        }
        Ref truth = record_truth(1);
        if (REC_FAILED()) return;
        Ref result = emit_pure(IR_BNOT, IR_BOOL, truth, REF_NONE);
        rec_drop(1);
        rec_push(result, OWN_NONE);
        return;
    }
    Value name = opcode == BC_UNARY_NEGATIVE ? ID(__neg__) : opcode == BC_UNARY_INVERT ? ID(__invert__) : ID(__pos__);
    if (record_special_unary(name) || REC_FAILED()) return;
    Ref result;
    Own own = OWN_NONE;
    if (is_int_like(v) && opcode == BC_UNARY_NEGATIVE && actual_int(1) != SMALL_INT_MIN) {
        result = guarded_int(IR_SUBOV, ir_int(rec.ir, 0), int_operand(1));
    } else if (is_int_like(v) && opcode == BC_UNARY_INVERT) {
        result = emit_pure(IR_XOR, IR_INT, int_operand(1), ir_int(rec.ir, -1));
    } else if (is_int_like(v) && opcode == BC_UNARY_POSITIVE) {
        result = int_operand(1);
    } else if (value_is_immediate_float(v) && opcode == BC_UNARY_NEGATIVE) {
        result = emit_pure(IR_FNEG, IR_FLOAT, float_operand(1), REF_NONE);
    } else if (value_is_immediate_float(v) && opcode == BC_UNARY_POSITIVE) {
        result = float_operand(1);
    } else {
        HelperId helper = opcode == BC_UNARY_NEGATIVE ? HELPER_negative
                          : opcode == BC_UNARY_INVERT ? HELPER_invert
                                                      : HELPER_positive;
        Ref args[] = {tagged_operand(1)};
        result = emit_call_checked(helper, args, 1);
        own = OWN_SELF;
    }
    if (REC_FAILED()) return;
    rec_drop(1);
    rec_push(result, own);
}

/* --- comparison --- */

Ref record_ordered(IrOp less, IrOp less_equal, IrOp equal, IrOp unequal, Ref a, Ref b)
{
    switch ((CompareOp)rec.oparg) {
    case CMP_LT: return emit_pure(less, IR_BOOL, a, b);
    case CMP_LE: return emit_pure(less_equal, IR_BOOL, a, b);
    case CMP_EQ: return emit_pure(equal, IR_BOOL, a, b);
    case CMP_NE: return emit_pure(unequal, IR_BOOL, a, b);
    case CMP_GT: return emit_pure(less, IR_BOOL, b, a);
    default: return emit_pure(less_equal, IR_BOOL, b, a);
    }
}

/* None and bools compare by identity with what has no say of its own. */
static bool compares_by_identity(Value a, Value b)
{
    return (rec.oparg == CMP_EQ || rec.oparg == CMP_NE) && (value_is_none(a) || value_is_none(b)) &&
           !type_has_flag(type_of(a), TYPE_HEAP) && !type_has_flag(type_of(b), TYPE_HEAP);
}

void record_compare(void)
{
    Value left = actual(2), right = actual(1);
    Ref result;
    if (is_int_like(left) && is_int_like(right)) {
        result = record_ordered(IR_ILT, IR_ILE, IR_IEQ, IR_INE, int_operand(2), int_operand(1));
    } else if (value_is_immediate_float(left) && value_is_immediate_float(right)) {
        result = record_ordered(IR_FLT, IR_FLE, IR_FEQ, IR_FNE, float_operand(2), float_operand(1));
    } else if (is_number_like(left) && is_number_like(right)) {
        /* exact only while the int is exact as a double */
        int the_int = is_int_like(left) ? 2 : 1;
        if (llabs(actual_int(the_int)) > INT64_C(1) << 53) {
            record_abort(REASON_INSTRUCTION);
            return;
        }
        guard_exact_double(int_operand(the_int));
        result = record_ordered(IR_FLT, IR_FLE, IR_FEQ, IR_FNE, float_operand(2), float_operand(1));
    } else if (object_has_type(left, &type_str) && object_has_type(right, &type_str)) {
        result = record_str_compare(rec_stack(2)->ref, rec_stack(1)->ref);
    } else if (compares_by_identity(left, right)) {
        guard_operand_type(2);
        guard_operand_type(1);
        result = ir_bool(rec.ir, value_is(left, right) == (rec.oparg == CMP_EQ));
    } else if (record_special_compare() || REC_FAILED()) {
        return;
    } else {
        bool quiet = (type_of(left) == &type_str || type_of(left) == &type_int || type_of(left) == &type_float ||
                      value_is_none(left)) &&
                     (type_of(right) == &type_str || type_of(right) == &type_int || type_of(right) == &type_float ||
                      value_is_none(right));
        if (quiet) {
            guard_operand_type(2);
            guard_operand_type(1);
        }
        Ref args[] = {tagged_operand(2), tagged_operand(1), ir_word(rec.ir, rec.oparg)};
        if (REC_FAILED()) return;
        replace_two(emit_call_checked(quiet ? HELPER_compare_quiet : HELPER_compare, args, 3), OWN_SELF);
        return;
    }
    replace_two(result, OWN_NONE);
}

void record_is(void)
{
    Ref left = rec_stack(2)->ref, right = rec_stack(1)->ref;
    if (is_object(left) || is_object(right)) { /* nobody else can have it */
        replace_two(ir_bool(rec.ir, (left == right) != (rec.oparg == 1)), OWN_NONE);
        return;
    }
    Ref a = tagged_operand(2), b = tagged_operand(1);
    if (REC_FAILED()) return;
    replace_two(emit_pure(rec.oparg ? IR_WNE : IR_WEQ, IR_BOOL, a, b), OWN_NONE);
}

/* --- `in` --- */

/* The outcome as a BOOL, by a form that runs no Python code; REF_NONE: there is none, or aborted. */
static Ref contains_plainly(Value item, Value container)
{
    const Type *type = type_of(container);
    bool is_set = type == &type_set || type == &type_frozenset, is_dict = type == &type_dict;
    Lookup lookup;
    if (is_set || is_dict) {
        Ref ref = tagged_operand(1), item_ref = tagged_operand(2);
        if (REC_FAILED()) return REF_NONE;
        bool has_form = is_set ? record_set_lookup(&lookup, ref, container, item_ref, item)
                               : record_dict_lookup(&lookup, ref, container, item_ref, item);
        if (!has_form) return REF_NONE;
        Ref least = ir_int(rec.ir, is_set ? 0 : PLAIN_MISSING);
        emit_guard(IR_GTRUE, emit_pure(IR_ILE, IR_BOOL, least, lookup.found), REF_NONE);
        return is_set ? emit_pure(IR_INE, IR_BOOL, lookup.found, ir_int(rec.ir, 0))
                      : emit_pure(IR_ILE, IR_BOOL, ir_int(rec.ir, 0), lookup.found);
    }
    if ((type == &type_list || type == &type_tuple) && plain_contains(container, item) != PLAIN_UNKNOWN) {
        Ref args[] = {tagged_operand(1), tagged_operand(2)};
        guard_type(args[0], type);
        if (REC_FAILED()) return REF_NONE;
        Ref found = emit_call(HELPER_sequence_has, args, 2);
        emit_guard(IR_GTRUE, emit_pure(IR_ILE, IR_BOOL, ir_int(rec.ir, 0), found), REF_NONE);
        return emit_pure(IR_INE, IR_BOOL, found, ir_int(rec.ir, 0));
    }
    if (type == &type_str && type_of(item) == &type_str)
        return record_str_contains(tagged_operand(1), tagged_operand(2));
    return REF_NONE;
}

void record_contains(void)
{
    if (record_special_contains() || REC_FAILED()) return;
    Ref result = contains_plainly(actual(2), actual(1));
    if (result != REF_NONE) {
        if (rec.oparg) result = emit_pure(IR_BNOT, IR_BOOL, result, REF_NONE);
        replace_two(result, OWN_NONE);
        return;
    }
    Ref args[] = {tagged_operand(1), tagged_operand(2)};
    if (REC_FAILED()) return;
    Ref found = emit_call_checked(HELPER_contains, args, 2);
    result = emit_pure(rec.oparg ? IR_WEQ : IR_WNE, IR_BOOL, found, ir_word(rec.ir, 0));
    replace_two(result, OWN_NONE);
}

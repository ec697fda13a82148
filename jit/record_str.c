/* record_str.c: characters of strs.
 *
 * A character of a Latin-1 string is one of 256 kept strings: it is read from their table by its code, counts no
 * reference, and is compared as a number when what it is compared with is such a character too. */
#include "jit/record.h"
#include "objects/tuple.h"

static Ref character_table(void)
{
    const Value *table = str_latin1_characters();
    return table ? ir_address(rec.ir, table) : REF_NONE;
}

Ref record_str_char(Ref code)
{
    return emit(IR_ALOAD, IR_VAL, character_table(), code, 0, ALIAS_CONST);
}

bool record_is_char(Ref ref, Ref *code)
{
    if (REF_IS_CONST(ref) && ir_type(rec.ir, ref) == IR_VAL && ir_constant(rec.ir, ref)->kind == CONST_OBJECT) {
        Value v = {ir_constant(rec.ir, ref)->bits};
        if (!object_has_type(v, &type_str) || str_length(v) != 1 || as_str(v)->kind != 1) return false;
        *code = ir_int(rec.ir, str_char(as_str(v), 0));
        return true;
    }
    if (!REF_IS_INS(ref) || rec.ir->ins[ref].op != IR_ALOAD || rec.ir->ins[ref].aux != ALIAS_CONST) return false;
    Ref base = rec.ir->ins[ref].a;
    if (!REF_IS_CONST(base) || base != character_table() || !ir_sees_operands(rec.ir, ref)) return false;
    *code = rec.ir->ins[ref].b;
    return true;
}

Ref record_str_item(Ref str, Value actual, Ref index, Own *own)
{
    if (as_str(actual)->kind != 1 || !str_latin1_characters()) {
        Ref args[] = {str, index};
        *own = OWN_SELF;
        return emit_call_keeping(HELPER_str_item, args, 2);
    }
    Ref kind = emit_load(IR_FLOAD8, IR_WORD, str, offsetof(Str, kind), ALIAS_CONST);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, kind, ir_word(rec.ir, 1)), REF_NONE);
    Ref data = emit_load(IR_FLOAD, IR_WORD, str, offsetof(Str, data), ALIAS_CONST);
    Ref code = emit(IR_BLOAD, IR_INT, data, index, 0, ALIAS_CONST);
    *own = OWN_NONE; /* the table keeps it */
    return record_str_char(code);
}

static bool is_constant_str(Ref ref, Value *v)
{
    if (!REF_IS_CONST(ref) || ir_type(rec.ir, ref) != IR_VAL || ir_constant(rec.ir, ref)->kind != CONST_OBJECT)
        return false;
    *v = (Value){ir_constant(rec.ir, ref)->bits};
    return object_has_type(*v, &type_str);
}

Ref record_str_compare(Ref a, Ref b)
{
    guard_type(a, &type_str);
    guard_type(b, &type_str);
    bool is_equality = rec.oparg == CMP_EQ || rec.oparg == CMP_NE;
    Ref code_a, code_b;
    Value constant;
    bool is_char_a = record_is_char(a, &code_a), is_char_b = record_is_char(b, &code_b);
    if (is_char_a && is_char_b) return record_ordered(IR_ILT, IR_ILE, IR_IEQ, IR_INE, code_a, code_b);
    if (is_equality && ((is_char_a && is_constant_str(b, &constant)) || (is_char_b && is_constant_str(a, &constant))))
        return ir_bool(rec.ir, rec.oparg == CMP_NE); /* that constant is no Latin-1 character */
    Ref args[] = {a, b};
    if (is_equality) {
        Ref equal = emit_call_pure(HELPER_str_equal, args, 2);
        return rec.oparg == CMP_EQ ? equal : emit_pure(IR_BNOT, IR_BOOL, equal, REF_NONE);
    }
    Ref order = emit_call_pure(HELPER_str_compare, args, 2);
    return record_ordered(IR_ILT, IR_ILE, IR_IEQ, IR_INE, order, ir_int(rec.ir, 0));
}

/* Whether the code is that of a character of the constant str, all of whose codes lie close together: one shift of a
 * mask of bits. REF_NONE: they do not. */
static Ref is_among(Ref code, Value str)
{
    enum { MASK_BITS = 60, WRAP = 511 };
    const Str *s = as_str(str);
    if (s->kind != 1 || s->length == 0) return REF_NONE;
    uint32_t low = UINT32_MAX, high = 0;
    for (ssize_t i = 0; i < s->length; i++) {
        low = MIN(low, str_char(s, i));
        high = MAX(high, str_char(s, i));
    }
    if (high - low >= MASK_BITS) return REF_NONE;
    int64_t mask = 0;
    for (ssize_t i = 0; i < s->length; i++) mask |= INT64_C(1) << (str_char(s, i) - low);
    /* a code below `low` wraps to a shift that leaves nothing */
    Ref distance = emit_pure(IR_SUB, IR_INT, code, ir_int(rec.ir, low));
    distance = emit_pure(IR_AND, IR_INT, distance, ir_int(rec.ir, WRAP));
    Ref bit = emit_pure(IR_AND, IR_INT, emit_pure(IR_SHR, IR_INT, ir_int(rec.ir, mask), distance), ir_int(rec.ir, 1));
    return emit_pure(IR_INE, IR_BOOL, bit, ir_int(rec.ir, 0));
}

Ref record_str_contains(Ref str, Ref sub)
{
    Value constant;
    Ref code;
    guard_type(str, &type_str);
    guard_type(sub, &type_str);
    if (is_constant_str(str, &constant) && record_is_char(sub, &code)) {
        Ref among = is_among(code, constant);
        if (among != REF_NONE) return among;
    }
    Ref args[] = {str, sub};
    return emit_call_pure(HELPER_str_has, args, 2);
}

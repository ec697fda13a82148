/* record_ops.c: the table of instructions: stack, locals, jumps; everything else is handed to its family. */
#include <stdio.h>

#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/shape.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/generator.h"

/* --- locals --- */

/* Before a local is overwritten: reads it and emits what has to be known to drop its value. Guards only. */
static Slot *prepare_overwrite(int index)
{
    int absolute = rec.f->base + index;
    bool was_unread = rec.slots[absolute].ref == REF_UNREAD;
    Slot *slot = rec_local(index);
    Value v = actual_local(index);
    if (REF_IS_VIRTUAL(slot->ref)) return slot;
    if (was_unread && ir_type(rec.ir, slot->ref) == IR_VAL) {
        if (!value_is_object(v)) {
            if (value_is_small_int(v))
                emit_guard(IR_GINT, slot->ref, REF_NONE);
            else if (value_is_immediate_float(v))
                emit_guard(IR_GFLT, slot->ref, REF_NONE);
            else
                emit_guard(IR_GIS, slot->ref, const_value(v));
        } else {
            emit_guard(IR_GISNOT, slot->ref, const_value(VALUE_NULL));
        }
    }
    const Type *type;
    if ((slot->own == OWN_MEMORY || slot->own == OWN_SELF) && is_counted(slot->ref) && !REF_IS_CONST(slot->ref) &&
        value_is_object(v) && has_other_owners(v) &&
        !(known_type(slot->ref, &type) && type_has_flag(type, TYPE_QUIET_DESTROY))) {
        emit(IR_GSHARED, IR_NIL, slot->ref, REF_NONE, record_snapshot(), 0);
    }
    return slot;
}

static void record_load_fast(void)
{
    int index = rec.oparg;
    Slot *slot = rec_local(index);
    if (value_is_null(actual_local(index))) {
        record_abort(REASON_UNBOUND);
        return;
    }
    if (is_virtual_exception(slot->ref)) {
        rec_push_slot((Slot){slot->ref, OWN_NONE, true, 0});
        return;
    }
    if (REF_IS_VIRTUAL(slot->ref) && !is_object(slot->ref)) materialize(slot);
    if (rec_may_be_unbound(slot->ref)) emit_guard(IR_GISNOT, slot->ref, const_value(VALUE_NULL));
    rec_push_copy(slot, rec.f->base + index);
}

static void record_store_fast(void)
{
    Slot *target = prepare_overwrite(rec.oparg);
    if (REC_FAILED()) return;
    Slot value = rec_take();
    rec_assign(target, rec.f->base + rec.oparg, value);
}

static void record_delete_fast(void)
{
    if (value_is_null(actual_local(rec.oparg))) {
        record_abort(REASON_UNBOUND);
        return;
    }
    Slot *target = prepare_overwrite(rec.oparg);
    if (REC_FAILED()) return;
    rec_assign(target, rec.f->base + rec.oparg, (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0});
}

static void record_load_const(void)
{
    Value v = as_tuple(rec.f->code->constants)->items[rec.oparg];
    Ref ref;
    if (value_is_small_int(v))
        ref = ir_int(rec.ir, value_as_small_int(v));
    else if (value_is_immediate_float(v))
        ref = ir_float(rec.ir, value_as_immediate_float(v));
    else if (value_is_bool(v))
        ref = ir_bool(rec.ir, value_is(v, VALUE_TRUE));
    else
        ref = const_value(v);
    rec_push(ref, OWN_NONE);
}

/* --- stack --- */

static void record_copy(void)
{
    Slot *slot = rec_stack(rec.oparg);
    if (is_virtual_exception(slot->ref)) {
        rec_push_slot((Slot){slot->ref, OWN_NONE, true, 0});
        return;
    }
    if (REF_IS_VIRTUAL(slot->ref) && !is_object(slot->ref)) materialize(slot);
    if (slot->own == OWN_SELF &&
        !is_object(slot->ref)) { /* two owners from now on: a stack entry does not keep its copies alive */
        Slot copy = *slot;
        copy.own = OWN_FRAGILE;
        rec_own(&copy);
        rec_push_slot(copy);
        return;
    }
    rec_push_copy(slot, -1);
}

/* A stack entry that still stands in memory is moved into the trace before it changes its place. */
void rec_detach(Slot *slot)
{
    if (slot->own == OWN_MEMORY && is_counted(slot->ref)) {
        if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
        rec_clear_memory(rec_absolute(slot));
        slot->own = OWN_SELF;
        rec.snapshot = rec.raise_snapshot = -1;
    } else if (slot->own == OWN_MEMORY) {
        slot->own = OWN_NONE;
    }
    slot->modified = true;
}

static void record_swap(void)
{
    rec_detach(rec_stack(1));
    rec_detach(rec_stack(rec.oparg));
    Slot *top = rec_stack(1), *other = rec_stack(rec.oparg);
    Slot saved = *top;
    *top = *other;
    *other = saved;
}

/* --- truth and jumps --- */

static Ref length_truth(Ref ref, const Type *type, int offset, AliasClass class)
{
    guard_type(ref, type);
    Ref length = emit_load(IR_FLOAD, IR_WORD, ref, offset, class);
    return emit_pure(IR_WNE, IR_BOOL, length, ir_word(rec.ir, 0));
}

/* Instances of a class without __bool__ and __len__ are true. */
static bool is_always_true(const Type *type)
{
    return !type->number.truth && !type->mapping.length && !type->sequence.length;
}

Ref record_truth(int from_top)
{
    Slot *slot = rec_stack(from_top);
    Value v = actual(from_top);
    if (is_virtual(slot->ref, VIRTUAL_TUPLE)) return ir_bool(rec.ir, virtual_of(slot->ref)->count > 0);
    Ref ref = specialize(slot->ref, v);
    if (REC_FAILED()) return REF_NONE;
    switch (ir_type(rec.ir, ref)) {
    case IR_BOOL: return ref;
    case IR_INT: return emit_pure(IR_INE, IR_BOOL, ref, ir_int(rec.ir, 0));
    case IR_FLOAT: return emit_pure(IR_FNE, IR_BOOL, ref, ir_float(rec.ir, 0.0));
    default: break;
    }
    if (!value_is_object(v)) {
        guard_value(ref, v);
        return ir_bool(rec.ir, !value_is_none(v));
    }
    const Type *type = value_as_object(v)->type;
    if (type == &type_list) return length_truth(ref, type, offsetof(List, length), ALIAS_LIST_LENGTH);
    if (type == &type_tuple) return length_truth(ref, type, offsetof(Tuple, length), ALIAS_CONST);
    if (type == &type_str) return length_truth(ref, type, offsetof(Str, length), ALIAS_CONST);
    if (type == &type_dict) return length_truth(ref, type, offsetof(Dict, length), ALIAS_DICT);
    if (is_always_true(type)) {
        if (record_guard_class(ref, v)) return ir_bool(rec.ir, true);
        return REF_NONE;
    }
    Ref args[] = {ref};
    return emit_pure(IR_WNE, IR_BOOL, emit_call_checked(HELPER_is_true, args, 1), ir_word(rec.ir, 0));
}

static bool actual_truth(int from_top, bool *known)
{
    Value v = actual(from_top);
    *known = true;
    if (value_is_bool(v)) return value_is(v, VALUE_TRUE);
    if (value_is_none(v)) return false;
    if (value_is_small_int(v)) return value_as_small_int(v) != 0;
    if (value_is_immediate_float(v)) return value_as_immediate_float(v) != 0;
    const Type *type = type_of(v);
    if (type == &type_list) return list_length(v) != 0;
    if (type == &type_tuple) return tuple_length(v) != 0;
    if (type == &type_str) return str_length(v) != 0;
    if (type == &type_dict) return dict_length(v) != 0;
    if (is_always_true(type)) return true;
    *known = false;
    return false;
}

/* A condition whose outcome only a call tells: the call is made now, its result decides in the trace, and the recorder
 * asks the same question of the actual value itself. */
static bool truth_by_call(int from_top, bool *outcome)
{
    int truth = is_true(actual(from_top));
    if (truth < 0) {
        error_clear();
        record_abort(REASON_EXCEPTION);
        return false;
    }
    *outcome = truth;
    return true;
}

static bool decide(bool *outcome)
{
    bool known;
    *outcome = actual_truth(1, &known);
    if (known) {
        Ref truth = record_truth(1);
        if (REC_FAILED()) return false;
        return emit_guard(*outcome ? IR_GTRUE : IR_GFALSE, truth, REF_NONE);
    }
    /* __len__ in Python: asking twice could be seen */
    const Type *type = type_of(actual(1));
    if (type_has_flag(type, TYPE_HEAP)) {
        record_abort(REASON_INSTRUCTION);
        return false;
    }
    if (!truth_by_call(1, outcome)) return false;
    int before = record_snapshot();
    Ref ref = as_tagged(rec_stack(1)->ref);
    guard_type(ref, type);
    Ref args[] = {ref};
    Ref truth = emit_call(HELPER_is_true_quiet, args, 1);
    emit(*outcome ? IR_GTRUE : IR_GFALSE, IR_NIL, truth, REF_NONE, before, 0);
    return !REC_FAILED();
}

void record_jump_if(int opcode)
{
    bool outcome, jump_if, is_or_pop = opcode == BC_JUMP_IF_FALSE_OR_POP || opcode == BC_JUMP_IF_TRUE_OR_POP;
    bool is_backward = opcode >= BC_POP_JUMP_BACKWARD_IF_NOT_NONE && opcode <= BC_POP_JUMP_BACKWARD_IF_TRUE;
    switch (opcode) {
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NONE:
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE: {
        Ref ref = rec_stack(1)->ref;
        bool is_none = value_is_none(actual(1));
        if (ir_type(rec.ir, ref) == IR_VAL) emit_guard(is_none ? IR_GIS : IR_GISNOT, ref, const_value(VALUE_NONE));
        outcome = is_none;
        jump_if = opcode == BC_POP_JUMP_FORWARD_IF_NONE || opcode == BC_POP_JUMP_BACKWARD_IF_NONE;
        break;
    }
    default:
        if (!is_or_pop && (record_special_truth() || REC_FAILED())) return; /* or-pop wants the operand itself */
        if (!decide(&outcome)) return;
        jump_if = opcode == BC_POP_JUMP_FORWARD_IF_TRUE || opcode == BC_POP_JUMP_BACKWARD_IF_TRUE ||
                  opcode == BC_JUMP_IF_TRUE_OR_POP;
        break;
    }
    if (REC_FAILED()) return;
    bool jumps = outcome == jump_if;
    if (!is_or_pop || !jumps) rec_drop(1);
    if (jumps && is_backward) record_backward_jump(rec.f->unit + 1 - rec.oparg);
}

/* --- the table --- */

/* An iterator that somebody else holds too goes without a word: a generator's end may run code. */
static void record_pop_top(void)
{
    Slot *slot = rec_stack(1);
    bool owns = slot->own == OWN_MEMORY || slot->own == OWN_SELF;
    bool is_shared = owns && !REF_IS_VIRTUAL(slot->ref) && is_generator(actual(1)) && has_other_owners(actual(1));
    if (is_shared) emit(IR_GSHARED, IR_NIL, slot->ref, REF_NONE, record_snapshot(), 0);
    Slot taken = rec_take();
    if (is_shared)
        record_release_ref(taken.ref, true);
    else
        rec_release(taken);
}

void record_instruction(int opcode)
{
    record_settle_operands(opcode);
    if (REC_FAILED()) return;
    switch (opcode) {
    case BC_NOP:
    case BC_CACHE:
    case BC_EXTENDED_ARG:
    case BC_PRECALL:
    case BC_KW_NAMES:
    case BC_JUMP_FORWARD: return;
    case BC_RESUME: return;
    case BC_POP_TOP: record_pop_top(); return;
    case BC_PUSH_NULL: rec_push(const_value(VALUE_NULL), OWN_NONE); return;
    case BC_COPY: record_copy(); return;
    case BC_SWAP: record_swap(); return;
    case BC_LOAD_CONST: record_load_const(); return;
    case BC_LOAD_FAST:
    case BC_LOAD_CLOSURE: record_load_fast(); return;
    case BC_STORE_FAST: record_store_fast(); return;
    case BC_DELETE_FAST: record_delete_fast(); return;
    case BC_BINARY_OP: record_binary_op(); return;
    case BC_UNARY_NEGATIVE:
    case BC_UNARY_NOT:
    case BC_UNARY_INVERT:
    case BC_UNARY_POSITIVE: record_unary(opcode); return;
    case BC_COMPARE_OP: record_compare(); return;
    case BC_IS_OP: record_is(); return;
    case BC_CONTAINS_OP: record_contains(); return;
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE:
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE:
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP: record_jump_if(opcode); return;
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT: record_backward_jump(rec.f->unit + 1 - rec.oparg); return;
    case BC_FOR_ITER: record_for_iter(); return;
    case BC_GET_ITER: record_get_iter(); return;
    case BC_GET_YIELD_FROM_ITER: record_get_yield_from_iter(); return;
    case BC_SEND: record_send(); return;
    case BC_YIELD_VALUE: record_yield(); return;
    case BC_LOAD_GLOBAL: record_load_global(); return;
    case BC_LOAD_NAME: record_load_name(opcode); return;
    case BC_STORE_NAME:
    case BC_STORE_GLOBAL: record_store_global(opcode); return;
    case BC_LOAD_ATTR: record_load_attr(); return;
    case BC_LOAD_METHOD: record_load_method(); return;
    case BC_STORE_ATTR: record_store_attr(); return;
    case BC_BINARY_SUBSCR: record_subscript(); return;
    case BC_STORE_SUBSCR: record_store_subscript(); return;
    case BC_DELETE_SUBSCR: record_delete_subscript(); return;
    case BC_UNPACK_SEQUENCE: record_unpack(); return;
    case BC_BUILD_TUPLE:
    case BC_BUILD_LIST:
    case BC_BUILD_SLICE:
    case BC_BUILD_MAP:
    case BC_BUILD_SET:
    case BC_BUILD_STRING:
    case BC_LIST_APPEND:
    case BC_LIST_EXTEND:
    case BC_SET_ADD:
    case BC_MAP_ADD:
    case BC_FORMAT_VALUE:
    case BC_BUILD_CONST_KEY_MAP:
    case BC_LIST_TO_TUPLE: record_build(opcode); return;
    case BC_CALL:
        rec.has_called = true;
        record_call();
        return;
    case BC_RETURN_VALUE: record_return(); return;
    case BC_LOAD_DEREF:
    case BC_STORE_DEREF:
    case BC_COPY_FREE_VARS:
    case BC_MAKE_CELL: record_deref(opcode); return;
    case BC_LOAD_ASSERTION_ERROR: rec_push(const_value(value_from_object(&type_AssertionError)), OWN_NONE); return;
    case BC_RAISE_VARARGS:
    case BC_RERAISE: record_raise(opcode); return;
    case BC_PUSH_EXC_INFO: record_push_exc_info(); return;
    case BC_POP_EXCEPT: record_pop_except(); return;
    case BC_CHECK_EXC_MATCH: record_check_exc_match(); return;
    case BC_BEFORE_WITH: record_before_with(); return;
    case BC_WITH_EXCEPT_START: record_with_except_start(); return;
    default: record_generic(opcode); return;
    }
}

/* record_item.c: subscripts, their stores, unpacking. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/plain.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* The index as an int inside [0, length), negative ones counted from the end (a guard keeps the sign). */
static Ref checked_index(int from_top, Ref length)
{
    Value v = actual(from_top);
    Ref index = as_int_ref(rec_stack(from_top)->ref);
    if (value_as_small_int(v) < 0) {
        emit_guard(IR_GTRUE, emit_pure(IR_ILT, IR_BOOL, index, ir_int(rec.ir, 0)), REF_NONE);
        index = emit_pure(IR_ADD, IR_INT, index, emit_pure(IR_W2I, IR_INT, length, REF_NONE));
    }
    emit_guard(IR_ABC, index, length);
    return index;
}

static bool index_in_range(Value index, ssize_t length)
{
    if (!value_is_small_int(index)) return false;
    int64_t i = value_as_small_int(index);
    return i >= -length && i < length;
}

/* [container, key] -> [item]; an item read from the container may die with it. */
static void replace_container(Ref item, Own own)
{
    if (REC_FAILED()) return;
    Slot key = rec_take(), container = rec_take();
    rec_push(item, own);
    if (container.own == OWN_SELF) rec_own(rec_stack(1));
    rec_release(key);
    rec_release(container);
}

static void subscript_list(Ref list, Value container)
{
    guard_type(list, &type_list);
    Ref length = emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, length), ALIAS_LIST_LENGTH);
    Ref index = checked_index(1, length);
    if (REC_FAILED()) return;
    replace_container(record_list_item(list, as_list(container), index), OWN_FRAGILE);
}

static void subscript_tuple(Ref tuple)
{
    guard_type(tuple, &type_tuple);
    Ref length = emit_load(IR_FLOAD, IR_WORD, tuple, offsetof(Tuple, length), ALIAS_CONST);
    Ref index = checked_index(1, length);
    Ref items = emit_pure(IR_WADD, IR_WORD, tuple, ir_word(rec.ir, offsetof(Tuple, items)));
    if (REC_FAILED()) return;
    replace_container(emit(IR_ALOAD, IR_VAL, items, index, 0, ALIAS_CONST), OWN_FRAGILE);
}

static void subscript_str(Ref str, Value v)
{
    guard_type(str, &type_str);
    Ref length = emit_load(IR_FLOAD, IR_WORD, str, offsetof(Str, length), ALIAS_CONST);
    Ref index = checked_index(1, length);
    if (REC_FAILED()) return;
    Own own;
    Ref item = record_str_item(str, v, index, &own);
    replace_container(item, own);
}

static void subscript_bytes(Ref ref, Value v)
{
    bool is_array = type_of(v) == &type_bytearray;
    guard_type(ref, type_of(v));
    Ref length = is_array ? emit_load(IR_FLOAD, IR_WORD, ref, offsetof(ByteArray, length), ALIAS_BYTEARRAY_LENGTH)
                          : emit_load(IR_FLOAD, IR_WORD, ref, offsetof(Bytes, length), ALIAS_CONST);
    Ref index = checked_index(1, length);
    Ref data = is_array ? emit_load(IR_FLOAD, IR_WORD, ref, offsetof(ByteArray, start), ALIAS_BYTEARRAY_DATA)
                        : emit_pure(IR_WADD, IR_WORD, ref, ir_word(rec.ir, offsetof(Bytes, data)));
    if (REC_FAILED()) return;
    Ref item = emit(IR_BLOAD, IR_INT, data, index, 0, is_array ? ALIAS_BYTEARRAY_ELEMENT : ALIAS_CONST);
    replace_container(item, OWN_NONE);
}

static bool lookup_operands(Lookup *lookup)
{
    Value container = actual(2), key = actual(1);
    if (type_of(container) != &type_dict || REF_IS_VIRTUAL(rec_stack(2)->ref)) return false;
    Ref key_ref = real_ref(1);
    return !REC_FAILED() && record_dict_lookup(lookup, rec_stack(2)->ref, container, key_ref, key);
}

void record_subscript(void)
{
    Value container = actual(2), key = actual(1);
    Ref ref = rec_stack(2)->ref;
    const Type *type = type_of(container);
    if (record_special_subscript() || record_slice() || REC_FAILED()) return;
    if (is_virtual(ref, VIRTUAL_TUPLE) && ir_is_number(rec.ir, rec_stack(1)->ref)) materialize(rec_stack(2));
    ref = rec_stack(2)->ref;
    if (!REF_IS_VIRTUAL(ref) && !REC_FAILED()) {
        if (type == &type_list && index_in_range(key, list_length(container))) {
            subscript_list(ref, container);
            return;
        }
        if (type == &type_tuple && index_in_range(key, tuple_length(container))) {
            subscript_tuple(ref);
            return;
        }
        if (type == &type_str && index_in_range(key, str_length(container))) {
            subscript_str(ref, container);
            return;
        }
        if (type == &type_bytes && index_in_range(key, as_bytes(container)->length)) {
            subscript_bytes(ref, container);
            return;
        }
        if (type == &type_bytearray && index_in_range(key, as_bytearray(container)->length)) {
            subscript_bytes(ref, container);
            return;
        }
    }
    Lookup lookup;
    bool is_lookup = lookup_operands(&lookup);
    if (is_lookup && lookup.actual_found >= 0) {
        if (record_guard_outcome(&lookup)) replace_container(record_dict_value(&lookup), OWN_FRAGILE);
        return;
    }
    if (is_lookup && lookup.actual_found == PLAIN_MISSING && record_handler_exists()) { /* the KeyError is virtual */
        if (record_guard_outcome(&lookup)) record_raise_new(&type_KeyError, 1);
        return;
    }
    Ref args[] = {real_ref(2), real_ref(1)};
    if (REC_FAILED()) return;
    Ref result = emit_call_checked(HELPER_get_item, args, 2);
    rec_drop(2);
    rec_push(result, OWN_SELF);
}

/* --- stores: [value, container, key] --- */

static void store_list(Value container, Value key)
{
    Ref list = rec_stack(2)->ref;
    guard_type(list, &type_list);
    Ref length = emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, length), ALIAS_LIST_LENGTH);
    Ref index = checked_index(1, length);
    if (REC_FAILED()) return;
    int64_t i = value_as_small_int(key);
    Ref old;
    if (!record_list_store(list, as_list(container), index, i < 0 ? i + list_length(container) : i, 3, &old)) return;
    Slot key_slot = rec_take(), list_slot = rec_take();
    rec_take(); /* its reference goes into the list */
    if (old != REF_NONE) record_drop_old(old);
    rec_release(key_slot);
    rec_release(list_slot);
}

static void store_bytearray(Value value)
{
    Ref array = rec_stack(2)->ref;
    guard_type(array, &type_bytearray);
    Ref length = emit_load(IR_FLOAD, IR_WORD, array, offsetof(ByteArray, length), ALIAS_BYTEARRAY_LENGTH);
    Ref index = checked_index(1, length);
    Ref byte = as_int_ref(rec_stack(3)->ref);
    emit_guard(IR_ABC, byte, ir_word(rec.ir, 256));
    Ref data = emit_load(IR_FLOAD, IR_WORD, array, offsetof(ByteArray, start), ALIAS_BYTEARRAY_DATA);
    if (REC_FAILED()) return;
    Slot key_slot = rec_take(), array_slot = rec_take();
    rec_take();
    emit(IR_BSTORE, IR_NIL, data, index, byte, ALIAS_BYTEARRAY_ELEMENT);
    rec.has_effects = true;
    rec_release(key_slot);
    rec_release(array_slot);
}

void record_store_subscript(void)
{
    Value value = actual(3), container = actual(2), key = actual(1);
    const Type *type = type_of(container);
    Ref ref = rec_stack(2)->ref;
    if (record_special_store_subscript() || record_store_slice() || REC_FAILED()) return;
    if (!REF_IS_VIRTUAL(ref)) {
        if (type == &type_list && index_in_range(key, list_length(container))) {
            store_list(container, key);
            return;
        }
        if (type == &type_bytearray && index_in_range(key, as_bytearray(container)->length) &&
            value_is_small_int(value) && value_as_small_int(value) >= 0 && value_as_small_int(value) < 256) {
            store_bytearray(value);
            return;
        }
    }
    Lookup lookup;
    if (lookup_operands(&lookup) && record_dict_store(&lookup, 3)) {
        rec_drop(3);
        return;
    }
    Ref args[] = {real_ref(2), real_ref(1), real_ref(3)};
    if (REC_FAILED()) return;
    emit_call_checked(type == &type_dict ? HELPER_dict_set : HELPER_set_item, args, 3);
    rec_drop(3);
}

void record_delete_subscript(void)
{
    Lookup lookup;
    if (lookup_operands(&lookup) && lookup.actual_found >= 0 && record_guard_outcome(&lookup) &&
        record_guard_unwatched(&lookup)) {
        Value now = as_dict(lookup.actual)->entries[lookup.actual_found].value;
        Ref old = record_dict_value(&lookup);
        record_guard_droppable(old, now);
        Ref args[] = {lookup.container, lookup.found};
        if (REC_FAILED()) return;
        emit_call_checked(HELPER_dict_remove, args, 2);
        record_drop_old(old);
        rec_drop(2);
        return;
    }
    Ref args[] = {real_ref(2), real_ref(1)};
    if (REC_FAILED()) return;
    emit_call_checked(HELPER_delete_item, args, 2);
    rec_drop(2);
}

/* --- UNPACK_SEQUENCE --- */

static void unpack_virtual(int count)
{
    Slot tuple = rec_take();
    const Virtual v = *virtual_of(tuple.ref);
    for (int i = count - 1; i >= 0; i--) {
        const VirtualField f = rec.ir->fields[v.first + i];
        rec_push(f.ref, f.flags & SLOT_OWNED ? OWN_SELF : OWN_NONE);
    }
}

void record_unpack(void)
{
    int count = rec.oparg;
    Value v = actual(1);
    Slot *slot = rec_stack(1);
    if (is_virtual(slot->ref, VIRTUAL_TUPLE)) {
        if (virtual_of(slot->ref)->count == count)
            unpack_virtual(count);
        else
            record_abort(REASON_EXCEPTION);
        return;
    }
    const Type *type = type_of(v);
    bool is_tuple = type == &type_tuple, is_list = type == &type_list;
    if (!is_tuple && !is_list) {
        record_generic(BC_UNPACK_SEQUENCE);
        return;
    }
    guard_type(slot->ref, type);
    Ref ref = slot->ref;
    Ref length = is_tuple ? emit_load(IR_FLOAD, IR_WORD, ref, offsetof(Tuple, length), ALIAS_CONST)
                          : emit_load(IR_FLOAD, IR_WORD, ref, offsetof(List, length), ALIAS_LIST_LENGTH);
    emit_guard(IR_GTRUE, emit_pure(IR_WEQ, IR_BOOL, length, ir_word(rec.ir, count)), REF_NONE);
    if (REC_FAILED()) return;
    if (is_list && count > 0) record_list_guard(ref, as_list(v));
    if (REC_FAILED()) return;
    Slot sequence = rec_take();
    for (int i = count - 1; i >= 0; i--) {
        Ref item = is_tuple ? emit_load(IR_FLOAD, IR_VAL, ref, (int)offsetof(Tuple, items) + i * 8, ALIAS_CONST)
                            : record_list_item(ref, as_list(v), ir_int(rec.ir, i));
        rec_push(item, OWN_FRAGILE);
        if (sequence.own == OWN_SELF) rec_own(rec_stack(1));
    }
    rec_release(sequence);
}

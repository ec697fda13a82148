/* record_slice.c: slices whose bounds are ints or missing.
 *
 * The slice object of `a[i:j]` lives from BUILD_SLICE to the subscript behind it: it is virtual, and the subscript
 * calls a function of the container's type with the bounds as numbers. Virtual slices own nothing, for ints and None
 * are not counted; a slice with other bounds is made at once. */
#include "jit/record.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { SLICE_START, SLICE_STOP, SLICE_STEP, SLICE_FIELDS };

static bool is_bound(int from_top)
{
    Value v = actual(from_top);
    return value_is_none(v) || value_is_small_int(v);
}

/* An int, or None: known by a guard. */
static Ref bound_ref(int from_top)
{
    Value v = actual(from_top);
    Ref ref = rec_stack_ref(from_top);
    if (value_is_small_int(v)) return as_int_ref(ref);
    guard_value(ref, v);
    return const_value(VALUE_NONE);
}

static Ref tagged_bound(int from_top)
{
    if (REF_IS_VIRTUAL(rec_stack(from_top)->ref)) materialize(rec_stack(from_top));
    return as_tagged(rec_stack_ref(from_top));
}

void record_build_slice(void)
{
    int count = rec.oparg;
    bool is_plain = true;
    for (int i = 1; i <= count; i++) is_plain = is_plain && is_bound(i);
    Ref fields[SLICE_FIELDS] = {REF_NONE, REF_NONE, const_value(VALUE_NONE)};
    for (int i = 0; i < count; i++) fields[i] = is_plain ? bound_ref(count - i) : tagged_bound(count - i);
    if (REC_FAILED()) return;
    if (is_plain) {
        static const Own owns[SLICE_FIELDS] = {OWN_NONE, OWN_NONE, OWN_NONE};
        rec_drop(count);
        rec_push_slot((Slot){virtual_new(VIRTUAL_SLICE, fields, owns, SLICE_FIELDS), OWN_NONE, true, 0});
        return;
    }
    Ref result = emit_call_checked(HELPER_slice_new, fields, SLICE_FIELDS);
    rec_drop(count);
    rec_push(result, OWN_SELF);
}

Ref slice_materialize(Ref slice)
{
    Ref args[SLICE_FIELDS];
    for (int i = 0; i < SLICE_FIELDS; i++) args[i] = as_tagged(virtual_field(slice, i));
    return emit_call(HELPER_slice_new, args, SLICE_FIELDS);
}

/* The numbers that slice_unpack would give. The step has to be known: the missing bounds depend on its sign. */
static bool unpack(Ref slice, Ref *numbers)
{
    if (!is_virtual(slice, VIRTUAL_SLICE)) return false;
    Ref step = virtual_field(slice, SLICE_STEP);
    bool is_missing = ir_type(rec.ir, step) != IR_INT;
    if (!is_missing && !ir_is_number(rec.ir, step)) return false;
    int64_t by = is_missing ? 1 : (int64_t)ir_constant(rec.ir, step)->bits;
    if (by == 0) return false;
    int64_t missing[] = {by < 0 ? PTRDIFF_MAX : 0, by < 0 ? PTRDIFF_MIN : PTRDIFF_MAX};
    for (int i = SLICE_START; i <= SLICE_STOP; i++) {
        Ref bound = virtual_field(slice, i);
        numbers[i] = ir_type(rec.ir, bound) == IR_INT ? bound : ir_word(rec.ir, missing[i]);
    }
    numbers[SLICE_STEP] = ir_word(rec.ir, by);
    return true;
}

bool record_slice(void)
{
    const Type *type = type_of(actual(2));
    Ref container = rec_stack_ref(2), numbers[SLICE_FIELDS];
    HelperId helper = type == &type_list    ? HELPER_list_sliced
                      : type == &type_tuple ? HELPER_tuple_sliced
                                            : HELPER_str_sliced;
    if (type != &type_list && type != &type_tuple && type != &type_str) return false;
    if (REF_IS_VIRTUAL(container) || !unpack(rec_stack_ref(1), numbers)) return false;
    guard_type(container, type);
    if (REC_FAILED()) return true;
    Ref args[] = {container, numbers[SLICE_START], numbers[SLICE_STOP], numbers[SLICE_STEP]};
    Ref result = emit_call_checked(helper, args, 4);
    rec_drop(2);
    rec_push(result, OWN_SELF);
    return true;
}

bool record_store_slice(void)
{
    Ref container = rec_stack_ref(2), numbers[SLICE_FIELDS];
    if (type_of(actual(2)) != &type_list || REF_IS_VIRTUAL(container) || !unpack(rec_stack_ref(1), numbers))
        return false;
    if (ir_constant(rec.ir, numbers[SLICE_STEP])->bits != 1) return false;
    guard_type(container, &type_list);
    if (REF_IS_VIRTUAL(rec_stack(3)->ref)) materialize(rec_stack(3));
    Ref values = as_tagged(rec_stack_ref(3));
    if (REC_FAILED()) return true;
    Ref args[] = {container, numbers[SLICE_START], numbers[SLICE_STOP], values};
    emit_call_checked(HELPER_list_assign_slice, args, 4);
    rec_drop(3);
    return true;
}

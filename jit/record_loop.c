/* record_loop.c: iteration and backward jumps.
 *
 * The iterator of a loop is nearly always an object that only the loop holds. Its fields then live in the trace (a
 * virtual iterator): at the tree's entry they are read from the object, at exits written back. An iterator that the
 * trace itself made has no object at all until an exit needs one. */
#include "jit/record.h"

#include <stdlib.h>

#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/generator.h"

_Static_assert(offsetof(ListIterator, index) == LIST_ITERATOR_INDEX, "record.h");
_Static_assert(offsetof(ListIterator, sequence) == LIST_ITERATOR_SEQUENCE, "record.h");

/* --- reading an iterator into the trace --- */

static Ref entry(int absolute, EntryKind kind, IrType type, const Type *iterator_type, int offset)
{
    return ir_append(rec.ir,
                     (Ins){IR_ENTRY, (uint8_t)type, (uint16_t)kind, absolute, const_type(iterator_type), offset});
}

/* The slot of the entry frame has not been read: its fields become entries of the tree. */
static bool enter_iterator(Slot *slot, Value v)
{
    if (rec.bridge_of >= 0 || slot->ref != REF_UNREAD || value_as_object(v)->refcount != 1) return false;
    int absolute = rec_absolute(slot);
    if (absolute < GENERIC_SLOTS_MAX && rec.place->is_generic[absolute]) return false;
    Ref fields[4];
    static const Own owns[4] = {OWN_NONE, OWN_NONE, OWN_NONE, OWN_NONE};
    if (type_of(v) == &type_range_iterator) {
        const RangeIterator *it = (const RangeIterator *)value_as_object(v);
        if (llabs(it->next) >= 1L << 60 || it->remaining >= 1L << 30 || llabs(it->step) >= 1L << 29) return false;
        fields[0] = entry(absolute, ENTRY_VAL, IR_VAL, &type_range_iterator, 0);
        fields[1] = entry(absolute, ENTRY_RANGE_NEXT, IR_INT, &type_range_iterator, offsetof(RangeIterator, next));
        fields[2] =
            entry(absolute, ENTRY_RANGE_REMAINING, IR_INT, &type_range_iterator, offsetof(RangeIterator, remaining));
        fields[3] = entry(absolute, ENTRY_RANGE_STEP, IR_INT, &type_range_iterator, offsetof(RangeIterator, step));
        emit_guard(IR_GTRUE, emit_pure(IR_IEQ, IR_BOOL, fields[3], ir_int(rec.ir, it->step)), REF_NONE);
        slot->ref = virtual_new(VIRTUAL_RANGE_ITERATOR, fields, owns, 4);
    } else {
        const ListIterator *it = (const ListIterator *)value_as_object(v);
        if (value_is_null(it->sequence)) return false;
        fields[0] = entry(absolute, ENTRY_VAL, IR_VAL, &type_list_iterator, 0);
        fields[1] = entry(absolute, ENTRY_LIST_SEQUENCE, IR_VAL, &type_list_iterator, LIST_ITERATOR_SEQUENCE);
        fields[2] = entry(absolute, ENTRY_LIST_INDEX, IR_INT, &type_list_iterator, LIST_ITERATOR_INDEX);
        slot->ref = virtual_new(VIRTUAL_LIST_ITERATOR, fields, owns, 3);
    }
    slot->own = OWN_MEMORY;
    slot->modified = true;
    guard_type(fields[0], type_of(v)); /* known from the entry's check: for whoever drops the iterator */
    rec.snapshot = -1;
    return !REC_FAILED();
}

/* A real iterator object becomes virtual on the way: its fields are loaded, and it is the snapshot's business to write
 * them back. */
static bool load_iterator(Slot *slot, Value v)
{
    if (value_as_object(v)->refcount != 1 || REF_IS_VIRTUAL(slot->ref)) return false;
    if (slot->own != OWN_MEMORY && slot->own != OWN_SELF) return false;
    Ref object = slot->ref, fields[4];
    Own owns[4] = {slot->own == OWN_SELF ? OWN_SELF : OWN_NONE, OWN_NONE, OWN_NONE, OWN_NONE};
    guard_type(object, type_of(v));
    emit(IR_GREF1, IR_NIL, object, REF_NONE, record_snapshot(), 0);
    fields[0] = object;
    if (type_of(v) == &type_range_iterator) {
        const RangeIterator *it = (const RangeIterator *)value_as_object(v);
        if (llabs(it->next) >= 1L << 60 || it->remaining >= 1L << 30 || llabs(it->step) >= 1L << 29) return false;
        static const int offsets[] = {offsetof(RangeIterator, next), offsetof(RangeIterator, remaining),
                                      offsetof(RangeIterator, step)};
        static const int limits[] = {60, 30, 29};
        for (int i = 0; i < 3; i++) {
            Ref word = emit_load(IR_FLOAD, IR_WORD, object, offsets[i], ALIAS_ITERATOR);
            Ref high = emit_pure(IR_WSHR, IR_WORD, emit_pure(IR_WADD, IR_WORD, word, ir_word(rec.ir, 1L << limits[i])),
                                 ir_word(rec.ir, limits[i] + 1));
            emit_guard(IR_GFALSE, high, REF_NONE);
            fields[i + 1] = emit_pure(IR_W2I, IR_INT, word, REF_NONE);
        }
        emit_guard(IR_GTRUE, emit_pure(IR_IEQ, IR_BOOL, fields[3], ir_int(rec.ir, it->step)), REF_NONE);
        slot->ref = virtual_new(VIRTUAL_RANGE_ITERATOR, fields, owns, 4);
    } else {
        const ListIterator *it = (const ListIterator *)value_as_object(v);
        if (value_is_null(it->sequence)) return false;
        fields[1] = emit_load(IR_FLOAD, IR_VAL, object, LIST_ITERATOR_SEQUENCE, ALIAS_ITERATOR);
        emit_guard(IR_GISNOT, fields[1], const_value(VALUE_NULL));
        Ref word = emit_load(IR_FLOAD, IR_WORD, object, LIST_ITERATOR_INDEX, ALIAS_ITERATOR);
        fields[2] = emit_pure(IR_W2I, IR_INT, word, REF_NONE);
        slot->ref = virtual_new(VIRTUAL_LIST_ITERATOR, fields, owns, 3);
    }
    slot->modified = true;
    if (slot->own == OWN_SELF) slot->own = OWN_MEMORY; /* the virtual's first field has the ownership */
    rec.snapshot = -1;
    return !REC_FAILED();
}

static void set_field(Slot *slot, int index, Ref ref)
{
    Virtual v = *virtual_of(slot->ref);
    Ref fields[8];
    Own owns[8];
    for (int i = 0; i < v.count; i++) {
        const VirtualField *f = &rec.ir->fields[v.first + i];
        fields[i] = f->ref;
        owns[i] = f->flags & SLOT_OWNED ? OWN_SELF : OWN_NONE;
    }
    fields[index] = ref;
    slot->ref = virtual_new(v.kind, fields, owns, v.count);
}

/* --- FOR_ITER --- */

/* The loop ends here: the iterator goes, and the jump is taken by the interpreter as by us. */
static void exhausted(void)
{
    rec_drop(1);
}

static void for_range(Slot *slot, Value v)
{
    const RangeIterator *it = (const RangeIterator *)value_as_object(v);
    Ref next = virtual_field(slot->ref, 1), remaining = virtual_field(slot->ref, 2), step = virtual_field(slot->ref, 3);
    Ref more = emit_pure(IR_ILT, IR_BOOL, ir_int(rec.ir, 0), remaining);
    if (it->remaining <= 0) {
        if (emit_guard(IR_GFALSE, more, REF_NONE)) exhausted();
        return;
    }
    if (!emit_guard(IR_GTRUE, more, REF_NONE)) return;
    Ref step_now = ir_is_number(rec.ir, step) ? step : ir_int(rec.ir, it->step);
    set_field(slot, 1, emit_pure(IR_ADD, IR_INT, next, step_now));
    set_field(slot, 2, emit_pure(IR_SUB, IR_INT, remaining, ir_int(rec.ir, 1)));
    rec_push(next, OWN_NONE);
}

static void for_list(Slot *slot, Value v)
{
    const ListIterator *it = (const ListIterator *)value_as_object(v);
    Ref list = virtual_field(slot->ref, 1), index = virtual_field(slot->ref, 2);
    guard_type(list, &type_list);
    Ref length = emit_load(IR_FLOAD, IR_WORD, list, offsetof(List, length), ALIAS_LIST_LENGTH);
    Ref more = emit_pure(IR_ILT, IR_BOOL, index, emit_pure(IR_W2I, IR_INT, length, REF_NONE));
    if (it->index >= list_length(it->sequence)) {
        if (emit_guard(IR_GFALSE, more, REF_NONE)) exhausted();
        return;
    }
    if (!emit_guard(IR_GTRUE, more, REF_NONE)) return;
    Ref item = record_list_item(list, as_list(it->sequence), index);
    if (REC_FAILED()) return;
    set_field(slot, 2, emit_pure(IR_ADD, IR_INT, index, ir_int(rec.ir, 1)));
    rec_push(item, OWN_FRAGILE);
}

bool record_is_quiet_iterator(Value v)
{
    const Type *type = type_of(v);
    return type == &type_list_iterator || type == &type_tuple_iterator || type == &type_range_iterator ||
           type == &type_dict_key_iterator || type == &type_dict_value_iterator || type == &type_dict_item_iterator ||
           type == &type_str_iterator || type == &type_str_ascii_iterator || type == &type_set_iterator ||
           type == &type_list_reverse_iterator;
}

/* enumerate and zip over such iterators */
static bool is_quiet_combination(Value v)
{
    if (record_is_quiet_iterator(v)) return true;
    if (type_of(v) == &type_enumerate) return is_quiet_combination(((Enumerate *)value_as_object(v))->iterator);
    if (type_of(v) != &type_zip) return false;
    Value iterators = ((Zip *)value_as_object(v))->iterators;
    for (ssize_t i = 0; i < tuple_length(iterators); i++) {
        if (!record_is_quiet_iterator(tuple_item_borrow(iterators, i))) return false;
    }
    return true;
}

/* Will the iterator give another item? Only for those that can be asked without being changed. */
static bool has_next(Value v)
{
    const Type *type = type_of(v);
    if (type == &type_list_iterator) {
        const ListIterator *it = (const ListIterator *)value_as_object(v);
        return !value_is_null(it->sequence) && it->index < list_length(it->sequence);
    }
    if (type == &type_tuple_iterator) {
        const TupleIterator *it = (const TupleIterator *)value_as_object(v);
        return !value_is_null(it->sequence) && it->index < tuple_length(it->sequence);
    }
    if (type == &type_range_iterator) return ((const RangeIterator *)value_as_object(v))->remaining > 0;
    if (type == &type_dict_key_iterator || type == &type_dict_value_iterator || type == &type_dict_item_iterator) {
        return ((const DictIterator *)value_as_object(v))->remaining > 0;
    }
    if (type == &type_set_iterator) return ((const SetIterator *)value_as_object(v))->remaining > 0;
    if (type == &type_str_iterator || type == &type_str_ascii_iterator) {
        const StrIterator *it = (const StrIterator *)value_as_object(v);
        return !value_is_null(it->str) && it->index < str_length(it->str);
    }
    if (type == &type_list_reverse_iterator) {
        const ListIterator *it = (const ListIterator *)value_as_object(v);
        return !value_is_null(it->sequence) && it->index >= 0 && it->index < list_length(it->sequence);
    }
    if (is_generator(v)) return as_generator(v)->state != GENERATOR_COMPLETED;
    if (type == &type_enumerate) return has_next(((Enumerate *)value_as_object(v))->iterator);
    if (type == &type_zip) {
        Value iterators = ((Zip *)value_as_object(v))->iterators;
        for (ssize_t i = 0; i < tuple_length(iterators); i++) {
            if (!has_next(tuple_item_borrow(iterators, i))) return false;
        }
        return tuple_length(iterators) > 0;
    }
    return true; /* a guess: the interpreter's next position tells (pending_for_iter) */
}

/* The iterator has said that it is exhausted, and is not asked again: the interpreter drops it and goes on behind the
 * loop. */
static int snapshot_of_end(void)
{
    int unit = rec.f->unit;
    rec.f->unit = unit + 1 + rec.oparg;
    rec.snapshot = -1;
    int snapshot = record_snapshot();
    rec.ir->snapshots[snapshot].finish = FINISH_EMPTY;
    rec.ir->snapshots[snapshot].finish_takes = 1;
    rec.snapshot = -1;
    rec.f->unit = unit;
    return snapshot;
}

void record_expect_end(Ref item)
{
    rec_push(item, OWN_SELF);
    rec.f->unit++;
    rec.snapshot = -1;
    int with_item = record_snapshot();
    rec.snapshot = -1;
    rec.f->unit--;
    rec.f->depth--;
    emit(IR_GIS, IR_NIL, item, const_value(VALUE_NULL), with_item, 0);
}

/* The general form: the iterator's own iternext. The item is 0 at the end: with an exception set (other than
 * StopIteration) the trace leaves to raise it. */
static void for_any(Slot *slot, Value v)
{
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    slot = rec_stack(1);
    Ref iterator = as_tagged(slot->ref);
    bool quiet = is_quiet_combination(v);
    if (type_has_flag(type_of(v), TYPE_HEAP)) { /* asking an exhausted __next__ again could be seen */
        record_abort(REASON_INSTRUCTION);
        return;
    }
    guard_type(iterator, type_of(v));
    if (REC_FAILED()) return;
    if (!quiet) {
        record_barrier();
        record_set_ip();
    }
    rec.snapshot = -1;
    bool more = has_next(v);
    Ref item;
    Ref args[] = {iterator};
    int raise = record_raise_snapshot();
    item = emit_call(quiet ? HELPER_iter_next_quiet : HELPER_iter_next, args, 1);
    /* result: the item, 0 = exhausted, all ones = exception */
    emit(IR_GISNOT, IR_NIL, item, ir_const(rec.ir, IR_VAL, CONST_NUMBER, UINT64_MAX - 7), raise, 0);
    if (more) {
        emit(IR_GISNOT, IR_NIL, item, const_value(VALUE_NULL), snapshot_of_end(), 0);
        rec_push(item, OWN_SELF);
    } else {
        record_expect_end(item);
        rec_drop(1);
    }
    rec.has_effects = true;
    if (!quiet) record_escaped();
}

void record_for_iter(void)
{
    Value v = actual(1);
    if (record_special_next() || REC_FAILED()) return;
    if (is_generator(v)) {
        if (!record_resume_generator(1, FRAME_EXIT_GENERATOR) && !REC_FAILED()) for_any(rec_stack(1), v);
        return;
    }
    Slot *slot = &rec.slots[rec.f->base + rec.f->code->nlocalsplus + rec.f->depth - 1];
    const Type *type = type_of(v);
    /* in a generator's frame it is in memory again at each yield: better used where it is */
    bool has_form = (type == &type_range_iterator || type == &type_list_iterator) &&
                    !(rec.f->is_generator && !REF_IS_VIRTUAL(slot->ref));
    if (has_form && !REF_IS_VIRTUAL(slot->ref) && !enter_iterator(slot, v)) {
        rec_stack(1);
        has_form = load_iterator(slot, v);
    }
    if (REC_FAILED()) return;
    if (!has_form && record_next_inline(v, 1)) return;
    if (REC_FAILED()) return;
    if (!has_form)
        for_any(rec_stack(1), v);
    else if (type == &type_range_iterator)
        for_range(slot, v);
    else
        for_list(slot, v);
}

/* --- GET_ITER --- */

void record_get_iter(void)
{
    Value v = actual(1);
    Slot *slot = rec_stack(1);
    const Type *type = type_of(v);
    static const Own owns[4] = {OWN_NONE, OWN_NONE, OWN_NONE, OWN_NONE};
    if (is_virtual(slot->ref, VIRTUAL_RANGE_ITERATOR)) return; /* range() made it so (record_call.c) */
    if (is_generator(v) && !REF_IS_VIRTUAL(slot->ref)) {       /* its own iterator */
        guard_type(as_tagged(slot->ref), type);
        return;
    }
    if (type == &type_list && !REF_IS_VIRTUAL(slot->ref)) {
        guard_type(slot->ref, &type_list);
        if (REC_FAILED()) return;
        rec_own(slot);
        Slot list = rec_take();
        Ref fields[3] = {const_value(VALUE_NULL), list.ref, ir_int(rec.ir, 0)};
        Own list_owns[3] = {OWN_NONE, OWN_SELF, OWN_NONE};
        Ref iterator = virtual_new(VIRTUAL_LIST_ITERATOR, fields, list_owns, 3);
        rec_push_slot((Slot){iterator, OWN_MEMORY, true, 0});
        return;
    }
    (void)owns;
    bool is_builtin = type == &type_range || type == &type_tuple || type == &type_dict || type == &type_str ||
                      type == &type_enumerate || type == &type_zip || record_is_quiet_iterator(v);
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    Ref ref = as_tagged(rec_stack(1)->ref);
    if (is_builtin) guard_type(ref, type);
    if (REC_FAILED()) return;
    Ref args[] = {ref};
    Ref result = emit_call_checked(is_builtin ? HELPER_get_iter_quiet : HELPER_get_iter, args, 1);
    rec_drop(1);
    rec_push(result, OWN_SELF);
}

/* --- backward jumps to other loops than the tree's own --- */

enum { FOLLOWED_MAX = 3 };

/* How often this path has gone round that loop already. */
int record_times_followed(Code *code, int target)
{
    for (int i = 0; i < rec.followed_count; i++) {
        if (rec.followed[i].code == code && rec.followed[i].target == target) return rec.followed[i].count++;
    }
    if (rec.followed_count == (int)COUNT_OF(rec.followed)) return FOLLOWED_MAX;
    rec.followed[rec.followed_count].code = code;
    rec.followed[rec.followed_count].target = target;
    rec.followed[rec.followed_count++].count = 1;
    return 0;
}

/* The loop of a root trace is the innermost one: outer loops, and loops that come behind, are reached by its bridges,
 * by links to those that have trees of their own, and round a few times where a loop has none: it is short, most
 * likely, or its tree is still to come, and the link is there for it. */
void record_backward_jump(int target)
{
    Code *code = rec.f->code;
    if (rec.f->is_generator) {
        record_generator_goes_on(target);
        return;
    }
    bool is_entry_frame = rec.frame_count == 1;
    if (is_entry_frame && code == rec.place->code && target == rec.place->unit && !rec.place->is_function) return;
    if (rec.bridge_of < 0 && is_entry_frame && !rec.place->is_function) {
        record_abort(target < rec.place->unit ? REASON_LEFT_LOOP : REASON_INNER_LOOP);
        return;
    }
    Place *loop = place_get(code, target, false);
    if (!loop) {
        record_abort(REASON_NO_MEMORY);
        return;
    }
    if (!loop->tree && record_times_followed(code, target) < FOLLOWED_MAX) return;
    if (is_entry_frame) {
        record_link(loop);
    } else {
        rec.f->unit = target;
        record_finish_exit(target);
    }
}

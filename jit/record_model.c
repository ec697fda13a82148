/* record_model.c: the recorder's model of the frames: slots, ownership, snapshots, and the words for emitting. */
#include "jit/record.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/slice.h"
#include "objects/tuple.h"

/* --- constants --- */

Ref const_value(Value v)
{
    if (!value_is_object(v)) return ir_const(rec.ir, IR_VAL, CONST_NUMBER, v.bits);
    bool is_dict = is_exact_dict(v);
    if (is_dict && !watch_death(rec.tree, v)) record_abort(REASON_NO_MEMORY);
    if (is_dict || value_as_object(v) == &rec.place->code->head)
        return ir_const(rec.ir, IR_VAL, CONST_BORROWED, v.bits);
    int before = rec.ir->constants_count;
    Ref ref = ir_const(rec.ir, IR_VAL, CONST_OBJECT, v.bits);
    if (rec.ir->constants_count > before) value_incref(v);
    return ref;
}

Ref const_type(const Type *type)
{
    const_value(value_from_object(type)); /* keeps a heap type alive */
    return ir_address(rec.ir, type);
}

/* --- slots --- */

int rec_absolute(const Slot *slot)
{
    return (int)(slot - rec.slots);
}

static Ref entry_ref(int absolute, EntryKind kind, IrType type)
{
    Ins ins = {IR_ENTRY, (uint8_t)type, (uint16_t)kind, absolute, REF_NONE, 0};
    return ir_append(rec.ir, ins);
}

/* The root's entry for a slot that no path up to here has changed. */
static Ref find_entry(int absolute)
{
    const Segment *root = &rec.ir->segments[0];
    for (Ref ref = root->first; ref < root->end; ref++) {
        const Ins *ins = &rec.ir->ins[ref];
        if (ins->op == IR_ENTRY && ins->a == absolute && ins->aux <= ENTRY_FLT) return ref;
    }
    return REF_NONE;
}

/* Whether an instruction that its helper ran on the frame may have put something else into the stack slot: a bridge's
 * snapshot does not tell what is in memory. */
static bool is_rewritten_in_memory(int absolute)
{
    if (absolute < rec.frames[0].code->nlocalsplus) return false;
    for (Ref ref = rec.ir->chain_head[IR_CALL]; ref >= 0; ref = rec.ir->chain[ref]) {
        if (rec.ir->ins[ref].op == IR_CALL && rec.ir->ins[ref].b == HELPER_instruction) return true;
    }
    return false;
}

RecordFrame *rec_frame_of(int absolute)
{
    int i = rec.frame_count - 1;
    while (i > 0 && absolute < rec.frames[i].base) i--;
    return &rec.frames[i];
}

static void read_slot(Slot *slot)
{
    int absolute = rec_absolute(slot);
    const RecordFrame *f = rec_frame_of(absolute);
    if (f->is_generator) {
        *slot = record_generator_slot(f, absolute - f->base);
        return;
    }
    Value v = rec.frames[0].frame->localsplus[absolute];
    bool is_as_entered = rec.bridge_of >= 0 && !slot->in_memory && !is_rewritten_in_memory(absolute);
    Ref ref = is_as_entered ? find_entry(absolute) : REF_NONE;
    if (ref == REF_NONE && (rec.bridge_of >= 0 || slot->in_memory)) {
        ref = ir_emit(rec.ir, (Ins){IR_SLOAD, IR_VAL, ALIAS_FRAME, absolute, REF_NONE, 0});
    } else if (ref == REF_NONE) {
        bool is_generic = absolute < GENERIC_SLOTS_MAX && rec.place->is_generic[absolute];
        if (value_is_small_int(v) && !is_generic)
            ref = entry_ref(absolute, ENTRY_INT, IR_INT);
        else if (value_is_immediate_float(v) && !is_generic)
            ref = entry_ref(absolute, ENTRY_FLT, IR_FLOAT);
        else
            ref = entry_ref(absolute, ENTRY_VAL, IR_VAL);
    }
    slot->ref = ref;
    slot->own = ir_type(rec.ir, ref) == IR_VAL ? OWN_MEMORY : OWN_NONE;
    slot->modified = false;
}

static Slot *readable(Slot *slot)
{
    if (slot->ref == REF_UNREAD) read_slot(slot);
    return slot;
}

Slot *rec_local(int index)
{
    return readable(&rec.slots[rec.f->base + index]);
}

static Slot *stack_slot(int from_top)
{
    return &rec.slots[rec.f->base + rec.f->code->nlocalsplus + rec.f->depth - from_top];
}

Slot *rec_stack(int from_top)
{
    return readable(stack_slot(from_top));
}
Ref rec_stack_ref(int from_top)
{
    return rec_stack(from_top)->ref;
}
Value actual(int from_top)
{
    return rec.sp[-from_top];
}
Value actual_local(int index)
{
    return rec.frame->localsplus[index];
}

void rec_push(Ref ref, Own own)
{
    rec.f->depth++;
    *stack_slot(1) = (Slot){ref, (uint8_t)(is_counted(ref) ? own : OWN_NONE), true, 0};
}

void rec_push_slot(Slot slot)
{
    rec.f->depth++;
    *stack_slot(1) = slot;
}

void rec_push_copy(const Slot *slot, int local)
{
    Slot copy = is_object(slot->ref) ? object_copy(slot->ref) : *slot;
    copy.modified = true;
    if (is_object(slot->ref)) {
        rec_push_slot(copy);
        return;
    }
    switch ((Own)slot->own) {
    case OWN_MEMORY:
    case OWN_SELF:
        copy.own = local >= 0 ? OWN_SLOT : OWN_FRAGILE;
        copy.source = (int16_t)local;
        break;
    default: break;
    }
    rec.f->depth++;
    *stack_slot(1) = copy;
}

/* aux 1: a slot that is filled anew in each iteration, so that the loop's body has to clear it too */
void rec_clear_memory(int absolute)
{
    const RecordFrame *f = rec_frame_of(absolute);
    if (f->is_generator) {
        record_clear_generator_slot(f, absolute - f->base);
        return;
    }
    bool is_temporary = absolute >= rec.frames[0].code->nlocalsplus + rec.tree->entry_depth;
    ir_append(rec.ir, (Ins){IR_SLOTCLR, IR_NIL, is_temporary, absolute, REF_NONE, 0});
}

void rec_flush(int from_top)
{
    Slot *slot = rec_stack(from_top);
    int absolute = rec_absolute(slot);
    if (!slot->modified) return;
    ir_append(rec.ir, (Ins){IR_SLOTSET, IR_NIL, 0, absolute, as_tagged(slot->ref), 0});
}

Slot rec_take(void)
{
    Slot *top = rec_stack(1);
    Slot slot = *top;
    int absolute = rec_absolute(top);
    if (slot.own == OWN_MEMORY) {
        if (REF_IS_VIRTUAL(slot.ref)) {
            /* the loop's iterator leaves its slot: its object moves into the trace */
            const Virtual v = *virtual_of(slot.ref);
            if (is_iterator_ref(slot.ref) && !REF_IS_CONST(rec.ir->fields[v.first].ref) &&
                !(rec.ir->fields[v.first].flags & SLOT_OWNED)) {
                Ref fields[4];
                Own owns[4];
                for (int i = 0; i < v.count; i++) {
                    fields[i] = rec.ir->fields[v.first + i].ref;
                    owns[i] = i == 0 ? OWN_SELF : OWN_NONE;
                }
                slot.ref = virtual_new(v.kind, fields, owns, v.count);
                rec_clear_memory(absolute);
            }
        } else if (is_counted(slot.ref)) {
            rec_clear_memory(absolute);
        }
        slot.own = OWN_SELF;
    }
    slot.modified = true;
    *top = (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0};
    rec.f->depth--;
    return slot;
}

void rec_drop(int count)
{
    while (count-- > 0) rec_release(rec_take());
}

/* --- what is known of a ref --- */

static bool has_guard(IrOp op, Ref ref)
{
    for (Ref i = rec.ir->chain_head[op]; i >= 0; i = rec.ir->chain[i]) {
        if (rec.ir->ins[i].op == op && rec.ir->ins[i].a == ref) return true;
    }
    return false;
}

static bool is_guarded_singleton(Ref ref)
{
    for (Ref i = rec.ir->chain_head[IR_GIS]; i >= 0; i = rec.ir->chain[i]) {
        const Ins *ins = &rec.ir->ins[i];
        if (ins->op == IR_GIS && ins->a == ref && ir_is_number(rec.ir, ins->b)) return true;
    }
    return false;
}

bool is_counted(Ref ref)
{
    if (REF_IS_VIRTUAL(ref)) return true;
    if (ir_type(rec.ir, ref) != IR_VAL) return false;
    if (REF_IS_CONST(ref)) return ir_constant(rec.ir, ref)->kind != CONST_NUMBER;
    IrOp op = rec.ir->ins[ref].op;
    if (op == IR_TAGI || op == IR_TAGF || op == IR_TAGB) return false;
    return !has_guard(IR_GINT, ref) && !has_guard(IR_GFLT, ref) && !has_guard(IR_GBOOL, ref) &&
           !is_guarded_singleton(ref);
}

bool known_type(Ref ref, const Type **type)
{
    if (REF_IS_CONST(ref) && ir_constant(rec.ir, ref)->kind != CONST_NUMBER && ir_type(rec.ir, ref) == IR_VAL) {
        *type = value_as_object((Value){ir_constant(rec.ir, ref)->bits})->type;
        return !type_has_flag(*type, TYPE_HEAP);
    }
    Ref code;
    if (record_is_char(ref, &code)) {
        *type = &type_str;
        return true;
    }
    for (Ref i = rec.ir->chain_head[IR_GOBJ]; i >= 0; i = rec.ir->chain[i]) {
        const Ins *ins = &rec.ir->ins[i];
        if (ins->op == IR_GOBJ && ins->a == ref) {
            *type = (const Type *)ir_constant(rec.ir, ins->b)->bits;
            return true;
        }
    }
    return false;
}

bool rec_may_be_unbound(Ref ref)
{
    if (!REF_IS_INS(ref) || ir_type(rec.ir, ref) != IR_VAL) return false;
    const Ins *ins = &rec.ir->ins[ref];
    return ins->op == IR_ENTRY || ins->op == IR_SLOAD || (ins->op == IR_FLOAD && ins->aux == ALIAS_GENERATOR);
}

/* --- ownership --- */

static void ownership_changed(void)
{
    rec.snapshot = rec.raise_snapshot = -1;
}

void rec_own(Slot *slot)
{
    if (REF_IS_VIRTUAL(slot->ref) || slot->own == OWN_SELF || slot->own == OWN_MEMORY) return;
    if (is_counted(slot->ref)) {
        const Type *type;
        emit(IR_INCREF, IR_NIL, slot->ref, REF_NONE, 0, known_type(slot->ref, &type));
        slot->own = OWN_SELF;
        ownership_changed();
    } else {
        slot->own = OWN_NONE;
    }
}

void for_all_slots(void (*visit)(Slot *slot, int argument), int argument)
{
    for (int i = 0; i < rec.frame_count; i++) {
        const RecordFrame *f = &rec.frames[i];
        int count = f->code->nlocalsplus + f->depth;
        for (int k = 0; k < count; k++) visit(&rec.slots[f->base + k], argument);
        visit(&rec.frames[i].function_slot, argument);
    }
    for_all_object_fields(visit, argument);
    if (rec.handled_depth > 0) visit(&rec.handled, argument);
    if (rec.in_flight.modified) visit(&rec.in_flight, argument);
}

/* A fragile slot that may hold the very object `ref`, whose only counted owner is about to go. */
static void own_if_same(Slot *slot, int ref)
{
    const Type *type, *other;
    if (slot->own != OWN_FRAGILE) return;
    if (slot->ref != ref && known_type(slot->ref, &type) && known_type(ref, &other) && type != other) return;
    rec_own(slot);
}

/* Emits the count down of an owned ref. */
void record_release_ref(Ref ref, bool is_shared)
{
    const Type *type;
    int flags = is_shared ? 2 : 0;
    if (known_type(ref, &type)) {
        flags |= 1;
        if (type_has_flag(type, TYPE_QUIET_DESTROY)) flags |= 4;
    } else if (has_guard(IR_GHEAP, ref)) {
        flags |= 1;
    }
    if (!(flags & 6)) {
        record_barrier();
        record_set_ip();
    }
    if ((flags & 6) == 4) for_all_slots(own_if_same, ref); /* it frees nothing but the object itself */
    emit(IR_DECREF, IR_NIL, ref, REF_NONE, 0, flags);
    if (!(flags & 6)) record_escaped();
}

void rec_release(Slot slot)
{
    if (is_object(slot.ref)) {
        object_release(slot.ref);
        return;
    }
    if (is_virtual_exception(slot.ref)) {
        record_release_exception(slot.ref);
        return;
    }
    if (REF_IS_VIRTUAL(slot.ref)) {
        const Virtual v = *virtual_of(slot.ref);
        if (is_iterator_ref(slot.ref) && !REF_IS_CONST(rec.ir->fields[v.first].ref)) {
            if (rec.ir->fields[v.first].flags & SLOT_OWNED) record_release_ref(rec.ir->fields[v.first].ref, false);
            return; /* a real iterator: the rest belongs to it */
        }
        for (int i = v.count; i-- > 0;) { /* as a tuple's items die: the last first */
            const VirtualField field = rec.ir->fields[v.first + i];
            if ((field.flags & SLOT_OWNED) && is_counted(field.ref)) record_release_ref(field.ref, false);
        }
        return;
    }
    if (slot.own == OWN_SELF && is_counted(slot.ref)) record_release_ref(slot.ref, record_is_owned(slot.ref));
}

static bool ref_shows_end(Ref ref)
{
    const Type *type;
    return is_counted(ref) && !REF_IS_CONST(ref) &&
           !(known_type(ref, &type) && type_has_flag(type, TYPE_QUIET_DESTROY));
}

bool slot_shows_end(const Slot *slot)
{
    if (is_object(slot->ref)) return object_shows_end(slot->ref);
    if (!REF_IS_VIRTUAL(slot->ref))
        return (slot->own == OWN_SELF || slot->own == OWN_MEMORY) && ref_shows_end(slot->ref);
    const Virtual v = *virtual_of(slot->ref);
    for (int i = 0; i < v.count && v.kind == VIRTUAL_TUPLE; i++) {
        const VirtualField *f = &rec.ir->fields[v.first + i];
        if ((f->flags & SLOT_OWNED) && ref_shows_end(f->ref)) return true;
    }
    return v.kind != VIRTUAL_TUPLE && v.kind != VIRTUAL_SLICE;
}

static void own_if_fragile(Slot *slot, int unused)
{
    if (slot->own == OWN_FRAGILE) rec_own(slot);
}

void record_barrier(void)
{
    for_all_slots(own_if_fragile, 0);
}

bool has_other_owners(Value v)
{
    intptr_t owners = value_as_object(v)->refcount;
    for (int i = 0; i < rec.frame_count && owners > 1; i++) {
        const RecordFrame *f = &rec.frames[i];
        int count = f->code->nlocalsplus + f->depth;
        for (int k = 0; k < count; k++) {
            const Slot *slot = &rec.slots[f->base + k];
            bool owns = slot->own == OWN_MEMORY || slot->own == OWN_SELF;
            if (!owns && value_is(f->frame->localsplus[k], v)) owners--;
        }
    }
    return owners > 1;
}

/* Asked by this very instruction: later the other owner may be gone. */
bool is_known_shared(Ref ref)
{
    Ref shared = rec.ir->chain_head[IR_GSHARED];
    return shared >= rec.first_ins && rec.ir->ins[shared].a == ref;
}

static void own_if_copy(Slot *slot, int source)
{
    if (slot->own == OWN_SLOT && slot->source == source) rec_own(slot);
}

/* target (slot number `absolute`, the value that it has is read already) = value. The caller has emitted its guards. */
void rec_assign(Slot *target, int absolute, Slot value)
{
    for_all_slots(own_if_copy, absolute);
    if (value.own == OWN_SLOT && value.source == absolute) rec_own(&value);
    Slot old = *target;
    if (old.own == OWN_MEMORY && !REF_IS_VIRTUAL(old.ref)) {
        if (is_counted(old.ref)) {
            rec_clear_memory(absolute);
            old.own = OWN_SELF;
        } else {
            old.own = OWN_NONE;
        }
    }
    value.modified = true;
    *target = value;
    bool is_shared = old.own == OWN_SELF && is_known_shared(old.ref);
    if (old.own == OWN_SELF && !REF_IS_VIRTUAL(old.ref) && is_counted(old.ref))
        record_release_ref(old.ref, is_shared);
    else
        rec_release(old);
}

/* --- effects --- */

void record_set_ip(void)
{
    record_flush_handled();
    RecordFrame *outer = &rec.frames[0];
    const Unit *unit = frame_quick(outer->frame)->units + outer->unit;
    ir_append(rec.ir, (Ins){IR_SETIP, IR_NIL, 0, outer->unit, ir_address(rec.ir, unit), 0});
    record_link_generators();
}

void record_escaped(void)
{
    rec.has_effects = true;
    rec.needs_valid_check = true;
}

/* --- snapshots --- */

static void add_entry(int slot, const Slot *s)
{
    Ref ref = is_object(s->ref) ? object_write(s->ref) : s->ref;
    SnapEntry *entry = VECTOR_ADD(rec.ir, entries);
    *entry = (SnapEntry){(uint16_t)slot, s->own == OWN_SELF ? SLOT_OWNED : 0, ref};
}

int record_keep_code(Code *code)
{
    for (int i = 0; i < rec.ir->codes_count; i++) {
        if (rec.ir->codes[i] == code) return i;
    }
    *VECTOR_ADD(rec.ir, codes) = code;
    if (rec.ir->codes_count > 1) value_incref(value_from_object(code)); /* the first is the place's own */
    return rec.ir->codes_count - 1;
}

static uint8_t frame_flags(const RecordFrame *f)
{
    if (f->is_generator) return FRAME_OF_GENERATOR | (f->is_linked ? FRAME_IS_LINKED : 0);
    return f->function_slot.own == OWN_SELF ? SLOT_OWNED : 0;
}

static int take_snapshot(SnapKind kind)
{
    if (rec.has_effects) {
        record_abort(REASON_STACK_SHAPE);
        return 0;
    }
    Tree *ir = rec.ir;
    int length = rec.instructions + (rec.bridge_of >= 0 ? ir->snapshots[rec.bridge_of].length : 0);
    Snapshot s = {.first_entry = ir->entries_count,
                  .first_frame = ir->frames_count,
                  .frame_count = rec.frame_count,
                  .bridge = -1,
                  .kind = kind,
                  .at = ir->ins_count,
                  .segment = ir->segments_count - 1,
                  .length = length};
    for (int i = 0; i < rec.frame_count; i++) {
        const RecordFrame *f = &rec.frames[i];
        int count = f->code->nlocalsplus + f->depth;
        for (int k = 0; k < count; k++) {
            const Slot *slot = &rec.slots[f->base + k];
            if (!slot->modified || slot->ref == REF_UNREAD) continue;
            bool is_unbound = slot->ref == const_value(VALUE_NULL);
            if (i > 0 && is_unbound && k < f->code->nlocalsplus && !f->is_generator) continue;
            add_entry(f->base + k, slot);
        }
        *VECTOR_ADD(ir, frames) = (SnapFrame){f->function,
                                              f->unit,
                                              (uint16_t)f->base,
                                              (uint16_t)f->depth,
                                              (uint16_t)f->code->nlocalsplus,
                                              (uint8_t)f->return_units,
                                              (uint8_t)f->exit,
                                              frame_flags(f),
                                              record_keep_code(f->code)};
    }
    if (rec.handled_depth > 0) {
        add_entry(SLOT_HANDLED, &rec.handled);
        ir->entries[ir->entries_count - 1].flags |= (uint16_t)(rec.handled_depth << HANDLED_DEPTH_SHIFT);
    }
    s.entry_count = ir->entries_count - s.first_entry;
    *VECTOR_ADD(ir, snapshots) = s;
    if (!snapshot_fits(ir, ir->snapshots_count - 1) || ir->entries_count - rec.saved.entries_count > TRACE_ENTRIES_MAX)
        record_abort(REASON_TOO_LONG);
    return ir->snapshots_count - 1;
}

int record_snapshot(void)
{
    if (rec.snapshot < 0) rec.snapshot = take_snapshot(SNAP_RESUME);
    return rec.snapshot;
}

/* What a helper raises gets the handled exception as its context: memory must say which it is. */
int record_raise_snapshot(void)
{
    record_flush_handled();
    if (rec.raise_snapshot < 0) rec.raise_snapshot = take_snapshot(SNAP_RAISE);
    return rec.raise_snapshot;
}

/* --- emitting --- */

Ref emit(IrOp op, IrType type, Ref a, Ref b, int c, int aux)
{
    Ref ref = ir_emit(rec.ir, (Ins){(uint8_t)op, (uint8_t)type, (uint16_t)aux, a, b, c});
    if (ref == FOLD_FAILS) {
        record_abort(REASON_CONTRADICTION);
        return type == IR_NIL ? REF_NONE : ir_const(rec.ir, type, CONST_NUMBER, 0);
    }
    return ref;
}

Ref emit_pure(IrOp op, IrType type, Ref a, Ref b)
{
    return emit(op, type, a, b, 0, 0);
}

bool emit_guard(IrOp op, Ref a, Ref b)
{
    emit(op, IR_NIL, a, b, record_snapshot(), 0);
    return !REC_FAILED();
}

Ref emit_load(IrOp op, IrType type, Ref base, int offset, AliasClass class)
{
    return emit(op, type, base, REF_NONE, offset, class);
}

void emit_store(Ref base, int offset, Ref value, AliasClass class)
{
    emit(IR_FSTORE, IR_NIL, base, value, offset, class);
    rec.has_effects = true;
}

Ref emit_call(HelperId helper, const Ref *args, int count)
{
    int first = ir_args(rec.ir, args, count);
    IrType type = helper_info[helper].type;
    return ir_append(rec.ir, (Ins){IR_CALL, (uint8_t)type, (uint16_t)count, first, (Ref)helper, -1});
}

Ref emit_call_pure(HelperId helper, const Ref *args, int count)
{
    int first = ir_args(rec.ir, args, count);
    return ir_emit(rec.ir, (Ins){IR_CALLP, (uint8_t)helper_info[helper].type, (uint16_t)count, first, (Ref)helper, 0});
}

Ref emit_call_read(HelperId helper, const Ref *args, int count)
{
    int first = ir_args(rec.ir, args, count);
    return ir_emit(rec.ir, (Ins){IR_CALLR, (uint8_t)helper_info[helper].type, (uint16_t)count, first, (Ref)helper, 0});
}

Ref emit_call_keeping(HelperId helper, const Ref *args, int count)
{
    int raise = record_raise_snapshot();
    Ref ref = emit_call(helper, args, count);
    record_checkpoint(ref);
    rec.has_effects = true;
    emit(helper_info[helper].type == IR_WORD ? IR_GSTAT : IR_GCALL, IR_NIL, ref, REF_NONE, raise, 0);
    return ref;
}

Ref emit_call_checked(HelperId helper, const Ref *args, int count)
{
    bool python = helper_info[helper].effects == ALIAS_ALL;
    if (helper_info[helper].effects) record_barrier();
    if (python) record_set_ip();
    Ref ref = emit_call_keeping(helper, args, count);
    if (python) record_escaped();
    return ref;
}

/* --- types --- */

Ref as_int_ref(Ref ref)
{
    IrType type = ir_type(rec.ir, ref);
    if (type == IR_INT) return ref;
    if (type == IR_BOOL) return emit_pure(IR_B2I, IR_INT, ref, REF_NONE);
    emit_guard(IR_GINT, ref, REF_NONE);
    return emit_pure(IR_UNTAGI, IR_INT, ref, REF_NONE);
}

Ref as_float_ref(Ref ref)
{
    if (ir_type(rec.ir, ref) == IR_FLOAT) return ref;
    if (ir_type(rec.ir, ref) == IR_INT) return emit_pure(IR_I2F, IR_FLOAT, ref, REF_NONE);
    emit_guard(IR_GFLT, ref, REF_NONE);
    return emit_pure(IR_UNTAGF, IR_FLOAT, ref, REF_NONE);
}

Ref as_bool_ref(Ref ref)
{
    if (ir_type(rec.ir, ref) == IR_BOOL) return ref;
    emit_guard(IR_GBOOL, ref, REF_NONE);
    return emit_pure(IR_UNTAGB, IR_BOOL, ref, REF_NONE);
}

Ref as_tagged(Ref ref)
{
    switch (ir_type(rec.ir, ref)) {
    case IR_INT: return emit_pure(IR_TAGI, IR_VAL, ref, REF_NONE);
    case IR_BOOL: return emit_pure(IR_TAGB, IR_VAL, ref, REF_NONE);
    case IR_FLOAT:
        if (REF_IS_CONST(ref)) {
            double d;
            memcpy(&d, &ir_constant(rec.ir, ref)->bits, sizeof d);
            Value v = value_from_double(d);
            Ref result = const_value(v);
            value_decref(v);
            return result;
        }
        return emit(IR_TAGF, IR_VAL, ref, REF_NONE, record_snapshot(), 0);
    default: return ref;
    }
}

Ref real_ref(int from_top)
{
    if (REF_IS_VIRTUAL(rec_stack(from_top)->ref)) materialize(rec_stack(from_top));
    return as_tagged(rec_stack(from_top)->ref);
}

Ref specialize(Ref ref, Value v)
{
    if (ir_type(rec.ir, ref) != IR_VAL) return ref;
    if (value_is_small_int(v)) return as_int_ref(ref);
    if (value_is_immediate_float(v)) return as_float_ref(ref);
    if (value_is_bool(v)) return as_bool_ref(ref);
    return ref;
}

void guard_type(Ref ref, const Type *type)
{
    IrType t = ir_type(rec.ir, ref);
    if (t != IR_VAL) return; /* unboxed: its type is its IR type; the caller has looked at the actual value */
    const Type *known;
    if (known_type(ref, &known) && known == type) return;
    if (rec_may_be_unbound(ref)) emit_guard(IR_GISNOT, ref, const_value(VALUE_NULL));
    emit_guard(IR_GOBJ, ref, const_type(type));
}

void guard_value(Ref ref, Value v)
{
    if (ir_type(rec.ir, ref) == IR_VAL) emit_guard(IR_GIS, ref, const_value(v));
}

void guard_exact(Ref ref, Value v)
{
    if (value_is_object(v))
        guard_type(ref, type_of(v));
    else if (value_is_small_int(v) || value_is_immediate_float(v) || value_is_bool(v))
        specialize(ref, v);
    else
        guard_value(ref, v); /* the only one of its type */
}

/* --- virtual objects --- */

Ref virtual_new(VirtualKind kind, const Ref *fields, const Own *owns, int count)
{
    Virtual v = {.kind = (uint8_t)kind, .count = (uint16_t)count, .first = rec.ir->fields_count};
    for (int i = 0; i < count; i++) {
        *VECTOR_ADD(rec.ir, fields) = (VirtualField){fields[i], owns[i] == OWN_SELF ? SLOT_OWNED : 0};
    }
    *VECTOR_ADD(rec.ir, virtuals) = v;
    return REF_VIRTUAL + rec.ir->virtuals_count - 1;
}

Virtual *virtual_of(Ref ref)
{
    return &rec.ir->virtuals[ref - REF_VIRTUAL];
}
bool is_virtual(Ref ref, VirtualKind kind)
{
    return REF_IS_VIRTUAL(ref) && !is_object(ref) && virtual_of(ref)->kind == kind;
}
bool is_iterator_ref(Ref ref)
{
    return is_virtual(ref, VIRTUAL_RANGE_ITERATOR) || is_virtual(ref, VIRTUAL_LIST_ITERATOR);
}
Ref virtual_field(Ref ref, int index)
{
    return rec.ir->fields[virtual_of(ref)->first + index].ref;
}

static Ref make_tuple(const Virtual *v)
{
    if (v->count > 6) {
        Ref buffer = ir_address(rec.ir, jit_call_arguments);
        Ref refs[64];
        for (int i = 0; i < v->count; i++) refs[i] = as_tagged(rec.ir->fields[v->first + i].ref);
        record_raise_snapshot();
        for (int i = 0; i < v->count; i++) emit(IR_FSTORE, IR_NIL, buffer, refs[i], i * 8, ALIAS_OTHER);
        Ref args[] = {buffer, ir_word(rec.ir, v->count)};
        return emit_call(HELPER_tuple_steal, args, 2);
    }
    Ref args[8] = {ir_word(rec.ir, v->count)};
    for (int i = 0; i < v->count; i++) args[i + 1] = as_tagged(rec.ir->fields[v->first + i].ref);
    static const HelperId makers[] = {HELPER_tuple_0, HELPER_tuple_1, HELPER_tuple_2, HELPER_tuple_3,
                                      HELPER_tuple_4, HELPER_tuple_5, HELPER_tuple_6};
    return emit_call(makers[v->count], args + 1, v->count);
}

/* super objects, and methods found through them, have no other form (record_super.c). */
static void materialize_method(Slot *slot)
{
    const VirtualField *f = &rec.ir->fields[virtual_of(slot->ref)->first];
    Ref parts[] = {f[0].ref, f[1].ref};
    bool is_owned = f[1].flags & SLOT_OWNED, is_function;
    is_function = object_has_type((Value){ir_constant(rec.ir, parts[0])->bits}, &type_function);
    if (virtual_of(slot->ref)->kind == VIRTUAL_SUPER || !is_function || REF_IS_VIRTUAL(parts[1])) {
        record_abort(REASON_CALL_KIND);
        return;
    }
    Ref method = emit_call(HELPER_bound_method, parts, 2);
    emit(IR_GCALL, IR_NIL, method, REF_NONE, record_raise_snapshot(), 0);
    if (is_owned) emit(IR_DECREF, IR_NIL, parts[1], REF_NONE, 0, 2); /* the method has it, too */
    *slot = (Slot){method, OWN_SELF, true, 0};
    ownership_changed();
}

/* The virtual object in the slot becomes a real one, owned by the slot. */
void materialize(Slot *slot)
{
    if (!REF_IS_VIRTUAL(slot->ref)) return;
    if (is_object(slot->ref)) {
        object_materialize(slot->ref);
        return;
    }
    if (is_virtual_exception(slot->ref)) {
        materialize_exception(slot->ref);
        return;
    }
    const Virtual v = *virtual_of(slot->ref);
    if (v.kind == VIRTUAL_SUPER || v.kind == VIRTUAL_METHOD) {
        materialize_method(slot);
        return;
    }
    const VirtualField *f = &rec.ir->fields[v.first];
    Ref result;
    if (v.kind == VIRTUAL_TUPLE) {
        result = make_tuple(&v);
    } else if (v.kind == VIRTUAL_SLICE) {
        result = slice_materialize(slot->ref);
    } else {
        Ref fields[4] = {f[0].ref, f[1].ref, f[2].ref, v.count > 3 ? f[3].ref : REF_NONE};
        bool owned = f[0].flags & SLOT_OWNED;
        if (!REF_IS_CONST(fields[0])) { /* bring the real iterator up to date */
            if (v.kind == VIRTUAL_RANGE_ITERATOR) {
                emit(IR_FSTORE, IR_NIL, fields[0], emit_pure(IR_I2W, IR_WORD, fields[1], REF_NONE),
                     offsetof(RangeIterator, next), ALIAS_ITERATOR);
                emit(IR_FSTORE, IR_NIL, fields[0], emit_pure(IR_I2W, IR_WORD, fields[2], REF_NONE),
                     offsetof(RangeIterator, remaining), ALIAS_ITERATOR);
            } else {
                emit(IR_FSTORE, IR_NIL, fields[0], emit_pure(IR_I2W, IR_WORD, fields[2], REF_NONE), LIST_ITERATOR_INDEX,
                     ALIAS_ITERATOR);
            }
            slot->ref = fields[0];
            slot->own = owned ? OWN_SELF : OWN_MEMORY;
            slot->modified = owned; /* else it stands in its slot, as it was */
            ownership_changed();
            return;
        }
        result = emit_call(v.kind == VIRTUAL_RANGE_ITERATOR ? HELPER_range_iterator_new : HELPER_list_iterator_new,
                           fields + 1, v.count - 1);
    }
    emit(IR_GCALL, IR_NIL, result, REF_NONE, record_raise_snapshot(), 0);
    slot->ref = result;
    slot->own = OWN_SELF;
    ownership_changed();
}

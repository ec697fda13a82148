/* exits.c: from native code back to the interpreter: frames rebuilt from a snapshot.
 *
 * Slots of the entry frame that the trace did not change are still in memory. Changed ones are dead in memory (no
 * value, or an immediate; whoever moved a counted reference out of a slot cleared it), so they are simply overwritten.
 * A value that the trace owns moves; any other is increfed. Nothing is dropped here, so no Python code runs in between.
 */
#include <limits.h>

#include "jit/runtime.h"
#include "objects/error.h"
#include "objects/float.h"
#include "objects/iter.h"
#include "objects/shape.h"
#include "objects/slice.h"
#include "objects/tuple.h"

typedef struct Rebuild {
    JitTree *tree;
    const Tree *ir;
    const Ref *live;
    int live_count;
    const uint64_t *values;
    Value built[32]; /* virtual objects that several slots share */
    int built_index[32];
    int built_count;
    Value instances[RECORD_OBJECTS_MAX]; /* the same for instances, of which a snapshot has no more */
    int instance_index[RECORD_OBJECTS_MAX];
    int instance_count;
} Rebuild;

static uint64_t raw_value(const Rebuild *r, Ref ref)
{
    if (REF_IS_CONST(ref)) return ir_constant(r->ir, ref)->bits;
    for (int i = 0; i < r->live_count; i++) {
        if (r->live[i] == ref) return r->values[i];
    }
    return 0;
}

static int64_t raw_int(const Rebuild *r, Ref ref)
{
    int64_t n = (int64_t)raw_value(r, ref);
    return !REF_IS_CONST(ref) && ir_type(r->ir, ref) == IR_INT ? n >> 2 : n;
}

static Value build_virtual(Rebuild *r, Ref ref);

/* The value of a snapshot entry, owned. */
static Value build(Rebuild *r, Ref ref, uint32_t flags)
{
    if (REF_IS_VIRTUAL(ref)) return build_virtual(r, ref);
    uint64_t raw = raw_value(r, ref);
    switch (ir_type(r->ir, ref)) {
    case IR_INT: return value_from_small_int(raw_int(r, ref));
    case IR_BOOL: return value_from_bool(raw != 0);
    case IR_FLOAT: {
        double d;
        memcpy(&d, &raw, sizeof d);
        return value_from_double(d);
    }
    default: {
        Value v = {raw};
        return flags & SLOT_OWNED ? v : value_xincref(v);
    }
    }
}

static Value build_tuple(Rebuild *r, const Virtual *v)
{
    Value tuple = tuple_new(v->count);
    if (value_is_null(tuple)) return tuple;
    for (int i = 0; i < v->count; i++) {
        const VirtualField *field = &r->ir->fields[v->first + i];
        as_tuple(tuple)->items[i] = build(r, field->ref, field->flags);
    }
    return tuple;
}

/* Its bounds are ints or None: nothing to own. */
static Value build_slice(Rebuild *r, const Virtual *v)
{
    const VirtualField *f = &r->ir->fields[v->first];
    Value start = build(r, f[0].ref, 0), stop = build(r, f[1].ref, 0), step = build(r, f[2].ref, 0);
    return slice_new(start, stop, step);
}

/* An iterator that lives on in the trace: its state goes back into the object; with no object, one is made. */
static Value build_iterator(Rebuild *r, const Virtual *v)
{
    const VirtualField *f = &r->ir->fields[v->first];
    Value object = {raw_value(r, f[0].ref)};
    if (v->kind == VIRTUAL_RANGE_ITERATOR) {
        RangeIterator *it = (RangeIterator *)value_as_object(object);
        bool is_new = !it;
        if (is_new) it = object_alloc(&type_range_iterator, sizeof *it);
        if (!it) return VALUE_NULL;
        it->next = raw_int(r, f[1].ref);
        it->remaining = raw_int(r, f[2].ref);
        it->step = raw_int(r, f[3].ref);
        if (is_new) it->length = it->remaining;
        return value_is_null(object) || (f[0].flags & SLOT_OWNED) ? value_from_object(it) : value_incref(object);
    }
    ListIterator *it = (ListIterator *)value_as_object(object);
    if (it) {
        it->index = raw_int(r, f[2].ref); /* its list has not changed */
        return f[0].flags & SLOT_OWNED ? object : value_incref(object);
    }
    it = object_alloc(&type_list_iterator, sizeof *it);
    if (!it) return VALUE_NULL;
    it->sequence = build(r, f[1].ref, f[1].flags);
    it->index = raw_int(r, f[2].ref);
    gc_track(it);
    return value_from_object(it);
}

static Value build_instance(Rebuild *r, int index)
{
    for (int i = 0; i < r->instance_count; i++) {
        if (r->instance_index[i] == index) return value_incref(r->instances[i]);
    }
    const Virtual *v = &r->ir->virtuals[index];
    const VirtualField *f = &r->ir->fields[v->first];
    Type *type = (Type *)raw_value(r, f[0].ref);
    Shape *shape = (Shape *)raw_value(r, f[1].ref);
    char *object = shape ? object_alloc_shaped(type, shape) : object_alloc(type, type->instance_size);
    if (!object) return VALUE_NULL;
    for (int i = 2; i < v->count; i++)
        *(Value *)(object + (f[i].flags >> FIELD_OFFSET_SHIFT)) = build(r, f[i].ref, f[i].flags);
    r->instances[r->instance_count] = value_from_object(object);
    r->instance_index[r->instance_count++] = index;
    return value_from_object(object);
}

static Value build_virtual(Rebuild *r, Ref ref)
{
    int index = ref - REF_VIRTUAL;
    if (r->ir->virtuals[index].kind == VIRTUAL_INSTANCE) return build_instance(r, index);
    for (int i = 0; i < r->built_count; i++) {
        if (r->built_index[i] == index) return value_incref(r->built[i]);
    }
    const Virtual *v = &r->ir->virtuals[index];
    Value result = v->kind == VIRTUAL_TUPLE   ? build_tuple(r, v)
                   : v->kind == VIRTUAL_SLICE ? build_slice(r, v)
                                              : build_iterator(r, v);
    if (r->built_count < (int)COUNT_OF(r->built) && !value_is_null(result)) {
        r->built[r->built_count] = result;
        r->built_index[r->built_count++] = index;
    }
    return result;
}

/* The iterator of a loop stays in its slot; only its fields are written back. */
static bool is_in_place(const Rebuild *r, const SnapEntry *entry, const Value *slot)
{
    if (!REF_IS_VIRTUAL(entry->ref)) return false;
    const Virtual *v = &r->ir->virtuals[entry->ref - REF_VIRTUAL];
    if (v->kind != VIRTUAL_RANGE_ITERATOR && v->kind != VIRTUAL_LIST_ITERATOR) return false;
    const VirtualField *object = &r->ir->fields[v->first];
    return !(object->flags & SLOT_OWNED) && slot->bits != 0 && slot->bits == raw_value(r, object->ref);
}

static void write_entries(Rebuild *r, const Snapshot *s, int low, int high, Value *slots)
{
    for (int i = 0; i < s->entry_count; i++) {
        const SnapEntry *entry = &r->ir->entries[s->first_entry + i];
        if (entry->slot < low || entry->slot >= high) continue;
        Value *slot = &slots[entry->slot - low];
        bool in_place = is_in_place(r, entry, slot);
        Value v = build(r, entry->ref, entry->flags);
        if (in_place)
            value_decref(v); /* build gave a second reference; the slot has its own */
        else
            *slot = v;
    }
}

static void place_frame(Frame *frame, const SnapFrame *f, bool is_innermost, bool keeps_sp)
{
    Unit *units = (Unit *)frame_quick(frame)->units;
    frame->ip = units + f->unit;
    if (!keeps_sp) frame->sp = frame->localsplus + f->locals + f->depth;
    if (!is_innermost) frame->return_units = f->return_units;
}

/* Where the result is, once for all. */
static COLD void find_result(const Tree *ir, Snapshot *s, int snapshot)
{
    Ref live[SNAP_LIVE_MAX];
    int count = snapshot_live(ir, snapshot, live), top = ir->frames[s->first_frame].locals;
    s->result = -1;
    for (int i = 0; i < s->entry_count; i++) {
        const SnapEntry *entry = &ir->entries[s->first_entry + i];
        if (entry->slot != top || REF_IS_VIRTUAL(entry->ref) || !REF_IS_INS(entry->ref)) continue;
        s->result_type = ir_type(ir, entry->ref);
        if (s->result_type == IR_VAL && !(entry->flags & SLOT_OWNED)) continue;
        for (int k = 0; k < count; k++) {
            if (live[k] == entry->ref) s->result = (int16_t)(k + 1);
        }
    }
}

static Value build_result(JitTree *tree, int snapshot, const uint64_t *values)
{
    Rebuild r = {.tree = tree, .ir = &tree->ir, .values = values};
    const Snapshot *s = &tree->ir.snapshots[snapshot];
    int top = tree->ir.frames[s->first_frame].locals;
    for (int i = s->entry_count - 1; i >= 0; i--) {
        const SnapEntry *entry = &tree->ir.entries[s->first_entry + i];
        if (entry->slot != top) continue;
        Ref live[SNAP_LIVE_MAX];
        r.live = live;
        if (!REF_IS_CONST(entry->ref)) r.live_count = snapshot_live(&tree->ir, snapshot, live);
        return build(&r, entry->ref, entry->flags);
    }
    return error_system("native code returned nothing");
}

Value exit_result(JitTree *tree, int snapshot, const uint64_t *values)
{
    Snapshot *s = &tree->ir.snapshots[snapshot];
    if (UNLIKELY(s->result == 0)) find_result(&tree->ir, s, snapshot);
    if (UNLIKELY(s->result < 0)) return build_result(tree, snapshot, values);
    uint64_t raw = values[s->result - 1];
    switch ((IrType)s->result_type) {
    case IR_INT: return (Value){raw | 1};
    case IR_BOOL: return value_from_bool(raw != 0);
    case IR_FLOAT: {
        double d;
        memcpy(&d, &raw, sizeof d);
        return value_from_double(d);
    }
    default: return (Value){raw};
    }
}

/* The usual exit, without virtual objects, is worked out once: where each slot's value comes from. */
typedef struct FastEntry {
    uint16_t slot; /* of its own frame */
    uint8_t type;  /* IrType */
    uint8_t increfs;
    int32_t index; /* of the exit value; -1: `constant` */
    Value constant;
} FastEntry;

typedef struct FastFrame {
    int end;            /* its entries are those up to here */
    FastEntry function; /* not of the entry frame */
} FastFrame;

typedef struct FastExit {
    bool is_possible;
    FastFrame *frames; /* behind the entries */
    int live_count;
    const Ref *live; /* behind the frames */
    FastEntry entries[];
} FastExit;

static bool make_fast_entry(const Tree *ir, const Ref *live, int live_count, Ref ref, int flags, FastEntry *f)
{
    *f = (FastEntry){0, (uint8_t)ir_type(ir, ref), !(flags & SLOT_OWNED), -1, VALUE_NULL};
    if (REF_IS_VIRTUAL(ref)) return false;
    if (REF_IS_CONST(ref)) {
        uint64_t bits = ir_constant(ir, ref)->bits;
        f->constant = f->type == IR_INT    ? value_from_small_int((int64_t)bits)
                      : f->type == IR_BOOL ? value_from_bool(bits)
                                           : (Value){bits};
        return f->type == IR_VAL || f->type == IR_INT || f->type == IR_BOOL;
    }
    for (int k = 0; k < live_count; k++) {
        if (live[k] == ref) f->index = k;
    }
    return f->index >= 0;
}

static COLD NULLABLE FastExit *make_fast(const Tree *ir, int snapshot)
{
    const Snapshot *s = &ir->snapshots[snapshot];
    size_t entries = (size_t)s->entry_count * sizeof(FastEntry), frames = (size_t)s->frame_count * sizeof(FastFrame);
    Ref live[SNAP_LIVE_MAX];
    int live_count = snapshot_live(ir, snapshot, live), n = 0;
    size_t live_size = (size_t)live_count * sizeof(Ref);
    FastExit *fast = raw_calloc(1, sizeof *fast + entries + frames + live_size);
    if (!fast) return NULL;
    fast->frames = (FastFrame *)((char *)fast->entries + entries);
    fast->live = memcpy((char *)fast->frames + frames, live, live_size);
    fast->live_count = live_count;
    fast->is_possible = true;
    for (int i = 0; i < s->frame_count && fast->is_possible; i++) {
        const SnapFrame *frame = &ir->frames[s->first_frame + i];
        int high = i + 1 < s->frame_count ? frame[1].base : INT_MAX;
        if (i > 0 &&
            !make_fast_entry(ir, live, live_count, frame->function, frame->function_flags, &fast->frames[i].function)) {
            fast->is_possible = false;
        }
        for (int k = 0; k < s->entry_count && fast->is_possible; k++) {
            const SnapEntry *entry = &ir->entries[s->first_entry + k];
            if (entry->slot < frame->base || entry->slot >= high) continue;
            fast->is_possible = make_fast_entry(ir, live, live_count, entry->ref, entry->flags, &fast->entries[n]);
            fast->entries[n++].slot = (uint16_t)(entry->slot - frame->base);
        }
        fast->frames[i].end = n;
    }
    return fast;
}

ALWAYS_INLINE Value fast_value(const FastEntry *f, const uint64_t *values)
{
    if (f->index < 0) return value_xincref(f->constant);
    uint64_t raw = values[f->index];
    switch ((IrType)f->type) {
    case IR_INT: return (Value){raw | 1};
    case IR_BOOL: return value_from_bool(raw != 0);
    case IR_FLOAT: {
        double d;
        memcpy(&d, &raw, sizeof d);
        return value_from_double(d);
    }
    default: return f->increfs ? value_xincref((Value){raw}) : (Value){raw};
    }
}

/* Pushes the frame of an inlined call. NULL: no memory; what the trace owns is lost then. */
static NULLABLE Frame *push_callee(Value function, const SnapFrame *f)
{
    Frame *callee = frame_push(as_function(function));
    if (!callee) return NULL;
    callee->exit = f->exit;
    callee->is_complete = true;
    memset(callee->localsplus, 0, (size_t)f->locals * sizeof(Value));
    return current_thread->frame = callee;
}

static NULLABLE Frame *leave_fast(const FastExit *fast, const Tree *ir, const Snapshot *s, Frame *frame,
                                  const uint64_t *values)
{
    const FastEntry *entry = fast->entries;
    for (int i = 0; i < s->frame_count; i++) {
        const SnapFrame *f = &ir->frames[s->first_frame + i];
        if (i > 0 && !(frame = push_callee(fast_value(&fast->frames[i].function, values), f))) return NULL;
        for (const FastEntry *end = fast->entries + fast->frames[i].end; entry < end; entry++) {
            frame->localsplus[entry->slot] = fast_value(entry, values);
        }
        place_frame(frame, f, i + 1 == s->frame_count, s->keeps_sp);
    }
    return frame;
}

NULLABLE Frame *exit_rebuild(JitTree *tree, int snapshot, Frame *frame, const uint64_t *values)
{
    Snapshot *quick = &tree->ir.snapshots[snapshot];
    if (UNLIKELY(!quick->fast)) quick->fast = make_fast(&tree->ir, snapshot);
    if (LIKELY(quick->fast && quick->fast->is_possible))
        return leave_fast(quick->fast, &tree->ir, quick, frame, values);
    Rebuild r;
    r.tree = tree;
    r.ir = &tree->ir;
    r.values = values;
    r.built_count = r.instance_count = 0;
    const Snapshot *s = &tree->ir.snapshots[snapshot];
    Ref live[SNAP_LIVE_MAX];
    r.live = quick->fast ? quick->fast->live : live;
    r.live_count = quick->fast ? quick->fast->live_count : snapshot_live(&tree->ir, snapshot, live);
    for (int i = 0; i < s->frame_count; i++) {
        const SnapFrame *f = &tree->ir.frames[s->first_frame + i];
        int words = i + 1 < s->frame_count ? tree->ir.frames[s->first_frame + i + 1].base - f->base : 0xffff - f->base;
        if (i > 0) {
            Value function = {raw_value(&r, f->function)};
            if (!(f->function_flags & SLOT_OWNED)) value_incref(function);
            if (!(frame = push_callee(function, f))) return NULL;
        }
        write_entries(&r, s, f->base, f->base + words, frame->localsplus);
        place_frame(frame, f, i + 1 == s->frame_count, s->keeps_sp);
    }
    return frame;
}

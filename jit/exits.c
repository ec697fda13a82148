/* exits.c: from native code back to the interpreter: frames rebuilt from a snapshot.
 *
 * Slots of the entry frame that the trace did not change are still in memory. Changed ones are dead in memory (no
 * value, or an immediate; whoever moved a counted reference out of a slot cleared it), so they are simply overwritten.
 * A value that the trace owns moves; any other is increfed. Nothing is dropped here, so no Python code runs in between.
 * Nothing fails: what the trace keeps in registers cannot be brought back a second time, so what has to be made for it
 * gets its memory from the reserve if need be (memory.h). */
#include <limits.h>

#include "jit/exit_exception.h"
#include "jit/runtime.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/shape.h"
#include "objects/slice.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "vm/generator.h"

enum { EXIT_FRAMES = 16 }; /* at least RECORD_FRAMES */

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
    Frame *frames[EXIT_FRAMES]; /* those that run, the entry frame first */
    int frame_count;
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
    for (int i = 2; i < v->count; i++)
        *(Value *)(object + (f[i].flags >> FIELD_OFFSET_SHIFT)) = build(r, f[i].ref, f[i].flags);
    r->instances[r->instance_count] = value_from_object(object);
    r->instance_index[r->instance_count++] = index;
    return value_from_object(object);
}

static Value build_field(Rebuild *r, const Virtual *v, int index)
{
    const VirtualField *f = &r->ir->fields[v->first + index];
    return build(r, f->ref, f->flags);
}

static int64_t field_word(const Rebuild *r, const Virtual *v, int index)
{
    return (int64_t)raw_value(r, r->ir->fields[v->first + index].ref);
}

/* The object of a frame in a traceback: one that has ended, or the number of one that runs. No value: not there. */
static NULLABLE Value build_frame_object(Rebuild *r, const Virtual *v, int index)
{
    if (!REF_IS_CONST(r->ir->fields[v->first + index].ref)) return build_field(r, v, index);
    int64_t running = field_word(r, v, index);
    return running < r->frame_count ? value_incref(value_from_object(frame_object(r->frames[running]))) : VALUE_NULL;
}

static Value build_ended_frame(Rebuild *r, const Virtual *v)
{
    Value locals[VIRTUAL_FIELDS_MAX];
    for (int i = FRAME_LOCALS; i < v->count; i++) locals[i - FRAME_LOCALS] = build_field(r, v, i);
    Value back = build_frame_object(r, v, FRAME_BACK);
    Code *code = (Code *)(uintptr_t)field_word(r, v, FRAME_CODE);
    Value frame = exception_ended_frame_of(build_field(r, v, FRAME_FUNCTION), code, field_word(r, v, FRAME_UNIT),
                                           value_is_null(back) ? VALUE_NONE : back, locals);
    value_xdecref(back);
    return frame;
}

static Value build_exception(Rebuild *r, const Virtual *v)
{
    int first = EXCEPTION_HEAD + 2 * (int)field_word(r, v, EXCEPTION_ATTRS);
    Value exception = build_field(r, v, EXCEPTION_OBJECT);
    if (value_is_null(exception)) {
        Type *class = as_type((Value){(uint64_t)field_word(r, v, EXCEPTION_CLASS)});
        exception = exception_with_args(class, build_field(r, v, EXCEPTION_ARGS));
        exception_link(exception, build_field(r, v, EXCEPTION_CONTEXT), build_field(r, v, EXCEPTION_CAUSE),
                       field_word(r, v, EXCEPTION_SUPPRESS));
    }
    for (int i = EXCEPTION_HEAD; i < first; i += 2) {
        exception_attr(exception, (Value){(uint64_t)field_word(r, v, i)}, build_field(r, v, i + 1));
    }
    for (int i = first; i < v->count; i += 2) {
        Value frame = build_frame_object(r, v, i);
        if (!value_is_null(frame)) exception_traceback_entry(exception, frame, field_word(r, v, i + 1));
    }
    return exception;
}

/* What super() found, bound to the object. */
static Value build_super(Rebuild *r, const Virtual *v)
{
    Value parts[] = {build_field(r, v, 0), build_field(r, v, 1)};
    Value result = v->kind == VIRTUAL_SUPER
                       ? call_vector(value_from_type(&type_super), parts, 2, VALUE_NULL)
                       : type_of(parts[0])->descr_get(parts[0], parts[1], value_from_type(type_of(parts[1])));
    value_decref(parts[0]);
    value_decref(parts[1]);
    return result;
}

static Value build_new(Rebuild *r, const Virtual *v)
{
    switch ((VirtualKind)v->kind) {
    case VIRTUAL_SUPER:
    case VIRTUAL_METHOD: return build_super(r, v);
    case VIRTUAL_TUPLE: return build_tuple(r, v);
    case VIRTUAL_SLICE: return build_slice(r, v);
    case VIRTUAL_EXCEPTION: return build_exception(r, v);
    case VIRTUAL_FRAME: return build_ended_frame(r, v);
    default: return build_iterator(r, v);
    }
}

static Value build_virtual(Rebuild *r, Ref ref)
{
    int index = ref - REF_VIRTUAL;
    if (r->ir->virtuals[index].kind == VIRTUAL_INSTANCE) return build_instance(r, index);
    for (int i = 0; i < r->built_count; i++) {
        if (r->built_index[i] == index) return value_incref(r->built[i]);
    }
    Value result = build_new(r, &r->ir->virtuals[index]);
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

/* The reference to the one before is in the handler's stack. What is handled belongs to the frames below the generators
 * that the exit has linked. */
static void write_handled(Rebuild *r, const Snapshot *s, HandledException *handled)
{
    HandledException *innermost = current_thread->handled;
    current_thread->handled = handled;
    for (int i = 0; i < s->entry_count; i++) {
        const SnapEntry *entry = &r->ir->entries[s->first_entry + i];
        if (entry->slot == SLOT_HANDLED) exception_set_handled(build(r, entry->ref, entry->flags));
    }
    current_thread->handled = innermost;
}

static void place_frame(Frame *frame, const SnapFrame *f, bool is_innermost, bool keeps_sp)
{
    Unit *units = (Unit *)frame_quick(frame)->units;
    frame->ip = units + f->unit;
    if (!keeps_sp) frame->sp = frame->localsplus + f->locals + f->depth;
    if (!is_innermost) frame->return_units = f->return_units;
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

static bool has_handled(const Tree *ir, const Snapshot *s)
{
    for (int i = 0; i < s->entry_count; i++) {
        if (ir->entries[s->first_entry + i].slot == SLOT_HANDLED) return true;
    }
    return false;
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
    fast->is_possible = !has_handled(ir, s);
    for (int i = 0; i < s->frame_count && fast->is_possible; i++) {
        const SnapFrame *frame = &ir->frames[s->first_frame + i];
        int high = i + 1 < s->frame_count ? frame[1].base : INT_MAX;
        int flags = frame->function_flags & FRAME_OF_GENERATOR ? SLOT_OWNED : frame->function_flags;
        if (i > 0 && !make_fast_entry(ir, live, live_count, frame->function, flags, &fast->frames[i].function))
            fast->is_possible = false;
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
    if (f->index < 0) return f->increfs ? value_xincref(f->constant) : f->constant;
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

/* Where the result is, once for all. */
static COLD void find_result(const Tree *ir, Snapshot *s, int snapshot)
{
    int top = ir->frames[s->first_frame].locals;
    if (!s->fast) s->fast = make_fast(ir, snapshot);
    s->result = -1;
    if (!s->fast || !s->fast->is_possible) return;
    for (int i = 0; i < s->fast->frames[0].end; i++) {
        if (s->fast->entries[i].slot == top) s->result = (int16_t)(i + 1);
    }
}

static COLD Value build_result(JitTree *tree, int snapshot, const uint64_t *values)
{
    Rebuild r = {.tree = tree, .ir = &tree->ir, .values = values};
    const Snapshot *s = &tree->ir.snapshots[snapshot];
    int top = tree->ir.frames[s->first_frame].locals;
    for (int i = s->entry_count - 1; i >= 0; i--) {
        const SnapEntry *entry = &tree->ir.entries[s->first_entry + i];
        if (entry->slot != top) continue;
        Ref live[SNAP_LIVE_MAX];
        r.live = live;
        r.live_count = snapshot_live(&tree->ir, snapshot, live);
        return build(&r, entry->ref, entry->flags);
    }
    return error_system("native code returned nothing");
}

Value exit_result(JitTree *tree, int snapshot, const uint64_t *values)
{
    Snapshot *s = &tree->ir.snapshots[snapshot];
    if (UNLIKELY(s->result == 0)) find_result(&tree->ir, s, snapshot);
    if (UNLIKELY(s->result < 0)) return build_result(tree, snapshot, values);
    return fast_value(&s->fast->entries[s->result - 1], values);
}

/* An inlined generator goes on in the frame that it has; what the trace did not change is in there. */
static Frame *enter_generator(Value generator, const SnapFrame *f)
{
    generator_link(as_generator(generator), f->exit);
    return current_thread->frame = &as_generator(generator)->frame;
}

/* Pushes the frame of an inlined call. It is there already as far as the program can know: a limit of recursion that it
 * passes is met by the next call. */
static Frame *push_callee(Value function, const SnapFrame *f)
{
    Thread *thread = current_thread;
    int remaining = thread->recursion_remaining;
    thread->recursion_remaining = MAX(remaining, 1);
    Frame *callee = frame_push(as_function(function));
    thread->recursion_remaining = remaining - 1;
    callee->exit = f->exit;
    callee->is_complete = code_is_shown(callee->code);
    memset(callee->localsplus, 0, (size_t)f->locals * sizeof(Value));
    return current_thread->frame = callee;
}

static Frame *leave_fast(const FastExit *fast, const Tree *ir, const Snapshot *s, Frame *frame, const uint64_t *values)
{
    const FastEntry *entry = fast->entries;
    for (int i = 0; i < s->frame_count; i++) {
        const SnapFrame *f = &ir->frames[s->first_frame + i];
        if (i > 0) {
            Value function = fast_value(&fast->frames[i].function, values);
            bool is_generator = f->function_flags & FRAME_OF_GENERATOR;
            frame = is_generator ? enter_generator(function, f) : push_callee(function, f);
        }
        for (const FastEntry *end = fast->entries + fast->frames[i].end; entry < end; entry++) {
            frame->localsplus[entry->slot] = fast_value(entry, values);
        }
        place_frame(frame, f, i + 1 == s->frame_count, s->keeps_sp);
    }
    return frame;
}

static COLD Frame *rebuild_frames(Rebuild *r, const Snapshot *s, Frame *frame)
{
    for (int i = 0; i < s->frame_count; i++) {
        const SnapFrame *f = &r->ir->frames[s->first_frame + i];
        int words = i + 1 < s->frame_count ? r->ir->frames[s->first_frame + i + 1].base - f->base : 0xffff - f->base;
        if (i > 0) {
            Value function = {raw_value(r, f->function)};
            bool is_generator = f->function_flags & FRAME_OF_GENERATOR;
            if (!is_generator && !(f->function_flags & SLOT_OWNED)) value_incref(function);
            frame = is_generator ? enter_generator(function, f) : push_callee(function, f);
        }
        r->frames[r->frame_count++] = frame;
        write_entries(r, s, f->base, f->base + words, frame->localsplus);
        place_frame(frame, f, i + 1 == s->frame_count, s->keeps_sp);
    }
    return frame;
}

/* Releasing operands may run Python code: the frame is as it should be all the time. */
static void finish_instruction(Frame *frame, Finish finish, int takes)
{
    Value result = finish == FINISH_EMPTY ? VALUE_NULL : *--frame->sp;
    for (int i = 0; i < takes; i++) {
        Value operand = *--frame->sp;
        value_xdecref(operand);
    }
    if (finish == FINISH_METHOD) *frame->sp++ = VALUE_NULL;
    if (finish != FINISH_EMPTY) *frame->sp++ = result;
}

static COLD Frame *leave_slowly(JitTree *tree, int snapshot, Frame *frame, const uint64_t *values)
{
    Rebuild r;
    r.tree = tree;
    r.ir = &tree->ir;
    r.values = values;
    r.built_count = r.instance_count = r.frame_count = 0;
    const Snapshot *s = &tree->ir.snapshots[snapshot];
    Ref live[SNAP_LIVE_MAX];
    r.live = s->fast ? s->fast->live : live;
    r.live_count = s->fast ? s->fast->live_count : snapshot_live(&tree->ir, snapshot, live);
    Value pending = error_fetch(); /* what is built below raises and clears errors of its own */
    HandledException *handled = current_thread->handled;
    frame = rebuild_frames(&r, s, frame);
    write_handled(&r, s, handled);
    if (!value_is_null(pending)) error_restore(pending);
    return frame;
}

Frame *exit_rebuild(JitTree *tree, int snapshot, Frame *frame, const uint64_t *values)
{
    Snapshot *s = &tree->ir.snapshots[snapshot];
    if (UNLIKELY(!s->fast)) s->fast = make_fast(&tree->ir, snapshot);
    Finish finish = s->finish;
    int takes = s->finish_takes;
    mem_reserve_open();
    current_thread->frame = frame; /* a generator's may be the trace's innermost one */
    if (LIKELY(s->fast && s->fast->is_possible))
        frame = leave_fast(s->fast, &tree->ir, s, frame, values);
    else
        frame = leave_slowly(tree, snapshot, frame, values);
    mem_reserve_close();
    if (UNLIKELY(finish)) finish_instruction(frame, finish, takes);
    return frame;
}

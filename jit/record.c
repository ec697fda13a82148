/* record.c: the recorder's life: start, one step for each instruction, end. (record.h has the rules.)
 *
 * A tree that cannot grow for want of memory is left at once, from wherever the recorder is (ir_no_memory): nothing in
 * there holds memory or references but the tree and the recorder's own state. */
#include "jit/record.h"

#include <stdio.h>
#include <stdlib.h>

#include "objects/activity.h"
#include "objects/function.h"

Recorder rec;
bool jit_is_recording, jit_calls_out;

/* --- start and end --- */

static void recorder_reset(JitTree *tree)
{
    memset(&rec, 0, offsetof(Recorder, slots));
    rec.snapshot = rec.raise_snapshot = -1;
    rec.has_effects = rec.needs_valid_check = rec.is_done = rec.ran_in_memory = rec.expects_frame = rec.returned =
        false;
    rec.instructions = 0;
    rec.reason = REASON_NONE;
    rec.followed_count = rec.generator_count = rec.unrolled = 0;
    rec.kinds_differ = rec.has_called = rec.is_recursive = false;
    for (int i = 0; i < RECORD_OBJECTS; i++) rec.objects[i].holders = 0;
    rec.handled_depth = rec.tracked_count = 0;
    rec.is_unwinding = rec.has_checkpoint = false;
    rec.tree = tree;
    rec.ir = &tree->ir;
    rec.place = tree->place;
    rec.saved = tree->ir; /* counts to go back to; the vectors themselves may move */
    rec.handled = rec.in_flight = (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0};
}

static void enter_frame_model(Frame *frame, int base)
{
    RecordFrame *f = &rec.frames[rec.frame_count++];
    *f = (RecordFrame){.frame = frame,
                       .code = frame->code,
                       .function = REF_NONE,
                       .base = base,
                       .function_slot = {const_value(VALUE_NONE), OWN_NONE, true, 0}};
    rec.f = f;
}

JitTree *recording_tree(void)
{
    return rec.tree;
}

static void begin(void)
{
    jit_is_recording = true;
}

static NULLABLE JitTree *tree_new(Place *place)
{
    static uint32_t serial;
    JitTree *tree = raw_calloc(1, sizeof *tree);
    if (!tree) return NULL;
    tree_init(&tree->ir);
    tree->id = ++serial;
    tree->place = place;
    tree->valid = 1;
    return tree;
}

bool record_start_root(Place *place, Frame *frame)
{
    int words = frame_quick(frame)->frame_words - FRAME_WORDS;
    JitTree *tree = words <= RECORD_SLOTS ? tree_new(place) : NULL;
    if (!tree) return false;
    if (setjmp(ir_no_memory)) {
        tree_destroy(tree);
        return false;
    }
    recorder_reset(tree);
    rec.bridge_of = -1;
    rec.frame_count = 0;
    rec.started_in = frame;
    enter_frame_model(frame, 0);
    for (int i = 0; i < words; i++) rec.slots[i] = (Slot){REF_UNREAD, OWN_MEMORY, false, 0};
    rec.f->depth = (int)(frame->sp - frame_stack_base(frame));
    tree->entry_depth = rec.f->depth;
    *VECTOR_ADD(&tree->ir, segments) = (Segment){0, 0, -1, -1, 0};
    /* Snapshot 0: the state at the head, nothing changed: what a failing entry check needs. */
    rec.f->unit = place->is_function ? place->unit + 1 : place->unit;
    record_snapshot();
    tree->ir.snapshots[0].kind = SNAP_ENTRY;
    begin();
    return true;
}

static bool restore_slot(const Tree *ir, const SnapEntry *entry)
{
    bool is_handled = entry->slot == SLOT_HANDLED;
    Slot *slot = is_handled ? &rec.handled : &rec.slots[entry->slot];
    if (is_handled) rec.handled_depth = entry->flags >> HANDLED_DEPTH_SHIFT;
    slot->ref = entry->ref;
    slot->modified = true;
    slot->source = 0;
    if (REF_IS_VIRTUAL(entry->ref) && ir->virtuals[entry->ref - REF_VIRTUAL].kind == VIRTUAL_INSTANCE)
        return object_read(entry->ref - REF_VIRTUAL, slot);
    if (entry->flags & SLOT_OWNED)
        slot->own = OWN_SELF;
    else if (REF_IS_VIRTUAL(entry->ref) && virtual_of(entry->ref)->kind > VIRTUAL_LIST_ITERATOR)
        slot->own = OWN_NONE;
    else if (REF_IS_VIRTUAL(entry->ref))
        slot->own = OWN_MEMORY; /* an iterator that stands in its slot */
    else
        slot->own = is_counted(entry->ref) && !REF_IS_CONST(entry->ref) ? OWN_FRAGILE : OWN_NONE;
    return true;
}

static bool finish(void);

static bool start_bridge(JitTree *tree, int snapshot, Frame *innermost, Frame *entry_frame)
{
    Tree *ir = &tree->ir;
    const Snapshot *s = &ir->snapshots[snapshot];
    if (s->frame_count > RECORD_FRAMES || ir->segments_count >= TREE_SEGMENTS_MAX || ir->ins_count > TREE_INS_MAX)
        return false;
    recorder_reset(tree);
    rec.bridge_of = snapshot;
    rec.frame_count = 0;
    ir_rewind(ir, snapshot);
    Frame *chain[RECORD_FRAMES] = {NULL};
    Frame *frame = innermost;
    for (int i = s->frame_count - 1; i >= 0; i--, frame = frame->previous) {
        if (!frame) return false;
        chain[i] = frame;
    }
    if (chain[0] != entry_frame) return false;
    rec.started_in = innermost;
    for (int i = 0; i < s->frame_count; i++) {
        SnapFrame sf = ir->frames[s->first_frame + i];
        enter_frame_model(chain[i], sf.base);
        rec.f->function = sf.function;
        rec.f->depth = sf.depth;
        rec.f->unit = sf.unit;
        rec.f->return_units = sf.return_units;
        rec.f->exit = i ? sf.exit : 0;
        rec.f->is_generator = sf.function_flags & FRAME_OF_GENERATOR;
        rec.f->is_linked = sf.function_flags & FRAME_IS_LINKED;
        rec.f->suspended_at = -1;
        if (!rec.f->is_generator)
            rec.f->function_slot = (Slot){sf.function, sf.function_flags & SLOT_OWNED ? OWN_SELF : OWN_NONE, true, 0};
        if (i > 0 && !rec.f->is_generator && REF_IS_INS(sf.function) && rec.f->function_slot.own == OWN_NONE)
            rec.f->function_slot.own = OWN_FRAGILE;
        int words = frame_quick(chain[i])->frame_words - FRAME_WORDS;
        if (sf.base + words > RECORD_SLOTS) return false;
        Slot fresh = i == 0 || rec.f->is_generator ? (Slot){REF_UNREAD, OWN_MEMORY, false, 0}
                                                   : (Slot){const_value(VALUE_NULL), OWN_NONE, true, 0};
        for (int k = 0; k < words; k++) rec.slots[sf.base + k] = fresh;
    }
    for (int i = 0; i < s->entry_count; i++) {
        if (!restore_slot(ir, &ir->entries[s->first_entry + i])) return false;
    }
    bool is_raise = s->kind == SNAP_RAISE;
    if (is_raise && (s->keeps_sp || !record_handler_exists())) return false;
    *VECTOR_ADD(ir, segments) = (Segment){ir->ins_count, 0, snapshot, -1, 0};
    begin();
    if (is_raise) record_pending_exception();
    if (ir->snapshots[snapshot].finish)
        record_finish_instruction(ir->snapshots[snapshot].finish, ir->snapshots[snapshot].finish_takes);
    if (REC_FAILED()) finish();
    return true;
}

/* Takes back everything since the start. */
static void undo(void)
{
    Tree *ir = rec.ir;
    tree_drop_codes(ir, rec.saved.codes_count);
    tree_drop_constants(ir, rec.saved.constants_count);
    ir->ins_count = rec.saved.ins_count;
    ir->args_count = rec.saved.args_count;
    ir->snapshots_count = rec.saved.snapshots_count;
    ir->entries_count = rec.saved.entries_count;
    ir->frames_count = rec.saved.frames_count;
    ir->virtuals_count = rec.saved.virtuals_count;
    ir->fields_count = rec.saved.fields_count;
    ir->segments_count = rec.saved.segments_count;
}

bool record_start_bridge(JitTree *tree, int snapshot, Frame *innermost, Frame *entry_frame)
{
    if (setjmp(ir_no_memory) == 0) return start_bridge(tree, snapshot, innermost, entry_frame);
    jit_is_recording = false;
    undo();
    return false;
}

void record_abort(Reason reason)
{
    if (rec.reason != REASON_NONE) return;
    rec.reason = reason;
    rec.reason_unit = rec.f ? rec.f->unit : 0;
    rec.reason_code = rec.f ? rec.f->code : NULL;
    rec.reason_opcode = rec.ip ? bc_base[rec.ip->opcode == BC_ENTER_TRACE ? 0 : rec.ip->opcode] : 0;
}

static void finish_aborted(void)
{
    JitTree *tree = rec.tree;
    if (jit_options.log_level >= 1) {
        fprintf(stderr, "jit: tree %u%s aborted: %s (unit %d, opcode %d, at %d)\n", tree->id,
                rec.bridge_of >= 0 ? " bridge" : "", reason_texts[rec.reason], rec.reason_unit, rec.reason_opcode,
                tree->ir.problem);
        if (jit_options.log_level >= 3) ir_print(&tree->ir, stderr);
    }
    undo();
    Place *place = rec.place;
    if (rec.bridge_of >= 0) {
        Snapshot *s = &tree->ir.snapshots[rec.bridge_of];
        s->hits = 0;
        s->tries++;
        place->reason = rec.reason;
        place->reason_unit = rec.reason_unit;
        place->reason_code = rec.reason_code;
        place->reason_opcode = rec.reason_opcode;
    } else {
        place_penalize(place, rec.reason, rec.reason_code, rec.reason_unit);
        place->reason_opcode = rec.reason_opcode;
        if (tree->state != TREE_DEAD) tree_destroy(tree); /* else it waits for its end already (lifetime.c) */
    }
}

static bool has_call(const Code *code)
{
    const Bytes *bytes = as_bytes(code->code);
    for (int i = 0; i < code->code_units; i++) {
        if ((bytes->data[i * 2] & 0xff) == BC_CALL) return true;
    }
    return false;
}

/* To enter native code and to leave it costs about as much as a hundred interpreted instructions. A straight function
 * that does less, and goes on in no other native code, is worth having only for native callers; most of those inline
 * it. But a path past the calls, or the last levels of a recursion, say nothing of the others. */
static bool pays_from_interpreter(const Place *place, const Tree *ir)
{
    enum { WORTHWHILE = 100 };
    if (!place->is_function || jit_options.mode != JIT_AUTO || rec.instructions >= WORTHWHILE) return true;
    if (rec.is_recursive || (!rec.has_called && has_call(place->code))) return true;
    for (Ref ref = 0; ref < ir->ins_count; ref++) {
        const Ins *ins = &ir->ins[ref];
        if (ins->op == IR_LINK) return true;
        if (ins->op == IR_CALL && ins->b >= HELPER_call_place_0 && ins->b <= HELPER_call_place_4) return true;
    }
    return false;
}

static void finish_done(void)
{
    JitTree *tree = rec.tree;
    Tree *ir = &tree->ir;
    int index = ir->segments_count - 1;
    Segment *segment = &ir->segments[index];
    segment->end = ir->ins_count;
    for (int i = segment->first; i < segment->end; i++) segment->effects |= ir_effects(ir, &ir->ins[i]);
    opt_dce(ir, index);
    for (int i = rec.saved.snapshots_count; i < ir->snapshots_count; i++) ir->snapshots[i].segment = index;
    if (rec.bridge_of >= 0) {
        ir->snapshots[rec.bridge_of].bridge = index;
        tree->bridges++;
    } else {
        rec.place->tree = tree;
        tree->length = rec.instructions;
        tree->is_entered = pays_from_interpreter(rec.place, ir);
    }
    if (jit_options.log_level >= 2) {
        fprintf(stderr, "jit: tree %u segment %d\n", tree->id, index);
        ir_print(ir, stderr);
    }
    if (tree->is_entered || tree->code || jit_options.mode != JIT_AUTO)
        tree_compile(tree); /* else: jit_call_function */
}

static bool finish(void)
{
    jit_is_recording = false;
    if (rec.kinds_differ) place_generalize(rec.tree, rec.frame);
    if (!rec.tree->valid) record_abort(REASON_INVALIDATED);
    if (REC_FAILED())
        finish_aborted();
    else
        finish_done();
    rec.tree = NULL;
    return false;
}

bool jit_starts_at(Frame *frame)
{
    return jit_is_recording && rec.instructions == 0 && rec.started_in == frame;
}

static bool finish_without_memory(void)
{
    opt_loop_end();
    record_abort(REASON_NO_MEMORY);
    return finish();
}

bool jit_records_unwinding(Frame *frame)
{
    if (!jit_is_recording) return false;
    if (setjmp(ir_no_memory)) return finish_without_memory();
    return rec.is_unwinding || record_flip(frame);
}

void jit_record_abandon(void)
{
    if (!jit_is_recording) return;
    record_abort(REASON_EXCEPTION);
    finish();
}

/* --- one step --- */

static void check_assumptions(void)
{
    rec.needs_valid_check = false;
    Ref valid = emit_load(IR_FLOAD, IR_WORD, ir_address(rec.ir, &rec.tree->valid), 0, ALIAS_VALID);
    emit_guard(IR_GTRUE, valid, REF_NONE);
    record_check_objects();
    record_check_exceptions();
}

static bool is_at_head(int unit)
{
    if (rec.frame_count != 1 || rec.place->is_function) return false;
    return unit == rec.place->unit && rec.f->code == rec.place->code && rec.f->depth == rec.tree->entry_depth;
}

static bool record_step(Frame *frame, Unit *ip, Value *sp)
{
    jit_calls_out = false;
    if (!jit_is_recording) return false;
    if (rec.expects_frame) {
        rec.expects_frame = false;
        if (frame->code != rec.f->code || frame->previous != rec.frames[rec.frame_count - 2].frame) {
            record_abort(REASON_DIVERGED);
            return finish();
        }
        rec.f->frame = frame;
    }
    rec.returned = false;
    if (rec.f->frame != frame) {
        record_abort(REASON_NESTED);
        return finish();
    }
    int unit = (int)(ip - frame_quick(frame)->units);
    int depth = (int)(sp - frame_stack_base(frame));
    if (rec.is_unwinding && unit != rec.f->unit) { /* the instruction did not raise, or something else */
        record_abort(REASON_DIVERGED);
        return finish();
    }
    rec.is_unwinding = rec.has_checkpoint = false;
    rec.frame = frame;
    rec.ip = ip;
    rec.sp = sp;
    rec.oparg = (int)ip->oparg;
    rec.f->unit = unit;
    rec.snapshot = rec.raise_snapshot = -1;
    rec.has_effects = false;
    rec.first_ins = rec.ir->ins_count;
    if (rec.in_flight.modified) { /* it has arrived on the stack */
        rec.in_flight = (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0};
    }
    int opcode = as_bytes(frame->code->code)->data[unit * 2] & 0xff;
    if (rec.ran_in_memory && rec.frame_count == 1) {
        for (int i = rec.memory_from; i < depth; i++) {
            rec.slots[rec.f->code->nlocalsplus + i] = (Slot){REF_UNREAD, OWN_MEMORY, false, 0, true};
        }
        rec.f->depth = depth;
    }
    rec.ran_in_memory = false;
    if (rec.f->depth != depth) {
        if (jit_options.log_level >= 1)
            fprintf(stderr, "jit: depth %d, expected %d, unit %d op %d\n", depth, rec.f->depth, unit, opcode);
        record_abort(REASON_STACK_SHAPE);
        return finish();
    }
    if (rec.instructions > 0 && is_at_head(unit)) {
        if (rec.needs_valid_check) check_assumptions();
        if (REC_FAILED() || record_close_at_head()) return finish();
    }
    if (++rec.instructions > 3000 || rec.ir->ins_count - rec.saved.ins_count > TRACE_INS_MAX) {
        record_abort(REASON_TOO_LONG);
        return finish();
    }
    if (rec.needs_valid_check) check_assumptions();
    if (!REC_FAILED()) record_instruction(opcode);
    if (REC_FAILED() || rec.is_done) return finish();
    return true;
}

bool jit_record(Frame *frame, Unit *ip, Value *sp)
{
    uint8_t activity = current_activity;
    current_activity = ACTIVITY_COMPILING;
    bool goes_on = setjmp(ir_no_memory) == 0 ? record_step(frame, ip, sp) : finish_without_memory();
    current_activity = activity;
    return goes_on;
}

/* --- ends --- */

void record_finish_exit(int unit)
{
    rec.f->unit = unit;
    rec.snapshot = -1;
    rec.has_effects = false;
    if (rec.bridge_of >= 0 && rec.ir->ins_count - rec.saved.ins_count < 8) {
        /* nothing gained: the exit itself is as good */
        rec.ir->snapshots[rec.bridge_of].tries = 100;
        record_abort(REASON_LEFT_LOOP);
        return;
    }
    int snapshot = record_snapshot();
    rec.ir->snapshots[snapshot].kind = SNAP_FINAL; /* no bridge grows here */
    emit(IR_EXIT, IR_NIL, REF_NONE, REF_NONE, snapshot, 0);
    rec.is_done = true;
}

/* The value of an entry's slot now, in the entry's form. */
static Ref end_value(const Ins *entry)
{
    Slot *slot = &rec.slots[entry->a];
    Ref ref = slot->ref;
    if (ref == REF_UNREAD) return REF_NONE;
    switch ((EntryKind)entry->aux) {
    case ENTRY_VAL:
        if (REF_IS_VIRTUAL(ref)) return virtual_field(ref, 0);
        return as_tagged(ref);
    case ENTRY_INT:
        if (ir_type(rec.ir, ref) == IR_INT) return ref;
        return ir_type(rec.ir, ref) == IR_VAL && !REF_IS_CONST(ref) ? as_int_ref(ref) : REF_NONE;
    case ENTRY_FLT:
        if (ir_type(rec.ir, ref) == IR_FLOAT) return ref;
        return ir_type(rec.ir, ref) == IR_VAL && !REF_IS_CONST(ref) ? as_float_ref(ref) : REF_NONE;
    case ENTRY_RANGE_NEXT: return is_virtual(ref, VIRTUAL_RANGE_ITERATOR) ? virtual_field(ref, 1) : REF_NONE;
    case ENTRY_RANGE_REMAINING: return is_virtual(ref, VIRTUAL_RANGE_ITERATOR) ? virtual_field(ref, 2) : REF_NONE;
    case ENTRY_RANGE_STEP: return is_virtual(ref, VIRTUAL_RANGE_ITERATOR) ? virtual_field(ref, 3) : REF_NONE;
    case ENTRY_LIST_SEQUENCE: return is_virtual(ref, VIRTUAL_LIST_ITERATOR) ? virtual_field(ref, 1) : REF_NONE;
    case ENTRY_LIST_INDEX: return is_virtual(ref, VIRTUAL_LIST_ITERATOR) ? virtual_field(ref, 2) : REF_NONE;
    default: return REF_NONE;
    }
}

static bool is_iterator_slot(int slot)
{
    for (int i = 0; i < rec.ir->segments[0].end || i < rec.ir->ins_count; i++) {
        const Ins *ins = &rec.ir->ins[i];
        if (rec.ir->segments_count > 1 && i >= rec.ir->segments[0].end) break;
        if (ins->op == IR_ENTRY && ins->a == slot && ins->aux >= ENTRY_RANGE_NEXT) return true;
    }
    return false;
}

/* All changed slots of the entry frame become owned, real values: the state that both halves of the loop agree on. */
static void settle_slots(void)
{
    int count = rec.f->code->nlocalsplus + rec.f->depth;
    for (int i = 0; i < count; i++) {
        Slot *slot = &rec.slots[i];
        if (!slot->modified) continue;
        if (REF_IS_VIRTUAL(slot->ref)) {
            if (is_object(slot->ref) || !is_iterator_ref(slot->ref) || !is_iterator_slot(i)) materialize(slot);
        }
        if (!REF_IS_VIRTUAL(slot->ref)) rec_own(slot);
    }
    rec.snapshot = -1;
}

static int collect_ends(Ref *entries, Ref *ends, int max)
{
    int count = 0, last = rec.ir->segments_count > 1 ? rec.ir->segments[0].end : rec.ir->ins_count;
    for (Ref ref = 0; ref < last; ref++) {
        const Ins entry = rec.ir->ins[ref];
        if (entry.op != IR_ENTRY) continue;
        if (count == max) return -1;
        entries[count] = ref;
        ends[count] = rec.slots[entry.a].modified ? end_value(&entry) : ref;
        bool fits = ends[count] != REF_NONE && ir_type(rec.ir, ends[count]) == (IrType)entry.type;
        if (!fits) rec.ir->problem = ref;
        if (!fits || REC_FAILED()) return -1;
        count++;
    }
    return count;
}

/* A bridge goes back to the tree's head: what it changed goes to memory, and the entries get their values directly. */
static void flush_slots(void)
{
    int count = rec.f->code->nlocalsplus + rec.f->depth;
    for (int i = 0; i < count; i++) {
        Slot *slot = &rec.slots[i];
        if (!slot->modified) continue;
        if (REF_IS_VIRTUAL(slot->ref)) { /* the iterator: its fields are entries, or memory if there is no such entry */
            Ref object = virtual_field(slot->ref, 0);
            if (REF_IS_CONST(object) || (rec.ir->fields[virtual_of(slot->ref)->first].flags & SLOT_OWNED)) {
                record_abort(REASON_STACK_SHAPE);
                return;
            }
            continue;
        }
        emit(IR_SLOTSET, IR_NIL, REF_NONE, as_tagged(slot->ref), 0, 0);
        rec.ir->ins[rec.ir->ins_count - 1].a = i;
    }
}

/* An iterator that the bridge made itself: the head wants a real object in memory to enter its fields from. */
static void realize_new_iterators(void)
{
    int count = rec.f->code->nlocalsplus + rec.f->depth;
    for (int i = rec.f->code->nlocalsplus; i < count; i++) {
        Slot *slot = &rec.slots[i];
        if (!slot->modified || !REF_IS_VIRTUAL(slot->ref)) continue;
        Virtual *v = virtual_of(slot->ref);
        if (!is_iterator_ref(slot->ref) || !REF_IS_CONST(virtual_field(slot->ref, 0))) continue;
        Ref fields[4];
        Own owns[4];
        int n = v->count;
        for (int k = 0; k < n; k++) {
            fields[k] = virtual_field(slot->ref, k);
            owns[k] = OWN_NONE;
        }
        VirtualKind kind = v->kind;
        materialize(slot);
        if (REC_FAILED()) return;
        emit(IR_SLOTSET, IR_NIL, REF_NONE, slot->ref, 0, 0);
        rec.ir->ins[rec.ir->ins_count - 1].a = i;
        fields[0] = slot->ref;
        slot->ref = virtual_new(kind, fields, owns, n);
        slot->own = OWN_MEMORY;
    }
}

/* Do the variables have the kinds that the tree's head wants? */
static bool ends_fit(void)
{
    for (Ref ref = 0; ref < rec.ir->segments[0].end; ref++) {
        const Ins *entry = &rec.ir->ins[ref];
        if (entry->op != IR_ENTRY || !rec.slots[entry->a].modified) continue;
        if (!entry_fits(rec.ir, entry, rec.frame->localsplus[entry->a])) return false;
        if (entry->aux >= ENTRY_RANGE_NEXT && !REF_IS_VIRTUAL(rec.slots[entry->a].ref)) return false;
    }
    return true;
}

static void close_bridge(void)
{
    Ref entries[CARRIED_MAX], ends[CARRIED_MAX];
    realize_new_iterators();
    if (rec.handled_depth > 0) {
        record_abort(REASON_EXCEPTION);
        return;
    }
    rec.snapshot = -1;
    int count = collect_ends(entries, ends, CARRIED_MAX);
    if (count < 0) { /* other types than the head wants, each time round: the head must not want any */
        if (!REC_FAILED()) record_finish_exit(rec.place->unit);
        rec.kinds_differ = true;
        return;
    }
    flush_slots();
    if (REC_FAILED()) return;
    int first = ir_args(rec.ir, ends, count);
    ir_append(rec.ir, (Ins){IR_JHEAD, IR_NIL, (uint16_t)count, first, 0, 0});
    rec.is_done = true;
}

static void close_root(void)
{
    Ref entries[CARRIED_MAX], ends[CARRIED_MAX];
    int end_snapshot = record_snapshot();
    int count = collect_ends(entries, ends, CARRIED_MAX);
    if (count < 0) {
        record_abort(REASON_TYPE_UNSTABLE);
        return;
    }
    end_snapshot = rec.snapshot >= 0 ? rec.snapshot : end_snapshot;
    bool is_loop = opt_loop(rec.ir, entries, ends, count, end_snapshot);
    opt_loop_end();
    if (!is_loop) {
        record_abort(REASON_TYPE_UNSTABLE);
        return;
    }
    rec.is_done = true;
}

/* False: recording goes on behind the head. A variable that begins as an int and becomes a float in the first iteration
 * ("total = 0") has the head's kind after one more iteration; a generator that yields here and there in turn is back
 * where it was. */
bool record_close_at_head(void)
{
    enum { UNROLLED_MAX = 2, GENERATOR_ROUNDS = 3 };
    if (rec.bridge_of >= 0 && !ends_fit() && rec.unrolled++ < UNROLLED_MAX) return false;
    if (rec.bridge_of < 0 && record_generators_have_moved() && rec.unrolled++ < GENERATOR_ROUNDS) return false;
    rec.snapshot = -1;
    settle_slots();
    if (REC_FAILED()) return true;
    emit(IR_SAFEPOINT, IR_NIL, REF_NONE, REF_NONE, record_snapshot(), 0);
    if (rec.bridge_of >= 0)
        close_bridge();
    else
        close_root();
    return true;
}

/* Everything that the trace has changed goes to memory: the frame is as the interpreter would have it. */
static void write_back(void)
{
    int count = rec.f->code->nlocalsplus + rec.f->depth;
    for (int i = 0; i < count; i++) {
        if (rec.slots[i].modified && REF_IS_VIRTUAL(rec.slots[i].ref)) materialize(&rec.slots[i]);
    }
    settle_slots();
    for (int i = 0; i < count && !REC_FAILED(); i++) {
        if (rec.slots[i].modified) as_tagged(rec.slots[i].ref); /* its guard: before anything is moved */
    }
    for (int i = 0; i < count && !REC_FAILED(); i++) {
        if (!rec.slots[i].modified) continue;
        ir_append(rec.ir, (Ins){IR_SLOTSET, IR_NIL, 0, i, as_tagged(rec.slots[i].ref), 0});
        rec.slots[i] = (Slot){REF_UNREAD, OWN_MEMORY, false, 0, true};
    }
    rec.snapshot = -1;
}

void record_link(Place *place)
{
    rec.f->unit = place->unit;
    rec.snapshot = -1;
    record_flush_handled();
    settle_slots();
    if (!REC_FAILED()) emit(IR_SAFEPOINT, IR_NIL, REF_NONE, REF_NONE, record_snapshot(), 0);
    if (!REC_FAILED()) write_back();
    if (REC_FAILED()) return;
    int snapshot = record_snapshot();
    rec.ir->snapshots[snapshot].kind = SNAP_FINAL;
    int used = rec.f->code->nlocalsplus + rec.f->depth;
    ir_append(rec.ir, (Ins){IR_LINK, IR_NIL, 0, used, ir_address(rec.ir, &place->link), snapshot});
    rec.is_done = true;
}

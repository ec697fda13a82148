/* record_exception.c: virtual exceptions: raised and caught inside a trace, they need never exist.
 *
 * A virtual exception is what it would be made of: class, args, attributes, context, cause, and a traceback of frames
 * and positions. An inlined frame that it has left goes on as a virtual frame with all its locals, for these live as
 * long as the traceback does. Several slots may hold one exception; since a virtual object never changes (snapshots
 * refer to it), a change makes a new one and puts it in the place of the old one everywhere (rewrite).
 *
 * It becomes real in an exit (exit_exception.c), or in the trace when something wants the object itself
 * (materialize_exception): all of it then, the traceback too. That is done without a guard, so it can be done anywhere;
 * only a traceback through an inlined frame that still runs cannot be made: that function is not inlined again.
 *
 * With an EXCEPTION_OBJECT the object exists (a helper has raised it), nobody else has it, and its newest traceback
 * entries are virtual. */
#include "jit/record.h"
#include "objects/abstract.h"
#include "objects/exception_internal.h"
#include "objects/shape.h"
#include "objects/type.h"

Value jit_exception_arguments[VIRTUAL_FIELDS_MAX];

/* --- making and changing --- */

typedef struct Draft {
    VirtualKind kind;
    int count;
    Ref refs[VIRTUAL_FIELDS_MAX];
    Own owns[VIRTUAL_FIELDS_MAX];
} Draft;

static void draft_of(Ref ref, Draft *d)
{
    const Virtual *v = virtual_of(ref);
    d->kind = v->kind;
    d->count = v->count;
    for (int i = 0; i < v->count; i++) {
        const VirtualField *f = &rec.ir->fields[v->first + i];
        d->refs[i] = f->ref;
        d->owns[i] = f->flags & SLOT_OWNED ? OWN_SELF : OWN_NONE;
    }
}

static Ref draft_finish(const Draft *d)
{
    return virtual_new(d->kind, d->refs, d->owns, d->count);
}

static void draft_add(Draft *d, Ref ref, Own own)
{
    if (d->count == VIRTUAL_FIELDS_MAX) {
        record_abort(REASON_TOO_DEEP);
        return;
    }
    d->refs[d->count] = ref;
    d->owns[d->count++] = own;
}

bool is_virtual_exception(Ref ref)
{
    return is_virtual(ref, VIRTUAL_EXCEPTION);
}

static int attr_count(const Draft *d)
{
    return (int)ir_constant(rec.ir, d->refs[EXCEPTION_ATTRS])->bits;
}

static int first_traceback(const Draft *d)
{
    return EXCEPTION_HEAD + 2 * attr_count(d);
}

static bool is_frame_field(const Draft *d, int index)
{
    if (d->kind == VIRTUAL_FRAME) return index == FRAME_BACK;
    if (d->kind != VIRTUAL_EXCEPTION) return false;
    int first = first_traceback(d);
    return index >= first && (index - first) % 2 == 0;
}

/* Replaces virtual objects in all slots and in the fields of other virtual objects: `from` by `to`, and the frame that
 * runs as number `running` by the one that has ended. */
typedef struct Rewrite {
    Ref from, to;
    int running, uses; /* uses: places that now hold `to`, when it is real */
    Ref ended;
    Ref old[64], new[64];
    int count;
} Rewrite;

static Rewrite rewriting;
static Ref *tracked[32]; /* refs in hand that shall follow */

/* One more place holds the real object, whose first reference is there already. */
static void count_use(void)
{
    if (rewriting.uses++) emit(IR_INCREF, IR_NIL, rewriting.to, REF_NONE, 0, 0);
}

static Ref rewritten(Ref ref);

static Ref rewritten_field(Draft *d, int index)
{
    Ref ref = d->refs[index];
    if (is_frame_field(d, index) && REF_IS_CONST(ref)) {
        bool ends = rewriting.running >= 0 && ir_constant(rec.ir, ref)->bits == (uint64_t)rewriting.running;
        return ends ? rewriting.ended : ref;
    }
    Ref new = rewritten(ref);
    if (new != ref && !REF_IS_VIRTUAL(new)) {
        count_use();
        d->owns[index] = OWN_SELF;
    }
    return new;
}

static Ref rewritten(Ref ref)
{
    if (!REF_IS_VIRTUAL(ref)) return ref;
    if (ref == rewriting.from) return rewriting.to;
    if (is_object(ref) || virtual_of(ref)->kind <= VIRTUAL_SLICE) return ref;
    for (int i = 0; i < rewriting.count; i++) {
        if (rewriting.old[i] == ref) return rewriting.new[i];
    }
    Draft d;
    draft_of(ref, &d);
    bool changes = false;
    for (int i = 0; i < d.count; i++) {
        Ref new = rewritten_field(&d, i);
        changes |= new != d.refs[i];
        d.refs[i] = new;
    }
    Ref result = changes ? draft_finish(&d) : ref;
    if (rewriting.count == (int)COUNT_OF(rewriting.old)) {
        record_abort(REASON_TOO_DEEP);
        return result;
    }
    rewriting.old[rewriting.count] = ref;
    rewriting.new[rewriting.count++] = result;
    return result;
}

static void rewrite_slot(Slot *slot, int unused)
{
    Ref new = rewritten(slot->ref);
    if (new == slot->ref) return;
    slot->ref = new;
    slot->modified = true;
    slot->own = OWN_NONE;
    if (REF_IS_VIRTUAL(new)) return;
    count_use();
    slot->own = OWN_SELF;
}

static void rewrite(Ref from, Ref to, int running, Ref ended)
{
    rewriting.from = from;
    rewriting.to = to;
    rewriting.running = running;
    rewriting.ended = ended;
    rewriting.uses = rewriting.count = 0;
    for_all_slots(rewrite_slot, 0);
    for (int i = 0; i < rec.tracked_count; i++) *tracked[i] = rewritten(*tracked[i]);
    rec.snapshot = rec.raise_snapshot = -1;
}

static void replace(Ref from, Ref to)
{
    rewrite(from, to, -1, REF_NONE);
}

static void track(Ref *ref)
{
    if (rec.tracked_count == (int)COUNT_OF(tracked))
        record_abort(REASON_TOO_DEEP);
    else
        tracked[rec.tracked_count++] = ref;
}

/* --- new ones --- */

bool has_plain_new(const Type *class)
{
    return class->new_instance == exception_new_instance && !type_has_flag(class, TYPE_ABSTRACT | TYPE_HAS_FINALIZER);
}

/* What a virtual object is to hold must be able to become real without a guard. */
static void settle_held(Slot *slot)
{
    if (REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    if (!REC_FAILED() && ir_type(rec.ir, slot->ref) == IR_FLOAT) slot->ref = as_tagged(slot->ref);
    rec_detach(slot);
}

static Slot held_copy(Slot *slot)
{
    settle_held(slot);
    Slot copy = *slot;
    copy.own = is_counted(copy.ref) && !REF_IS_CONST(copy.ref) ? OWN_FRAGILE : OWN_NONE;
    rec_own(&copy);
    return copy;
}

static Ref args_of_stack(int nargs)
{
    Ref refs[VIRTUAL_FIELDS_MAX];
    Own owns[VIRTUAL_FIELDS_MAX];
    for (int i = 0; i < nargs; i++) {
        Slot copy = held_copy(rec_stack(nargs - i));
        refs[i] = copy.ref;
        owns[i] = copy.own;
    }
    return virtual_new(VIRTUAL_TUPLE, refs, owns, nargs);
}

static Ref exception_of(Value class, Ref object, Ref args)
{
    Ref null = const_value(VALUE_NULL);
    Ref refs[EXCEPTION_HEAD] = {const_value(class), object, args, null, null, ir_bool(rec.ir, false),
                                ir_word(rec.ir, 0)};
    Own owns[EXCEPTION_HEAD] = {OWN_NONE, object == null ? OWN_NONE : OWN_SELF};
    return virtual_new(VIRTUAL_EXCEPTION, refs, owns, EXCEPTION_HEAD);
}

Ref record_exception_new(Type *class, int nargs)
{
    if (nargs > 16) {
        record_abort(REASON_CALL_KIND);
        return REF_NONE;
    }
    return exception_of(value_from_type(class), const_value(VALUE_NULL), args_of_stack(nargs));
}

Ref record_exception_of(Type *class, Slot *argument)
{
    Slot copy = held_copy(argument);
    Ref args = virtual_new(VIRTUAL_TUPLE, &copy.ref, (Own[]){copy.own}, 1);
    return exception_of(value_from_type(class), const_value(VALUE_NULL), args);
}

Ref record_exception_around(const Type *class, Ref object)
{
    return exception_of(value_from_type((Type *)class), object, const_value(VALUE_NULL));
}

/* BaseException.__init__(self, …): the args anew. */
void record_exception_init(Ref self, int nargs)
{
    Draft d;
    Ref args = args_of_stack(nargs);
    if (REC_FAILED()) return;
    draft_of(self, &d);
    Ref old = d.refs[EXCEPTION_ARGS];
    d.refs[EXCEPTION_ARGS] = args;
    replace(self, draft_finish(&d));
    rec_release((Slot){old, d.owns[EXCEPTION_ARGS], true, 0});
}

/* After Python code: the classes of the virtual exceptions are as they were (a __del__ that has come is to run). */
static void guard_classes(Ref ref)
{
    if (!REF_IS_VIRTUAL(ref) || is_object(ref) || virtual_of(ref)->kind <= VIRTUAL_SLICE || REC_FAILED()) return;
    const Virtual v = *virtual_of(ref);
    if (v.kind == VIRTUAL_EXCEPTION)
        record_guard_version(as_type((Value){ir_constant(rec.ir, virtual_field(ref, EXCEPTION_CLASS))->bits}));
    for (int i = 0; i < v.count; i++) guard_classes(rec.ir->fields[v.first + i].ref);
}

static void guard_classes_in(Slot *slot, int unused)
{
    guard_classes(slot->ref);
}

void record_check_exceptions(void)
{
    for_all_slots(guard_classes_in, 0);
}

/* --- raising --- */

/* The one whose traceback is empty and that nothing was chained to. */
bool record_exception_is_fresh(Ref exception)
{
    Draft d;
    draft_of(exception, &d);
    return d.count == first_traceback(&d) && d.refs[EXCEPTION_CONTEXT] == const_value(VALUE_NULL);
}

void record_exception_chain(Ref exception, int field, Slot link, bool suppress)
{
    Draft d;
    draft_of(exception, &d);
    d.refs[field] = link.ref;
    d.owns[field] = link.own;
    if (suppress) d.refs[EXCEPTION_SUPPRESS] = ir_bool(rec.ir, true);
    replace(exception, draft_finish(&d));
}

/* The exception passes the innermost frame. */
void record_exception_passes(Ref exception)
{
    Draft d;
    draft_of(exception, &d);
    draft_add(&d, ir_word(rec.ir, rec.frame_count - 1), OWN_NONE);
    draft_add(&d, ir_word(rec.ir, rec.f->unit), OWN_NONE);
    if (!REC_FAILED()) replace(exception, draft_finish(&d));
}

/* Emits what the locals of a frame that is about to end need for living on without a guard. */
void record_settle_locals(const RecordFrame *f)
{
    if (f->code->nlocalsplus + FRAME_LOCALS > VIRTUAL_FIELDS_MAX) {
        do_not_inline(f->code);
        record_abort(REASON_NOT_INLINED);
        return;
    }
    for (int i = 0; i < f->code->nlocalsplus && !REC_FAILED(); i++) {
        Slot *slot = &rec.slots[f->base + i];
        if (is_virtual_exception(slot->ref)) { /* it would hold itself: its traceback holds the frame */
            do_not_inline(f->code);
            record_abort(REASON_NOT_INLINED);
        } else if (REF_IS_VIRTUAL(slot->ref)) {
            materialize(slot);
        } else if (ir_type(rec.ir, slot->ref) == IR_FLOAT) {
            slot->ref = as_tagged(slot->ref);
        }
    }
}

bool record_has_virtuals(const RecordFrame *f)
{
    for (int i = 0; i < f->code->nlocalsplus; i++) {
        if (REF_IS_VIRTUAL(rec.slots[f->base + i].ref)) return true;
    }
    return false;
}

static void own_if_borrowed_above(Slot *slot, int base)
{
    if (slot->own == OWN_SLOT && slot->source >= base) rec_own(slot);
}

static void release_virtual(Ref ref);
static bool is_held(Ref ref);

/* The innermost frame, whose stack is empty, is left by an exception. */
void record_frame_ends(void)
{
    RecordFrame f = *rec.f;
    Draft d = {.kind = VIRTUAL_FRAME};
    Slot function = f.function_slot;
    if (REF_IS_CONST(f.function))
        function = (Slot){f.function, OWN_NONE, true, 0};
    else
        rec_own(&function);
    record_keep_code(f.code);
    for_all_object_fields(own_if_borrowed_above, f.base);
    draft_add(&d, f.function, function.own == OWN_SELF ? OWN_SELF : OWN_NONE);
    draft_add(&d, ir_address(rec.ir, f.code), OWN_NONE);
    draft_add(&d, ir_word(rec.ir, f.blame), OWN_NONE);
    draft_add(&d, ir_word(rec.ir, rec.frame_count - 2), OWN_NONE);
    for (int i = 0; i < f.code->nlocalsplus; i++) {
        Slot *slot = &rec.slots[f.base + i];
        if (!REF_IS_CONST(slot->ref)) rec_own(slot);
        draft_add(&d, slot->ref, REF_IS_CONST(slot->ref) && slot->own != OWN_SELF ? OWN_NONE : slot->own);
    }
    rec.frame_count--;
    rec.f = &rec.frames[rec.frame_count - 1];
    Ref ended = draft_finish(&d);
    rewrite(REF_NONE, REF_NONE, rec.frame_count, ended);
    if (!is_held(ended)) release_virtual(ended);
}

/* --- the end of one --- */

static Ref wanted;
static bool is_found;

static bool contains_ref(Ref ref)
{
    if (ref == wanted) return true;
    if (!REF_IS_VIRTUAL(ref) || is_object(ref)) return false;
    const Virtual v = *virtual_of(ref);
    if (v.kind <= VIRTUAL_SLICE) return false;
    for (int i = 0; i < v.count; i++) {
        if (contains_ref(rec.ir->fields[v.first + i].ref)) return true;
    }
    return false;
}

static bool shows_running(Ref ref, int running)
{
    if (!REF_IS_VIRTUAL(ref) || is_object(ref) || virtual_of(ref)->kind <= VIRTUAL_SLICE) return false;
    Draft d;
    draft_of(ref, &d);
    for (int i = 0; i < d.count; i++) {
        bool is_running = is_frame_field(&d, i) && REF_IS_CONST(d.refs[i]);
        if (is_running ? ir_constant(rec.ir, d.refs[i])->bits == (uint64_t)running : shows_running(d.refs[i], running))
            return true;
    }
    return false;
}

static void look_for_running(Slot *slot, int running)
{
    is_found |= shows_running(slot->ref, running);
}

/* The innermost frame returns while a traceback shows it as running: the exception outlives its handler. */
bool record_frame_is_shown(void)
{
    for (Ref ref = rec.ir->chain_head[IR_CALL]; ref >= 0 && rec.frame_count == 1; ref = rec.ir->chain[ref]) {
        if (rec.ir->ins[ref].op == IR_CALL && rec.ir->ins[ref].b == HELPER_traceback_entry) return true;
    }
    is_found = false;
    for_all_slots(look_for_running, rec.frame_count - 1);
    return is_found;
}

static void look_for_wanted(Slot *slot, int unused)
{
    is_found |= contains_ref(slot->ref);
}

static bool is_held(Ref ref)
{
    wanted = ref;
    is_found = false;
    for_all_slots(look_for_wanted, 0);
    return is_found;
}

static bool owns_ref(Ref holder, Ref ref)
{
    const Virtual v = *virtual_of(holder);
    for (int i = 0; i < v.count; i++) {
        const VirtualField *f = &rec.ir->fields[v.first + i];
        if (f->ref == ref && (f->flags & SLOT_OWNED)) return true;
        if (REF_IS_VIRTUAL(f->ref) && owns_ref(f->ref, ref)) return true;
    }
    return false;
}

static void look_for_owner(Slot *slot, int ref)
{
    if (REF_IS_VIRTUAL(slot->ref))
        is_found |= !is_object(slot->ref) && owns_ref(slot->ref, ref);
    else
        is_found |= slot->ref == ref && (slot->own == OWN_SELF || slot->own == OWN_MEMORY);
}

bool record_is_owned(Ref ref)
{
    is_found = false;
    for_all_slots(look_for_owner, ref);
    return is_found;
}

/* Gives up an owned real value of a virtual object. */
static void release_real(Ref ref)
{
    if (is_counted(ref)) record_release_ref(ref, record_is_owned(ref));
}

static void release_parts(Ref ref);

static void release_field(const Draft *d, int index, bool is_kept)
{
    Ref ref = d->refs[index];
    if (!REF_IS_VIRTUAL(ref)) {
        if (d->owns[index] == OWN_SELF) release_real(ref);
    } else if (virtual_of(ref)->kind == VIRTUAL_TUPLE) {
        Draft items;
        draft_of(ref, &items);
        for (int i = 0; i < items.count; i++) release_field(&items, i, false);
    } else if (!is_kept) {
        release_parts(ref);
    }
}

/* The order in which an exception gives up what it has (exception_clear): args, the traceback from the outermost frame
 * on, context, cause, attributes. */
static int release_order(const Draft *d, int *order)
{
    int count = 0;
    if (d->kind == VIRTUAL_FRAME) {
        for (int i = FRAME_LOCALS; i < d->count; i++) order[count++] = i;
        order[count++] = FRAME_BACK;
        order[count++] = FRAME_FUNCTION;
        return count;
    }
    int first = first_traceback(d);
    order[count++] = EXCEPTION_ARGS;
    for (int i = d->count - 2; i >= first; i -= 2) order[count++] = i;
    order[count++] = EXCEPTION_OBJECT;
    order[count++] = EXCEPTION_CONTEXT;
    order[count++] = EXCEPTION_CAUSE;
    for (int i = EXCEPTION_HEAD; i < first; i += 2) order[count++] = i + 1;
    return count;
}

/* What has gone already together with something else that refers to it. */
static Ref gone[64];
static int gone_count;

static bool goes_now(Ref ref)
{
    for (int i = 0; i < gone_count; i++) {
        if (gone[i] == ref) return false;
    }
    if (gone_count == (int)COUNT_OF(gone)) {
        record_abort(REASON_TOO_DEEP);
        return false;
    }
    gone[gone_count++] = ref;
    return true;
}

/* What else holds the parts is asked before the first of them goes: going may make others real. */
static void release_parts(Ref ref)
{
    if (!goes_now(ref)) return;
    Draft d;
    int order[VIRTUAL_FIELDS_MAX];
    bool is_kept[VIRTUAL_FIELDS_MAX];
    draft_of(ref, &d);
    int count = release_order(&d, order);
    for (int i = 0; i < count; i++) is_kept[i] = REF_IS_VIRTUAL(d.refs[order[i]]) && is_held(d.refs[order[i]]);
    for (int i = 0; i < count; i++) release_field(&d, order[i], is_kept[i]);
}

static void release_virtual(Ref ref)
{
    gone_count = 0;
    release_parts(ref);
}

void record_release_exception(Ref ref)
{
    if (!is_held(ref)) release_virtual(ref);
}

/* --- becoming real --- */

/* The value of a field for a helper that takes it over. */
static Ref given(const Draft *d, int index)
{
    Ref ref = as_tagged(d->refs[index]);
    if (d->owns[index] != OWN_SELF && is_counted(ref)) emit(IR_INCREF, IR_NIL, ref, REF_NONE, 0, 0);
    return ref;
}

static void give_in_buffer(const Draft *d, int first)
{
    Ref buffer = ir_address(rec.ir, jit_exception_arguments);
    for (int i = first; i < d->count; i++) {
        ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, given(d, i), (i - first) * 8});
    }
}

/* Only the entry frame has an object to point to; it is meant by 0. */
static bool runs_inlined(const Draft *d)
{
    for (int i = 0; i < d->count; i++) {
        if (!is_frame_field(d, i)) continue;
        if (REF_IS_VIRTUAL(d->refs[i])) {
            Draft frame;
            draft_of(d->refs[i], &frame);
            if (runs_inlined(&frame)) return true;
        } else if (REF_IS_CONST(d->refs[i]) && ir_constant(rec.ir, d->refs[i])->bits != 0) {
            do_not_inline(rec.frames[ir_constant(rec.ir, d->refs[i])->bits].code);
            return true;
        }
    }
    return false;
}

static Ref frame_argument(const Draft *d, int index)
{
    return REF_IS_CONST(d->refs[index]) ? const_value(VALUE_NULL) : d->refs[index];
}

/* The ended frame's object takes the virtual one's place. */
static void materialize_frame(Ref frame)
{
    Draft d;
    int depth = rec.tracked_count;
    track(&frame);
    draft_of(frame, &d);
    if (REF_IS_VIRTUAL(d.refs[FRAME_BACK])) materialize_frame(d.refs[FRAME_BACK]);
    rec.tracked_count = depth;
    if (REC_FAILED()) return;
    draft_of(frame, &d);
    Ref function = given(&d, FRAME_FUNCTION);
    give_in_buffer(&d, FRAME_LOCALS);
    Ref args[] = {function, d.refs[FRAME_CODE], d.refs[FRAME_UNIT], frame_argument(&d, FRAME_BACK)};
    Ref object = emit_call(HELPER_ended_frame, args, 4);
    if (d.owns[FRAME_BACK] == OWN_SELF) emit(IR_DECREF, IR_NIL, d.refs[FRAME_BACK], REF_NONE, 0, 2);
    replace(frame, object);
}

/* Whatever the exception refers to becomes real; `ref` follows. */
static void materialize_parts(Ref *ref)
{
    Draft d;
    draft_of(*ref, &d);
    for (int i = EXCEPTION_CONTEXT; i <= EXCEPTION_CAUSE && !REC_FAILED(); i++) {
        if (is_virtual_exception(d.refs[i])) materialize_exception(d.refs[i]);
        draft_of(*ref, &d);
    }
    if (!REC_FAILED() && runs_inlined(&d)) record_abort(REASON_NOT_INLINED);
    for (int i = first_traceback(&d); i < d.count && !REC_FAILED(); i += 2) {
        if (REF_IS_VIRTUAL(d.refs[i])) materialize_frame(d.refs[i]);
        draft_of(*ref, &d);
    }
}

static Ref make_exception(const Draft *d)
{
    Ref args[] = {d->refs[EXCEPTION_CLASS], ir_word(rec.ir, -1)};
    if (is_virtual(d->refs[EXCEPTION_ARGS], VIRTUAL_TUPLE)) {
        Draft items;
        draft_of(d->refs[EXCEPTION_ARGS], &items);
        give_in_buffer(&items, 0);
        args[1] = ir_word(rec.ir, items.count);
    } else {
        Ref buffer = ir_address(rec.ir, jit_exception_arguments);
        ir_append(rec.ir, (Ins){IR_FSTORE, IR_NIL, ALIAS_OTHER, buffer, given(d, EXCEPTION_ARGS), 0});
    }
    Ref exception = emit_call(HELPER_exception_make, args, 2);
    Ref links[] = {exception, given(d, EXCEPTION_CONTEXT), given(d, EXCEPTION_CAUSE), d->refs[EXCEPTION_SUPPRESS]};
    bool has_links = links[1] != const_value(VALUE_NULL) || links[3] != ir_bool(rec.ir, false);
    if (has_links) emit_call(HELPER_exception_link, links, 4);
    for (int i = EXCEPTION_HEAD; i < first_traceback(d); i += 2) {
        Ref attr[] = {exception, d->refs[i], given(d, i + 1)};
        emit_call(HELPER_exception_attr, attr, 3);
    }
    return exception;
}

void materialize_exception(Ref ref)
{
    int depth = rec.tracked_count;
    track(&ref);
    materialize_parts(&ref);
    rec.tracked_count = depth;
    if (REC_FAILED()) return;
    Draft d;
    draft_of(ref, &d);
    bool exists = d.refs[EXCEPTION_OBJECT] != const_value(VALUE_NULL);
    Ref exception = exists ? d.refs[EXCEPTION_OBJECT] : make_exception(&d);
    for (int i = first_traceback(&d); i < d.count; i += 2) {
        Ref args[] = {exception, frame_argument(&d, i), d.refs[i + 1]};
        emit_call(HELPER_traceback_entry, args, 3);
    }
    replace(ref, exception);
}

/* --- attributes --- */

static bool guard_attribute(Type *class, Value name)
{
    Value attribute = type_lookup_borrow(class, name);
    if (!value_is_null(attribute) && type_of(attribute)->descr_set) return false;
    return record_guard_version(class);
}

static int find_attr(const Draft *d, Value name)
{
    for (int i = EXCEPTION_HEAD; i < first_traceback(d); i += 2) {
        if (d->refs[i] == const_value(name)) return i + 1;
    }
    return -1;
}

static bool has_object(const Draft *d)
{
    return d->refs[EXCEPTION_OBJECT] != const_value(VALUE_NULL);
}

bool record_exception_attr(Value name)
{
    Draft d;
    Type *class = type_of(actual(1));
    draft_of(rec_stack_ref(1), &d);
    int index = find_attr(&d, name);
    if (has_object(&d) || index < 0 || class->getattr != generic_getattr || !guard_attribute(class, name)) return false;
    Slot exception = rec_take();
    Ref ref = d.refs[index];
    rec_push(ref, d.owns[index] == OWN_SELF ? OWN_FRAGILE : OWN_NONE);
    if (!is_held(exception.ref)) rec_own(rec_stack(1));
    rec_release(exception);
    return true;
}

/* [value, exception] */
bool record_exception_set_attr(Value name)
{
    Draft d;
    Type *class = type_of(actual(1));
    Ref exception = rec_stack_ref(1);
    draft_of(exception, &d);
    int index = find_attr(&d, name);
    bool fits = index >= 0 || (d.count == first_traceback(&d) && d.count + 2 <= VIRTUAL_FIELDS_MAX);
    if (has_object(&d) || !fits || class->setattr != generic_setattr || !guard_attribute(class, name)) return false;
    Slot *value = rec_stack(2);
    settle_held(value);
    if (REC_FAILED()) return true;
    rec_own(value);
    Slot old = {const_value(VALUE_NULL), OWN_NONE, true, 0};
    if (index >= 0) {
        old = (Slot){d.refs[index], d.owns[index], true, 0};
        d.refs[index] = value->ref;
        d.owns[index] = value->own;
    } else {
        draft_add(&d, const_value(name), OWN_NONE);
        draft_add(&d, value->ref, value->own);
        d.refs[EXCEPTION_ATTRS] = ir_word(rec.ir, attr_count(&d) + 1);
    }
    replace(exception, draft_finish(&d));
    Slot owner = rec_take();
    rec_take(); /* its reference is the attribute's now */
    rec_release(old);
    rec_release(owner);
    return true;
}

/* --- operands of instructions that know nothing of virtual exceptions --- */

static int operand_count(int opcode, int oparg)
{
    switch (opcode) {
    case BC_NOP:
    case BC_CACHE:
    case BC_EXTENDED_ARG:
    case BC_PRECALL:
    case BC_KW_NAMES:
    case BC_RESUME:
    case BC_JUMP_FORWARD:
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT:
    case BC_PUSH_NULL:
    case BC_LOAD_CONST:
    case BC_LOAD_FAST:
    case BC_LOAD_CLOSURE:
    case BC_LOAD_GLOBAL:
    case BC_LOAD_NAME:
    case BC_LOAD_DEREF:
    case BC_LOAD_ASSERTION_ERROR:
    case BC_DELETE_FAST:
    case BC_MAKE_CELL:
    case BC_COPY_FREE_VARS: return 0;
    /* these know of them */
    case BC_POP_TOP:
    case BC_COPY:
    case BC_SWAP:
    case BC_STORE_FAST:
    case BC_LOAD_ATTR:
    case BC_STORE_ATTR:
    case BC_RETURN_VALUE:
    case BC_RAISE_VARARGS:
    case BC_RERAISE:
    case BC_PUSH_EXC_INFO:
    case BC_POP_EXCEPT:
    case BC_WITH_EXCEPT_START:
    case BC_CHECK_EXC_MATCH: return 0;
    case BC_BEFORE_WITH: return 1;
    case BC_BINARY_OP:
    case BC_COMPARE_OP:
    case BC_IS_OP:
    case BC_CONTAINS_OP:
    case BC_BINARY_SUBSCR:
    case BC_DELETE_SUBSCR:
    case BC_FORMAT_VALUE: return 2;
    case BC_STORE_SUBSCR: return 3;
    case BC_BUILD_TUPLE:
    case BC_BUILD_LIST:
    case BC_BUILD_SET:
    case BC_BUILD_STRING:
    case BC_BUILD_SLICE: return oparg;
    case BC_CALL: return oparg + 2;
    case BC_UNARY_NEGATIVE:
    case BC_UNARY_NOT:
    case BC_UNARY_INVERT:
    case BC_UNARY_POSITIVE:
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE:
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE:
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP:
    case BC_FOR_ITER:
    case BC_GET_ITER:
    case BC_STORE_GLOBAL:
    case BC_STORE_NAME:
    case BC_STORE_DEREF:
    case BC_LOAD_METHOD:
    case BC_UNPACK_SEQUENCE:
    case BC_LIST_APPEND:
    case BC_SET_ADD:
    case BC_LIST_TO_TUPLE: return 1;
    default: return rec.f->depth;
    }
}

void record_settle_operands(int opcode)
{
    bool stores_exception = opcode == BC_STORE_ATTR && is_virtual_exception(rec_stack_ref(2));
    if (stores_exception) materialize_exception(rec_stack_ref(2));
    int count = MIN(operand_count(opcode, rec.oparg), rec.f->depth);
    for (int i = 1; i <= count && !REC_FAILED(); i++) {
        const Slot *slot = &rec.slots[rec.f->base + rec.f->code->nlocalsplus + rec.f->depth - i];
        if (is_virtual_exception(slot->ref)) materialize_exception(slot->ref);
    }
}

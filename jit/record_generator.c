/* record_generator.c: generators that run inside of a trace.
 *
 * FOR_ITER or SEND of a generator enters its frame as an inlined one, records the body up to YIELD_VALUE, and leaves
 * the frame again with the value on the stack of whoever asked for it. So a pipeline of generators is one straight
 * path, and what it yields is never boxed.
 *
 * The frame of a generator exists, inside the generator. It is used where it is, as the entry frame is: a slot that the
 * path has not read or changed is in memory (REF_UNREAD, OWN_MEMORY), one that changes is the trace's until the next
 * yield, which writes it back. A yield and the resumption behind it meet in memory only as a store and a load, and the
 * forwarding of stores carries the values round the loop in registers (opt_loop.c). Between a yield and the next
 * resumption everything in memory is as the interpreter would have it: anybody may look at the generator, send to it,
 * close it. So a resumption guards what it relies on: the code, its namespaces, the state, the position, and that no
 * exception is being handled inside. All of it is known already in the second round of a loop.
 *
 *  GR1  While the trace runs it, the generator's state in memory is EXECUTING: nobody resumes, closes or traverses it.
 *       It is linked to the thread's frames only before Python code may run, and unlinked at the next yield; an exit
 *       links it in any case (enter_generator in exits.c) and writes what has changed.
 *
 *  GR2  The stack entry of the consumer keeps it alive. The frame's function, and so its code, live as long as it runs.
 *
 *  GR3  Handled exceptions: a generator has its own stack of them, which is not linked. So a path that raises or
 * handles inside of a generator is left to the interpreter (record_raise.c).
 *
 *  GR4  Two generators in one trace are known to be different objects, by a guard: else each store to one would make
 * the trace forget what it knows of the other (opt_cse.c).
 *
 *  GR5  A generator that returns is finished by a helper, which drops what is in the frame; its loop goes on behind.
 *
 * A generator whose body goes round too often from one yield to the next is not inlined (record_generator_goes_on). */
#include "jit/record.h"
#include "objects/function.h"
#include "vm/generator.h"

enum { RECURSION_MAX = 3, ROUNDS_MAX = 8, FRAME = offsetof(Generator, frame) };

/* --- the frame in memory --- */

static int slot_offset(int index)
{
    return (int)(FRAME + offsetof(Frame, localsplus)) + index * (int)sizeof(Value);
}

Slot record_generator_slot(const RecordFrame *f, int index)
{
    Ref ref = emit_load(IR_FLOAD, IR_VAL, f->function, slot_offset(index), ALIAS_GENERATOR);
    if (index < f->code->nlocalsplus || !value_is_null(f->frame->localsplus[index]))
        return (Slot){ref, OWN_MEMORY, false, 0};
    emit_guard(IR_GIS, ref, const_value(VALUE_NULL)); /* what stands below a callable */
    return (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0};
}

void record_clear_generator_slot(const RecordFrame *f, int index)
{
    emit(IR_FSTORE, IR_NIL, f->function, const_value(VALUE_NULL), slot_offset(index), ALIAS_GENERATOR);
}

static void store_field(Ref generator, size_t offset, Ref word)
{
    emit_store(generator, (int)offset, word, ALIAS_GENERATOR);
}

bool record_runs_generator(void)
{
    for (int i = 0; i < rec.frame_count; i++) {
        if (rec.frames[i].is_generator) return true;
    }
    return false;
}

/* --- among the thread's frames --- */

static void store_quietly(Ref base, size_t offset, Ref word, AliasClass class)
{
    emit(IR_FSTORE, IR_NIL, base, word, (int)offset, class);
}

static Ref this_thread(void)
{
    return emit_load(IR_FLOAD, IR_WORD, ir_address(rec.ir, &current_thread), 0, ALIAS_CONST);
}

static Ref frame_address(const RecordFrame *f)
{
    return emit_pure(IR_WADD, IR_WORD, f->function, ir_word(rec.ir, FRAME));
}

/* The frame below number `index`, the first that is not linked. The entry frame is the thread's innermost one until a
 * generator is linked. */
static Ref frame_below(int index)
{
    while (--index > 0) {
        if (rec.frames[index].is_generator) return frame_address(&rec.frames[index]);
    }
    return emit_load(IR_FLOAD, IR_WORD, this_thread(), offsetof(Thread, frame), ALIAS_CONST);
}

void record_link_generators(void)
{
    for (int i = 1; i < rec.frame_count; i++) {
        RecordFrame *f = &rec.frames[i];
        if (!f->is_generator) continue;
        const Unit *unit = frame_quick(f->frame)->units + f->unit;
        store_quietly(f->function, FRAME + offsetof(Frame, ip), ir_address(rec.ir, unit), ALIAS_GENERATOR);
        f->suspended_at = -1;
        if (f->is_linked) continue;
        store_quietly(f->function, FRAME + offsetof(Frame, previous), frame_below(i), ALIAS_GENERATOR);
        store_quietly(this_thread(), offsetof(Thread, frame), frame_address(f), ALIAS_OTHER);
        f->is_linked = true;
        rec.snapshot = rec.raise_snapshot = -1;
    }
}

/* The innermost frame is left. Which one is below it stands in its memory: a bridge may begin behind the linking. */
static void unlink_generator(void)
{
    enum { PREVIOUS = FRAME + offsetof(Frame, previous) };
    if (!rec.f->is_linked) return;
    Ref below = emit_load(IR_FLOAD, IR_WORD, rec.f->function, PREVIOUS, ALIAS_GENERATOR);
    store_quietly(this_thread(), offsetof(Thread, frame), below, ALIAS_OTHER);
    store_quietly(rec.f->function, PREVIOUS, ir_word(rec.ir, 0), ALIAS_GENERATOR);
}

/* --- going on --- */

static bool is_free_of_exceptions(const Generator *generator)
{
    return value_is_null(generator->handled.exception) || value_is_none(generator->handled.exception);
}

static bool can_resume(const Generator *generator, const Code *code)
{
    enum { PLAIN = CO_OPTIMIZED | CO_NEWLOCALS | CO_GENERATOR };
    const Quick *quick = code->quick;
    int recursion = 0, base = rec.f->base + frame_quick(rec.f->frame)->frame_words - FRAME_WORDS;
    if (generator->state > GENERATOR_SUSPENDED || !is_free_of_exceptions(generator)) return false;
    if (!quick || (code->flags & PLAIN) != PLAIN || code_is_not_inlined(code)) return false;
    if (rec.frame_count >= RECORD_FRAMES || base + quick->frame_words >= RECORD_SLOTS) return false;
    for (int i = 0; i < rec.frame_count; i++) recursion += rec.frames[i].code == code;
    return recursion < RECURSION_MAX && current_thread->recursion_remaining > RECORD_FRAMES;
}

static void guard_same(Ref generator, size_t offset, Value now, AliasClass class)
{
    emit_guard(IR_GIS, emit_load(IR_FLOAD, IR_VAL, generator, (int)offset, class), const_value(now));
}

static void guard_word(Ref generator, size_t offset, Ref now)
{
    emit_guard(IR_GIS, emit_load(IR_FLOAD, IR_WORD, generator, (int)offset, ALIAS_GENERATOR), now);
}

/* GR4 */
static void guard_different(Ref ref, const Generator *generator)
{
    for (int i = 0; i < rec.generator_count; i++) {
        if (rec.generators[i].ref == ref) return;
    }
    for (int i = 0; i < rec.generator_count; i++) {
        if (rec.generators[i].actual != generator) emit_guard(IR_GISNOT, ref, rec.generators[i].ref);
    }
    if (rec.generator_count == (int)COUNT_OF(rec.generators)) return;
    rec.generators[rec.generator_count].ref = ref;
    rec.generators[rec.generator_count].actual = generator;
    rec.generators[rec.generator_count++].first = generator->frame.ip;
}

static void note_position(Ref ref, NULLABLE const Unit *unit)
{
    for (int i = 0; i < rec.generator_count; i++) {
        if (rec.generators[i].ref == ref) rec.generators[i].last = unit;
    }
}

bool record_generators_have_moved(void)
{
    for (int i = 0; i < rec.generator_count; i++) {
        if (rec.generators[i].last && rec.generators[i].last != rec.generators[i].first) return true;
    }
    return false;
}

static void guard_generator(Ref ref, const Generator *generator)
{
    const Frame *frame = &generator->frame;
    guard_type(ref, &type_generator);
    guard_same(ref, offsetof(Generator, code), generator->code, ALIAS_CONST);
    guard_same(ref, FRAME + offsetof(Frame, globals), frame->globals, ALIAS_CONST);
    guard_same(ref, FRAME + offsetof(Frame, builtins), frame->builtins, ALIAS_CONST);
    guard_word(ref, offsetof(Generator, state), ir_word(rec.ir, generator->state));
    guard_word(ref, FRAME + offsetof(Frame, ip), ir_address(rec.ir, frame->ip));
    guard_same(ref, offsetof(Generator, handled.exception), generator->handled.exception, ALIAS_GENERATOR);
    guard_different(ref, generator);
}

/* The model of its frame; the value that is sent to it is on the consumer's stack, or None. */
static void push_model(Ref ref, const Generator *generator, int exit, bool has_value)
{
    Slot sent = {const_value(VALUE_NONE), OWN_NONE, true, 0};
    if (has_value) sent = rec_take();
    Code *code = as_code(generator->code);
    RecordFrame *consumer = rec.f;
    int base = consumer->base + frame_quick(consumer->frame)->frame_words - FRAME_WORDS;
    int words = ((const Quick *)code->quick)->frame_words - FRAME_WORDS;
    for (int i = 0; i < words; i++) rec.slots[base + i] = (Slot){REF_UNREAD, OWN_MEMORY, false, 0};
    consumer->return_units = 1;
    rec.f = &rec.frames[rec.frame_count++];
    *rec.f = (RecordFrame){.code = code,
                           .function = ref,
                           .is_generator = true,
                           .suspended_at = (int)(generator->frame.ip - frame_quick(&generator->frame)->units),
                           .base = base,
                           .unit = -1,
                           .exit = exit,
                           .depth = (int)(generator->frame.sp - generator->frame.localsplus) - code->nlocalsplus,
                           .function_slot = {const_value(VALUE_NONE), OWN_NONE, true, 0}};
    rec_push_slot(sent);
    rec.expects_frame = true;
}

/* The frame runs now in the place of the instruction. */
static void run_it(Generator *generator, int exit, bool has_value)
{
    Frame *consumer = rec.frame;
    Value *sp = rec.sp;
    Value sent = has_value ? *--sp : VALUE_NONE;
    consumer->ip = rec.ip;
    consumer->sp = sp;
    consumer->return_units = 1;
    generator_resume(generator, sent, (enum FrameExit)exit);
    jit_callee = &generator->frame;
}

bool record_resume_generator(int from_top, int exit)
{
    Value v = actual(from_top);
    Generator *generator = as_generator(v);
    bool has_value = from_top == 2;
    if (!can_resume(generator, as_code(generator->code)) || REF_IS_VIRTUAL(rec_stack(from_top)->ref)) return false;
    if (generator->state == GENERATOR_CREATED && has_value && !value_is_none(actual(1))) return false;
    Ref ref = as_tagged(rec_stack(from_top)->ref);
    guard_generator(ref, generator);
    if (REC_FAILED()) return false;
    store_field(ref, offsetof(Generator, state), ir_word(rec.ir, GENERATOR_EXECUTING));
    push_model(ref, generator, exit, has_value);
    run_it(generator, exit, has_value);
    return true;
}

/* A backward jump in its body: the path goes on, but not for ever. */
void record_generator_goes_on(int target)
{
    if (record_times_followed(rec.f->code, target) < ROUNDS_MAX) return;
    if (rec.bridge_of >= 0) {
        record_finish_exit(target);
        return;
    }
    do_not_inline(rec.f->code);
    record_abort(REASON_NOT_INLINED);
}

/* --- leaving --- */

/* What the trace has changed in the frame is owned and real, and fits a slot: guards and effects, but no moves. */
static void settle(int count)
{
    for (int i = 0; i < count && !REC_FAILED(); i++) {
        Slot *slot = &rec.slots[rec.f->base + i];
        if (slot->modified && REF_IS_VIRTUAL(slot->ref)) materialize(slot);
    }
    for (int i = 0; i < count && !REC_FAILED(); i++) {
        Slot *slot = &rec.slots[rec.f->base + i];
        if (slot->modified) rec_own(slot);
    }
    for (int i = 0; i < count && !REC_FAILED(); i++) {
        Slot *slot = &rec.slots[rec.f->base + i];
        if (slot->modified) slot->ref = as_tagged(slot->ref);
    }
}

static void write_back(int count)
{
    const RecordFrame *f = rec.f;
    for (int i = 0; i < count; i++) {
        Slot *slot = &rec.slots[f->base + i];
        if (!slot->modified) continue;
        store_field(f->function, (size_t)slot_offset(i), slot->ref);
        *slot = (Slot){REF_UNREAD, OWN_MEMORY, false, 0};
    }
}

/* What is borrowed from a variable of the frame: memory keeps it alive now, as long as nobody overwrites it. */
static void now_fragile(Slot *slot, int base)
{
    if (slot->own == OWN_SLOT && slot->source >= base) slot->own = OWN_FRAGILE;
}

static void leave_model(void)
{
    unlink_generator();
    rec.frame_count--;
    rec.f = &rec.frames[rec.frame_count - 1];
}

void record_yield(void)
{
    if (!rec.f->is_generator) {
        if (rec.bridge_of >= 0)
            record_finish_exit(rec.f->unit);
        else
            record_abort(REASON_GENERATOR);
        return;
    }
    const RecordFrame f = *rec.f;
    int count = f.code->nlocalsplus + f.depth - 1;
    settle(count);
    if (REC_FAILED()) return;
    Slot value = rec_take();
    write_back(count);
    now_fragile(&value, f.base);
    for_all_object_fields(now_fragile, f.base);
    if (f.suspended_at != f.unit) { /* else it is there already */
        Ref sp = emit_pure(IR_WADD, IR_WORD, f.function, ir_word(rec.ir, slot_offset(count)));
        store_field(f.function, FRAME + offsetof(Frame, ip), ir_address(rec.ir, rec.ip));
        store_field(f.function, FRAME + offsetof(Frame, sp), sp);
    }
    store_field(f.function, offsetof(Generator, state), ir_word(rec.ir, GENERATOR_SUSPENDED));
    note_position(f.function, rec.ip);
    leave_model();
    rec_push_slot(value);
    rec_stack(1)->modified = true;
    rec.returned = true;
}

/* RETURN_VALUE. The frame object, if there is one, would take the variables over: that is left to the interpreter. */
void record_generator_return(void)
{
    const RecordFrame f = *rec.f;
    guard_same(f.function, FRAME + offsetof(Frame, object), VALUE_NULL, ALIAS_GENERATOR);
    if (REC_FAILED()) return;
    if (rec.f->frame->object) {
        record_abort(REASON_GENERATOR);
        return;
    }
    int count = f.code->nlocalsplus + f.depth - 1;
    settle(count);
    if (REC_FAILED()) return;
    slot_leaves_frame(rec_stack(1), f.base);
    rec_own(rec_stack(1));
    Slot value = rec_take();
    write_back(count);
    for_all_object_fields(slot_leaves_frame, f.base);
    leave_model();
    rec_push_slot(value);
    note_position(f.function, NULL);
    record_barrier();
    record_set_ip();
    Ref args[] = {f.function, ir_word(rec.ir, count)};
    emit_call(HELPER_generator_finish, args, 2);
    record_escaped();
    value = rec_take();
    if (f.exit == FRAME_EXIT_SEND) {
        Slot receiver = rec_take();
        rec_push_slot(value);
        rec_stack(1)->modified = true;
        rec_release(receiver);
    } else {
        rec_release(value);
        rec_drop(1);
    }
    rec.returned = true;
}

/* --- yield from --- */

void record_get_yield_from_iter(void)
{
    Slot *slot = rec_stack(1);
    if (is_generator(actual(1)) && !REF_IS_VIRTUAL(slot->ref))
        guard_type(as_tagged(slot->ref), &type_generator);
    else if (is_coroutine(actual(1)))
        record_generic(BC_GET_YIELD_FROM_ITER);
    else
        record_get_iter();
}

/* [receiver, None] of an iterator that has no more. */
static void send_to_exhausted(Value v)
{
    Ref iterator = as_tagged(rec_stack(2)->ref);
    guard_type(iterator, type_of(v));
    if (REC_FAILED()) return;
    int raise = record_raise_snapshot();
    Ref item = emit_call(HELPER_iter_next_quiet, &iterator, 1);
    emit(IR_GISNOT, IR_NIL, item, ir_const(rec.ir, IR_VAL, CONST_NUMBER, UINT64_MAX - 7), raise, 0);
    Slot sent = rec_take();
    record_expect_end(item);
    rec.has_effects = true;
    Slot receiver = rec_take();
    rec_push_slot(sent);
    rec_release(receiver);
}

/* A builtin iterator in the place of the generator: None is all that can be sent to it. */
static bool send_to_iterator(Value v)
{
    if (!record_is_quiet_iterator(v) || !value_is_none(actual(1)) || rec_stack_ref(1) != const_value(VALUE_NONE))
        return false;
    if (REF_IS_VIRTUAL(rec_stack(2)->ref)) materialize(rec_stack(2));
    if (REC_FAILED()) return true;
    if (!record_next_inline(v, 2) && !REC_FAILED()) send_to_exhausted(v);
    return true;
}

/* [receiver, value] */
void record_send(void)
{
    Value receiver = actual(2);
    if (is_generator(receiver) ? record_resume_generator(2, FRAME_EXIT_SEND) : send_to_iterator(receiver)) return;
    if (!REC_FAILED()) record_generic(BC_SEND);
}

/* record_raise.c: raising, unwinding to a handler inside the trace, and what handlers do.
 *
 * The exception being handled (sys.exc_info(), the context of the next one) is thread->handled->exception. A trace
 * keeps it to itself (rec.handled) until Python code may run and see it (record_flush_handled): an exit writes it.
 * While it does, the reference that memory has to the one before already counts as the handler's stack entry's.
 *
 * The interpreter unwinds on its own right behind the recorded instruction; both must arrive at the same handler
 * (rec.is_unwinding). An exception with no handler in the trace is left to the interpreter. */
#include "jit/record.h"
#include "objects/exception_internal.h"
#include "objects/type.h"

/* --- handlers --- */

/* The number of the frame that catches what the innermost one raises now; -1: none of the trace. */
static int handler_frame(void)
{
    int target, depth;
    bool push_lasti;
    if (record_runs_generator()) return -1; /* it has a stack of handled exceptions of its own */
    for (int i = rec.frame_count - 1; i >= 0; i--) {
        if (code_find_handler(rec.frames[i].code, rec.frames[i].unit, &target, &depth, &push_lasti)) return i;
        if (rec.frames[i].exit == FRAME_EXIT_NEXT) return -1; /* StopIteration would end a loop there */
    }
    return -1;
}

bool record_handler_exists(void)
{
    return handler_frame() >= 0;
}

/* Before the instruction has done anything: what the frames that the exception leaves need. */
static bool settle_frames(void)
{
    for (int i = rec.frame_count - 1, last = handler_frame(); i > last && !REC_FAILED(); i--) {
        record_settle_locals(&rec.frames[i]);
    }
    return !REC_FAILED();
}

/* rec.in_flight goes up to its handler. `is_new_here`: the innermost frame is not in its traceback yet. */
static void unwind(bool is_new_here)
{
    for (;;) {
        RecordFrame *f = rec.f;
        int target, depth = 0;
        bool push_lasti = false;
        bool is_handled = code_find_handler(f->code, f->unit, &target, &depth, &push_lasti);
        if (is_new_here) {
            record_exception_passes(rec.in_flight.ref);
            f->blame = f->unit;
        }
        rec_drop(f->depth - depth);
        if (REC_FAILED()) return;
        if (is_handled) {
            Slot exception = rec.in_flight;
            rec.in_flight = (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0};
            if (push_lasti) rec_push(ir_int(rec.ir, f->blame), OWN_NONE);
            rec_push_slot(exception);
            f->unit = target;
            rec.is_unwinding = true;
            return;
        }
        record_frame_ends();
        is_new_here = true;
    }
}

static void fly(Ref exception)
{
    rec.in_flight = (Slot){exception, OWN_NONE, true, 0};
}

/* A real exception that others may have: its traceback is made at once. */
static void unwind_shared(Slot exception, const Type *class, bool is_new_here)
{
    rec_own(&exception);
    fly(record_exception_around(class, exception.ref));
    unwind(is_new_here);
    if (!REC_FAILED()) materialize_exception(rec_stack_ref(1));
}

/* --- the exception being handled --- */

/* What memory says: an exception, or None or no value, guarded. */
static Slot handled_in_memory(Ref *item)
{
    Ref thread = emit_load(IR_FLOAD, IR_WORD, ir_address(rec.ir, &current_thread), 0, ALIAS_EXCEPTION);
    *item = emit_load(IR_FLOAD, IR_WORD, thread, offsetof(Thread, handled), ALIAS_EXCEPTION);
    Ref handled = emit_load(IR_FLOAD, IR_VAL, *item, offsetof(HandledException, exception), ALIAS_EXCEPTION);
    Value now = current_thread->handled->exception;
    if (!value_is_object(now)) {
        emit_guard(IR_GIS, handled, const_value(now));
        return (Slot){const_value(now), OWN_NONE, true, 0};
    }
    emit_guard(IR_GISNOT, handled, const_value(VALUE_NULL));
    if (!REC_FAILED()) emit_guard(IR_GHEAP, handled, REF_NONE);
    return (Slot){handled, OWN_FRAGILE, true, 0};
}

/* The context of an exception that is raised now; no value: none. Guards only, and owned. */
static Slot context_now(void)
{
    Slot none = {const_value(VALUE_NULL), OWN_NONE, true, 0};
    if (rec.handled_depth > 0) {
        Slot context = rec.handled;
        context.own = REF_IS_VIRTUAL(context.ref) ? OWN_NONE : OWN_FRAGILE;
        rec_own(&context);
        return context;
    }
    Ref item;
    Slot context = handled_in_memory(&item);
    if (REC_FAILED()) return none;
    if (is_counted(context.ref)) {
        rec_own(&context);
        return context;
    }
    if (current_thread->handled->previous) { /* a generator's: those further out count */
        record_abort(REASON_GENERATOR);
        return none;
    }
    emit_guard(IR_GFALSE, emit_load(IR_FLOAD, IR_WORD, item, offsetof(HandledException, previous), ALIAS_EXCEPTION),
               REF_NONE);
    return none;
}

void record_flush_handled(void)
{
    if (rec.handled_depth == 0 || REC_FAILED()) return;
    if (REF_IS_VIRTUAL(rec.handled.ref)) materialize_exception(rec.handled.ref);
    if (REC_FAILED()) return;
    Ref args[] = {rec.handled.ref};
    emit_call(HELPER_set_handled, args, 1);
    rec.handled_depth = 0;
    rec.handled = (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0};
    rec.snapshot = rec.raise_snapshot = -1;
}

void record_push_exc_info(void)
{
    Slot before = rec.handled;
    rec_detach(rec_stack(1));
    if (rec.handled_depth == 0) {
        Ref item;
        before = handled_in_memory(&item);
        if (before.ref == const_value(VALUE_NULL)) before.ref = const_value(VALUE_NONE);
        if (before.own == OWN_FRAGILE) before.own = OWN_SELF; /* see above */
    }
    if (REC_FAILED()) return;
    Slot exception = rec_take();
    rec_push_slot(before);
    rec_push_slot(exception);
    rec.handled = exception;
    rec.handled.own = REF_IS_VIRTUAL(exception.ref) ? OWN_NONE : OWN_FRAGILE;
    rec_own(&rec.handled);
    rec.handled_depth++;
}

void record_pop_except(void)
{
    if (rec.handled_depth == 0) { /* memory has it */
        rec_own(rec_stack(1));
        Ref args[] = {rec_stack_ref(1)};
        record_barrier();
        record_set_ip();
        rec_take();
        emit_call(HELPER_pop_handled, args, 1);
        record_escaped();
        return;
    }
    Slot before = rec_take(), handled = rec.handled;
    bool is_outermost = --rec.handled_depth == 0;
    rec.handled = is_outermost ? (Slot){const_value(VALUE_NULL), OWN_NONE, false, 0} : before;
    rec.snapshot = rec.raise_snapshot = -1;
    rec_release(handled);
}

/* --- except X: --- */

static bool guard_exception_class(Ref ref, Value class)
{
    if (!is_exception_class(class)) return false;
    guard_value(ref, class);
    return !REC_FAILED();
}

/* The classes are constants nearly always; a tuple of them may be one, or be made on the way. */
static bool guard_match_type(Ref ref, Value type)
{
    if (!is_tuple(type)) return guard_exception_class(ref, type);
    if (!REF_IS_VIRTUAL(ref)) {
        for (ssize_t i = 0; i < tuple_length(type); i++) {
            if (!is_exception_class(tuple_item_borrow(type, i))) return false;
        }
        guard_value(ref, type);
        return !REC_FAILED();
    }
    for (ssize_t i = 0; i < tuple_length(type); i++) {
        if (!guard_exception_class(virtual_field(ref, (int)i), tuple_item_borrow(type, i))) return false;
    }
    return true;
}

/* [exception, class or tuple] -> [exception, bool]; the version says that the class has the bases that it has now. */
void record_check_exc_match(void)
{
    Value exception = actual(2), type = actual(1);
    bool is_known = is_virtual_exception(rec_stack_ref(2)) ? record_guard_version(type_of(exception))
                                                           : record_guard_class(as_tagged(rec_stack_ref(2)), exception);
    if (!is_known || !guard_match_type(rec_stack_ref(1), type)) {
        record_abort(REASON_INSTRUCTION);
        return;
    }
    rec_drop(1);
    rec_push(ir_bool(rec.ir, exception_matches(exception, type)), OWN_NONE);
}

/* --- raise --- */

/* No handler in the trace. */
static void leave(void)
{
    if (rec.bridge_of < 0 && !rec.place->is_function)
        record_abort(REASON_LEFT_LOOP);
    else
        record_finish_exit(rec.f->unit);
}

static bool is_plain_class(Value v)
{
    return is_exception_class(v) && has_plain_new(as_type(v)) && as_type(v)->init == exception_init;
}

/* The operand becomes a new virtual exception in its place, if it is a class. */
static bool instantiate(Slot *operand, Value v)
{
    guard_value(operand->ref, v);
    if (REC_FAILED() || !record_guard_version(as_type(v))) return false;
    Ref exception = record_exception_new(as_type(v), 0);
    *operand = (Slot){exception, OWN_NONE, true, 0};
    return !REC_FAILED();
}

static void raise_again(Slot exception, Value now, bool is_new_here)
{
    if (is_virtual_exception(exception.ref)) {
        fly(exception.ref);
        unwind(is_new_here);
    } else {
        unwind_shared(exception, type_of(now), is_new_here);
    }
}

/* `raise` alone: what is being handled goes up again. */
static void reraise_handled(void)
{
    Value now = current_thread->handled->exception;
    if (rec.handled_depth == 0 || !value_is_object(now)) {
        record_abort(REASON_EXCEPTION);
        return;
    }
    Slot exception = rec.handled;
    exception.own = REF_IS_VIRTUAL(exception.ref) ? OWN_NONE : OWN_FRAGILE;
    rec.f->blame = rec.f->unit;
    raise_again(exception, now, false);
}

static void raise_real(Value now, int operands)
{
    Slot *operand = rec_stack(operands);
    Ref args[] = {as_tagged(operand->ref)};
    guard_type(args[0], type_of(now));
    if (REC_FAILED()) return;
    record_flush_handled();
    Ref raised = emit_call(HELPER_exception_raised, args, 1);
    rec.needs_valid_check = true;
    rec_drop(operands);
    unwind_shared((Slot){raised, OWN_SELF, true, 0}, type_of(now), true);
}

/* from None, or from an exception. */
static bool chain_cause(int operands)
{
    Value cause = actual(1);
    Slot *slot = rec_stack(1);
    Slot link = {const_value(VALUE_NULL), OWN_NONE, true, 0};
    if (value_is_none(cause)) {
        if (ir_type(rec.ir, slot->ref) == IR_VAL) guard_value(slot->ref, cause);
    } else if (is_virtual_exception(slot->ref)) {
        link.ref = slot->ref;
    } else if (is_exception(cause)) {
        guard_type(as_tagged(slot->ref), type_of(cause));
        link = (Slot){slot->ref, OWN_FRAGILE, true, 0};
        rec_own(&link);
    } else {
        return false;
    }
    if (!REC_FAILED()) record_exception_chain(rec_stack_ref(operands), EXCEPTION_CAUSE, link, true);
    return true;
}

static void raise_virtual(int operands)
{
    if (!record_exception_is_fresh(rec_stack_ref(operands))) { /* it may be its own context, and the like */
        materialize_exception(rec_stack_ref(operands));
        if (!REC_FAILED()) raise_real(actual(operands), operands);
        return;
    }
    Slot context = context_now();
    if (REC_FAILED()) return;
    if (context.ref != const_value(VALUE_NULL))
        record_exception_chain(rec_stack_ref(operands), EXCEPTION_CONTEXT, context, false);
    if (REC_FAILED()) return;
    fly(rec_stack_ref(operands));
    rec_drop(operands);
    if (!REC_FAILED()) unwind(true);
}

static void raise_operand(int operands)
{
    Value now = actual(operands);
    Slot *operand = rec_stack(operands);
    if (is_plain_class(now) && !instantiate(operand, now)) {
        record_abort(REASON_EXCEPTION);
        return;
    }
    bool is_virtual = is_virtual_exception(rec_stack_ref(operands));
    if (!is_virtual && !(is_exception(now) && operands == 1)) {
        record_abort(REASON_EXCEPTION);
        return;
    }
    if (operands == 2 && !chain_cause(operands)) {
        record_abort(REASON_EXCEPTION);
        return;
    }
    if (REC_FAILED()) return;
    if (is_virtual)
        raise_virtual(operands);
    else
        raise_real(now, operands);
}

/* [… lasti …, exception]: the position to blame is `oparg` below the exception. */
static void reraise(void)
{
    rec.f->blame = rec.f->unit;
    Value now = actual(1);
    if (rec.oparg) {
        Value lasti = actual(1 + rec.oparg);
        Ref ref = as_int_ref(rec_stack_ref(1 + rec.oparg));
        emit_guard(IR_GTRUE, emit_pure(IR_IEQ, IR_BOOL, ref, ir_int(rec.ir, value_as_small_int(lasti))), REF_NONE);
        rec.f->blame = (int)value_as_small_int(lasti);
    }
    if (REC_FAILED()) return;
    if (!is_virtual_exception(rec_stack_ref(1))) guard_type(as_tagged(rec_stack_ref(1)), type_of(now));
    if (REC_FAILED()) return;
    raise_again(rec_take(), now, false);
}

void record_raise(int opcode)
{
    if (!record_handler_exists()) {
        leave();
        return;
    }
    if (!settle_frames()) return;
    if (opcode == BC_RERAISE)
        reraise();
    else if (rec.oparg == 0)
        reraise_handled();
    else
        raise_operand(rec.oparg);
}

/* --- exceptions that helpers raise --- */

void record_raise_new(Type *class, int argument)
{
    if (!settle_frames()) return;
    Slot context = context_now();
    Ref exception = REC_FAILED() ? REF_NONE : record_exception_of(class, rec_stack(argument));
    if (REC_FAILED()) return;
    fly(exception);
    if (context.ref != const_value(VALUE_NULL)) record_exception_chain(exception, EXCEPTION_CONTEXT, context, false);
    unwind(true);
}

/* The bridge's path goes on at the handler. All that the helper did is behind the snapshot: nothing that was known of
 * memory holds any more. */
void record_pending_exception(void)
{
    Value now = current_thread->exception;
    const Type *class = type_of(now);
    for (int i = rec.frame_count - 1, last = handler_frame(); i > last; i--) {
        if (record_has_virtuals(&rec.frames[i])) { /* to make them could fail, and be taken for the helper's failure */
            record_abort(REASON_EXCEPTION);
            return;
        }
    }
    rec.snapshot = record_raise_snapshot(); /* the guards of settle_frames leave as the helper did */
    if (!settle_frames()) return;
    Ref exception = emit_call(HELPER_exception_pending, NULL, 0);
    emit(IR_GOBJ, IR_NIL, exception, const_type(class), record_raise_snapshot(), 0);
    bool is_unshared = value_as_object(now)->refcount == 1;
    if (is_unshared) emit(IR_GREF1, IR_NIL, exception, REF_NONE, record_raise_snapshot(), 0);
    emit_call(HELPER_exception_take, NULL, 0);
    rec.needs_valid_check = true;
    if (is_unshared) {
        fly(record_exception_around(class, exception));
        unwind(true);
    } else {
        unwind_shared((Slot){exception, OWN_SELF, true, 0}, class, true);
    }
}

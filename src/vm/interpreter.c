/* interpreter.c: the interpreter's loop: the frame around the cases that opgen makes from bytecodes.def.
 *
 * ip, sp, frame and the dispatch table live in registers. Three tables: normal execution; tracing, every entry of which
 * is the code that reports events and then runs the generic form; and the recording one, which shows each instruction
 * to the JIT first. So neither costs anything while it is off.
 *
 * Calls of Python functions from Python functions stay inside one activation of interpret(). `frame->exit` says what
 * leaving a frame means. Errors unwind here too: from the failing instruction outwards to a handler, or to the entry
 * frame. */
#include "vm/interpreter.h"

#include "jit/jit.h"

volatile uint32_t eval_breaker;

#define LOCAL(index) (frame->localsplus[index])
#define CONSTANT(index) (as_tuple(frame->code->constants)->items[index])
#define NAME(index) (as_tuple(frame->code->names)->items[index])
#define SAVE_IP() (frame->ip = ip)

#define CASE(name) case_##name:
#define DISPATCH() goto *table[ip->opcode]
#define NEXT(units)                                                                                                    \
    do {                                                                                                               \
        ip += (units);                                                                                                 \
        DISPATCH();                                                                                                    \
    } while (0)
#define JUMP(target)                                                                                                   \
    do {                                                                                                               \
        ip = (target);                                                                                                 \
        DISPATCH();                                                                                                    \
    } while (0)
#define ERROR() goto error
#define RERAISE() goto unwind
#define ERROR_IF(condition)                                                                                            \
    do {                                                                                                               \
        if (UNLIKELY(condition)) goto error;                                                                           \
    } while (0)
#define FAIL_IF(condition)                                                                                             \
    do {                                                                                                               \
        if (UNLIKELY(condition)) goto consumed;                                                                        \
    } while (0)
#define DROP(value) drop(frame, ip, value)
#define DROP_NULLABLE(value) drop_nullable(frame, ip, value)
#define TRUTH(value) (value_is_bool(value) ? value_is(value, VALUE_TRUE) : is_true(value))
/* For who looks at the frame; the handler is looked up for the RERAISE itself. */
#define RESTORE_LASTI(value) (frame->ip = (Unit *)frame_quick(frame)->units + value_as_small_int(value))
#define GENERIC(name) goto case_##name

/* The operands are not what the form is for: the generic form goes on. Many misses bring it back for good, or until it
 * is specialised anew. */
#define DEOPTIMIZE(base)                                                                                               \
    do {                                                                                                               \
        if (--ip->counter == 0) {                                                                                      \
            ip->opcode = BC_##base;                                                                                    \
            ip->counter = COUNTER_AFTER_MISSES;                                                                        \
        }                                                                                                              \
        GENERIC(base);                                                                                                 \
    } while (0)

/* Generic forms count down to the next attempt to specialise. The new form is used from the next execution on. */
#define COUNT_AND_SPECIALIZE(call)                                                                                     \
    do {                                                                                                               \
        if (UNLIKELY(--ip->counter == 0)) call;                                                                        \
    } while (0)

#define COUNT_LOOP()                                                                                                   \
    do {                                                                                                               \
        if (UNLIKELY(--ip->counter == 0) && jit_loop_countdown && jit_hot_loop(frame, ip, sp))                         \
            table = recording_table;                                                                                   \
    } while (0)
#define COUNT_FUNCTION()                                                                                               \
    do {                                                                                                               \
        if (UNLIKELY(--ip->counter == 0) && jit_call_countdown && jit_hot_function(frame, ip, sp))                     \
            table = recording_table;                                                                                   \
    } while (0)

#define CHECK_BREAKER(target)                                                                                          \
    do {                                                                                                               \
        if (UNLIKELY(eval_breaker)) {                                                                                  \
            next = (target);                                                                                           \
            goto safepoint;                                                                                            \
        }                                                                                                              \
    } while (0)

#define ENTER(callee, units)                                                                                           \
    do {                                                                                                               \
        frame->return_units = (units);                                                                                 \
        frame->sp = sp;                                                                                                \
        frame = (callee);                                                                                              \
        goto enter_frame;                                                                                              \
    } while (0)
#define LEAVE(value)                                                                                                   \
    do {                                                                                                               \
        leaving = (value);                                                                                             \
        goto leave_frame;                                                                                              \
    } while (0)
#define LEAVE_MOVED(value)                                                                                             \
    do {                                                                                                               \
        leaving = (value);                                                                                             \
        goto leave_moved_frame;                                                                                        \
    } while (0)
#define YIELD(value)                                                                                                   \
    do {                                                                                                               \
        leaving = (value);                                                                                             \
        goto yield_frame;                                                                                              \
    } while (0)
#define ENTER_NATIVE() goto enter_native

/* The public instruction of a unit. */
ALWAYS_INLINE uint16_t public_opcode(const Unit *ip)
{
    return bc_base[ip->opcode == BC_ENTER_TRACE ? jit_original_opcode(ip) : ip->opcode];
}

/* Adds the frame to the traceback of the exception on its way up. */
static void error_passes(Frame *frame, Unit *ip, Value *sp)
{
    frame->ip = ip;
    frame->sp = sp;
    if (!error_occurred()) error_set(&type_SystemError, "error return without exception set");
    if (frame->is_complete) traceback_here(frame);
    if (UNLIKELY(thread_is_traced(current_thread))) trace_exception(frame);
}

/* The C stack is used up: leaves the frame without having run it. */
static Value interpret_abandon(Frame *frame)
{
    if (frame->owner == FRAME_OWNED_BY_GENERATOR)
        generator_finish(generator_of_frame(frame));
    else
        frame_pop(frame);
    return VALUE_NULL;
}

#pragma GCC diagnostic ignored "-Woverride-init"

/* Runs `entry` to its end. Execution starts in `frame`: entry itself, behind its ip; or, when native code has left
 * frames that it rebuilt (jit), the innermost of them, at its ip. */
static Value run(Frame *entry, Frame *frame, bool is_throwing, bool is_resumed)
{
    static const void *const normal_table[BC_COUNT] = {
        [0 ... BC_COUNT - 1] = &&unknown_instruction,
#include "interpreter_labels.h"
    };
    static const void *const tracing_table[BC_COUNT] = {[0 ... BC_COUNT - 1] = &&trace_one};
    static const void *const recording_table[BC_COUNT] = {[0 ... BC_COUNT - 1] = &&record_one};
    const void *const *table;
    Unit *ip, *next;
    Value *sp;
    Value leaving;

    Thread *const thread = current_thread;
    char here;
    if (UNLIKELY(&here < thread->c_stack_limit) && !recursion_enter(" while calling a Python object")) {
        return interpret_abandon(entry);
    }
    const bool is_deep = &here < thread->c_stack_limit;
    table = thread_is_traced(thread) ? tracing_table : normal_table;
    entry->exit = FRAME_EXIT_ENTRY;
    thread->frame = frame;
    ip = frame->ip;
    sp = frame->sp;
    if (UNLIKELY(is_resumed) && jit_starts_at(frame)) table = recording_table;
    if (UNLIKELY(is_throwing)) {
        if (thread_is_traced(thread) && trace_throw(frame) < 0) goto error;
        goto error;
    }
    if (UNLIKELY(is_resumed)) DISPATCH();
    ip++;
    DISPATCH();

enter_frame:
    thread->frame = frame;
    ip = frame->ip + 1;
    sp = frame->sp;
    DISPATCH();

#include "interpreter_cases.h"

unknown_instruction:
    frame->ip = ip;
    error_format(&type_SystemError, "unknown opcode %d", (int)ip->opcode);
    goto error;

trace_one:
    if (!thread_is_traced(thread)) {
        if (thread->tracing == 0) table = normal_table;
        goto *normal_table[ip->opcode];
    }
    next = frame->ip;
    frame->ip = ip;
    frame->sp = sp;
    if (UNLIKELY(trace_instruction(frame, ip, sp, next) < 0)) goto error;
    ip = frame->ip;
    sp = frame->sp;
    goto *normal_table[public_opcode(ip)];

record_one:
    if (!jit_record(frame, ip, sp)) {
        table = normal_table;
        if (!jit_callee) DISPATCH();
    }
    if (jit_callee) { /* what the instruction would call from C runs here */
        frame = jit_callee;
        jit_callee = NULL;
        goto enter_frame;
    }
    if (jit_calls_out) { /* the callee is not part of the trace: it runs in an activation of its own, as it will later
                          */
        frame->ip = ip;
        frame->sp = sp;
        Value *after = opcode_helpers[public_opcode(ip)](frame, ip, sp);
        thread->frame = frame;
        if (UNLIKELY(!after)) {
            sp = frame->sp;
            goto error;
        }
        sp = after;
        ip = frame->ip;
        DISPATCH();
    }
    goto *normal_table[public_opcode(ip)];

safepoint:
    frame->ip = ip;
    frame->sp = sp;
    if (UNLIKELY(safepoint_run() < 0)) goto error;
    if (thread_is_traced(thread)) table = tracing_table;
    ip = next;
    DISPATCH();

enter_native:
    frame->ip = ip;
    frame->sp = sp;
    bool was_recording = jit_is_recording; /* by an activation further out */
    if (jit_enter(frame, ip, sp)) {
        frame = thread->frame;
        ip = frame->ip;
        sp = frame->sp;
        if (thread_is_traced(thread))
            table = tracing_table;
        else if (UNLIKELY(jit_is_recording && !was_recording))
            table = recording_table;
        DISPATCH();
    }
    if (UNLIKELY(jit_is_recording && !was_recording)) table = recording_table;
    frame = thread->frame;
    ip = frame->ip;
    sp = frame->sp;
    goto error;

leave_frame : {
    Frame *left = frame;
    frame = left->previous;
    left->sp = sp;
    if (LIKELY(left->exit == FRAME_EXIT_CALL)) {
        thread->frame = frame;
        if (LIKELY(!left->object)) {
            frame_clear_fast(left, sp);
            frame_release(left);
        } else {
            left->ip = ip;
            frame_pop(left);
        }
        ip = frame->ip;
        sp = frame->sp;
        *sp++ = leaving;
        NEXT(frame->return_units);
    }
    uint8_t exit = left->exit;
    left->ip = ip; /* its object may live on */
    if (left->owner == FRAME_OWNED_BY_GENERATOR) {
        generator_finish(generator_of_frame(left));
    } else {
        thread->frame = frame;
        frame_pop(left);
    }
    if (exit == FRAME_EXIT_ENTRY) {
        if (UNLIKELY(table == recording_table)) jit_record_abandon();
        if (UNLIKELY(is_deep)) recursion_leave();
        return leaving;
    }
    ip = frame->ip;
    sp = frame->sp;
    switch (exit) {
    case FRAME_EXIT_INIT:
        if (!op_init_result_is_none(leaving)) goto error;
        break;
    case FRAME_EXIT_GENERATOR: /* a for loop's generator is exhausted */
        value_decref(leaving);
        sp--;
        value_decref(*sp);
        JUMP(ip + 1 + ip->oparg);
    case FRAME_EXIT_SEND: /* [receiver] -> [result], behind the loop */
        value_decref(sp[-1]);
        sp[-1] = leaving;
        JUMP(ip + 1 + ip->oparg);
    case FRAME_EXIT_DISCARD: value_decref(leaving); break;
    case FRAME_EXIT_OPERATOR:
    case FRAME_EXIT_REFLECTED:
    case FRAME_EXIT_INPLACE: { /* [left, right] -> [result] */
        if (value_is(leaving, VALUE_NOT_IMPLEMENTED)) leaving = op_operator_rest(ip, exit, sp[-2], sp[-1]);
        ERROR_IF(value_is_null(leaving));
        Value left_operand = sp[-2], right_operand = sp[-1];
        sp[-2] = leaving;
        sp--;
        frame->sp = sp;
        DROP(left_operand);
        DROP(right_operand);
        break;
    }
    case FRAME_EXIT_TRUTH: {
        Value operand = sp[-1], truth = leaving;
        ERROR_IF(!op_bool_result_is_bool(leaving));
        sp[-1] = truth;
        DROP(operand);
        break;
    }
    case FRAME_EXIT_NEXT: *sp++ = leaving; break;
    case FRAME_EXIT_CONTAINS: {
        int found = is_true(leaving);
        value_decref(leaving);
        ERROR_IF(found < 0);
        *sp++ = value_from_bool((uint32_t)found ^ ip->oparg);
        break;
    }
    }
    NEXT(frame->return_units);
}

leave_moved_frame : { /* the frame's contents have become a generator's */
    Frame *left = frame;
    frame = left->previous;
    thread->frame = frame;
    uint8_t exit = left->exit;
    frame_release(left);
    if (exit == FRAME_EXIT_ENTRY) {
        if (UNLIKELY(table == recording_table)) jit_record_abandon();
        if (UNLIKELY(is_deep)) recursion_leave();
        return leaving;
    }
    ip = frame->ip;
    sp = frame->sp;
    if (exit == FRAME_EXIT_INIT) {
        if (!op_init_result_is_none(leaving)) goto error;
    } else if (exit == FRAME_EXIT_DISCARD) {
        value_decref(leaving);
    } else {
        *sp++ = leaving;
    }
    NEXT(frame->return_units);
}

yield_frame : {
    Frame *left = frame;
    left->ip = ip;
    left->sp = sp;
    frame = left->previous;
    uint8_t exit = left->exit;
    generator_suspend(generator_of_frame(left));
    if (exit == FRAME_EXIT_ENTRY) {
        if (UNLIKELY(table == recording_table)) jit_record_abandon();
        if (UNLIKELY(is_deep)) recursion_leave();
        return leaving;
    }
    ip = frame->ip;
    sp = frame->sp;
    *sp++ = leaving;
    NEXT(frame->return_units);
}

error:
    error_passes(frame, ip, sp);
unwind : {
    if (UNLIKELY(table == recording_table) && !jit_records_unwinding(frame)) {
        jit_record_abandon();
        table = normal_table;
    }
    int target, depth;
    bool push_lasti;
    Unit *units = (Unit *)frame_quick(frame)->units;
    int lasti = (int)(ip - units);
    bool is_handled = code_find_handler(frame->code, lasti, &target, &depth, &push_lasti);
    Value *keep = frame_stack_base(frame) + (is_handled ? depth : 0);
    while (sp > keep) {
        Value v = *--sp;
        frame->sp = sp;
        value_xdecref(v);
    }
    if (is_handled) {
        if (push_lasti) *sp++ = value_from_small_int(frame->ip - units);
        *sp++ = error_fetch();
        JUMP(units + target);
    }
    Frame *left = frame;
    left->sp = sp;
    if (UNLIKELY(thread_is_traced(thread))) trace_unwind(left);
    frame = left->previous;
    uint8_t exit = left->exit;
    if (left->owner == FRAME_OWNED_BY_GENERATOR) {
        generator_finish(generator_of_frame(left));
    } else {
        thread->frame = frame;
        frame_pop(left);
    }
    if (exit == FRAME_EXIT_ENTRY) {
        if (UNLIKELY(table == recording_table)) jit_record_abandon();
        if (UNLIKELY(is_deep)) recursion_leave();
        return VALUE_NULL;
    }
    ip = frame->ip;
    sp = frame->sp;
    if (exit == FRAME_EXIT_NEXT && op_exhausted(frame)) {
        Value iterator = *--sp;
        DROP(iterator);
        JUMP(ip + 1 + ip->oparg);
    }
    goto error;
}
}

Value interpret(Frame *frame, bool is_throwing)
{
    return run(frame, frame, is_throwing, false);
}

Value interpret_resumed(Frame *entry, bool is_throwing)
{
    return run(entry, current_thread->frame, is_throwing, true);
}

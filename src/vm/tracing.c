/* tracing.c: sys.settrace and sys.setprofile: which events happen at an instruction, and calling the functions. */
#include "vm/tracing.h"

#include "jit/jit.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/exception.h"

/* --- calling the functions --- */

_Thread_local const char *trace_event;

/* function(frame, event, argument) with tracing off: its result, owned. */
static Value call_function(Value function, Frame *frame, const char *event, NULLABLE Value argument)
{
    Thread *thread = current_thread;
    FrameObject *object = frame_object(frame);
    Value name = str_intern_cstr(event), result = VALUE_NULL;
    if (object && !value_is_null(name)) {
        Value args[] = {value_from_object(object), name, value_is_null(argument) ? VALUE_NONE : argument};
        value_incref(function);
        value_incref(args[0]);
        const char *outer_event = trace_event;
        trace_event = event;
        int lasti = frame_lasti(frame);
        object->line = lasti < 0 ? 0 : MAX(code_line_at(frame->code, lasti * 2), 0);
        thread->tracing++;
        if (frame_fast_to_locals(frame) == 0) result = call_vector(function, args, 3, VALUE_NULL);
        if (frame->code->flags & CO_OPTIMIZED || frame->code->nlocalsplus) frame_locals_to_fast(frame, true);
        thread->tracing--;
        object->line = 0;
        trace_event = outer_event;
        value_decref(args[0]);
        value_decref(function);
    }
    value_xdecref(name);
    return result;
}

/* An exception in a trace or profile function switches it off. */
static int tracing_failed(bool is_profile)
{
    Value saved = error_fetch();
    if (trace_set(is_profile, VALUE_NULL) < 0) error_clear();
    error_restore(saved);
    return -1;
}

/* The frame's own trace function (or the global one for `call`); what it returns is the frame's next one. */
static int call_trace(Frame *frame, const char *event, NULLABLE Value argument)
{
    Value function = frame->object ? frame->object->trace : VALUE_NULL;
    bool is_call = strcmp(event, "call") == 0;
    if (is_call) function = current_thread->trace_function;
    if (value_is_null(function)) return 0;
    Value result = call_function(function, frame, event, argument);
    if (value_is_null(result)) {
        if (frame->object) value_clear(&frame->object->trace);
        return tracing_failed(false);
    }
    if (value_is_none(result))
        value_decref(result);
    else
        value_replace(&frame->object->trace, result);
    return 0;
}

static int call_profile(Frame *frame, const char *event, NULLABLE Value argument)
{
    Value function = current_thread->profile_function;
    if (value_is_null(function)) return 0;
    Value result = call_function(function, frame, event, argument);
    if (value_is_null(result)) return tracing_failed(true);
    value_decref(result);
    return 0;
}

static int call_both(Frame *frame, const char *event, NULLABLE Value argument)
{
    bool traced = !value_is_null(current_thread->trace_function);
    if (traced && call_trace(frame, event, argument) < 0) return -1;
    return call_profile(frame, event, argument);
}

/* --- the interpreter's entries --- */

static int public_opcode_at(const Frame *frame, int unit)
{
    return (uint8_t)as_bytes(frame->code->code)->data[unit * 2];
}

/* The unit of the RESUME at the code's entry. */
static int entry_unit(const Frame *frame)
{
    int unit = 0;
    while (unit < frame->code->code_units && public_opcode_at(frame, unit) != BC_RESUME) unit++;
    return unit;
}

/* A line event when the line changes, or when execution goes back within one. */
static int line_event(Frame *frame, int unit, int previous)
{
    FrameObject *object = frame->object;
    int line = code_line_at(frame->code, unit * 2);
    int last_line = previous <= entry_unit(frame) ? -1 : code_line_at(frame->code, previous * 2);
    Unit *ip = frame->ip;
    bool goes_back = unit < previous && public_opcode_at(frame, unit) != BC_SEND;
    if (line != -1 && object->trace_lines && (line != last_line || goes_back))
        if (call_trace(frame, "line", VALUE_NULL) < 0) return -1;
    if (frame->ip == ip && object->trace_opcodes) return call_trace(frame, "opcode", VALUE_NULL);
    return 0;
}

int trace_instruction(Frame *frame, Unit *ip, Value *sp, Unit *previous)
{
    const Unit *units = frame_quick(frame)->units;
    int unit = (int)(ip - units), opcode = public_opcode_at(frame, unit);
    if (opcode == BC_RESUME && code_is_shown(frame->code)) {
        frame->is_complete = true;
        return call_both(frame, "call", VALUE_NULL);
    }
    if (!frame->is_complete) return 0;
    if (!value_is_null(current_thread->trace_function) && frame->object && !value_is_null(frame->object->trace)) {
        if (line_event(frame, unit, (int)(previous - units)) < 0) return -1;
        if (frame->ip != ip) return 0; /* the trace function set f_lineno */
    }
    if ((opcode != BC_RETURN_VALUE && opcode != BC_YIELD_VALUE) || !thread_is_traced(current_thread)) return 0;
    Value result = value_incref(sp[-1]);
    int failed = call_both(frame, "return", result);
    value_decref(result);
    return failed;
}

int trace_throw(Frame *frame)
{
    Value exception = error_fetch();
    if (call_both(frame, "call", VALUE_NULL) < 0) {
        value_xdecref(exception);
        return -1;
    }
    error_restore(exception);
    return 0;
}

void trace_exception(Frame *frame)
{
    if (value_is_null(current_thread->trace_function) || !frame->object || value_is_null(frame->object->trace)) return;
    Value exception = error_fetch(), traceback = as_exception(exception)->traceback;
    Value argument = tuple_pack(3, value_from_object(type_of(exception)), exception,
                                value_is_null(traceback) ? VALUE_NONE : traceback);
    int failed = value_is_null(argument) ? -1 : call_trace(frame, "exception", argument);
    value_xdecref(argument);
    if (failed)
        value_decref(exception);
    else
        error_restore(exception);
}

void trace_unwind(Frame *frame)
{
    Value exception = error_fetch();
    if (call_both(frame, "return", VALUE_NULL) < 0)
        value_xdecref(exception);
    else
        error_restore(exception);
}

Value trace_native_call(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Thread *thread = current_thread;
    bool is_native =
        object_has_type(callable, &type_native_function) || object_has_type(callable, &type_method_descriptor);
    if (value_is_null(thread->profile_function) || !is_native) return call_vector(callable, args, nargs, kwnames);
    Frame *frame = thread->frame;
    Value shown = value_incref(callable);
    if (object_has_type(callable, &type_method_descriptor) && nargs > 0) {
        DescrGetSlot bind = type_of(callable)->descr_get;
        Value bound = bind ? bind(callable, args[0], value_from_object(type_of(args[0]))) : VALUE_NULL;
        if (value_is_null(bound))
            error_clear();
        else
            value_replace(&shown, bound);
    }
    Value result = VALUE_NULL;
    if (call_profile(frame, "c_call", shown) == 0) {
        result = call_vector(callable, args, nargs, kwnames);
        if (value_is_null(result)) {
            Value exception = error_fetch();
            if (call_profile(frame, "c_exception", shown) < 0)
                value_decref(exception);
            else
                error_restore(exception);
        } else if (call_profile(frame, "c_return", shown) < 0) {
            value_clear(&result);
        }
    }
    value_decref(shown);
    return result;
}

int trace_set(bool profile, NULLABLE Value function)
{
    static bool is_installing;
    Thread *thread = current_thread;
    if (is_installing) { /* the old function's finaliser */
        is_installing = false;
        error_format(&type_RuntimeError, "Cannot install a %s function while another %s function is being installed",
                     profile ? "profile" : "trace", profile ? "profile" : "trace");
        return -1;
    }
    is_installing = true;
    value_replace(profile ? &thread->profile_function : &thread->trace_function, value_xincref(function));
    is_installing = false;
    bool is_traced = !value_is_null(thread->trace_function) || !value_is_null(thread->profile_function);
    if (is_traced)
        safepoint_request(BREAK_TRACE);
    else
        __atomic_fetch_and(&eval_breaker, ~(uint32_t)BREAK_TRACE, __ATOMIC_SEQ_CST);
    jit_tracing_changed(is_traced);
    return 0;
}

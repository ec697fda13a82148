/* exit_exception.c: exceptions that native code kept virtual become real. For the program they are that already, so it
 * does not fail: see exits.c. */
#include "jit/exit_exception.h"

#include "jit/record.h"
#include "objects/exception_internal.h"
#include "objects/type.h"
#include "vm/traceback.h"

/* Native code does not stay for long without a reserve. */
static void reserve_close(void)
{
    mem_reserve_close();
    if (UNLIKELY(!mem_reserve_is_full)) safepoint_request(BREAK_PENDING);
}

Value exception_with_args(Type *class, STEALS Value args)
{
    Value exception = exception_new_instance(class, NULL, 0, VALUE_NULL);
    value_replace(&as_exception(exception)->args, args);
    return exception;
}

Value exception_make(Value class, int64_t count)
{
    mem_reserve_open();
    Value args = count < 0 ? jit_exception_arguments[0] : tuple_from_array_steal(jit_exception_arguments, count);
    Value exception = exception_with_args(as_type(class), args);
    reserve_close();
    return exception;
}

void exception_link(Value exception, STEALS NULLABLE Value context, STEALS NULLABLE Value cause, int64_t suppress)
{
    Exception *e = as_exception(exception);
    value_replace(&e->context, context);
    value_replace(&e->cause, cause);
    e->suppress_context = suppress != 0;
}

void exception_attr(Value exception, Value name, STEALS Value value)
{
    mem_reserve_open();
    if (instance_set(exception, name, value) < 0) error_clear();
    reserve_close();
    value_decref(value);
}

static NULLABLE FrameObject *frame_or_current(NULLABLE Value frame)
{
    if (object_has_type(frame, &type_frame)) return (FrameObject *)value_as_object(frame);
    FrameObject *object = value_is_null(frame) ? frame_object(current_thread->frame) : NULL;
    if (!object) error_clear();
    return object;
}

Value exception_ended_frame_of(STEALS Value function, Code *code, int64_t unit, NULLABLE Value back,
                               STEALS const Value *locals)
{
    Unit *ip = (Unit *)((Quick *)code->quick)->units + unit;
    mem_reserve_open();
    FrameObject *object = frame_object_of_ended(as_function(function), code, ip, locals, frame_or_current(back));
    reserve_close();
    return value_from_object(object);
}

Value exception_ended_frame(STEALS Value function, Code *code, int64_t unit, NULLABLE Value back)
{
    return exception_ended_frame_of(function, code, unit, back, jit_exception_arguments);
}

void exception_traceback_entry(Value exception, STEALS NULLABLE Value frame, int64_t unit)
{
    mem_reserve_open();
    FrameObject *object = frame_or_current(frame);
    if (object) traceback_add(exception, value_from_object(object), (int)unit);
    reserve_close();
    value_xdecref(frame);
}

Value exception_raised(Value exception)
{
    (void)error_raise(value_incref(exception));
    return error_fetch();
}

Value exception_pending(void)
{
    return current_thread->exception;
}

void exception_take(void)
{
    (void)error_fetch();
}

void exception_set_handled(STEALS Value exception)
{
    current_thread->handled->exception = exception;
}

void exception_pop_handled(STEALS Value previous)
{
    HandledException *handled = current_thread->handled;
    Value old = handled->exception;
    handled->exception = value_is_none(previous) ? VALUE_NULL : previous;
    value_xdecref(old);
}

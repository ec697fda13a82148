/* exit_exception.c: exceptions that native code kept virtual become real. */
#include "jit/exit_exception.h"

#include "jit/record.h"
#include "objects/exception_internal.h"
#include "objects/type.h"
#include "vm/traceback.h"

static NULLABLE Value fetch_error(void)
{
    Value error = error_fetch();
    if (!value_is_null(error)) return error;
    (void)error_no_memory();
    return error_fetch();
}

Value exception_with_args(Type *class, STEALS Value args)
{
    Value exception = value_is_null(args) ? VALUE_NULL : exception_new_instance(class, NULL, 0, VALUE_NULL);
    if (value_is_null(exception)) {
        value_xdecref(args);
        return fetch_error();
    }
    value_replace(&as_exception(exception)->args, args);
    return exception;
}

Value exception_make(Value class, int64_t count)
{
    Value args = count < 0 ? jit_exception_arguments[0] : tuple_from_array_steal(jit_exception_arguments, count);
    return exception_with_args(as_type(class), args);
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
    if (instance_set(exception, name, value) < 0) error_clear();
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
    FrameObject *object = frame_object_of_ended(as_function(function), code, ip, locals, frame_or_current(back));
    if (object) return value_from_object(object);
    error_clear();
    return VALUE_NONE;
}

Value exception_ended_frame(STEALS Value function, Code *code, int64_t unit, NULLABLE Value back)
{
    return exception_ended_frame_of(function, code, unit, back, jit_exception_arguments);
}

void exception_traceback_entry(Value exception, STEALS NULLABLE Value frame, int64_t unit)
{
    FrameObject *object = frame_or_current(frame);
    if (object) traceback_add(exception, value_from_object(object), (int)unit);
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

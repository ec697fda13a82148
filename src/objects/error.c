/* error.c: raising, testing and catching exceptions from C.
 *
 * Raising chains: the exception that is being handled becomes the __context__ of the new one, except for itself, and a
 * cycle in the chain is cut, as CPython's _PyErr_SetObject does it. */
#include "objects/error.h"

#include <errno.h>
#include <stdio.h>

#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* The innermost exception being handled, or no value; borrowed. */
static Value handled_exception_borrow(void)
{
    for (HandledException *h = current_thread->handled; h; h = h->previous)
        if (value_is_object(h->exception)) return h->exception;
    return VALUE_NULL;
}

/* Cuts `target` out of the chain of contexts that starts at `start`; Floyd's tortoise ends foreign cycles. */
static void cut_context_cycle(Value start, Value target)
{
    Value slow = start;
    bool advance_slow = false;
    for (Value o = start;;) {
        Value context = as_exception(o)->context;
        if (value_is_null(context)) return;
        if (value_is(context, target)) {
            value_clear(&as_exception(o)->context);
            return;
        }
        o = context;
        if (value_is(o, slow)) return;
        if (advance_slow) slow = as_exception(slow)->context;
        advance_slow = !advance_slow;
    }
}

Value error_raise(STEALS Value exception)
{
    Value handled = handled_exception_borrow();
    if (!value_is_null(handled) && !value_is(handled, exception)) {
        cut_context_cycle(handled, exception);
        value_replace(&as_exception(exception)->context, value_incref(handled));
    }
    error_restore(exception);
    return VALUE_NULL;
}

static Value raise_with_args(Type *type, STEALS Value args)
{
    if (value_is_null(args)) return VALUE_NULL;
    Value exception = exception_new(type, args);
    value_decref(args);
    return value_is_null(exception) ? VALUE_NULL : error_raise(exception);
}

static Value raise_with_argument(Type *type, STEALS Value argument)
{
    if (value_is_null(argument)) return VALUE_NULL;
    return raise_with_args(type, tuple_from_array_steal(&argument, 1));
}

Value error_format(Type *type, const char *format, ...)
{
    error_clear();
    va_list arguments;
    va_start(arguments, format);
    Value message = str_format_va(format, arguments);
    va_end(arguments);
    return raise_with_argument(type, message);
}

Value error_set(Type *type, const char *message)
{
    error_clear();
    return raise_with_argument(type, str_from_cstr(message));
}

Value error_set_value(Type *type, Value argument)
{
    if (is_tuple(argument)) return raise_with_args(type, value_incref(argument));
    if (value_is_none(argument)) return error_set_none(type);
    if (is_exception(argument) && type_is_subtype(type_of(argument), type)) return error_raise(value_incref(argument));
    return raise_with_argument(type, value_incref(argument));
}

Value error_set_none(Type *type)
{
    return raise_with_args(type, tuple_empty());
}

/* Needs no memory as long as not too many MemoryErrors are alive; then a new one, and at last one for all. */
Value error_no_memory(void)
{
    static bool is_nested; /* the new one's own allocation has failed */
    Value exception = exception_kept_memory_error();
    if (value_is_null(exception) && !is_nested) {
        is_nested = true;
        exception = exception_new(&type_MemoryError, VALUE_NULL);
        is_nested = false;
    }
    if (!value_is_null(exception)) return error_raise(exception);
    error_restore(exception_shared_memory_error());
    return VALUE_NULL;
}

Value error_key(Value key)
{
    return raise_with_argument(&type_KeyError, value_incref(key));
}

Value error_stop_iteration(Value result)
{
    if (value_is_none(result) || value_is_null(result)) return error_set_none(&type_StopIteration);
    return raise_with_argument(&type_StopIteration, value_incref(result));
}

Value error_system(const char *message)
{
    return error_set(&type_SystemError, message);
}

Value error_bad_argument(const char *function, int index, const char *expected, Value got)
{
    const char *got_name = value_is_none(got) ? "None" : type_of(got)->name;
    if (index > 0)
        return error_format(&type_TypeError, "%s() argument %d must be %s, not %s", function, index, expected,
                            got_name);
    return error_format(&type_TypeError, "%s() argument must be %s, not %s", function, expected, got_name);
}

Value error_os2(Type *type, int error_number, NULLABLE Value name1, NULLABLE Value name2)
{
    const char *text = strerror(error_number);
    Value message = str_decode(text, (ssize_t)strlen(text), "utf-8", "surrogateescape");
    if (value_is_null(message)) return VALUE_NULL;
    Value number = value_from_small_int(error_number);
    Value args;
    if (value_is_null(name1))
        args = tuple_pack(2, number, message);
    else if (value_is_null(name2))
        args = tuple_pack(3, number, message, name1);
    else
        args = tuple_pack(5, number, message, name1, VALUE_SINGLETON(0), name2);
    value_decref(message);
    return raise_with_args(type, args);
}

Value error_os(Type *type, int error_number, NULLABLE Value filename)
{
    return error_os2(type, error_number, filename, VALUE_NULL);
}

NULLABLE Value error_fetch(void)
{
    Value exception = current_thread->exception;
    current_thread->exception = VALUE_NULL;
    return exception;
}

void error_restore(STEALS NULLABLE Value exception)
{
    value_replace(&current_thread->exception, exception);
}

void error_clear(void)
{
    if (!value_is_null(current_thread->exception)) error_restore(VALUE_NULL);
}

bool error_matches(Type *type)
{
    Value exception = current_thread->exception;
    return !value_is_null(exception) && type_is_subtype(type_of(exception), type);
}

bool exception_matches(Value exception, Value type_or_tuple)
{
    if (is_tuple(type_or_tuple)) {
        for (ssize_t i = 0; i < tuple_length(type_or_tuple); i++)
            if (exception_matches(exception, tuple_item_borrow(type_or_tuple, i))) return true;
        return false;
    }
    Value type = is_exception(exception) ? value_from_type(type_of(exception)) : exception;
    if (is_exception_class(type) && is_exception_class(type_or_tuple))
        return type_is_subtype(as_type(type), as_type(type_or_tuple));
    return value_is(type, type_or_tuple);
}

bool error_catch(Type *type)
{
    if (!error_matches(type)) return false;
    error_clear();
    return true;
}

bool error_catch_stop_iteration(Value *result)
{
    if (!error_matches(&type_StopIteration)) return false;
    Value exception = error_fetch();
    Value value = ((StopIterationObject *)value_as_object(exception))->value;
    *result = value_is_null(value) ? VALUE_NONE : value_incref(value);
    value_decref(exception);
    return true;
}

/* As CPython's _PyErr_ChainExceptions: the old exception becomes the context of the current one. */
void error_set_context(STEALS NULLABLE Value context)
{
    if (value_is_null(context)) return;
    Value current = current_thread->exception;
    if (value_is_null(current)) {
        error_restore(context);
        return;
    }
    if (value_is(current, context)) {
        value_decref(context);
        return;
    }
    cut_context_cycle(context, current);
    value_replace(&as_exception(current)->context, context);
}

Value error_format_from_cause(Type *type, const char *format, ...)
{
    Value cause = error_fetch();
    va_list arguments;
    va_start(arguments, format);
    Value message = str_format_va(format, arguments);
    va_end(arguments);
    raise_with_argument(type, message);
    Value raised = current_thread->exception;
    if (value_is_null(cause)) return VALUE_NULL;
    if (value_is_null(raised) || value_is(raised, cause)) {
        value_decref(cause);
        return VALUE_NULL;
    }
    Exception *e = as_exception(raised);
    value_replace(&e->cause, value_incref(cause));
    e->suppress_context = true;
    value_replace(&e->context, cause);
    return VALUE_NULL;
}

/* --- exceptions that nobody can receive --- */

static Value import_sys_attr(const char *name)
{
    Value hook = import_attr("sys", name);
    if (value_is_null(hook)) error_clear();
    return hook;
}

/* Without a hook (very early, very late): the essentials to stderr. */
static void print_unraisable_plainly(Value exception, NULLABLE Value object, const char *message)
{
    Value text = value_str(exception);
    const char *utf8 = value_is_null(text) ? NULL : str_as_utf8(text, NULL);
    if (!utf8) error_clear();
    fprintf(stderr, "%s: %s: %s\n", message ? message : "Exception ignored", type_of(exception)->name,
            utf8 ? utf8 : "?");
    value_xdecref(text);
}

static const StructSeqField unraisable_fields[] = {{"exc_type", "Exception type"},
                                                   {"exc_value", "Exception value"},
                                                   {"exc_traceback", "Exception traceback"},
                                                   {"err_msg", "Error message"},
                                                   {"object", "Object causing the exception"},
                                                   {NULL, NULL}};
static const StructSeqDef unraisable_definition = {
    "UnraisableHookArgs", "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.", unraisable_fields,
    5};

static Value unraisable_arguments(Value exception, NULLABLE Value object, const char *message)
{
    static Type *type;
    if (!type && !(type = structseq_type_new(&unraisable_definition))) return VALUE_NULL;
    Value text = message ? str_from_cstr(message) : VALUE_NONE;
    if (value_is_null(text)) return VALUE_NULL;
    Value traceback = as_exception(exception)->traceback;
    object_incref(&type_of(exception)->head);
    Value fields[5] = {value_from_type(type_of(exception)), value_incref(exception),
                       value_is_null(traceback) ? VALUE_NONE : value_incref(traceback), text,
                       value_is_null(object) ? VALUE_NONE : value_incref(object)};
    return structseq_new(type, fields);
}

void error_write_unraisable(NULLABLE Value object, NULLABLE const char *message)
{
    Value exception = error_fetch();
    if (value_is_null(exception)) return;
    if (current_thread->frame && value_is_null(as_exception(exception)->traceback)) {
        error_restore(exception);
        if (traceback_here(current_thread->frame) < 0) error_clear();
        exception = value_is_null(current_thread->exception) ? exception : error_fetch();
    }
    Value hook = import_sys_attr("unraisablehook");
    if (value_is_null(hook) || value_is_none(hook)) {
        print_unraisable_plainly(exception, object, message);
    } else {
        char full[256];
        if (message) snprintf(full, sizeof full, "Exception ignored %s", message);
        Value arguments = unraisable_arguments(exception, object, message ? full : NULL);
        Value result = value_is_null(arguments) ? VALUE_NULL : call_1(hook, arguments);
        if (value_is_null(result)) {
            Value second = error_fetch();
            print_unraisable_plainly(exception, object, message);
            if (!value_is_null(second)) {
                print_unraisable_plainly(second, VALUE_NULL, "Exception ignored in sys.unraisablehook");
                value_decref(second);
            }
        }
        value_xdecref(result);
        value_xdecref(arguments);
    }
    error_clear();
    value_xdecref(hook);
    value_decref(exception);
}

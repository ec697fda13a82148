/* op_control.c: the long parts of instructions for generators, with, exceptions, imports and match. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "vm/generator.h"
#include "vm/import.h"
#include "vm/operations.h"
#include "vm/tracing.h"

/* --- generators, awaiting --- */

Value op_get_yield_from_iter(Frame *frame, Value iterable)
{
    if (is_coroutine(iterable)) {
        if (!(frame->code->flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)))
            return error_set(&type_TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return value_incref(iterable);
    }
    if (is_generator(iterable)) return value_incref(iterable);
    return get_iter(iterable);
}

int op_send(Frame *frame, Value receiver, Value argument, Value *result)
{
    Type *type = type_of(receiver);
    /* a trace function is told of StopIteration: then the slot that does without one is not used */
    bool is_traced = thread_is_traced(current_thread) && !value_is_null(current_thread->trace_function);
    if (type->async.send && !is_traced) return type->async.send(receiver, argument, result);
    if (value_is_none(argument) && type->iternext)
        *result = type->iternext(receiver);
    else
        *result = call_method_1(receiver, ID(send), argument);
    if (!value_is_null(*result)) return 1;
    if (!error_occurred()) {
        *result = VALUE_NONE;
        return 0;
    }
    if (is_traced && error_matches(&type_StopIteration)) trace_exception(frame);
    return error_catch_stop_iteration(result) ? 0 : -1;
}

Value op_get_awaitable(Value value, int where)
{
    Value iterator = awaitable_iterator(value);
    if (value_is_null(iterator)) {
        if (where && type_of(value)->async.await == NULL && error_matches(&type_TypeError)) {
            error_clear();
            error_format(&type_TypeError,
                         "'async with' received an object from __a%s__ that does not implement __await__: %T",
                         where == 1 ? "enter" : "exit", value);
        }
        return iterator;
    }
    if (is_coroutine(iterator) && !value_is_null(generator_yield_from_borrow(as_generator(iterator)))) {
        value_decref(iterator);
        return error_set(&type_RuntimeError, "coroutine is being awaited already");
    }
    return iterator;
}

Value op_get_aiter(Value value)
{
    Type *type = type_of(value);
    if (!type->async.aiter)
        return error_format(&type_TypeError, "'async for' requires an object with __aiter__ method, got %T", value);
    Value iterator = type->async.aiter(value);
    if (value_is_null(iterator) || type_of(iterator)->async.anext) return iterator;
    error_format(&type_TypeError, "'async for' received an object from __aiter__ that does not implement __anext__: %T",
                 iterator);
    value_decref(iterator);
    return VALUE_NULL;
}

Value op_get_anext(Value iterator)
{
    Type *type = type_of(iterator);
    if (is_async_generator(iterator)) return async_gen_anext(iterator);
    if (!type->async.anext)
        return error_format(&type_TypeError, "'async for' requires an iterator with __anext__ method, got %T",
                            iterator);
    Value next = type->async.anext(iterator);
    if (value_is_null(next)) return next;
    Value awaitable = awaitable_iterator(next);
    if (value_is_null(awaitable))
        error_format_from_cause(&type_TypeError, "'async for' received an invalid object from __anext__: %T", next);
    value_decref(next);
    return awaitable;
}

/* --- with --- */

static Value enter_context(Value manager, Value enter_name, Value exit_name, const char *protocol, Value *exit)
{
    Value enter = lookup_special(manager, enter_name);
    if (value_is_null(enter)) {
        if (!error_occurred())
            error_format(&type_TypeError, "'%T' object does not support the %s protocol", manager, protocol);
        return enter;
    }
    *exit = lookup_special(manager, exit_name);
    if (value_is_null(*exit)) {
        if (!error_occurred())
            error_format(&type_TypeError, "'%T' object does not support the %s protocol (missed %U method)", manager,
                         protocol, exit_name);
        value_decref(enter);
        return VALUE_NULL;
    }
    Value entered = call_0(enter);
    value_decref(enter);
    if (value_is_null(entered)) value_clear(exit);
    return entered;
}

Value op_before_with(Value manager, Value *exit)
{
    return enter_context(manager, ID(__enter__), ID(__exit__), "context manager", exit);
}

Value op_before_async_with(Value manager, Value *exit)
{
    return enter_context(manager, ID(__aenter__), ID(__aexit__), "asynchronous context manager", exit);
}

Value op_with_except_start(Value exit, Value exception)
{
    Value traceback = as_exception(exception)->traceback;
    return call_3(exit, value_from_object(type_of(exception)), exception,
                  value_is_null(traceback) ? VALUE_NONE : traceback);
}

/* --- exceptions --- */

static bool is_exception_type(Value v)
{
    return is_exception_class(v);
}

static bool check_except_types(Value type, const char *message)
{
    bool ok = true;
    if (is_tuple(type))
        for (ssize_t i = 0; i < tuple_length(type) && ok; i++) ok = is_exception_type(tuple_item_borrow(type, i));
    else
        ok = is_exception_type(type);
    if (!ok) error_set(&type_TypeError, message);
    return ok;
}

int op_check_exc_match(Value exception, Value type)
{
    if (!check_except_types(type, "catching classes that do not inherit from BaseException is not allowed")) return -1;
    return exception_matches(exception, type);
}

static bool check_star_types(Value type)
{
    static const char base_message[] = "catching classes that do not inherit from BaseException is not allowed";
    static const char group_message[] = "catching ExceptionGroup with except* is not allowed. Use except instead.";
    if (!check_except_types(type, base_message)) return false;
    ssize_t count = is_tuple(type) ? tuple_length(type) : 1;
    for (ssize_t i = 0; i < count; i++) {
        Value one = is_tuple(type) ? tuple_item_borrow(type, i) : type;
        int is_group = is_subclass(one, value_from_object(&type_BaseExceptionGroup));
        if (is_group) {
            if (is_group > 0) error_set(&type_TypeError, group_message);
            return false;
        }
    }
    return true;
}

static bool is_exception_group(Value v)
{
    return type_is_subtype(type_of(v), &type_BaseExceptionGroup);
}

/* A naked exception that matches is wrapped in a group without a message. */
static Value wrap_in_group(Value exception)
{
    Value list = tuple_pack(1, exception), empty = str_empty(), result = VALUE_NULL;
    if (!value_is_null(list)) {
        Value args[] = {empty, list};
        result = call_vector(value_from_object(&type_BaseExceptionGroup), args, 2, VALUE_NULL);
    }
    value_xdecref(list);
    if (!value_is_null(result)) {
        Value traceback = as_exception(exception)->traceback;
        if (!value_is_null(traceback)) value_replace(&as_exception(result)->traceback, value_incref(traceback));
    }
    return result;
}

int op_check_eg_match(Value exception, Value type, Value *match, Value *rest)
{
    if (!check_star_types(type)) return -1;
    if (value_is_none(exception)) {
        *match = *rest = VALUE_NONE;
        return 0;
    }
    if (exception_matches(exception, type)) {
        *match = is_exception_group(exception) ? value_incref(exception) : wrap_in_group(exception);
        *rest = VALUE_NONE;
        return value_is_null(*match) ? -1 : 0;
    }
    if (!is_exception_group(exception)) {
        *match = VALUE_NONE;
        *rest = value_incref(exception);
        return 0;
    }
    Value pair = call_method_1(exception, ID(split), type);
    if (value_is_null(pair)) return -1;
    if (!is_tuple(pair) || tuple_length(pair) < 2) {
        error_format(&type_TypeError, "%T.split must return a 2-tuple, got %T", exception, pair);
        value_decref(pair);
        return -1;
    }
    *match = value_incref(tuple_item_borrow(pair, 0));
    *rest = value_incref(tuple_item_borrow(pair, 1));
    value_decref(pair);
    return 0;
}

/* Whether two exceptions come from the same raise: the same traceback, context, cause and notes. */
static bool is_same_origin(Value a, Value b)
{
    const Exception *x = as_exception(a), *y = as_exception(b);
    return value_is(x->notes, y->notes) && value_is(x->traceback, y->traceback) && value_is(x->cause, y->cause) &&
           value_is(x->context, y->context);
}

static int collect_leaf_ids(Value exception, Value set)
{
    if (!is_exception_group(exception)) {
        Value id = value_from_small_int((int64_t)(exception.bits >> 3));
        return set_add(set, id);
    }
    Value items = ((ExceptionGroupObject *)value_as_object(exception))->exceptions;
    for (ssize_t i = 0; i < tuple_length(items); i++) {
        if (!recursion_enter(" in collect_exception_group_leaf_ids")) return -1;
        int failed = collect_leaf_ids(tuple_item_borrow(items, i), set);
        recursion_leave();
        if (failed) return -1;
    }
    return 0;
}

/* The part of `original` whose leaves are leaves of one of `keep`, with the original's structure. */
static Value project_group(Value original, Value keep)
{
    Value ids = set_new(VALUE_NULL), result = VALUE_NULL;
    if (value_is_null(ids)) return ids;
    for (ssize_t i = 0; i < list_length(keep); i++)
        if (collect_leaf_ids(list_item_borrow(keep, i), ids) < 0) goto done;
    extern Value exception_group_project(Value group, Value leaf_ids);
    result = exception_group_project(original, ids);
done:
    value_decref(ids);
    return result;
}

static bool split_raised(Value original, Value exceptions, Value raised, Value reraised)
{
    for (ssize_t i = 0; i < list_length(exceptions); i++) {
        Value e = list_item_borrow(exceptions, i);
        if (value_is_none(e)) continue;
        if (list_append(is_same_origin(e, original) ? reraised : raised, e) < 0) return false;
    }
    return true;
}

static Value combine_raised(Value raised, Value reraised_group)
{
    if (!value_is_none(reraised_group) && list_append(raised, reraised_group) < 0) return VALUE_NULL;
    Value args[] = {str_empty(), raised};
    Value group = call_vector(value_from_object(&type_BaseExceptionGroup), args, 2, VALUE_NULL);
    value_decref(args[0]);
    return group;
}

Value op_prep_reraise_star(Value original, Value exceptions)
{
    if (list_length(exceptions) == 0) return VALUE_NONE;
    if (!is_exception_group(original)) {
        /* a naked exception was caught and wrapped: only one clause can have run */
        for (ssize_t i = 0; i < list_length(exceptions); i++) {
            Value e = list_item_borrow(exceptions, i);
            if (!value_is_none(e)) return value_incref(e);
        }
        return VALUE_NONE;
    }
    Value raised = list_new(0), reraised = list_new(0), result = VALUE_NULL, group = VALUE_NULL;
    if (value_is_null(raised) || value_is_null(reraised)) goto done;
    if (!split_raised(original, exceptions, raised, reraised)) goto done;
    group = list_length(reraised) ? project_group(original, reraised) : VALUE_NONE;
    if (value_is_null(group)) goto done;
    result = list_length(raised) == 0 ? value_incref(group) : combine_raised(raised, group);
done:
    value_xdecref(group);
    value_xdecref(raised);
    value_xdecref(reraised);
    return result;
}

static NULLABLE Value instantiate_exception(STEALS Value v)
{
    if (is_exception(v)) return v;
    if (!is_exception_type(v)) {
        value_decref(v);
        return error_set(&type_TypeError, "exceptions must derive from BaseException");
    }
    Value made = call_0(v);
    if (!value_is_null(made) && !is_exception(made)) {
        error_format(&type_TypeError, "calling %R should have returned an instance of BaseException, not %R", v,
                     value_from_object(type_of(made)));
        value_clear(&made);
    }
    value_decref(v);
    return made;
}

/* `raise X from cause`: false with an exception set. */
static bool set_cause(Value exception, STEALS Value cause)
{
    Exception *e = as_exception(exception);
    if (value_is_none(cause)) {
        value_clear(&e->cause);
    } else if (is_exception(cause) || is_exception_type(cause)) {
        cause = instantiate_exception(cause);
        if (value_is_null(cause)) return false;
        value_replace(&e->cause, cause);
    } else {
        value_decref(cause);
        error_set(&type_TypeError, "exception causes must derive from BaseException");
        return false;
    }
    e->suppress_context = true;
    return true;
}

/* The exception being handled, looking outwards through generators that handle none. */
static NULLABLE Value handled_borrow(void)
{
    HandledException *handled = current_thread->handled;
    while ((value_is_null(handled->exception) || value_is_none(handled->exception)) && handled->previous)
        handled = handled->previous;
    return value_is_none(handled->exception) ? VALUE_NULL : handled->exception;
}

bool op_raise(STEALS NULLABLE Value exception, STEALS NULLABLE Value cause)
{
    if (value_is_null(exception)) {
        Value handled = handled_borrow();
        if (value_is_null(handled)) {
            error_set(&type_RuntimeError, "No active exception to reraise");
            return false;
        }
        error_restore(value_incref(handled));
        return true;
    }
    exception = instantiate_exception(exception);
    if (value_is_null(exception)) {
        value_xdecref(cause);
        return false;
    }
    if (!value_is_null(cause) && !set_cause(exception, cause)) {
        value_decref(exception);
        return false;
    }
    error_raise(exception);
    return false;
}

/* --- imports --- */

Value op_import_name(Frame *frame, Value name, Value names, Value level)
{
    Value import = dict_get_borrow(frame->builtins, ID(__import__));
    if (value_is_null(import)) {
        return error_occurred() ? VALUE_NULL : error_set(&type_ImportError, "__import__ not found");
    }
    Value locals = value_is_null(frame->locals) ? VALUE_NONE : frame->locals;
    if (value_is(import, import_original) && value_is_small_int(level))
        return import_level(name, frame->globals, names, (int)value_as_small_int(level));
    Value args[] = {name, frame->globals, locals, names, level};
    value_incref(import);
    Value module = call_vector(import, args, 5, VALUE_NULL);
    value_decref(import);
    return module;
}

static Value import_from_error(Value module, Value name)
{
    bool failed = false;
    Value module_name = get_attr_optional(module, ID(__name__), &failed), path = VALUE_NULL, spec = VALUE_NULL;
    if (failed) error_clear();
    if (value_is_null(module_name) || !is_str(module_name)) {
        value_xdecref(module_name);
        module_name = str_from_cstr("<unknown module name>");
        if (value_is_null(module_name)) return VALUE_NULL;
    }
    path = get_attr_optional(module, ID(__file__), &failed);
    if (failed) error_clear();
    Value message;
    if (value_is_null(path) || !is_str(path)) {
        value_clear(&path);
        message = str_format("cannot import name %R from %R (unknown location)", name, module_name);
    } else {
        spec = get_attr_optional(module, ID(__spec__), &failed);
        if (failed) error_clear();
        const char *format = !value_is_null(spec) && module_is_initializing(spec)
                                 ? "cannot import name %R from partially initialized module %R (most likely due to a "
                                   "circular import) (%S)"
                                 : "cannot import name %R from %R (%S)";
        message = str_format(format, name, module_name, path);
    }
    if (!value_is_null(message)) import_error(&type_ImportError, message, module_name, path);
    value_xdecref(spec);
    value_xdecref(message);
    value_xdecref(path);
    value_decref(module_name);
    return VALUE_NULL;
}

Value op_import_from(Value module, Value name)
{
    bool failed = false;
    Value v = get_attr_optional(module, name, &failed);
    if (!value_is_null(v) || failed) return v;
    /* a submodule that is being imported in a circle is in sys.modules only */
    Value package = get_attr_optional(module, ID(__name__), &failed);
    if (failed) return VALUE_NULL;
    if (!value_is_null(package) && is_str(package)) {
        Value full = str_format("%U.%U", package, name);
        value_decref(package);
        if (value_is_null(full)) return full;
        v = import_get_module(full);
        value_decref(full);
        if (!value_is_null(v) || error_occurred()) return v;
    } else {
        value_xdecref(package);
    }
    return import_from_error(module, name);
}

/* The names that `from module import *` binds: __all__, or the keys of __dict__ that are no private names. */
static Value star_names(Value module, bool *skip_private)
{
    bool failed = false;
    *skip_private = false;
    Value all = get_attr_optional(module, ID(__all__), &failed);
    if (!value_is_null(all) || failed) return all;
    Value dict = get_attr_optional(module, ID(__dict__), &failed);
    if (failed) return VALUE_NULL;
    if (value_is_null(dict)) return error_set(&type_ImportError, "from-import-* object has no __dict__ and no __all__");
    *skip_private = true;
    Value keys = mapping_keys(dict);
    value_decref(dict);
    return keys;
}

static int star_name_error(Value module, Value name, bool is_key)
{
    Value module_name = get_attr(module, ID(__name__));
    if (value_is_null(module_name)) return -1;
    if (is_str(module_name))
        error_format(&type_TypeError, "%s in %U.%s must be str, not %T", is_key ? "Key" : "Item", module_name,
                     is_key ? "__dict__" : "__all__", name);
    else
        error_format(&type_TypeError, "module __name__ must be a string, not %T", module_name);
    value_decref(module_name);
    return -1;
}

static int import_star_one(Frame *frame, Value module, Value name, bool skip_private)
{
    if (!is_str(name)) return star_name_error(module, name, skip_private);
    if (skip_private && str_length(name) && str_char(as_str(name), 0) == '_') return 0;
    Value v = get_attr(module, name);
    if (value_is_null(v)) return -1;
    int failed = is_exact_dict(frame->locals) ? dict_set(frame->locals, name, v) : set_item(frame->locals, name, v);
    value_decref(v);
    return failed;
}

int op_import_star(Frame *frame, Value module)
{
    if (value_is_null(frame->locals) && frame_fast_to_locals(frame) < 0) return -1;
    bool skip_private;
    Value names = star_names(module, &skip_private);
    if (value_is_null(names)) return -1;
    int failed = 0;
    for (ssize_t i = 0; !failed; i++) {
        Value name = sequence_item(names, i);
        if (value_is_null(name)) {
            failed = error_catch(&type_IndexError) ? 0 : -1;
            break;
        }
        failed = import_star_one(frame, module, name, skip_private);
        value_decref(name);
    }
    value_decref(names);
    if (!failed && frame->code->flags & CO_OPTIMIZED) frame_locals_to_fast(frame, false);
    return failed;
}

int op_print_expr(Value value)
{
    Value hook = sys_get_borrow("displayhook");
    if (value_is_null(hook)) {
        error_set(&type_RuntimeError, "lost sys.displayhook");
        return -1;
    }
    Value result = call_1(hook, value);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* --- match --- */

Value op_match_keys(Value subject, Value keys)
{
    ssize_t count = tuple_length(keys);
    Value seen = VALUE_NULL, get = VALUE_NULL, missing = VALUE_NULL, values = VALUE_NULL, result = VALUE_NULL;
    if (count == 0) return tuple_empty();
    get = get_attr(subject, ID(get));
    seen = set_new(VALUE_NULL);
    missing = call_0(value_from_object(&type_object));
    values = list_new(0);
    if (value_is_null(get) || value_is_null(seen) || value_is_null(missing) || value_is_null(values)) goto done;
    for (ssize_t i = 0; i < count; i++) {
        Value key = tuple_item_borrow(keys, i);
        int duplicate = set_contains(seen, key);
        if (duplicate < 0 || (!duplicate && set_add(seen, key) < 0)) goto done;
        if (duplicate) {
            error_format(&type_ValueError, "mapping pattern checks duplicate key (%R)", key);
            goto done;
        }
        Value value = call_2(get, key, missing);
        if (value_is_null(value)) goto done;
        if (value_is(value, missing)) {
            value_decref(value);
            result = VALUE_NONE;
            goto done;
        }
        if (list_append_steal(values, value) < 0) goto done;
    }
    result = list_to_tuple(values);
done:
    value_xdecref(get);
    value_xdecref(seen);
    value_xdecref(missing);
    value_xdecref(values);
    return result;
}

/* Adds subject.name to `found`: 1 done, 0 no such attribute, -1. */
static int match_attribute(Value subject, Value class, Value name, Value seen, Value found)
{
    int duplicate = set_contains(seen, name);
    if (duplicate < 0) return -1;
    if (duplicate) {
        error_format(&type_TypeError, "%N() got multiple sub-patterns for attribute %R", (Type *)value_as_object(class),
                     name);
        return -1;
    }
    if (set_add(seen, name) < 0) return -1;
    bool failed = false;
    Value v = get_attr_optional(subject, name, &failed);
    if (value_is_null(v)) return failed ? -1 : 0;
    return list_append_steal(found, v) < 0 ? -1 : 1;
}

static int match_positional(Value subject, Value class, ssize_t positional, Value seen, Value found)
{
    Type *type = (Type *)value_as_object(class);
    bool failed = false, match_self = false;
    Value match_args = get_attr_optional(class, ID(__match_args__), &failed);
    if (failed) return -1;
    if (value_is_null(match_args)) {
        match_self = type_has_flag(type, TYPE_MATCH_SELF);
        match_args = tuple_empty();
    } else if (!is_exact_tuple(match_args)) {
        error_format(&type_TypeError, "%N.__match_args__ must be a tuple (got %T)", type, match_args);
        value_decref(match_args);
        return -1;
    }
    ssize_t allowed = match_self ? 1 : tuple_length(match_args);
    int status = 1;
    if (allowed < positional) {
        error_format(&type_TypeError, "%N() accepts %zd positional sub-pattern%s (%zd given)", type, allowed,
                     allowed == 1 ? "" : "s", positional);
        status = -1;
    } else if (match_self) {
        status = list_append(found, subject) < 0 ? -1 : 1;
    } else {
        for (ssize_t i = 0; i < positional && status > 0; i++) {
            Value name = tuple_item_borrow(match_args, i);
            if (!is_exact_str(name)) {
                error_format(&type_TypeError, "__match_args__ elements must be strings (got %T)", name);
                status = -1;
            } else {
                status = match_attribute(subject, class, name, seen, found);
            }
        }
    }
    value_decref(match_args);
    return status;
}

Value op_match_class(Value subject, Value class, ssize_t positional, Value names)
{
    if (!object_has_flag(class, TYPE_IS_TYPE))
        return error_set(&type_TypeError, "called match pattern must be a class");
    int is_one = is_instance(subject, class);
    if (is_one <= 0) return is_one < 0 ? VALUE_NULL : VALUE_NONE;
    Value seen = set_new(VALUE_NULL), found = list_new(0), result = VALUE_NULL;
    if (value_is_null(seen) || value_is_null(found)) goto done;
    int status = positional ? match_positional(subject, class, positional, seen, found) : 1;
    for (ssize_t i = 0; i < tuple_length(names) && status > 0; i++)
        status = match_attribute(subject, class, tuple_item_borrow(names, i), seen, found);
    if (status > 0)
        result = list_to_tuple(found);
    else if (status == 0)
        result = VALUE_NONE;
done:
    value_xdecref(seen);
    value_xdecref(found);
    return result;
}

/* asyncgen.c: async generators. The generator's frame yields wrapped values (ASYNC_GEN_WRAP) where the program yields,
 * and bare ones where it awaits; asend() and athrow() give awaitables whose iteration drives the frame and unwraps. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "vm/generator.h"

enum AwaitableState { AWAITABLE_INIT, AWAITABLE_ITERATING, AWAITABLE_CLOSED };

/* What the frame yields for a `yield` of the program. */
typedef struct WrappedValue {
    Object head;
    Value value;
} WrappedValue;

/* asend(value), anext() and athrow(…), aclose(). */
typedef struct Awaitable {
    Object head;
    Value generator;
    NULLABLE Value argument; /* asend: the value; athrow: the arguments of throw, no value for aclose() */
    int state;
} Awaitable;

extern Type type_async_generator_wrapped_value, type_async_generator_asend, type_async_generator_athrow;

static Awaitable *as_awaitable(Value v)
{
    return (Awaitable *)value_as_object(v);
}

/* --- wrapped values --- */

Value async_gen_wrap(Value value)
{
    WrappedValue *wrapped = object_alloc(&type_async_generator_wrapped_value, sizeof(WrappedValue));
    if (!wrapped) return VALUE_NULL;
    wrapped->value = value_incref(value);
    gc_track(wrapped);
    return value_from_object(wrapped);
}

static int wrapped_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((WrappedValue *)self)->value);
    return 0;
}

static void wrapped_destroy(Object *self)
{
    gc_untrack(self);
    value_clear(&((WrappedValue *)self)->value);
    object_free(self, sizeof(WrappedValue));
}

Type type_async_generator_wrapped_value = {
    .head = TYPE_HEAD,
    .name = "async_generator_wrapped_value",
    .instance_size = sizeof(WrappedValue),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = wrapped_destroy,
    .traverse = wrapped_traverse,
};

static bool is_wrapped(Value v)
{
    return object_has_type(v, &type_async_generator_wrapped_value);
}

/* What a step of the frame gave, as a step of the awaitable gives it. */
static Value unwrap(Generator *generator, Value result)
{
    if (value_is_null(result)) {
        if (!error_occurred()) error_set_none(&type_StopAsyncIteration);
        if (error_matches(&type_StopAsyncIteration) || error_matches(&type_GeneratorExit)) generator->is_closed = true;
        generator->is_running_async = false;
        return result;
    }
    if (!is_wrapped(result)) return result;
    error_stop_iteration(((WrappedValue *)value_as_object(result))->value);
    value_decref(result);
    generator->is_running_async = false;
    return VALUE_NULL;
}

/* Sends into the frame; a return becomes StopAsyncIteration. */
static Value step(Generator *generator, Value argument)
{
    Value result;
    int status = generator_send(generator, argument, &result);
    if (status != 0) return result;
    value_decref(result);
    return error_set_none(&type_StopAsyncIteration);
}

/* --- hooks --- */

/* At the first use: sys.set_asyncgen_hooks. */
static int init_hooks(Generator *generator)
{
    if (generator->hooks_inited) return 0;
    generator->hooks_inited = true;
    Thread *thread = current_thread;
    generator->finalizer = value_xincref(thread->asyncgen_finalizer);
    if (value_is_null(thread->asyncgen_firstiter)) return 0;
    Value hook = value_incref(thread->asyncgen_firstiter);
    Value result = call_1(hook, value_from_object(generator));
    value_decref(hook);
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

/* --- awaitables --- */

static Value awaitable_new(Type *type, Value generator, NULLABLE Value argument)
{
    if (init_hooks(as_generator(generator)) < 0) return VALUE_NULL;
    Awaitable *awaitable = object_alloc(type, sizeof(Awaitable));
    if (!awaitable) return VALUE_NULL;
    awaitable->generator = value_incref(generator);
    awaitable->argument = value_xincref(argument);
    awaitable->state = AWAITABLE_INIT;
    gc_track(awaitable);
    return value_from_object(awaitable);
}

static int awaitable_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((Awaitable *)self)->generator);
    GC_VISIT(((Awaitable *)self)->argument);
    return 0;
}

static void awaitable_destroy(Object *self)
{
    gc_untrack(self);
    value_clear(&((Awaitable *)self)->generator);
    value_clear(&((Awaitable *)self)->argument);
    object_free(self, sizeof(Awaitable));
}

static Value self_iter(Value self)
{
    return value_incref(self);
}

static Value asend_send(Value self, Value argument)
{
    Awaitable *awaitable = as_awaitable(self);
    Generator *generator = as_generator(awaitable->generator);
    if (awaitable->state == AWAITABLE_CLOSED)
        return error_set(&type_RuntimeError, "cannot reuse already awaited __anext__()/asend()");
    if (awaitable->state == AWAITABLE_INIT) {
        if (generator->is_running_async)
            return error_set(&type_RuntimeError, "anext(): asynchronous generator is already running");
        if (value_is_none(argument)) argument = awaitable->argument;
        awaitable->state = AWAITABLE_ITERATING;
    }
    generator->is_running_async = true;
    Value result = unwrap(generator, step(generator, argument));
    if (value_is_null(result)) awaitable->state = AWAITABLE_CLOSED;
    return result;
}

static Value asend_iternext(Value self)
{
    return asend_send(self, VALUE_NONE);
}

static Value asend_method_send(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return asend_send(self, args[0]);
}

static Value asend_method_throw(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Awaitable *awaitable = as_awaitable(self);
    Generator *generator = as_generator(awaitable->generator);
    if (awaitable->state == AWAITABLE_CLOSED)
        return error_set(&type_RuntimeError, "cannot reuse already awaited __anext__()/asend()");
    if (awaitable->state == AWAITABLE_INIT) {
        if (generator->is_running_async) {
            awaitable->state = AWAITABLE_CLOSED;
            return error_set(&type_RuntimeError, "anext(): asynchronous generator is already running");
        }
        awaitable->state = AWAITABLE_ITERATING;
        generator->is_running_async = true;
    }
    Value result =
        generator_throw(generator, false, args[0], nargs > 1 ? args[1] : VALUE_NULL, nargs > 2 ? args[2] : VALUE_NULL);
    result = unwrap(generator, result);
    if (value_is_null(result)) awaitable->state = AWAITABLE_CLOSED;
    return result;
}

static Value asend_method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    as_awaitable(self)->state = AWAITABLE_CLOSED;
    return VALUE_NONE;
}

static const NativeMethod asend_methods[] = {
    {"send", asend_method_send, 1, 1},
    {"throw", asend_method_throw, 1, 3},
    {"close", asend_method_close, 0, 0},
    {NULL},
};

Type type_async_generator_asend = {
    .head = TYPE_HEAD,
    .name = "async_generator_asend",
    .instance_size = sizeof(Awaitable),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = awaitable_destroy,
    .traverse = awaitable_traverse,
    .iter = self_iter,
    .iternext = asend_iternext,
    .async.await = self_iter,
    .methods = asend_methods,
};

/* --- athrow() and aclose() --- */

static Value ignored_exit(void)
{
    return error_set(&type_RuntimeError, "async generator ignored GeneratorExit");
}

/* An exception leaves athrow() or aclose(). */
static Value athrow_failed(Awaitable *awaitable)
{
    Generator *generator = as_generator(awaitable->generator);
    generator->is_running_async = false;
    awaitable->state = AWAITABLE_CLOSED;
    if (value_is_null(awaitable->argument) &&
        (error_matches(&type_StopAsyncIteration) || error_matches(&type_GeneratorExit))) {
        error_clear();
        error_set_none(&type_StopIteration); /* aclose() is done */
    }
    return VALUE_NULL;
}

/* A step of aclose(): the generator must not yield. */
static Value close_result(Awaitable *awaitable, Value result)
{
    Generator *generator = as_generator(awaitable->generator);
    if (value_is_null(result)) return athrow_failed(awaitable);
    if (!is_wrapped(result)) return result;
    value_decref(result);
    generator->is_running_async = false;
    awaitable->state = AWAITABLE_CLOSED;
    return ignored_exit();
}

static Value athrow_start(Awaitable *awaitable)
{
    Generator *generator = as_generator(awaitable->generator);
    bool is_close = value_is_null(awaitable->argument);
    if (generator->is_running_async) {
        awaitable->state = AWAITABLE_CLOSED;
        return error_format(&type_RuntimeError, "%s(): asynchronous generator is already running",
                            is_close ? "aclose" : "athrow");
    }
    if (generator->is_closed) {
        awaitable->state = AWAITABLE_CLOSED;
        return error_set_none(&type_StopAsyncIteration);
    }
    awaitable->state = AWAITABLE_ITERATING;
    generator->is_running_async = true;
    if (is_close) {
        generator->is_closed = true;
        Value exit = value_from_object(&type_GeneratorExit);
        return close_result(awaitable, generator_throw(generator, false, exit, VALUE_NULL, VALUE_NULL));
    }
    const Tuple *args = as_tuple(awaitable->argument);
    Value result = generator_throw(generator, false, args->items[0], args->length > 1 ? args->items[1] : VALUE_NULL,
                                   args->length > 2 ? args->items[2] : VALUE_NULL);
    result = unwrap(generator, result);
    return value_is_null(result) ? athrow_failed(awaitable) : result;
}

static Value athrow_send(Value self, Value argument)
{
    Awaitable *awaitable = as_awaitable(self);
    Generator *generator = as_generator(awaitable->generator);
    if (awaitable->state == AWAITABLE_CLOSED)
        return error_set(&type_RuntimeError, "cannot reuse already awaited aclose()/athrow()");
    if (generator->state == GENERATOR_COMPLETED) {
        awaitable->state = AWAITABLE_CLOSED;
        return error_set_none(&type_StopIteration);
    }
    if (awaitable->state == AWAITABLE_INIT) {
        if (!value_is_none(argument))
            return error_set(&type_RuntimeError, "can't send non-None value to a just-started coroutine");
        return athrow_start(awaitable);
    }
    Value result = step(generator, argument);
    if (value_is_null(awaitable->argument)) return close_result(awaitable, result);
    return unwrap(generator, result);
}

static Value athrow_iternext(Value self)
{
    return athrow_send(self, VALUE_NONE);
}

static Value athrow_method_send(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return athrow_send(self, args[0]);
}

static Value athrow_method_throw(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Awaitable *awaitable = as_awaitable(self);
    Generator *generator = as_generator(awaitable->generator);
    if (awaitable->state == AWAITABLE_CLOSED)
        return error_set(&type_RuntimeError, "cannot reuse already awaited aclose()/athrow()");
    if (awaitable->state == AWAITABLE_INIT) {
        if (generator->is_running_async) {
            awaitable->state = AWAITABLE_CLOSED;
            return error_format(&type_RuntimeError, "%s(): asynchronous generator is already running",
                                value_is_null(awaitable->argument) ? "aclose" : "athrow");
        }
        awaitable->state = AWAITABLE_ITERATING;
        generator->is_running_async = true;
    }
    Value result =
        generator_throw(generator, false, args[0], nargs > 1 ? args[1] : VALUE_NULL, nargs > 2 ? args[2] : VALUE_NULL);
    if (!value_is_null(awaitable->argument)) {
        result = unwrap(generator, result);
        if (value_is_null(result)) awaitable->state = AWAITABLE_CLOSED;
        return result;
    }
    return close_result(awaitable, result);
}

static const NativeMethod athrow_methods[] = {
    {"send", athrow_method_send, 1, 1},
    {"throw", athrow_method_throw, 1, 3},
    {"close", asend_method_close, 0, 0},
    {NULL},
};

Type type_async_generator_athrow = {
    .head = TYPE_HEAD,
    .name = "async_generator_athrow",
    .instance_size = sizeof(Awaitable),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = awaitable_destroy,
    .traverse = awaitable_traverse,
    .iter = self_iter,
    .iternext = athrow_iternext,
    .async.await = self_iter,
    .methods = athrow_methods,
};

/* --- the generator --- */

Value async_gen_anext(Value self)
{
    return awaitable_new(&type_async_generator_asend, self, VALUE_NONE);
}

static Value method_asend(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return awaitable_new(&type_async_generator_asend, self, args[0]);
}

static Value method_athrow(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value arguments = tuple_from_array(args, nargs);
    if (value_is_null(arguments)) return arguments;
    Value result = awaitable_new(&type_async_generator_athrow, self, arguments);
    value_decref(arguments);
    return result;
}

static Value method_aclose(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return awaitable_new(&type_async_generator_athrow, self, VALUE_NULL);
}

static const NativeMethod async_generator_methods[] = {
    {"asend", method_asend, 1, 1, 0, "asend(v) -> send 'v' in generator."},
    {"athrow", method_athrow, 1, 3, 0,
     "athrow(value)\nathrow(type[,value[,tb]])\n\nRaise exception in generator, return awaitable."},
    {"aclose", method_aclose, 0, 0, 0, "aclose() -> raise GeneratorExit inside generator."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

static const NativeGetSet async_generator_getsets[] = {
    {"__name__", generator_get_name, generator_set_name, "name of the async generator"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the async generator"},
    {"ag_await", generator_get_yield_from, NULL, "object being awaited on, or None"},
    {"ag_frame", generator_get_frame},
    {NULL},
};

static const NativeMember async_generator_members[] = {
    {"ag_running", MEMBER_BOOL, offsetof(Generator, is_running_async), true},
    {"ag_code", MEMBER_VALUE, offsetof(Generator, code), true},
    {NULL},
};

Type type_async_generator = {
    .head = TYPE_HEAD,
    .name = "async_generator",
    .instance_size = sizeof(Generator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_HAS_FINALIZER,
    .weaklist_offset = offsetof(Generator, weaklist),
    .destroy = generator_destroy,
    .traverse = generator_traverse,
    .finalize = generator_finalize,
    .repr = generator_repr,
    .async.aiter = self_iter,
    .async.anext = async_gen_anext,
    .methods = async_generator_methods,
    .members = async_generator_members,
    .getsets = async_generator_getsets,
};

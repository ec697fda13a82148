/* anext_awaitable.c: anext(iterator, default): awaits the item and gives the default when there is none. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/exception.h"
#include "vm/builtins.h"
#include "vm/generator.h"

typedef struct AnextAwaitable {
    Object head;
    Value awaitable, fallback;
} AnextAwaitable;

extern Type type_anext_awaitable;

Value anext_awaitable_new(Value awaitable, Value fallback)
{
    AnextAwaitable *self = object_alloc(&type_anext_awaitable, sizeof(AnextAwaitable));
    if (!self) return VALUE_NULL;
    self->awaitable = value_incref(awaitable);
    self->fallback = value_incref(fallback);
    gc_track(self);
    return value_from_object(self);
}

/* The iterator that does the work. */
static Value inner_iterator(Value self)
{
    Value inner = awaitable_iterator(((AnextAwaitable *)value_as_object(self))->awaitable);
    if (value_is_null(inner) || !is_coroutine(inner)) return inner;
    Value wrapper = coroutine_await(inner);
    value_decref(inner);
    return wrapper;
}

/* StopAsyncIteration becomes the result. */
static Value finish(Value self, Value result)
{
    if (value_is_null(result) && error_catch(&type_StopAsyncIteration))
        error_stop_iteration(((AnextAwaitable *)value_as_object(self))->fallback);
    return result;
}

static Value anext_iternext(Value self)
{
    Value inner = inner_iterator(self);
    if (value_is_null(inner)) return inner;
    Value result = type_of(inner)->iternext(inner);
    value_decref(inner);
    return finish(self, result);
}

static Value forward(Value self, Value name, const Value *args, ssize_t nargs)
{
    Value inner = inner_iterator(self);
    if (value_is_null(inner)) return inner;
    Value result = call_method(inner, name, args, nargs, VALUE_NULL);
    value_decref(inner);
    return finish(self, result);
}

static Value anext_send(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return forward(self, ID(send), args, nargs);
}

static Value anext_throw(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return forward(self, ID(throw), args, nargs);
}

static Value anext_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return forward(self, ID(close), args, nargs);
}

static Value self_iter(Value self)
{
    return value_incref(self);
}

static int anext_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((AnextAwaitable *)self)->awaitable);
    GC_VISIT(((AnextAwaitable *)self)->fallback);
    return 0;
}

static void anext_destroy(Object *self)
{
    gc_untrack(self);
    value_clear(&((AnextAwaitable *)self)->awaitable);
    value_clear(&((AnextAwaitable *)self)->fallback);
    object_free(self, sizeof(AnextAwaitable));
}

static const NativeMethod anext_methods[] = {
    {"send", anext_send, 1, 1},
    {"throw", anext_throw, 1, 3},
    {"close", anext_close, 0, 0},
    {NULL},
};

Type type_anext_awaitable = {
    .head = TYPE_HEAD,
    .name = "anext_awaitable",
    .instance_size = sizeof(AnextAwaitable),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = anext_destroy,
    .traverse = anext_traverse,
    .iter = self_iter,
    .iternext = anext_iternext,
    .async.await = self_iter,
    .methods = anext_methods,
};

/* generator.c: generators and coroutines: making, resuming, throwing into, closing. generator.h has the invariants. */
#include "vm/generator.h"

#include <stdio.h>

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "objects/weakref.h"
#include "vm/import.h"

static const char *kind_name(const Generator *generator)
{
    const Type *type = generator->head.type;
    return type == &type_coroutine ? "coroutine" : type == &type_async_generator ? "async generator" : "generator";
}

/* --- making --- */

/* sys.set_coroutine_origin_tracking_depth: ((filename, line, name), …), the innermost first. */
static Value compute_origin(Frame *frame, int depth)
{
    ssize_t count = 0;
    for (Frame *f = frame; f && count < depth; f = frame_visible(f->previous)) count++;
    Value origin = tuple_new(count);
    for (ssize_t i = 0; i < count && !value_is_null(origin); i++, frame = frame_visible(frame->previous)) {
        Value line = value_from_small_int(frame_line(frame));
        Value item = tuple_pack(3, frame->code->filename, line, frame->code->name);
        if (value_is_null(item))
            value_clear(&origin);
        else
            as_tuple(origin)->items[i] = item;
    }
    return origin;
}

static Type *generator_type(int flags)
{
    if (flags & CO_COROUTINE) return &type_coroutine;
    return flags & CO_ASYNC_GENERATOR ? &type_async_generator : &type_generator;
}

Value generator_from_frame(Frame *frame, Unit *ip, Value *sp)
{
    const Code *code = frame->code;
    size_t size = sizeof(Generator) + ((size_t)code->nlocalsplus + (size_t)code->stack_size) * sizeof(Value);
    Value origin = VALUE_NULL;
    Type *type = generator_type(code->flags);
    if (type == &type_coroutine) {
        int depth = current_thread->coroutine_origin_depth;
        origin = depth ? compute_origin(frame_visible(frame->previous), depth) : VALUE_NONE;
        if (value_is_null(origin)) return VALUE_NULL;
    }
    Generator *generator = object_alloc(type, size);
    if (!generator) {
        value_xdecref(origin);
        return VALUE_NULL;
    }
    generator->code = value_incref(value_from_object(code));
    generator->name = value_incref(frame->function->name);
    generator->qualname = value_incref(frame->function->qualname);
    generator->weaklist = VALUE_NULL;
    generator->handled = (HandledException){0};
    generator->state = GENERATOR_CREATED;
    generator->origin = origin;
    generator->finalizer = VALUE_NULL;
    generator->hooks_inited = generator->is_closed = generator->is_running_async = false;
    generator->size = size;
    Frame *own = &generator->frame;
    memcpy(own, frame, (size_t)((char *)sp - (char *)frame));
    own->sp = own->localsplus + (sp - frame->localsplus);
    own->ip = ip;
    own->owner = FRAME_OWNED_BY_GENERATOR;
    own->previous = NULL;
    own->is_complete = true;
    if (own->object) own->object->frame = own;
    gc_track(generator);
    return value_from_object(generator);
}

/* --- running --- */

static void convert_stop(const Generator *generator)
{
    char message[64];
    bool is_async = generator->head.type == &type_async_generator;
    if (error_matches(&type_StopIteration))
        snprintf(message, sizeof message, "%s raised StopIteration", kind_name(generator));
    else if (is_async && error_matches(&type_StopAsyncIteration))
        snprintf(message, sizeof message, "async generator raised StopAsyncIteration");
    else
        return;
    error_format_from_cause(&type_RuntimeError, "%s", message);
}

void generator_finish(Generator *generator)
{
    Thread *thread = current_thread;
    Frame *frame = &generator->frame;
    thread->handled = generator->handled.previous;
    generator->handled.previous = NULL;
    thread->frame = frame->previous;
    thread->recursion_remaining++;
    Value saved = VALUE_NULL;
    if (error_occurred()) {
        convert_stop(generator);
        saved = error_fetch();
    }
    generator->state = GENERATOR_COMPLETED;
    value_clear(&generator->handled.exception);
    frame_clear(frame);
    if (!value_is_null(saved)) error_restore(saved);
}

/* Runs the generator with `value` sent, or with the current exception raised in it: 1 yielded, 0 returned, -1. */
static int resume(Generator *generator, Value value, bool is_throwing, bool is_closing, Value *result)
{
    *result = VALUE_NULL;
    if (generator->state == GENERATOR_CREATED && !is_throwing && !value_is_none(value)) {
        error_format(&type_TypeError, "can't send non-None value to a just-started %s", kind_name(generator));
        return -1;
    }
    if (generator->state == GENERATOR_EXECUTING) {
        error_format(&type_ValueError, "%s already executing", kind_name(generator));
        return -1;
    }
    if (generator->state == GENERATOR_COMPLETED) {
        if (generator->head.type == &type_coroutine && !is_closing)
            error_set(&type_RuntimeError, "cannot reuse already awaited coroutine");
        else if (!is_throwing) {
            *result = VALUE_NONE;
            return 0;
        }
        return -1;
    }
    if (UNLIKELY(current_thread->recursion_remaining <= 0)) {
        if (!recursion_enter("")) return -1;
        recursion_leave();
    }
    value_incref(value_from_object(generator));
    generator_resume(generator, value_incref(value), FRAME_EXIT_ENTRY);
    if (is_throwing && !value_is_null(generator->handled.exception)) error_raise(error_fetch());
    *result = interpret(&generator->frame, is_throwing);
    int status = value_is_null(*result) ? -1 : generator->state == GENERATOR_SUSPENDED;
    value_decref(value_from_object(generator));
    return status;
}

int generator_send(Generator *generator, Value value, Value *result)
{
    return resume(generator, value, false, false, result);
}

static int send_slot(Value self, Value argument, Value *result)
{
    return resume(as_generator(self), argument, false, false, result);
}

/* The result of a resumption as a method gives it: a return becomes StopIteration. */
static Value as_method_result(const Generator *generator, int status, Value result)
{
    if (status != 0) return result;
    if (generator->head.type == &type_async_generator)
        error_set_none(&type_StopAsyncIteration);
    else if (value_is_none(result))
        error_set_none(&type_StopIteration);
    else
        error_stop_iteration(result);
    value_decref(result);
    return VALUE_NULL;
}

Value generator_iternext(Value self)
{
    Value result;
    int status = resume(as_generator(self), VALUE_NONE, false, false, &result);
    if (status != 0) return result;
    if (!value_is_none(result)) error_stop_iteration(result);
    value_decref(result);
    return VALUE_NULL;
}

static Value generator_method_send(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value result;
    int status = resume(as_generator(self), args[0], false, false, &result);
    return as_method_result(as_generator(self), status, result);
}

/* --- delegation --- */

Value generator_yield_from_borrow(Generator *generator)
{
    if (generator->state == GENERATOR_CREATED || generator->state == GENERATOR_COMPLETED) return VALUE_NULL;
    const Frame *frame = &generator->frame;
    ssize_t next = frame->ip - frame_quick(frame)->units + 1;
    const Bytes *code = as_bytes(as_code(generator->code)->code);
    if (next * 2 >= code->length) return VALUE_NULL;
    uint8_t opcode = (uint8_t)code->data[next * 2], oparg = (uint8_t)code->data[next * 2 + 1];
    return opcode == BC_RESUME && oparg >= 2 ? frame->sp[-1] : VALUE_NULL;
}

/* Closes what a generator delegates to: -1 with an exception. */
static int close_iterator(Value iterator)
{
    Value result;
    if (is_generator(iterator) || is_coroutine(iterator)) {
        result = generator_close(as_generator(iterator));
    } else {
        bool failed = false;
        Value method = get_attr_optional(iterator, ID(close), &failed);
        if (failed) error_write_unraisable(iterator, NULL);
        if (value_is_null(method)) return 0;
        result = call_0(method);
        value_decref(method);
    }
    if (value_is_null(result)) return -1;
    value_decref(result);
    return 0;
}

Value generator_close(Generator *generator)
{
    if (generator->state == GENERATOR_COMPLETED) return VALUE_NONE;
    if (generator->state == GENERATOR_CREATED) {
        /* Nothing has run: nothing can catch GeneratorExit. */
        generator->state = GENERATOR_COMPLETED;
        frame_clear(&generator->frame);
        return VALUE_NONE;
    }
    int failed = 0;
    Value delegate = generator_yield_from_borrow(generator);
    if (generator->state == GENERATOR_SUSPENDED && !value_is_null(delegate)) {
        value_incref(delegate);
        generator->state = GENERATOR_EXECUTING;
        failed = close_iterator(delegate);
        generator->state = GENERATOR_SUSPENDED;
        value_decref(delegate);
    }
    if (!failed) error_set_none(&type_GeneratorExit);
    Value result;
    int status = resume(generator, VALUE_NONE, true, true, &result);
    if (status > 0) {
        value_decref(result);
        return error_format(&type_RuntimeError, "%s ignored GeneratorExit", kind_name(generator));
    }
    if (status == 0) {
        value_decref(result);
        return VALUE_NONE;
    }
    if (error_matches(&type_StopIteration) || error_matches(&type_GeneratorExit)) {
        error_clear();
        return VALUE_NONE;
    }
    return VALUE_NULL;
}

static Value generator_method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return generator_close(as_generator(self));
}

/* Sets the exception that throw(type, value, traceback) means; when making it fails, that failure is what is thrown.
 * False, with an exception set, when the arguments mean none. */
static bool set_thrown(Value type, NULLABLE Value value, NULLABLE Value traceback)
{
    if (!value_is_null(traceback)) {
        if (value_is_none(traceback))
            traceback = VALUE_NULL;
        else if (!object_has_type(traceback, &type_traceback)) {
            error_set(&type_TypeError, "throw() third argument must be a traceback object");
            return false;
        }
    }
    Value exception;
    if (is_exception_class(type)) {
        if (value_is_null(value) || value_is_none(value)) {
            exception = call_0(type);
        } else if (is_exception(value) && is_instance(value, type) > 0) {
            exception = value_incref(value);
        } else {
            exception = is_tuple(value) ? call_tuple_dict(type, value, VALUE_NULL) : call_1(type, value);
        }
    } else if (is_exception(type)) {
        if (!value_is_null(value) && !value_is_none(value)) {
            error_set(&type_TypeError, "instance exception may not have a separate value");
            return false;
        }
        exception = value_incref(type);
    } else {
        error_format(&type_TypeError, "exceptions must be classes or instances deriving from BaseException, not %T",
                     type);
        return false;
    }
    if (value_is_null(exception)) return true;
    if (!is_exception(exception)) {
        error_format(&type_TypeError, "calling %R should have returned an instance of BaseException, not %R", type,
                     value_from_object(type_of(exception)));
        value_decref(exception);
        return true;
    }
    if (!value_is_null(traceback)) value_replace(&as_exception(exception)->traceback, value_incref(traceback));
    error_restore(exception); /* chained to what the generator handles, when it is resumed */
    return true;
}

static Value throw_here(Generator *generator, Value type, Value value, Value traceback)
{
    if (!set_thrown(type, value, traceback)) return VALUE_NULL;
    Value result;
    int status = resume(generator, VALUE_NONE, true, false, &result);
    return as_method_result(generator, status, result);
}

static bool is_generator_exit(Value type)
{
    return exception_matches(type, value_from_object(&type_GeneratorExit));
}

/* The delegate has ended (its exception is set): takes it off the stack and goes on behind the SEND loop. */
static Value delegate_ended(Generator *generator)
{
    Frame *frame = &generator->frame;
    value_decref(*--frame->sp);
    Unit *send = frame->ip - 1;
    frame->ip = send + send->oparg;
    Value value, result;
    int status;
    if (error_catch_stop_iteration(&value)) {
        status = resume(generator, value, false, false, &result);
        value_decref(value);
    } else {
        status = resume(generator, VALUE_NONE, true, false, &result);
    }
    return as_method_result(generator, status, result);
}

Value generator_throw(Generator *generator, bool close_on_exit, Value type, NULLABLE Value value,
                      NULLABLE Value traceback)
{
    Value delegate = generator->state == GENERATOR_SUSPENDED ? generator_yield_from_borrow(generator) : VALUE_NULL;
    if (value_is_null(delegate)) return throw_here(generator, type, value, traceback);
    value_incref(delegate);
    Value result = VALUE_NULL;
    if (close_on_exit && is_generator_exit(type)) {
        generator->state = GENERATOR_EXECUTING;
        int failed = close_iterator(delegate);
        generator->state = GENERATOR_SUSPENDED;
        value_decref(delegate);
        if (!failed) return throw_here(generator, type, value, traceback);
        int status = resume(generator, VALUE_NONE, true, false, &result);
        return as_method_result(generator, status, result);
    }
    if (is_generator(delegate) || is_coroutine(delegate)) {
        generator->state = GENERATOR_EXECUTING;
        Frame *frame = &generator->frame;
        frame->previous = current_thread->frame; /* seen by sys._getframe and tracebacks in the delegate */
        current_thread->frame = frame;
        result = generator_throw(as_generator(delegate), close_on_exit, type, value, traceback);
        current_thread->frame = frame->previous;
        frame->previous = NULL;
        generator->state = GENERATOR_SUSPENDED;
    } else {
        bool failed = false;
        Value method = get_attr_optional(delegate, ID(throw), &failed);
        if (value_is_null(method)) {
            value_decref(delegate);
            return failed ? VALUE_NULL : throw_here(generator, type, value, traceback);
        }
        Value args[] = {type, value, traceback};
        ssize_t nargs = value_is_null(value) ? 1 : value_is_null(traceback) ? 2 : 3;
        generator->state = GENERATOR_EXECUTING;
        result = call_vector(method, args, nargs, VALUE_NULL);
        generator->state = GENERATOR_SUSPENDED;
        value_decref(method);
    }
    value_decref(delegate);
    return value_is_null(result) ? delegate_ended(generator) : result;
}

static Value generator_method_throw(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return generator_throw(as_generator(self), true, args[0], nargs > 1 ? args[1] : VALUE_NULL,
                           nargs > 2 ? args[2] : VALUE_NULL);
}

/* --- the end --- */

static void warn_never_awaited(Generator *generator)
{
    Value modules = import_modules_borrow(), self = value_from_object(generator);
    Value warnings = value_is_null(modules) ? VALUE_NULL : dict_get_cstr_borrow(modules, "warnings");
    bool warned = false;
    if (!value_is_null(warnings)) {
        bool failed = false;
        Value function = get_attr_optional(warnings, ID(_warn_unawaited_coroutine), &failed);
        if (!value_is_null(function)) {
            Value result = call_1(function, self);
            warned = !value_is_null(result) || error_matches(&type_RuntimeWarning);
            value_decref(function);
            if (value_is_null(result))
                error_write_unraisable(self, NULL);
            else
                value_decref(result);
        }
    }
    if (!warned && !error_occurred() &&
        warn_format(&type_RuntimeWarning, 1, "coroutine '%S' was never awaited", generator->qualname) < 0)
        error_write_unraisable(self, NULL);
    error_clear();
}

void generator_finalize(Value self)
{
    Generator *generator = as_generator(self);
    if (generator->state == GENERATOR_COMPLETED) return;
    Value saved = error_fetch();
    if (!value_is_null(generator->finalizer) && !generator->is_closed) {
        Value result = call_1(generator->finalizer, self);
        if (value_is_null(result))
            error_write_unraisable(self, NULL);
        else
            value_decref(result);
        error_restore(saved);
        return;
    }
    if (generator->head.type == &type_coroutine && generator->state == GENERATOR_CREATED) warn_never_awaited(generator);
    Value result = generator_close(generator);
    if (value_is_null(result)) {
        if (error_occurred()) error_write_unraisable(self, NULL);
    } else {
        value_decref(result);
    }
    error_restore(saved);
}

void generator_destroy(Object *self)
{
    Generator *generator = (Generator *)self;
    gc_untrack(self);
    if (!value_is_null(generator->weaklist)) weakref_clear_all(self);
    if (generator->state != GENERATOR_COMPLETED && !gc_is_finalized(self)) {
        gc_track(self);
        self->refcount = 1;
        gc_set_finalized(self);
        generator_finalize(value_from_object(self));
        if (--self->refcount > 0) return;
        gc_untrack(self);
    }
    if (generator->state != GENERATOR_COMPLETED) {
        generator->state = GENERATOR_COMPLETED;
        frame_clear(&generator->frame);
    }
    value_clear(&generator->handled.exception);
    value_clear(&generator->finalizer);
    value_clear(&generator->origin);
    value_clear(&generator->name);
    value_clear(&generator->qualname);
    value_clear(&generator->code);
    object_free(self, generator->size);
}

int generator_traverse(Object *self, GcVisit visit, void *argument)
{
    Generator *generator = (Generator *)self;
    GC_VISIT(generator->code);
    GC_VISIT(generator->name);
    GC_VISIT(generator->qualname);
    GC_VISIT(generator->origin);
    GC_VISIT(generator->finalizer);
    GC_VISIT(generator->handled.exception);
    if (generator->state != GENERATOR_CREATED && generator->state != GENERATOR_SUSPENDED) return 0;
    Frame *frame = &generator->frame;
    GC_VISIT(value_from_object(frame->function));
    GC_VISIT(frame->locals);
    if (frame->object) GC_VISIT(value_from_object(frame->object));
    for (Value *p = frame->localsplus; p < frame->sp; p++) GC_VISIT(*p);
    return 0;
}

/* --- attributes --- */

Value generator_repr(Value self)
{
    const Generator *generator = as_generator(self);
    const Type *type = generator->head.type;
    return str_format("<%s object %S at %p>", type->name, generator->qualname, (void *)generator);
}

Value generator_get_name(Value self, void *closure)
{
    return value_incref(as_generator(self)->name);
}
Value generator_get_qualname(Value self, void *closure)
{
    return value_incref(as_generator(self)->qualname);
}

static int set_str(Value *place, NULLABLE Value value, const char *what)
{
    if (value_is_null(value) || !is_str(value)) {
        error_format(&type_TypeError, "%s must be set to a string object", what);
        return -1;
    }
    value_replace(place, value_incref(value));
    return 0;
}

int generator_set_name(Value self, NULLABLE Value value, void *closure)
{
    return set_str(&as_generator(self)->name, value, "__name__");
}

int generator_set_qualname(Value self, NULLABLE Value value, void *closure)
{
    return set_str(&as_generator(self)->qualname, value, "__qualname__");
}

Value generator_get_frame(Value self, void *closure)
{
    Generator *generator = as_generator(self);
    if (generator->state == GENERATOR_COMPLETED) return VALUE_NONE;
    FrameObject *object = frame_object(&generator->frame);
    return object ? value_incref(value_from_object(object)) : VALUE_NULL;
}

Value generator_get_yield_from(Value self, void *closure)
{
    Value delegate = generator_yield_from_borrow(as_generator(self));
    return value_is_null(delegate) ? VALUE_NONE : value_incref(delegate);
}

static Value get_running(Value self, void *closure)
{
    return value_from_bool(as_generator(self)->state == GENERATOR_EXECUTING);
}

static Value get_suspended(Value self, void *closure)
{
    return value_from_bool(as_generator(self)->state == GENERATOR_SUSPENDED);
}

static Value self_iter(Value self)
{
    return value_incref(self);
}

#define SEND_DOC "send(arg) -> send 'arg' into generator,\nreturn next yielded value or raise StopIteration."
#define THROW_DOC                                                                                                      \
    "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\n"     \
    "StopIteration."
#define CLOSE_DOC "close() -> raise GeneratorExit inside generator."

static const NativeMethod generator_methods[] = {
    {"send", generator_method_send, 1, 1, 0, SEND_DOC},
    {"throw", generator_method_throw, 1, 3, 0, THROW_DOC},
    {"close", generator_method_close, 0, 0, 0, CLOSE_DOC},
    {NULL},
};

static const NativeGetSet generator_getsets[] = {
    {"__name__", generator_get_name, generator_set_name, "name of the generator"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the generator"},
    {"gi_yieldfrom", generator_get_yield_from, NULL, "object being iterated by yield from, or None"},
    {"gi_running", get_running},
    {"gi_frame", generator_get_frame},
    {"gi_suspended", get_suspended},
    {NULL},
};

static const NativeMember generator_members[] = {{"gi_code", MEMBER_VALUE, offsetof(Generator, code), true}, {NULL}};

Type type_generator = {
    .head = TYPE_HEAD,
    .name = "generator",
    .instance_size = sizeof(Generator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_HAS_FINALIZER,
    .weaklist_offset = offsetof(Generator, weaklist),
    .destroy = generator_destroy,
    .traverse = generator_traverse,
    .finalize = generator_finalize,
    .repr = generator_repr,
    .iter = self_iter,
    .iternext = generator_iternext,
    .async.send = send_slot,
    .methods = generator_methods,
    .members = generator_members,
    .getsets = generator_getsets,
};

/* --- coroutines --- */

/* coroutine.__await__(): an iterator around the coroutine. */
typedef struct CoroutineWrapper {
    Object head;
    Value coroutine;
} CoroutineWrapper;

static Generator *wrapped(Value self)
{
    return as_generator(((CoroutineWrapper *)value_as_object(self))->coroutine);
}

Value coroutine_await(Value coroutine)
{
    CoroutineWrapper *wrapper = object_alloc(&type_coroutine_wrapper, sizeof(CoroutineWrapper));
    if (!wrapper) return VALUE_NULL;
    wrapper->coroutine = value_incref(coroutine);
    gc_track(wrapper);
    return value_from_object(wrapper);
}

static Value wrapper_iternext(Value self)
{
    return generator_iternext(value_from_object(wrapped(self)));
}

static int wrapper_send(Value self, Value argument, Value *result)
{
    return resume(wrapped(self), argument, false, false, result);
}

static Value wrapper_method_send(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return generator_method_send(value_from_object(wrapped(self)), args, nargs, kwnames);
}

static Value wrapper_method_throw(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return generator_method_throw(value_from_object(wrapped(self)), args, nargs, kwnames);
}

static Value wrapper_method_close(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return generator_close(wrapped(self));
}

static int wrapper_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((CoroutineWrapper *)self)->coroutine);
    return 0;
}

static void wrapper_destroy(Object *self)
{
    gc_untrack(self);
    value_clear(&((CoroutineWrapper *)self)->coroutine);
    object_free(self, sizeof(CoroutineWrapper));
}

static const NativeMethod wrapper_methods[] = {
    {"send", wrapper_method_send, 1, 1, 0, SEND_DOC},
    {"throw", wrapper_method_throw, 1, 3, 0, THROW_DOC},
    {"close", wrapper_method_close, 0, 0, 0, CLOSE_DOC},
    {NULL},
};

Type type_coroutine_wrapper = {
    .head = TYPE_HEAD,
    .name = "coroutine_wrapper",
    .doc = "A wrapper object implementing __await__ for coroutines.",
    .instance_size = sizeof(CoroutineWrapper),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW,
    .destroy = wrapper_destroy,
    .traverse = wrapper_traverse,
    .iter = self_iter,
    .iternext = wrapper_iternext,
    .async.send = wrapper_send,
    .methods = wrapper_methods,
};

Value awaitable_iterator(Value v)
{
    if (is_coroutine(v)) return value_incref(v);
    if (is_generator(v) && as_code(as_generator(v)->code)->flags & CO_ITERABLE_COROUTINE) return value_incref(v);
    Type *type = type_of(v);
    if (!type->async.await) return error_format(&type_TypeError, "object %T can't be used in 'await' expression", v);
    Value iterator = type->async.await(v);
    if (value_is_null(iterator)) return iterator;
    if (is_coroutine(iterator) ||
        (is_generator(iterator) && as_code(as_generator(iterator)->code)->flags & CO_ITERABLE_COROUTINE)) {
        value_decref(iterator);
        return error_set(&type_TypeError, "__await__() returned a coroutine");
    }
    if (!is_iterator(iterator)) {
        error_format(&type_TypeError, "__await__() returned non-iterator of type '%T'", iterator);
        value_clear(&iterator);
    }
    return iterator;
}

static const NativeMethod coroutine_methods[] = {
    {"send", generator_method_send, 1, 1, 0,
     "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration."},
    {"throw", generator_method_throw, 1, 3, 0,
     "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next iterated value or "
     "raise\n"
     "StopIteration."},
    {"close", generator_method_close, 0, 0, 0, "close() -> raise GeneratorExit inside coroutine."},
    {NULL},
};

static const NativeGetSet coroutine_getsets[] = {
    {"__name__", generator_get_name, generator_set_name, "name of the coroutine"},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "qualified name of the coroutine"},
    {"cr_await", generator_get_yield_from, NULL, "object being awaited on, or None"},
    {"cr_running", get_running},
    {"cr_frame", generator_get_frame},
    {"cr_suspended", get_suspended},
    {NULL},
};

static const NativeMember coroutine_members[] = {
    {"cr_code", MEMBER_VALUE, offsetof(Generator, code), true},
    {"cr_origin", MEMBER_VALUE, offsetof(Generator, origin), true},
    {NULL},
};

Type type_coroutine = {
    .head = TYPE_HEAD,
    .name = "coroutine",
    .instance_size = sizeof(Generator),
    .flags = TYPE_HAS_GC | TYPE_NO_NEW | TYPE_HAS_FINALIZER,
    .weaklist_offset = offsetof(Generator, weaklist),
    .destroy = generator_destroy,
    .traverse = generator_traverse,
    .finalize = generator_finalize,
    .repr = generator_repr,
    .async.await = coroutine_await,
    .async.send = send_slot,
    .methods = coroutine_methods,
    .members = coroutine_members,
    .getsets = coroutine_getsets,
};

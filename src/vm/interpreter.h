/* interpreter.h: what the bodies of bytecodes.def need, in the interpreter and in the out-of-line helpers. */
#ifndef VM_INTERPRETER_H
#define VM_INTERPRETER_H

#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/exception.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/shape.h"
#include "objects/slice.h"
#include "objects/type.h"
#include "vm/arithmetic.h"
#include "vm/frame.h"
#include "vm/generator.h"
#include "vm/operations.h"
#include "vm/specialize.h"
#include "vm/tracing.h"

/* Gives up a reference. Only when that frees something can other code run, and look at frame->ip. */
ALWAYS_INLINE void drop(Frame *frame, Unit *ip, Value v)
{
    if (!value_is_object_or_null(v)) return;
    Object *object = value_as_object(v);
    if (--object->refcount > 0) return;
    frame->ip = ip;
    object_destroy(object);
}

ALWAYS_INLINE void drop_nullable(Frame *frame, Unit *ip, NULLABLE Value v)
{
    if (!value_is_null(v)) drop(frame, ip, v);
}

/* The keyword names of the call whose CALL is at ip (Q1): no value when there are none. */
ALWAYS_INLINE NULLABLE Value call_kwnames(const Frame *frame, const Unit *ip)
{
    uint32_t index = ip[-1].low;
    return index ? as_tuple(frame->code->constants)->items[index - 1] : VALUE_NULL;
}

/* [NULL, bound method, …] -> [function, self, …]: the function. */
ALWAYS_INLINE Value unbind_method(Frame *frame, Unit *ip, Value *args, Value method)
{
    const BoundMethod *bound = (const BoundMethod *)value_as_object(method);
    Value function = value_incref(bound->function);
    args[-2] = function;
    args[-1] = value_incref(bound->self);
    drop(frame, ip, method);
    return function;
}

/* Drops locals and function of a frame whose stack is empty and that has no frame object. */
ALWAYS_INLINE void frame_clear_fast(Frame *frame, Value *end)
{
    for (Value *p = frame->localsplus; p < end; p++) value_xdecref(*p);
    if (UNLIKELY(!value_is_null(frame->locals))) value_clear(&frame->locals);
    value_decref(value_from_object(frame->function));
}

/* Fills a new frame's locals: the arguments move in, the others are unbound. */
ALWAYS_INLINE void frame_set_locals(Frame *frame, const Value *args, ssize_t count)
{
    Value *locals = frame->localsplus;
    ssize_t i = 0, total = frame->code->nlocalsplus;
    for (; i < count; i++) locals[i] = args[i];
    for (; i < total; i++) locals[i] = VALUE_NULL;
}

ALWAYS_INLINE bool is_native(Value v, const void *method)
{
    return object_has_type(v, &type_native_function) &&
           ((const NativeFunctionObject *)value_as_object(v))->method == method;
}

ALWAYS_INLINE bool is_native_method(Value v, const void *method)
{
    return object_has_type(v, &type_method_descriptor) &&
           ((const MethodDescriptor *)value_as_object(v))->method == method;
}

#define CALL_KWNAMES(ip) call_kwnames(frame, ip)
#define UNBIND_METHOD(args, callable) ((callable) = unbind_method(frame, ip, args, callable))

#endif

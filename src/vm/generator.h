/* generator.h: generators, coroutines and async generators: objects that own a frame.
 *
 *  G1  The generator's frame is inside the object; frame->owner is FRAME_OWNED_BY_GENERATOR.
 *
 *  G2  state says who may touch the frame: only a CREATED or SUSPENDED generator's frame is traversed, resumed, or
 * cleared. Its ip is then RETURN_GENERATOR's or the YIELD_VALUE's unit; resuming pushes the sent value and goes on
 * behind it.
 *
 *  G3  While it runs, its `handled` is on top of the thread's chain of handled exceptions, but not while native code
 * runs it (jit/record_generator.c), which handles none in there.
 *
 *  G4  A COMPLETED generator has an empty frame: no locals, no function; `code` stays. */
#ifndef VM_GENERATOR_H
#define VM_GENERATOR_H

#include "vm/frame.h"

enum GeneratorState { GENERATOR_CREATED, GENERATOR_SUSPENDED, GENERATOR_EXECUTING, GENERATOR_COMPLETED };

typedef struct Generator {
    Object head;
    Value code; /* owned */
    Value name, qualname;
    NULLABLE Value weaklist;
    HandledException handled;
    int64_t state; /* a word: native code reads and writes it */
    /* coroutines */
    NULLABLE Value origin; /* cr_origin: a tuple or None */
    /* async generators */
    NULLABLE Value finalizer;
    bool hooks_inited, is_closed, is_running_async;
    size_t size; /* of the block */
    Frame frame;
} Generator;

extern Type type_generator, type_coroutine, type_async_generator, type_coroutine_wrapper;

ALWAYS_INLINE bool is_generator(Value v)
{
    return object_has_type(v, &type_generator);
}
ALWAYS_INLINE bool is_coroutine(Value v)
{
    return object_has_type(v, &type_coroutine);
}
ALWAYS_INLINE bool is_async_generator(Value v)
{
    return object_has_type(v, &type_async_generator);
}
ALWAYS_INLINE Generator *as_generator(Value v)
{
    return (Generator *)value_as_object(v);
}
ALWAYS_INLINE Generator *generator_of_frame(Frame *frame)
{
    return CONTAINER_OF(frame, Generator, frame);
}

/* RETURN_GENERATOR: moves the frame (its stack up to sp) into a new generator, coroutine or async generator. The
 * frame's own memory is not released: the caller does that. */
Value generator_from_frame(Frame *frame, Unit *ip, Value *sp) NODISCARD;

/* It runs now, above the current frame (which is still that). */
ALWAYS_INLINE void generator_link(Generator *generator, enum FrameExit exit)
{
    Thread *thread = current_thread;
    Frame *frame = &generator->frame;
    generator->state = GENERATOR_EXECUTING;
    generator->handled.previous = thread->handled;
    thread->handled = &generator->handled;
    frame->previous = thread->frame;
    frame->exit = (uint8_t)exit;
    thread->recursion_remaining--;
}

/* Prepares a suspended generator to run: pushes `value`, links it above the current frame. Then interpret() or the
 * interpreter's own loop runs &generator->frame. */
ALWAYS_INLINE void generator_resume(Generator *generator, STEALS Value value, enum FrameExit exit)
{
    *generator->frame.sp++ = value;
    generator_link(generator, exit);
}

/* YIELD_VALUE: the frame is left, for the time being. */
ALWAYS_INLINE void generator_suspend(Generator *generator)
{
    Thread *thread = current_thread;
    generator->state = GENERATOR_SUSPENDED;
    thread->handled = generator->handled.previous;
    generator->handled.previous = NULL;
    thread->frame = generator->frame.previous;
    generator->frame.previous = NULL;
    thread->recursion_remaining++;
}

/* The frame has returned or failed: takes the generator off the thread and clears it. With an exception set,
 * StopIteration becomes RuntimeError. */
void generator_finish(Generator *generator);

/* The parts that async generators share. */
Value generator_close(Generator *generator) NODISCARD;
Value generator_throw(Generator *generator, bool close_on_exit, Value type, NULLABLE Value value,
                      NULLABLE Value traceback) NODISCARD;
void generator_finalize(Value self);
void generator_destroy(Object *self);
int generator_traverse(Object *self, GcVisit visit, void *argument);
Value generator_repr(Value self) NODISCARD;
Value generator_get_name(Value self, void *closure) NODISCARD;
Value generator_get_qualname(Value self, void *closure) NODISCARD;
int generator_set_name(Value self, NULLABLE Value value, void *closure) NODISCARD;
int generator_set_qualname(Value self, NULLABLE Value value, void *closure) NODISCARD;
Value generator_get_frame(Value self, void *closure) NODISCARD;
Value generator_get_yield_from(Value self, void *closure) NODISCARD;

/* Sends a value (None to start): 1 *result yielded, 0 *result returned, -1 exception. */
int generator_send(Generator *generator, Value value, Value *result);
Value generator_iternext(Value self);
Value generator_yield_from_borrow(Generator *generator); /* what it delegates to, or no value */
Value async_gen_wrap(Value value) NODISCARD;
/* The awaitable's iterator: __await__, coroutines as they are; TypeError otherwise. */
Value awaitable_iterator(Value v) NODISCARD;
Value coroutine_await(Value coroutine) NODISCARD;
Value async_gen_anext(Value self) NODISCARD;

#endif

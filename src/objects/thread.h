/* thread.h: what one Python thread of control owns. Exactly one thread runs Python at a time (it holds the interpreter
 * lock), and `current_thread` is that one: it is switched together with the lock, so it is a plain global. */
#ifndef OBJECTS_THREAD_H
#define OBJECTS_THREAD_H

#include "objects/object.h"

struct Frame;

/* A link of the chain of exceptions being handled (sys.exc_info); generators push their own (CPython _PyErr_StackItem). */
typedef struct HandledException {
    NULLABLE Value exception; /* owned: an exception instance, None or no value */
    struct HandledException *previous;
} HandledException;

typedef struct Thread {
    NULLABLE Value exception;     /* the raised exception on its way up: an owned instance; no value = none */
    HandledException *handled;    /* top of the chain of exceptions being handled; never NULL */
    HandledException handled_base;
    struct Frame *frame;          /* innermost Python frame */
    int recursion_remaining;      /* calls that may still nest before RecursionError */
    int recursion_headroom;       /* > 0 while RecursionError itself is being made or handled */
    char *c_stack_limit;          /* lowest address that the C stack may reach: native recursion ends in RecursionError */
    NULLABLE Value context;       /* contextvars: the current Context */
    NULLABLE Value dict;          /* per-thread namespace */
    NULLABLE Value trace_function, profile_function; /* sys.settrace, sys.setprofile */
    int tracing;                  /* > 0 while a trace or profile function itself runs */
    NULLABLE Value asyncgen_firstiter, asyncgen_finalizer;
    int coroutine_origin_depth;
    NULLABLE Value async_exception; /* to be raised at the next safepoint */
    uint64_t id;                  /* threading.get_ident() */
    struct Thread *next, *previous; /* all threads */
    /* --- private to vm/ --- */
    Value *stack_top, *stack_limit; /* the current chunk of the frame stack: next free word, end */
    Value *stack_start;           /* first word of the current chunk */
    struct FrameChunk *chunk;
    NULLABLE Value sentinel;      /* releases the lock that Thread.join() waits for (_thread._set_sentinel) */
    void *vm;                     /* lock state, the operating system's thread */
} Thread;

extern Thread *current_thread;

/* Guards against runaway native recursion (repr, comparison, call from C): false with RecursionError set.
 * `where` completes the message: "maximum recursion depth exceeded" + where (e.g. " while getting the repr of an object"). */
bool recursion_enter(const char *where) NODISCARD;
void recursion_leave(void);

#endif

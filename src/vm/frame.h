/* frame.h: quickened code, frames, the frame stack, and what the interpreter and the JIT agree on.
 *
 * Quickened code. A code object's instructions are expanded at the first execution into an array of 64-bit units, one
 * for each public 16-bit unit, with the SAME INDEX: lasti, the exception table, the line table and jump targets need no
 * translation. A unit of an instruction holds its opcode, a 16-bit counter and its whole argument (EXTENDED_ARG folded
 * in; the EXTENDED_ARG units themselves do nothing). The units of public inline caches are our inline caches.
 * Invariants:
 *  Q1  Specialising or fusing an instruction changes the opcode of its FIRST unit and cache units only. `oparg` of
 * every unit always stays that of the public instruction. A fused form reads the arguments of its parts from their own
 *      units (ip[1].oparg, …), and the parts stay valid jump targets.
 *  Q2  Therefore bc_base[opcode] is the public instruction of a unit, and its generic case may run on any unit at any
 *      time. Tracing and recording do exactly that.
 *
 * Frames. localsplus[] holds locals, cells, free variables, and then the evaluation stack, contiguous, one owned
 * reference in each (VALUE_NULL: unbound).
 *  F1  current_thread->frame is the innermost frame.
 *  F2  frame->ip is the unit of the instruction being executed, or last executed; before the first it is units - 1. It
 * is up to date whenever other code can look at the frame (instructions that call nothing need not store it). F3
 * frame->sp is valid only while the frame does not run in the interpreter: suspended generator, frame that called a
 * Python function (arguments already taken off), frame on its way to or from native code. F4  A frame that called
 * continues at ip + return_units; the result is pushed first.
 *
 * What the interpreter and the JIT owe each other is in jit/jit.h.
 */
#ifndef VM_FRAME_H
#define VM_FRAME_H

#include "objects/bytes.h"
#include "objects/code.h"
#include "objects/error.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/thread.h"
#include "objects/tuple.h"
#include "opcodes.h"

typedef union Unit {
    struct {
        uint16_t opcode;
        uint16_t counter; /* of executions until something is tried: specialising, the JIT */
        uint32_t oparg;
    };
    struct {
        uint32_t low, high;
    };
    uint64_t word;
    int64_t number;
    void *pointer;
} Unit;

_Static_assert(sizeof(Unit) == 8, "a unit is one word");

typedef struct Quick {
    struct Quick *next, *previous; /* all of them */
    int frame_words;               /* sizeof(Frame) + localsplus + stack, in Values */
    int unit_count;
    int simple_argcount; /* positional parameters of a function that has no others; -1 */
    Unit units[];
} Quick;

enum FrameOwner {
    FRAME_OWNED_BY_THREAD,    /* on the frame stack */
    FRAME_OWNED_BY_GENERATOR, /* inside a Generator */
    FRAME_OWNED_BY_OBJECT     /* copied into a frame object: it has ended */
};

/* What happens when a frame is left. */
enum FrameExit {
    FRAME_EXIT_CALL,  /* a plain call: push the result onto the caller */
    FRAME_EXIT_ENTRY, /* leave the interpreter: a C function called */
    FRAME_EXIT_INIT,  /* __init__ of a class that was called: the result must be None; the instance is in the caller */
    FRAME_EXIT_GENERATOR, /* a generator resumed by FOR_ITER in the frame `previous` */
    FRAME_EXIT_SEND,      /* a generator or coroutine resumed by SEND in the frame `previous` */
    FRAME_EXIT_DISCARD,   /* a call whose result is dropped (__setitem__ …) */
    /* Only the JIT makes these (record_special.c). The operands stay on the caller's stack. */
    FRAME_EXIT_OPERATOR,  /* the left operand's method for BINARY_OP or COMPARE_OP */
    FRAME_EXIT_REFLECTED, /* the right operand's, for BINARY_OP */
    FRAME_EXIT_INPLACE,   /* the left operand's, for an in-place BINARY_OP */
    FRAME_EXIT_TRUTH,     /* __bool__ of the operand of a jump or UNARY_NOT: replaces it, the instruction runs again */
    FRAME_EXIT_NEXT,      /* __next__ of a for loop's iterator: StopIteration ends the loop */
    FRAME_EXIT_CONTAINS   /* __contains__ (nothing stays on the stack) */
};

typedef struct Frame {
    Code *code;              /* borrowed: the function (or the generator) keeps it alive */
    Function *function;      /* owned */
    Value globals, builtins; /* borrowed from the function: exact dicts nearly always */
    NULLABLE Value locals;   /* owned: namespace of module and class bodies, or of exec; made by locals() elsewhere */
    struct Frame *previous;  /* the caller */
    struct FrameObject *object; /* owned, NULLABLE: made when somebody asks for it */
    Unit *ip;
    Value *sp;             /* next free entry */
    uint16_t return_units; /* F4 */
    uint8_t owner;         /* FrameOwner */
    uint8_t exit;          /* FrameExit */
    uint8_t is_complete;   /* past its prologue: visible to sys._getframe */
    Value localsplus[];
} Frame;

enum { FRAME_WORDS = sizeof(Frame) / sizeof(Value) };

typedef struct FrameObject {
    Object head;
    Frame *frame;         /* where it is now: on a frame stack, in a generator, or copied into `own` */
    NULLABLE Value back;  /* owned: f_back of a frame that has ended */
    NULLABLE Value trace; /* f_trace */
    int line;             /* the line being traced; 0: none */
    bool trace_lines, trace_opcodes;
    bool locals_are_fast; /* locals() has been asked for: write changes back when a trace function returns */
    NULLABLE Frame *own;  /* the frame's contents, in this object's own block; none before it has ended */
    size_t size;          /* of the block: this struct, and room for the contents */
} FrameObject;

extern Type type_frame, type_traceback;

ALWAYS_INLINE const Quick *frame_quick(const Frame *frame)
{
    return (const Quick *)frame->code->quick;
}

/* How many arguments just move into the locals; -1: binding is not that simple, or the code has not run yet. */
ALWAYS_INLINE int simple_argcount(const Code *code)
{
    return LIKELY(code->quick != NULL) ? ((const Quick *)code->quick)->simple_argcount : -1;
}

/* Frames of other code are never complete. */
ALWAYS_INLINE bool code_is_shown(const Code *code)
{
    return !(code->flags & CO_HIDDEN);
}

/* The first from here outwards whose code is shown: such a frame runs somewhere below. */
ALWAYS_INLINE Frame *frame_shown(Frame *frame)
{
    while (!code_is_shown(frame->code)) frame = frame->previous;
    return frame;
}

ALWAYS_INLINE Value *frame_stack_base(Frame *frame)
{
    return frame->localsplus + frame->code->nlocalsplus;
}

/* Index of the unit being executed; -1 before the first. PRECALL does the work of the CALL behind it. */
int frame_lasti(const Frame *frame);
int frame_line(const Frame *frame); /* 0-based never; -1: none */

/* --- quickening (quicken.c) --- */
Quick *code_quicken(Code *code);  /* NULL: MemoryError */
void code_free_quick(Code *code); /* called by the code object's destroy */
/* Calls visit with every word of every inline cache, of native code too: for shape_caches_hook. */
void quick_visit_caches(void (*visit)(uint64_t word));

ALWAYS_INLINE NULLABLE Quick *code_quick(Code *code)
{
    return LIKELY(code->quick != NULL) ? (Quick *)code->quick : code_quicken(code);
}

/* --- the frame stack (frame.c) --- */
NULLABLE Frame *frame_alloc_slow(STEALS Function *function, const Quick *quick);
void frame_chunk_leave(Thread *thread);

/* A frame for `function` on top of the thread's frame stack, head filled in, locals and stack NOT initialised; it is
 * not current_thread->frame yet. NULL: MemoryError or RecursionError (then `function` has been dropped). */
ALWAYS_INLINE NULLABLE Frame *frame_push(STEALS Function *function)
{
    Thread *thread = current_thread;
    Code *code = as_code(function->code);
    const Quick *quick = (const Quick *)code->quick;
    Value *top = thread->stack_top;
    if (UNLIKELY(!quick || thread->stack_limit - top < quick->frame_words || thread->recursion_remaining <= 0))
        return frame_alloc_slow(function, quick);
    thread->recursion_remaining--;
    thread->stack_top = top + quick->frame_words;
    Frame *frame = (Frame *)top;
    frame->code = code;
    frame->function = function;
    frame->globals = function->globals;
    frame->builtins = function->builtins;
    frame->locals = VALUE_NULL;
    frame->previous = thread->frame;
    frame->object = NULL;
    frame->ip = (Unit *)quick->units - 1;
    frame->sp = frame->localsplus + code->nlocalsplus;
    frame->owner = FRAME_OWNED_BY_THREAD;
    frame->exit = FRAME_EXIT_CALL;
    frame->is_complete = false;
    return frame;
}

/* Gives the memory of the topmost frame back, without dropping anything. */
ALWAYS_INLINE void frame_release(Frame *frame)
{
    Thread *thread = current_thread;
    thread->recursion_remaining++;
    thread->stack_top = (Value *)frame;
    if (UNLIKELY((Value *)frame == thread->stack_start)) frame_chunk_leave(thread);
}

/* Drops everything that the frame owns, stack up to frame->sp included. A frame object that others keep takes it all
 * over instead. current_thread->frame must be the caller already: finalisers run. */
void frame_clear(Frame *frame);
/* frame_clear and frame_release. */
void frame_pop(Frame *frame);
void frame_stack_free(Thread *thread);

/* --- frame objects (frame_object.c) --- */
NULLABLE FrameObject *frame_object(Frame *frame); /* borrowed from the frame */
void frame_object_detach(Frame *frame);           /* the frame is about to go away */
/* The object of a frame that native code never made and that has ended: it was at `ip` of its code. NULL: no memory; an
 * exception is set. */
NULLABLE FrameObject *frame_object_of_ended(STEALS Function *function, Code *code, Unit *ip, STEALS const Value *locals,
                                            NULLABLE FrameObject *back);
int frame_fast_to_locals(Frame *frame) NODISCARD; /* fills frame->locals from the variables */
void frame_locals_to_fast(Frame *frame, bool clear);
NULLABLE Value frame_locals_borrow(Frame *frame);     /* locals(); NULL with an exception */
NULLABLE Frame *frame_visible(NULLABLE Frame *frame); /* the first complete one from here outwards */

/* --- running (interpreter.c, call.c) --- */
/* Runs the frame, which must be current_thread->frame, until it returns. `is_throwing`: an exception is set and is to
 * be raised at its ip. */
Value interpret(Frame *frame, bool is_throwing) NODISCARD;
/* Goes on where native code left: in current_thread->frame, at its ip, until `entry` returns. */
Value interpret_resumed(Frame *entry, bool is_throwing) NODISCARD;
/* Binds arguments into a new frame. args: `nargs` positional values, then those of kwnames. Borrowed. */
NULLABLE Frame *frame_for_call(STEALS Function *function, NULLABLE Value locals, const Value *args, ssize_t nargs,
                               NULLABLE Value kwnames) NODISCARD;
/* The same with args stolen: what the interpreter's stack holds becomes the callee's locals. */
NULLABLE Frame *frame_for_call_steal(STEALS Function *function, STEALS Value *args, ssize_t nargs,
                                     NULLABLE Value kwnames) NODISCARD;
Value function_call(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
/* As an instruction calls: the frame alone holds the arguments. */
Value function_call_steal(Value self, STEALS Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
/* exec: runs code in namespaces. */
Value code_run(Value code, Value globals, NULLABLE Value locals, NULLABLE Value closure) NODISCARD;

/* --- out-of-line instructions (opcode_helpers.c) --- */
/* Executes the instruction at ip on the frame's stack; gives the new sp, or NULL with an exception set and frame->sp
 * what is left for the unwinder. Calls of Python functions run to their end. Jumps: frame->ip is set to the unit to go
 * to, for those that do not jump too. */
typedef Value *(*OpcodeHelper)(Frame *frame, Unit *ip, Value *sp);
extern const OpcodeHelper opcode_helpers[256];

/* --- safepoints (safepoint.c) --- */
enum { BREAK_SIGNALS = 1, BREAK_LOCK = 2, BREAK_GC = 4, BREAK_ASYNC = 8, BREAK_TRACE = 16, BREAK_PENDING = 32 };
/* Nonzero: something is to be done at the next safepoint. Both tiers test it at loop back-edges, function entries and
 * after calls. */
extern volatile uint32_t eval_breaker;
void safepoint_request(uint32_t reason);
int safepoint_run(void) NODISCARD; /* -1: an exception is set */

#endif

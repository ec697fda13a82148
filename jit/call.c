/* call.c: calls of Python functions from native code.
 *
 * The frame is made as the interpreter would make it, for whoever looks at the stack, and the callee's native code runs
 * on it; its result comes back without a word from the interpreter. Whatever else happens in there (a guard that fails,
 * an exception) ends in the interpreter, which runs the frame to its end. */
#include "objects/call.h"
#include "jit/runtime.h"
#include "vm/tracing.h"

enum { C_STACK_RESERVE = 16384 }; /* what a level of native recursion may use before it looks again */

/* The frame has ended: its result is taken already. */
static void leave_frame(Frame *frame)
{
    current_thread->frame = frame->previous;
    if (UNLIKELY(frame->object != NULL)) {
        frame_pop(frame);
        return;
    }
    for (Value *p = frame->localsplus, *end = frame->sp; p < end; p++) value_xdecref(*p);
    if (UNLIKELY(!value_is_null(frame->locals))) value_clear(&frame->locals);
    value_decref(value_from_object(frame->function));
    frame_release(frame);
}

/* Native code has left the callee's frame otherwise than by returning. */
static COLD Value finish_in_interpreter(JitTree *tree, int exit, Frame *frame, const ExitBuffer *out)
{
    SnapKind kind = tree->ir.snapshots[exit].kind;
    Frame *innermost = exit_rebuild(tree, exit, frame, out->values);
    if (kind == SNAP_ENTRY)
        note_entry_failure(tree, frame);
    else
        note_exit(tree, exit, innermost, frame);
    return interpret_resumed(frame, kind == SNAP_RAISE);
}

/* Runs a function's tree on the frame that was made for the call; gives its result. */
static Value run_callee(JitTree *entered, Frame *frame)
{
    ExitBuffer out;
    int exit = (int)tree_execute(entered, frame, &out);
    JitTree *tree = out.tree;
    if (UNLIKELY(tree->ir.snapshots[exit].kind != SNAP_RETURN)) return finish_in_interpreter(tree, exit, frame, &out);
    Value result = exit_result(tree, exit, out.values);
    frame->sp = frame_stack_base(frame);
    if (UNLIKELY(frame->object != NULL)) { /* it lives on, and says where it was left */
        int unit = tree->ir.frames[tree->ir.snapshots[exit].first_frame].unit;
        frame->ip = (Unit *)frame_quick(frame)->units + unit;
    }
    leave_frame(frame);
    return result;
}

Value jit_call_place(Place *place, Function *function, STEALS Value *args, ssize_t nargs)
{
    Thread *thread = current_thread;
    JitTree *tree = place->link.tree;
    char here;
    if (UNLIKELY(!tree || place->code->argcount != nargs || eval_breaker || thread_is_traced(thread) ||
                 !mem_reserve_is_full || (char *)((uintptr_t)&here - C_STACK_RESERVE) < thread->c_stack_limit)) {
        if (!tree && place->tree) note_native_call(place->tree);
        return function_call_steal(value_from_object(function), args, nargs, VALUE_NULL);
    }
    Frame *frame = frame_push((Function *)value_as_object(value_incref(value_from_object(function))));
    if (UNLIKELY(!frame)) {
        for (ssize_t i = 0; i < nargs; i++) value_decref(args[i]);
        return VALUE_NULL;
    }
    Value *locals = frame->localsplus;
    for (ssize_t i = 0; i < nargs; i++) locals[i] = args[i];
    for (ssize_t i = nargs; i < frame->code->nlocalsplus; i++) locals[i] = VALUE_NULL;
    frame->ip = (Unit *)frame_quick(frame)->units + 1; /* behind RESUME */
    frame->is_complete = code_is_shown(frame->code);
    thread->frame = frame;
    return run_callee(tree, frame);
}

Value jit_call_function(Function *function, STEALS Value *args, ssize_t nargs)
{
    Place *place = place_find(as_code(function->code), 0, true);
    if (place && place->tree) return jit_call_place(place, function, args, nargs);
    return function_call_steal(value_from_object(function), args, nargs, VALUE_NULL);
}

/* tracing.h: sys.settrace and sys.setprofile events (tracing.c). */
#ifndef VM_TRACING_H
#define VM_TRACING_H

#include "vm/frame.h"

ALWAYS_INLINE bool thread_is_traced(const Thread *thread)
{
    return (!value_is_null(thread->trace_function) || !value_is_null(thread->profile_function)) && thread->tracing == 0;
}

/* Before each instruction of a traced thread: call, line, opcode and return events. `previous` is what the frame
 * executed last. The trace function may move frame->ip (f_lineno). -1: it raised. */
int trace_instruction(Frame *frame, Unit *ip, Value *sp, Unit *previous) NODISCARD;
int trace_throw(Frame *frame) NODISCARD;      /* a generator is resumed by an exception: a call event */
extern _Thread_local const char *trace_event; /* of the call of a trace function that runs now, or NULL */
void trace_exception(Frame *frame);           /* the current exception passes through the frame */
void trace_unwind(Frame *frame);              /* the frame is left by the current exception: a return event with None */
/* call_vector with c_call, c_return and c_exception events. */
Value trace_native_call(Value callable, const Value *args, ssize_t nargs, NULLABLE Value kwnames) NODISCARD;
int trace_set(bool profile, NULLABLE Value function); /* sys.settrace, sys.setprofile of the current thread */

#endif

/* exit_exception.h: exceptions that native code kept virtual become real: for exits.c and, as helpers, for native code.
 * None of these functions fails: without memory there is a MemoryError, or an entry less in a traceback. */
#ifndef JIT_EXIT_EXCEPTION_H
#define JIT_EXIT_EXCEPTION_H

#include "vm/frame.h"

/* An instance of `class`, a class of exceptions without a constructor of its own. Native code leaves the args in
 * jit_exception_arguments; count < 0: their tuple. */
Value exception_make(Value class, int64_t count) NODISCARD;
Value exception_with_args(Type *class, STEALS Value args) NODISCARD;
void exception_link(Value exception, STEALS NULLABLE Value context, STEALS NULLABLE Value cause, int64_t suppress);
void exception_attr(Value exception, Value name, STEALS Value value);
/* The object of an inlined frame that has ended (None: no memory); its locals are in jit_exception_arguments. No value
 * for `back`: the frame that native code runs in. */
Value exception_ended_frame(STEALS Value function, Code *code, int64_t unit, NULLABLE Value back) NODISCARD;
Value exception_ended_frame_of(STEALS Value function, Code *code, int64_t unit, NULLABLE Value back,
                               STEALS const Value *locals) NODISCARD;
void exception_traceback_entry(Value exception, STEALS NULLABLE Value frame, int64_t unit);
/* `raise exception`: its context becomes the exception being handled. Gives it, owned. */
Value exception_raised(Value exception) NODISCARD;
Value exception_pending(void);                      /* borrowed: raised by a helper */
void exception_take(void);                          /* … whose reference native code has now */
void exception_set_handled(STEALS Value exception); /* the reference to the one before is in its handler's stack */
void exception_pop_handled(STEALS Value previous);

#endif

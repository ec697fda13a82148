/* specialize.h: choosing specialised and fused forms for what instructions see (specialize.c). Each function looks at
 * the operands of the instruction at ip and may change its opcode and caches. It sets the counter for the next attempt.
 */
#ifndef VM_SPECIALIZE_H
#define VM_SPECIALIZE_H

#include "vm/frame.h"

/* Misses until a quick form is given up; generic executions until the next attempt. */
enum { COUNTER_MISSES = 40, COUNTER_RETRY = 2000, COUNTER_AFTER_MISSES = 16 };

void specialize_load_global(Frame *frame, Unit *ip);
void specialize_binary_op(Frame *frame, Unit *ip, Value left, Value right);
void specialize_subscript(Frame *frame, Unit *ip, Value container, Value key);
void specialize_store_subscript(Frame *frame, Unit *ip, Value container, Value key);
void specialize_compare(Frame *frame, Unit *ip, Value left, Value right);
void specialize_load_attr(Frame *frame, Unit *ip, Value owner);
void specialize_store_attr(Frame *frame, Unit *ip, Value owner);
void specialize_load_method(Frame *frame, Unit *ip, Value owner);
void specialize_unpack(Frame *frame, Unit *ip, Value sequence);
void specialize_call(Frame *frame, Unit *ip, Value *sp, int nargs);

void specialize_for_iter(Frame *frame, Unit *ip, Value iterator);

#endif

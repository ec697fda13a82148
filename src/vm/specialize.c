/* specialize.c: chooses specialised forms. */
#include "vm/specialize.h"

enum { COUNTER_RETRY = 1000 };

void specialize_load_global(Frame *frame, Unit *ip) { ip->counter = COUNTER_RETRY; }
void specialize_binary_op(Frame *frame, Unit *ip, Value left, Value right) { ip->counter = COUNTER_RETRY; }
void specialize_subscript(Frame *frame, Unit *ip, Value container, Value key) { ip->counter = COUNTER_RETRY; }
void specialize_store_subscript(Frame *frame, Unit *ip, Value container, Value key) { ip->counter = COUNTER_RETRY; }
void specialize_compare(Frame *frame, Unit *ip, Value left, Value right) { ip->counter = COUNTER_RETRY; }
void specialize_load_attr(Frame *frame, Unit *ip, Value owner) { ip->counter = COUNTER_RETRY; }
void specialize_store_attr(Frame *frame, Unit *ip, Value owner) { ip->counter = COUNTER_RETRY; }
void specialize_load_method(Frame *frame, Unit *ip, Value owner) { ip->counter = COUNTER_RETRY; }
void specialize_unpack(Frame *frame, Unit *ip, Value sequence) { ip->counter = COUNTER_RETRY; }
void specialize_call(Frame *frame, Unit *ip, Value *sp, int nargs) { ip->counter = COUNTER_RETRY; }

/* repr_guard.h: what keeps the repr of a container that contains itself from recursing for ever. */
#ifndef OBJECTS_REPR_GUARD_H
#define OBJECTS_REPR_GUARD_H

#include "objects/object.h"

/* 0: go on, and call repr_leave afterwards; 1: v's repr is being made already: show "[...]" instead; -1: error. */
int repr_enter(Value v) NODISCARD;
void repr_leave(Value v);

#endif

/* set.h: set and frozenset. */
#ifndef OBJECTS_SET_H
#define OBJECTS_SET_H

#include "objects/object.h"

extern Type type_set, type_frozenset;

ALWAYS_INLINE bool is_set(Value v) { return object_has_flag(v, TYPE_IS_SET); }
ALWAYS_INLINE bool is_frozenset(Value v) { return object_has_flag(v, TYPE_IS_FROZENSET); }

Value set_new(NULLABLE Value iterable) NODISCARD;
Value frozenset_new(NULLABLE Value iterable) NODISCARD;
int set_add(Value set, Value item) NODISCARD;      /* also on a frozenset that nobody else has seen yet */
int set_contains(Value set, Value item) NODISCARD;
int set_discard(Value set, Value item) NODISCARD;  /* 1 removed, 0 missing, -1 */
int set_update(Value set, Value iterable) NODISCARD;
ssize_t set_length(Value set);
bool set_next(Value set, ssize_t *position, Value *item, int64_t *hash); /* borrowed */

#endif

/* set_ops.h: what set.c and set_ops.c share: operations on the table with a hash at hand, and between sets. */
#ifndef OBJECTS_SET_OPS_H
#define OBJECTS_SET_OPS_H

#include "objects/native.h"
#include "objects/set.h"

ALWAYS_INLINE bool is_any_set(Value v)
{
    return object_has_flag(v, TYPE_IS_SET | TYPE_IS_FROZENSET);
}

int set_add_hashed(Value set, Value key, int64_t hash) NODISCARD;
int set_contains_hashed(Value set, Value key, int64_t hash) NODISCARD;
int set_discard_hashed(Value set, Value key, int64_t hash) NODISCARD;
void set_clear(Value set);
void set_swap(Value a, Value b);           /* exchanges their items */
int set_shed_deleted(Value set) NODISCARD; /* after many removals: builds the table anew when it is full of holes */
/* A set or frozenset (never a subclass) as `model` is one. */
Value set_new_like(Value model, NULLABLE Value iterable) NODISCARD;

NATIVE(set_union);
NATIVE(set_difference);
NATIVE(set_difference_update);
NATIVE(set_intersection);
NATIVE(set_intersection_update);
NATIVE(set_symmetric_difference);
NATIVE(set_symmetric_difference_update);
NATIVE(set_isdisjoint);
NATIVE(set_issubset);
NATIVE(set_issuperset);
Value set_compare(Value self, Value other, CompareOp op);
Value set_operator_subtract(Value left, Value right);
Value set_operator_and(Value left, Value right);
Value set_operator_xor(Value left, Value right);
Value set_operator_or(Value left, Value right);
Value set_inplace_subtract(Value self, Value other);
Value set_inplace_and(Value self, Value other);
Value set_inplace_xor(Value self, Value other);
Value set_inplace_or(Value self, Value other);

#endif

/* tuple.h */
#ifndef OBJECTS_TUPLE_H
#define OBJECTS_TUPLE_H

#include "objects/object.h"

typedef struct Tuple {
    Object head;
    ssize_t length;
    Value items[]; /* owned */
} Tuple;

extern Type type_tuple;

ALWAYS_INLINE bool is_tuple(Value v) { return object_has_flag(v, TYPE_IS_TUPLE); }
ALWAYS_INLINE bool is_exact_tuple(Value v) { return object_has_type(v, &type_tuple); }
ALWAYS_INLINE Tuple *as_tuple(Value v) { return (Tuple *)value_as_object(v); }
ALWAYS_INLINE ssize_t tuple_length(Value v) { return as_tuple(v)->length; }
ALWAYS_INLINE Value tuple_item_borrow(Value v, ssize_t index) { return as_tuple(v)->items[index]; }

Value tuple_new(ssize_t length) NODISCARD;       /* items are VALUE_NULL: fill them at once (steals) */
Value tuple_empty(void);                         /* the shared (), owned */
Value tuple_from_array(const Value *items, ssize_t count) NODISCARD; /* increfs */
Value tuple_from_array_move(const Value *items, ssize_t count) NODISCARD; /* steals, but not when it fails */
Value tuple_from_array_steal(STEALS const Value *items, ssize_t count) NODISCARD;
Value tuple_pack(int count, ...) NODISCARD;      /* Values, borrowed */
Value tuple_sliced(Value v, ssize_t start, ssize_t stop, ssize_t step) NODISCARD; /* as slice_unpack gives them */
Value tuple_slice(Value v, ssize_t low, ssize_t high) NODISCARD;
Value tuple_from_iterable(Value v) NODISCARD;

/* xxHash's mixing of the items' hashes: the same numbers as CPython's, so that sets of tuples show the same order. */
typedef struct TupleHash {
    uint64_t mixed;
} TupleHash;
#define TUPLE_HASH_PRIME_1 UINT64_C(11400714785074694791)
#define TUPLE_HASH_PRIME_2 UINT64_C(14029467366897019727)
#define TUPLE_HASH_PRIME_5 UINT64_C(2870177450012600261)
ALWAYS_INLINE TupleHash tuple_hash_start(void) { return (TupleHash){TUPLE_HASH_PRIME_5}; }
ALWAYS_INLINE void tuple_hash_add(TupleHash *state, int64_t item_hash)
{
    uint64_t mixed = state->mixed + (uint64_t)item_hash * TUPLE_HASH_PRIME_2;
    state->mixed = ((mixed << 31) | (mixed >> 33)) * TUPLE_HASH_PRIME_1;
}
ALWAYS_INLINE int64_t tuple_hash_end(const TupleHash *state, ssize_t length)
{
    uint64_t mixed = state->mixed + ((uint64_t)length ^ (TUPLE_HASH_PRIME_5 ^ 3527539u));
    return mixed == (uint64_t)-1 ? 1546275796 : (int64_t)mixed;
}

#endif

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
Value tuple_from_array_steal(STEALS const Value *items, ssize_t count) NODISCARD;
Value tuple_pack(int count, ...) NODISCARD;      /* Values, borrowed */
Value tuple_slice(Value v, ssize_t low, ssize_t high) NODISCARD;
Value tuple_from_iterable(Value v) NODISCARD;

#endif

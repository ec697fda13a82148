/* slice.h: slice and range. */
#ifndef OBJECTS_SLICE_H
#define OBJECTS_SLICE_H

#include "objects/object.h"

typedef struct Slice {
    Object head;
    Value start, stop, step; /* owned */
} Slice;

extern Type type_slice, type_range, type_range_iterator, type_long_range_iterator;

typedef struct Range {
    Object head;
    Value start, stop, step, length; /* owned ints */
} Range;

/* The iterator of a range whose numbers fit: both tiers read it. */
typedef struct RangeIterator {
    Object head;
    int64_t next, step, remaining;
    int64_t length; /* numbers in the whole range: how many were given is what pickling shows */
} RangeIterator;

ALWAYS_INLINE bool is_slice(Value v) { return object_has_type(v, &type_slice); }
Value slice_new(Value start, Value stop, Value step) NODISCARD; /* increfs; no value reads as None */
/* Start, stop and step as C numbers, None resolved, clipped: -1 with an error. Not yet adjusted to a length. */
int slice_unpack(Value slice, ssize_t *start, ssize_t *stop, ssize_t *step) NODISCARD;
/* Adjusts to a sequence of `length` and gives the number of items. */
ssize_t slice_adjust(ssize_t length, ssize_t *start, ssize_t *stop, ssize_t step);
Value range_new(Value start, Value stop, Value step) NODISCARD;

#endif

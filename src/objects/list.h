/* list.h */
#ifndef OBJECTS_LIST_H
#define OBJECTS_LIST_H

#include "objects/object.h"

typedef struct List {
    Object head;
    ssize_t length;
    NULLABLE Value *items; /* owned block of `capacity` */
    ssize_t capacity; /* -1 while the list is being sorted (items is NULL then): ask `length < capacity` for room */
    KindSet kinds;    /* of all items, and perhaps more: who writes an item notes its kind */
} List;

extern Type type_list;

ALWAYS_INLINE bool is_list(Value v) { return object_has_flag(v, TYPE_IS_LIST); }
ALWAYS_INLINE bool is_exact_list(Value v) { return object_has_type(v, &type_list); }
ALWAYS_INLINE List *as_list(Value v) { return (List *)value_as_object(v); }
ALWAYS_INLINE ssize_t list_length(Value v) { return as_list(v)->length; }
ALWAYS_INLINE Value list_item_borrow(Value v, ssize_t index) { return as_list(v)->items[index]; }

/* Invariant K1: `kinds` has a bit of every item's kind. Lists without objects need not be looked through by the
 * collector, nor when they die; native code reads an int out of a list of ints unasked (jit/record_list.c). */
ALWAYS_INLINE void list_note(List *list, Value item)
{
    list->kinds |= value_kind(item);
}

Value list_new(ssize_t length) NODISCARD;        /* items are VALUE_NULL: fill them at once (steals) */
Value list_from_array(const Value *items, ssize_t count) NODISCARD;
Value list_from_iterable(Value v) NODISCARD;
int list_append(Value list, Value item) NODISCARD;
int list_append_steal(Value list, STEALS Value item) NODISCARD;
int list_insert(Value list, ssize_t index, Value item) NODISCARD;
int list_extend(Value list, Value iterable) NODISCARD;
int list_set_item(Value list, ssize_t index, STEALS Value item) NODISCARD; /* IndexError */
Value list_sliced(Value v, ssize_t start, ssize_t stop, ssize_t step) NODISCARD; /* as slice_unpack gives them */
Value list_slice(Value v, ssize_t low, ssize_t high) NODISCARD;
int list_assign_slice(Value v, ssize_t low, ssize_t high, NULLABLE Value iterable) NODISCARD;
int list_sort(Value v, NULLABLE Value key, bool reverse) NODISCARD;
int list_reverse(Value v) NODISCARD;
Value list_to_tuple(Value v) NODISCARD;

#endif

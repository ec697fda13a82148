/* set.h: set and frozenset. */
#ifndef OBJECTS_SET_H
#define OBJECTS_SET_H

#include "objects/object.h"

typedef struct SetEntry {
    Value key;    /* owned; VALUE_NULL: never used; SET_DELETED: was in use */
    int64_t hash;
} SetEntry;

enum { SET_SMALL = 8 };

typedef struct Set {
    Object head;
    ssize_t length;            /* live entries */
    ssize_t fill;              /* live and deleted entries */
    ssize_t mask;              /* size of the table - 1; the size is a power of two */
    SetEntry *table;           /* `small`, or an own block */
    int64_t hash;              /* of a frozenset; -1: not computed yet */
    ssize_t finger;            /* where pop() looks next */
    NULLABLE Value weaklist;
    SetEntry small[SET_SMALL];
} Set;

extern Type type_set, type_frozenset;
ALWAYS_INLINE Set *as_set(Value v) { return (Set *)value_as_object(v); }

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

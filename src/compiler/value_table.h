/* value_table.h: an ordered set of values compared by identity, each with the number of its place. What the compiler
 * numbers (names, locals, cells, constants after merging) and its sets of names; names must be interned. */
#ifndef COMPILER_VALUE_TABLE_H
#define COMPILER_VALUE_TABLE_H

#include "objects/object.h"

typedef struct ValueTable {
    Value *items;   /* owned references, in the order in which they were added */
    int32_t *slots; /* hash index: place + 1, 0 = free; NULL while the table is small enough to be scanned */
    int count, capacity, slot_count;
} ValueTable;

/* The place of key, or -1. */
int value_table_find(const ValueTable *table, Value key);
/* The place of key, which is added at the end when it is new; -1 with MemoryError. */
int value_table_add(ValueTable *table, Value key) NODISCARD;
void value_table_free(ValueTable *table);
/* The items, sorted as strs, in a raw block that the caller frees; NULL with MemoryError. */
NULLABLE Value *value_table_sorted_names(const ValueTable *table) NODISCARD;
Value value_table_to_tuple(const ValueTable *table) NODISCARD;

#endif

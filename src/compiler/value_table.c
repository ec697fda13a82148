/* value_table.c: see value_table.h. Open addressing over an array of places. */
#include "compiler/value_table.h"

#include <stdlib.h>

#include "objects/error.h"
#include "objects/str.h"
#include "objects/tuple.h"

enum { SCAN_MAX = 8 }; /* tables up to this size are searched without an index */

static uint32_t slot_of(const ValueTable *table, Value key)
{
    uint64_t hash = key.bits * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32) & (uint32_t)(table->slot_count - 1);
}

int value_table_find(const ValueTable *table, Value key)
{
    if (!table->slots) {
        for (int i = 0; i < table->count; i++)
            if (value_is(table->items[i], key)) return i;
        return -1;
    }
    for (uint32_t slot = slot_of(table, key); table->slots[slot]; slot = (slot + 1) & (uint32_t)(table->slot_count - 1))
        if (value_is(table->items[table->slots[slot] - 1], key)) return table->slots[slot] - 1;
    return -1;
}

static void index_place(ValueTable *table, int place)
{
    uint32_t slot = slot_of(table, table->items[place]);
    while (table->slots[slot]) slot = (slot + 1) & (uint32_t)(table->slot_count - 1);
    table->slots[slot] = place + 1;
}

static bool grow(ValueTable *table)
{
    int capacity = table->capacity ? table->capacity * 2 : SCAN_MAX;
    Value *items = raw_realloc(table->items, (size_t)capacity * sizeof *items);
    if (!items) return false;
    table->items = items;
    table->capacity = capacity;
    if (capacity <= SCAN_MAX) return true;
    int32_t *slots = raw_calloc((size_t)capacity * 2, sizeof *slots);
    if (!slots) {
        table->capacity = table->count; /* try again at the next addition */
        return false;
    }
    raw_free(table->slots);
    table->slots = slots;
    table->slot_count = capacity * 2;
    for (int i = 0; i < table->count; i++) index_place(table, i);
    return true;
}

int value_table_add(ValueTable *table, Value key)
{
    int place = value_table_find(table, key);
    if (place >= 0) return place;
    if (table->count == table->capacity && !grow(table)) {
        error_no_memory();
        return -1;
    }
    table->items[table->count] = value_incref(key);
    if (table->slots) index_place(table, table->count);
    return table->count++;
}

void value_table_free(ValueTable *table)
{
    for (int i = 0; i < table->count; i++) value_decref(table->items[i]);
    raw_free(table->items);
    raw_free(table->slots);
    *table = (ValueTable){0};
}

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const Value *)a, *(const Value *)b);
}

NULLABLE Value *value_table_sorted_names(const ValueTable *table)
{
    size_t size = (size_t)table->count * sizeof(Value);
    Value *sorted = raw_alloc(MAX(size, sizeof(Value)));
    if (!sorted) {
        error_no_memory();
        return NULL;
    }
    if (size) {
        memcpy(sorted, table->items, size);
        qsort(sorted, (size_t)table->count, sizeof(Value), compare_names);
    }
    return sorted;
}

Value value_table_to_tuple(const ValueTable *table)
{
    return tuple_from_array(table->items, table->count);
}

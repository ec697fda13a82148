/* constants.c: see constants.h. */
#include "compiler/constants.h"

#include "objects/constant.h"
#include "objects/error.h"
#include "objects/set.h"
#include "objects/tuple.h"

static Value *find_slot(const ConstantPool *pool, Value v)
{
    uint32_t mask = pool->slot_count - 1;
    uint32_t slot = (uint32_t)(constant_hash(v) >> 32) & mask;
    while (!value_is_null(pool->slots[slot]) && !constants_are_same(pool->slots[slot], v)) slot = (slot + 1) & mask;
    return &pool->slots[slot];
}

static bool grow(ConstantPool *pool)
{
    ConstantPool grown = {NULL, pool->slot_count ? pool->slot_count * 2 : 64, pool->count};
    grown.slots = raw_calloc(grown.slot_count, sizeof *grown.slots);
    if (!grown.slots) {
        error_no_memory();
        return false;
    }
    for (uint32_t i = 0; i < pool->slot_count; i++)
        if (!value_is_null(pool->slots[i])) *find_slot(&grown, pool->slots[i]) = pool->slots[i];
    raw_free(pool->slots);
    *pool = grown;
    return true;
}

/* A tuple of the items' representatives; v itself when they all represent themselves. */
static Value merge_tuple_items(ConstantPool *pool, Value v)
{
    Value merged = tuple_new(tuple_length(v));
    bool is_changed = false;
    for (ssize_t i = 0; !value_is_null(merged) && i < tuple_length(v); i++) {
        Value item = constant_merge(pool, tuple_item_borrow(v, i));
        as_tuple(merged)->items[i] = item;
        if (value_is_null(item)) {
            value_decref(merged);
            return VALUE_NULL;
        }
        if (!value_is(item, tuple_item_borrow(v, i))) is_changed = true;
    }
    if (value_is_null(merged) || is_changed) return merged;
    value_decref(merged);
    return value_incref(v);
}

/* Built anew even when no item changed, as CPython does: the order that the set shows follows from it. */
static Value merge_frozenset_items(ConstantPool *pool, Value v)
{
    Value items = tuple_from_iterable(v);
    Value merged = value_is_null(items) ? items : merge_tuple_items(pool, items);
    Value result = value_is_null(merged) ? merged : frozenset_new(merged);
    value_xdecref(items);
    value_xdecref(merged);
    return result;
}

Value constant_merge(ConstantPool *pool, Value v)
{
    if (!value_is_object(v)) return v;
    if ((pool->count + 1) * 2 > pool->slot_count && !grow(pool)) return VALUE_NULL;
    Value *slot = find_slot(pool, v);
    if (!value_is_null(*slot)) return value_incref(*slot);
    Value merged = is_exact_tuple(v) ? merge_tuple_items(pool, v)
                   : is_frozenset(v) ? merge_frozenset_items(pool, v)
                                     : value_incref(v);
    if (value_is_null(merged)) return merged;
    if ((pool->count + 1) * 2 > pool->slot_count && !grow(pool)) {
        value_decref(merged);
        return VALUE_NULL;
    }
    slot = find_slot(pool, merged); /* the items may have moved it */
    *slot = value_incref(merged);
    pool->count++;
    return merged;
}

void constant_pool_free(ConstantPool *pool)
{
    for (uint32_t i = 0; i < pool->slot_count; i++) value_xdecref(pool->slots[i]);
    raw_free(pool->slots);
    *pool = (ConstantPool){0};
}

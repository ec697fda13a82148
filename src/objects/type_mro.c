/* type_mro.c: the method resolution order (C3), metaclass mro() overrides, and which base a class's layout extends. */
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/type.h"

/* --- C3 --- */

/* The sequences being merged and how far each is used up. */
typedef struct Merge {
    Value *sequences; /* tuples, borrowed */
    ssize_t *heads;
    ssize_t count;
} Merge;

static bool in_some_tail(const Merge *merge, Value candidate)
{
    for (ssize_t i = 0; i < merge->count; i++)
        for (ssize_t j = merge->heads[i] + 1; j < tuple_length(merge->sequences[i]); j++)
            if (value_is(tuple_item_borrow(merge->sequences[i], j), candidate)) return true;
    return false;
}

static void merge_error(const Merge *merge)
{
    Value names = list_new(0);
    if (value_is_null(names)) return;
    for (ssize_t i = 0; i < merge->count; i++) {
        Value sequence = merge->sequences[i];
        if (merge->heads[i] >= tuple_length(sequence)) continue;
        Value head = tuple_item_borrow(sequence, merge->heads[i]);
        Value name = is_type(head) ? type_name(as_type(head)) : value_repr(head);
        bool is_new = true;
        for (ssize_t j = 0; j < list_length(names) && !value_is_null(name); j++)
            if (str_equal(list_item_borrow(names, j), name)) is_new = false;
        if (value_is_null(name) || (is_new && list_append(names, name) < 0)) {
            value_xdecref(name);
            value_decref(names);
            return;
        }
        value_decref(name);
    }
    Value comma = str_from_cstr(", ");
    Value joined = value_is_null(comma) ? VALUE_NULL : str_join(comma, names);
    if (!value_is_null(joined))
        error_format(&type_TypeError, "Cannot create a consistent method resolution\norder (MRO) for bases %U", joined);
    value_xdecref(comma);
    value_xdecref(joined);
    value_decref(names);
}

static int merge_sequences(Merge *merge, Value result)
{
    for (;;) {
        bool any_left = false;
        Value next = VALUE_NULL;
        for (ssize_t i = 0; i < merge->count && value_is_null(next); i++) {
            if (merge->heads[i] >= tuple_length(merge->sequences[i])) continue;
            any_left = true;
            Value candidate = tuple_item_borrow(merge->sequences[i], merge->heads[i]);
            if (!in_some_tail(merge, candidate)) next = candidate;
        }
        if (!any_left) return 0;
        if (value_is_null(next)) {
            merge_error(merge);
            return -1;
        }
        if (list_append(result, next) < 0) return -1;
        for (ssize_t i = 0; i < merge->count; i++)
            if (merge->heads[i] < tuple_length(merge->sequences[i]) &&
                value_is(tuple_item_borrow(merge->sequences[i], merge->heads[i]), next))
                merge->heads[i]++;
    }
}

static bool check_duplicate_bases(Value bases)
{
    for (ssize_t i = 0; i < tuple_length(bases); i++)
        for (ssize_t j = i + 1; j < tuple_length(bases); j++)
            if (value_is(tuple_item_borrow(bases, i), tuple_item_borrow(bases, j))) {
                Value base = tuple_item_borrow(bases, i);
                Value name = is_type(base) ? type_name(as_type(base)) : value_repr(base);
                if (!value_is_null(name)) error_format(&type_TypeError, "duplicate base class %U", name);
                value_xdecref(name);
                return false;
            }
    return true;
}

/* One base: its MRO with the type in front. */
static Value mro_of_single_base(Type *type, Type *base)
{
    ssize_t count = tuple_length(base->mro);
    Value mro = tuple_new(count + 1);
    if (value_is_null(mro)) return VALUE_NULL;
    as_tuple(mro)->items[0] = value_incref(value_from_type(type));
    for (ssize_t i = 0; i < count; i++) as_tuple(mro)->items[i + 1] = value_incref(tuple_item_borrow(base->mro, i));
    return mro;
}

Value mro_compute(Type *type)
{
    Value bases = type->bases;
    ssize_t count = tuple_length(bases);
    for (ssize_t i = 0; i < count; i++)
        if (value_is_null(as_type(tuple_item_borrow(bases, i))->mro))
            return error_format(&type_TypeError, "Cannot extend an incomplete type '%s'",
                                as_type(tuple_item_borrow(bases, i))->name);
    if (count == 0) return tuple_pack(1, value_from_type(type));
    if (count == 1) return mro_of_single_base(type, as_type(tuple_item_borrow(bases, 0)));
    if (!check_duplicate_bases(bases)) return VALUE_NULL;
    Merge merge = {raw_alloc((size_t)(count + 1) * sizeof(Value)), raw_calloc((size_t)count + 1, sizeof(ssize_t)),
                   count + 1};
    Value result = list_new(0), mro = VALUE_NULL;
    if (!merge.sequences || !merge.heads || value_is_null(result)) {
        error_no_memory();
        goto done;
    }
    for (ssize_t i = 0; i < count; i++) merge.sequences[i] = as_type(tuple_item_borrow(bases, i))->mro;
    merge.sequences[count] = bases;
    if (list_append(result, value_from_type(type)) == 0 && merge_sequences(&merge, result) == 0)
        mro = list_to_tuple(result);
done:
    raw_free(merge.sequences);
    raw_free(merge.heads);
    value_xdecref(result);
    return mro;
}

/* --- metaclasses with their own mro() --- */

static bool check_custom_mro(Type *type, Value mro)
{
    if (tuple_length(mro) == 0) {
        error_set(&type_TypeError, "type MRO must not be empty");
        return false;
    }
    Type *solid = type_solid_base(type);
    for (ssize_t i = 0; i < tuple_length(mro); i++) {
        Value item = tuple_item_borrow(mro, i);
        if (!is_type(item)) {
            error_format(&type_TypeError, "mro() returned a non-class ('%T')", item);
            return false;
        }
        if (!type_is_subtype(solid, type_solid_base(as_type(item)))) {
            error_format(&type_TypeError, "mro() returned base with unsuitable layout ('%s')", as_type(item)->name);
            return false;
        }
    }
    return true;
}

static Value mro_from_metaclass(Type *type)
{
    Value method = lookup_special(value_from_type(type), ID(mro));
    if (value_is_null(method)) {
        if (!error_occurred()) error_set(&type_AttributeError, "mro");
        return VALUE_NULL;
    }
    Value sequence = call_0(method);
    value_decref(method);
    if (value_is_null(sequence)) return VALUE_NULL;
    Value mro = tuple_from_iterable(sequence);
    value_decref(sequence);
    if (value_is_null(mro) || check_custom_mro(type, mro)) return mro;
    value_decref(mro);
    return VALUE_NULL;
}

int mro_update(Type *type)
{
    Value old = value_xincref(type->mro);
    bool is_custom = type->head.type != &type_type &&
                     !value_is(type_lookup_borrow(type->head.type, ID(mro)), dict_get_borrow(type_type.dict, ID(mro)));
    Value mro = is_custom ? mro_from_metaclass(type) : mro_compute(type);
    int result = value_is_null(mro) ? -1 : value_is(type->mro, old);
    if (result > 0) {
        type_modified(type);
        value_replace(&type->mro, mro);
    } else {
        value_xdecref(mro); /* mro() assigned __bases__ itself: that call's result stands */
    }
    value_xdecref(old);
    return result;
}

int mro_update_hierarchy(Type *type, Value changes)
{
    Value old = value_incref(value_is_null(type->mro) ? VALUE_NONE : type->mro);
    int result = mro_update(type);
    if (result > 0) {
        Value change = tuple_pack(3, value_from_type(type), type->mro, old);
        result = value_is_null(change) ? -1 : list_append_steal(changes, change);
        Value subclasses = result < 0 ? VALUE_NULL : type_subclasses(type);
        if (value_is_null(subclasses)) result = -1;
        for (ssize_t i = 0; result >= 0 && i < list_length(subclasses); i++)
            result = mro_update_hierarchy(as_type(list_item_borrow(subclasses, i)), changes);
        value_xdecref(subclasses);
    }
    value_decref(old);
    return MIN(result, 0);
}

/* --- layouts --- */

static bool adds_to_layout(const Type *type)
{
    if (type->flags & TYPE_HEAP) return type->heap->slot_count > 0;
    const Type *base = type->base;
    return type_fixed_size(type) != type_fixed_size(base) || type->item_size != base->item_size;
}

Type *type_solid_base(Type *type)
{
    while (type->base && !adds_to_layout(type)) type = type->base;
    return type;
}

Type *type_best_base(Value bases)
{
    Type *best = NULL, *winner = NULL;
    for (ssize_t i = 0; i < tuple_length(bases); i++) {
        Value item = tuple_item_borrow(bases, i);
        if (!is_type(item)) {
            error_set(&type_TypeError, "bases must be types");
            return NULL;
        }
        Type *base = as_type(item);
        if (value_is_null(base->dict) && type_ready(base) < 0) return NULL;
        if (!type_has_flag(base, TYPE_BASE)) {
            error_format(&type_TypeError, "type '%s' is not an acceptable base type", base->name);
            return NULL;
        }
        Type *candidate = type_solid_base(base);
        if (!winner || (!type_is_subtype(winner, candidate) && type_is_subtype(candidate, winner))) {
            winner = candidate;
            best = base;
        } else if (!type_is_subtype(winner, candidate)) {
            error_set(&type_TypeError, "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}

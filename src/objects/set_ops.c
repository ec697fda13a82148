/* set_ops.c: union, intersection, difference, symmetric difference and the subset tests of set and frozenset.
 * Which operand is walked and which is searched decides the order of the result, so both follow CPython. */
#include "objects/set_ops.h"

#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/iter.h"

/* What one item of a walk does; nonzero ends the walk with that result. */
typedef int (*ItemAction)(Value target, Value item, int64_t hash, void *argument);

/* Applies `action` to each item of any iterable. Sets and exact dicts are walked with the hashes that they hold; each
 * item is held during the action, which may run Python code. */
static int for_each_item(Value iterable, Value target, ItemAction action, void *argument)
{
    if (is_any_set(iterable)) {
        ssize_t position = 0;
        Value item;
        int64_t hash;
        while (set_next(iterable, &position, &item, &hash)) {
            value_incref(item);
            int status = action(target, item, hash, argument);
            value_decref(item);
            if (status) return status;
        }
        return 0;
    }
    if (is_exact_dict(iterable)) {
        for (ssize_t i = 0; i < as_dict(iterable)->entries_used; i++) {
            DictEntry entry = as_dict(iterable)->entries[i];
            if (value_is_null(entry.value)) continue;
            value_incref(entry.key);
            int status = action(target, entry.key, entry.hash, argument);
            value_decref(entry.key);
            if (status) return status;
        }
        return 0;
    }
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return -1;
    int status = 0;
    while (status == 0) {
        Value item = iter_next(iterator);
        if (value_is_null(item)) {
            status = error_occurred() ? -1 : 0;
            break;
        }
        int64_t hash = dict_hash_key(item);
        status = hash == -1 ? -1 : action(target, item, hash, argument);
        value_decref(item);
    }
    value_decref(iterator);
    return status;
}

static Value copy_of(Value set)
{
    return set_new_like(set, set);
}

static Value none_or_error(int status)
{
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

/* result, or no value when status tells of an error */
static Value result_or_error(STEALS Value result, int status)
{
    if (status < 0) value_clear(&result);
    return result;
}

/* --- union --- */

NATIVE(set_union)
{
    Value result = copy_of(self);
    for (ssize_t i = 0; i < nargs && !value_is_null(result); i++)
        if (!value_is(args[i], self) && set_update(result, args[i]) < 0) value_clear(&result);
    return result;
}

/* --- difference --- */

static int remove_item(Value target, Value item, int64_t hash, void *argument)
{
    return set_discard_hashed(target, item, hash) < 0 ? -1 : 0;
}

static int remove_all(Value self, Value other)
{
    if (value_is(self, other)) {
        set_clear(self);
        return 0;
    }
    if (for_each_item(other, self, remove_item, NULL) < 0) return -1;
    return set_shed_deleted(self);
}

static int add_unless_in(Value target, Value item, int64_t hash, void *argument)
{
    Value other = *(Value *)argument;
    int found;
    if (is_exact_dict(other)) {
        found = !value_is_null(dict_get_hashed_borrow(other, item, hash));
        if (!found && error_occurred()) return -1;
    } else {
        found = set_contains_hashed(other, item, hash);
    }
    return found < 0 ? -1 : found ? 0 : set_add_hashed(target, item, hash);
}

static Value difference(Value self, Value other)
{
    ssize_t theirs = is_any_set(other) ? set_length(other) : is_exact_dict(other) ? dict_length(other) : -1;
    if (theirs < 0 || set_length(self) >> 2 > theirs) {
        Value result = copy_of(self);
        return value_is_null(result) ? result : result_or_error(result, remove_all(result, other));
    }
    Value result = set_new_like(self, VALUE_NULL);
    return value_is_null(result) ? result : result_or_error(result, for_each_item(self, result, add_unless_in, &other));
}

NATIVE(set_difference)
{
    if (nargs == 0) return copy_of(self);
    Value result = difference(self, args[0]);
    for (ssize_t i = 1; i < nargs && !value_is_null(result); i++)
        if (remove_all(result, args[i]) < 0) value_clear(&result);
    return result;
}

NATIVE(set_difference_update)
{
    for (ssize_t i = 0; i < nargs; i++)
        if (remove_all(self, args[i]) < 0) return VALUE_NULL;
    return VALUE_NONE;
}

/* --- intersection --- */

static int add_if_in(Value target, Value item, int64_t hash, void *argument)
{
    int found = set_contains_hashed(*(Value *)argument, item, hash);
    return found <= 0 ? found : set_add_hashed(target, item, hash);
}

static Value intersection(Value self, Value other)
{
    if (value_is(self, other)) return copy_of(self);
    Value result = set_new_like(self, VALUE_NULL);
    if (value_is_null(result)) return VALUE_NULL;
    Value walked = other, searched = self;
    if (is_any_set(other) && set_length(other) > set_length(self)) {
        walked = self;
        searched = other;
    }
    return result_or_error(result, for_each_item(walked, result, add_if_in, &searched));
}

NATIVE(set_intersection)
{
    if (nargs == 0) return copy_of(self);
    Value result = value_incref(self);
    for (ssize_t i = 0; i < nargs && !value_is_null(result); i++) {
        Value next = intersection(result, args[i]);
        value_decref(result);
        result = next;
    }
    return result;
}

static int take_over(Value self, STEALS Value other)
{
    if (value_is_null(other)) return -1;
    if (value_is(self, other)) { /* no argument was given */
        value_decref(other);
        return 0;
    }
    set_swap(self, other);
    value_decref(other);
    return 0;
}

NATIVE(set_intersection_update)
{
    return none_or_error(take_over(self, set_intersection(self, args, nargs, VALUE_NULL)));
}

/* --- symmetric difference --- */

static int toggle_item(Value target, Value item, int64_t hash, void *argument)
{
    int removed = set_discard_hashed(target, item, hash);
    return removed < 0 ? -1 : removed ? 0 : set_add_hashed(target, item, hash);
}

static int toggle_all(Value self, Value other)
{
    if (value_is(self, other)) {
        set_clear(self);
        return 0;
    }
    if (is_any_set(other) || is_exact_dict(other)) return for_each_item(other, self, toggle_item, NULL);
    Value items = set_new_like(self, other); /* an item that comes twice counts once */
    if (value_is_null(items)) return -1;
    int status = for_each_item(items, self, toggle_item, NULL);
    value_decref(items);
    return status;
}

NATIVE(set_symmetric_difference)
{
    /* a frozenset(x) may be x itself, and is changed here: so the copy is always one of its own */
    Value other = set_new_like(self, VALUE_NULL);
    if (value_is_null(other)) return VALUE_NULL;
    if (set_update(other, args[0]) < 0) return result_or_error(other, -1);
    return result_or_error(other, toggle_all(other, self));
}

NATIVE(set_symmetric_difference_update)
{
    return none_or_error(toggle_all(self, args[0]));
}

/* --- tests --- */

static int stop_if_in(Value target, Value item, int64_t hash, void *argument)
{
    return set_contains_hashed(target, item, hash);
}

NATIVE(set_isdisjoint)
{
    Value other = args[0], searched = self;
    if (value_is(self, other)) return value_from_bool(set_length(self) == 0);
    if (is_any_set(other) && set_length(other) > set_length(self)) {
        searched = other;
        other = self;
    }
    int found = for_each_item(other, searched, stop_if_in, NULL);
    return found < 0 ? VALUE_NULL : value_from_bool(!found);
}

/* 1: some item is missing */
static int stop_unless_in(Value target, Value item, int64_t hash, void *argument)
{
    int found = set_contains_hashed(target, item, hash);
    return found < 0 ? -1 : !found;
}

/* 1, 0, -1; both are sets */
static int is_subset(Value self, Value other)
{
    if (set_length(self) > set_length(other)) return 0;
    int missing = for_each_item(self, other, stop_unless_in, NULL);
    return missing < 0 ? -1 : !missing;
}

NATIVE(set_issubset)
{
    int holds;
    if (is_any_set(args[0])) {
        holds = is_subset(self, args[0]);
    } else {
        Value common = intersection(self, args[0]);
        if (value_is_null(common)) return VALUE_NULL;
        holds = set_length(common) == set_length(self);
        value_decref(common);
    }
    return holds < 0 ? VALUE_NULL : value_from_bool(holds);
}

NATIVE(set_issuperset)
{
    int missing;
    if (is_any_set(args[0])) {
        int holds = is_subset(args[0], self);
        missing = holds < 0 ? -1 : !holds;
    } else {
        missing = for_each_item(args[0], self, stop_unless_in, NULL);
    }
    return missing < 0 ? VALUE_NULL : value_from_bool(!missing);
}

Value set_compare(Value self, Value other, CompareOp op)
{
    if (!is_any_set(other)) return VALUE_NOT_IMPLEMENTED;
    ssize_t mine = set_length(self), theirs = set_length(other);
    int holds = 0;
    switch (op) {
    case CMP_EQ:
    case CMP_NE: {
        int64_t a = as_set(self)->hash, b = as_set(other)->hash;
        bool may_be_equal = mine == theirs && (a == -1 || b == -1 || a == b);
        holds = may_be_equal ? is_subset(self, other) : 0;
        if (holds >= 0 && op == CMP_NE) holds = !holds;
        break;
    }
    case CMP_LE: holds = is_subset(self, other); break;
    case CMP_GE: holds = is_subset(other, self); break;
    case CMP_LT: holds = mine < theirs ? is_subset(self, other) : 0; break;
    case CMP_GT: holds = mine > theirs ? is_subset(other, self) : 0; break;
    }
    return holds < 0 ? VALUE_NULL : value_from_bool(holds);
}

/* --- operators: both operands must be sets --- */

Value set_operator_subtract(Value left, Value right)
{
    if (!is_any_set(left) || !is_any_set(right)) return VALUE_NOT_IMPLEMENTED;
    return difference(left, right);
}

Value set_operator_and(Value left, Value right)
{
    if (!is_any_set(left) || !is_any_set(right)) return VALUE_NOT_IMPLEMENTED;
    return intersection(left, right);
}

Value set_operator_xor(Value left, Value right)
{
    if (!is_any_set(left) || !is_any_set(right)) return VALUE_NOT_IMPLEMENTED;
    return set_symmetric_difference(left, &right, 1, VALUE_NULL);
}

Value set_operator_or(Value left, Value right)
{
    if (!is_any_set(left) || !is_any_set(right)) return VALUE_NOT_IMPLEMENTED;
    return set_union(left, &right, 1, VALUE_NULL);
}

static Value self_or_error(Value self, int status)
{
    return status < 0 ? VALUE_NULL : value_incref(self);
}

Value set_inplace_subtract(Value self, Value other)
{
    return is_any_set(other) ? self_or_error(self, remove_all(self, other)) : VALUE_NOT_IMPLEMENTED;
}

Value set_inplace_and(Value self, Value other)
{
    return is_any_set(other) ? self_or_error(self, take_over(self, intersection(self, other))) : VALUE_NOT_IMPLEMENTED;
}

Value set_inplace_xor(Value self, Value other)
{
    return is_any_set(other) ? self_or_error(self, toggle_all(self, other)) : VALUE_NOT_IMPLEMENTED;
}

Value set_inplace_or(Value self, Value other)
{
    return is_any_set(other) ? self_or_error(self, set_update(self, other)) : VALUE_NOT_IMPLEMENTED;
}

/* range.c: range and its two iterators: one for numbers that fit a small int (type_range_iterator, whose layout both
 * tiers know), one for numbers of any size. */
#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/iter.h"
#include "objects/native.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

static Range *as_range(Value v)
{
    return (Range *)value_as_object(v);
}

static bool is_range(Value v)
{
    return object_has_type(v, &type_range);
}

/* --- making --- */

/* How many numbers start, start + step … there are before stop; step != 0. */
static Value count_steps(Value start, Value stop, Value step)
{
    if (values_are_small_ints(start, stop) && value_is_small_int(step)) {
        int64_t a = value_as_small_int(start), b = value_as_small_int(stop), s = value_as_small_int(step);
        if (s > 0) return int_from_int64(a < b ? (b - a - 1) / s + 1 : 0);
        return int_from_int64(a > b ? (a - b - 1) / -s + 1 : 0);
    }
    bool is_up = int_sign(step) > 0;
    if (int_compare(start, stop) * (is_up ? 1 : -1) >= 0) return value_from_small_int(0);
    Value distance = is_up ? int_subtract(stop, start) : int_subtract(start, stop);
    Value stride = is_up ? value_incref(step) : number_negative(step), result = VALUE_NULL;
    if (value_is_null(distance) || value_is_null(stride)) goto done;
    value_replace(&distance, int_subtract(distance, value_from_small_int(1)));
    if (value_is_null(distance)) goto done;
    value_replace(&distance, int_floor_divide(distance, stride));
    if (!value_is_null(distance)) result = int_add(distance, value_from_small_int(1));
done:
    value_xdecref(distance);
    value_xdecref(stride);
    return result;
}

/* All three are ints already and stolen. */
static Value make_range(STEALS Value start, STEALS Value stop, STEALS Value step)
{
    Value length = count_steps(start, stop, step);
    Range *range = value_is_null(length) ? NULL : object_alloc(&type_range, sizeof *range);
    if (!range) {
        value_decref(start);
        value_decref(stop);
        value_decref(step);
        value_xdecref(length);
        return VALUE_NULL;
    }
    range->start = start;
    range->stop = stop;
    range->step = step;
    range->length = length;
    return value_from_object(range);
}

Value range_new(Value start, Value stop, Value step)
{
    Value a = number_index(start), b = VALUE_NULL, s = VALUE_NULL;
    if (!value_is_null(a)) b = number_index(stop);
    if (!value_is_null(b)) s = number_index(step);
    if (value_is_null(s)) goto fail;
    if (int_sign(s) == 0) {
        error_set(&type_ValueError, "range() arg 3 must not be zero");
        goto fail;
    }
    return make_range(a, b, s);
fail:
    value_xdecref(a);
    value_xdecref(b);
    value_xdecref(s);
    return VALUE_NULL;
}

static Value new_range(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const Value zero = {1}, one = {5}; /* small ints */
    if (!args_no_keywords("range", kwnames)) return VALUE_NULL;
    if (nargs == 0) return error_set(&type_TypeError, "range expected at least 1 argument, got 0");
    if (nargs > 3) return error_format(&type_TypeError, "range expected at most 3 arguments, got %zd", nargs);
    if (nargs == 1) return range_new(zero, args[0], one);
    return range_new(args[0], args[1], nargs > 2 ? args[2] : one);
}

static void destroy_range(Object *self)
{
    Range *range = (Range *)self;
    value_decref(range->start);
    value_decref(range->stop);
    value_decref(range->step);
    value_decref(range->length);
    object_free(self, sizeof *range);
}

/* --- items --- */

/* start + index * step; index is not checked. */
static Value number_at(const Range *range, Value index)
{
    Value offset = int_multiply(index, range->step);
    if (value_is_null(offset)) return VALUE_NULL;
    Value result = int_add(range->start, offset);
    value_decref(offset);
    return result;
}

static Value checked_number_at(const Range *range, Value index)
{
    Value at = int_sign(index) < 0 ? int_add(index, range->length) : value_incref(index), result = VALUE_NULL;
    if (value_is_null(at)) return VALUE_NULL;
    if (int_sign(at) < 0 || int_compare(at, range->length) >= 0)
        error_set(&type_IndexError, "range object index out of range");
    else
        result = number_at(range, at);
    value_decref(at);
    return result;
}

static Value item_of_range(Value self, ssize_t index)
{
    Value at = int_from_int64(index);
    Value result = value_is_null(at) ? at : checked_number_at(as_range(self), at);
    value_xdecref(at);
    return result;
}

/* range[a:b:c]: the slice's indices(len) taken as places in this range. */
static Value subrange(Value self, Value slice)
{
    const Range *range = as_range(self);
    Value parts = call_method_1(slice, ID(indices), range->length);
    if (value_is_null(parts)) return VALUE_NULL;
    Value start = number_at(range, tuple_item_borrow(parts, 0)), stop = number_at(range, tuple_item_borrow(parts, 1));
    Value step = int_multiply(tuple_item_borrow(parts, 2), range->step);
    value_decref(parts);
    if (!value_is_null(start) && !value_is_null(stop) && !value_is_null(step)) return make_range(start, stop, step);
    value_xdecref(start);
    value_xdecref(stop);
    value_xdecref(step);
    return VALUE_NULL;
}

static Value subscript_range(Value self, Value key)
{
    if (is_slice(key)) return subrange(self, key);
    if (!has_index(key))
        return error_format(&type_TypeError, "range indices must be integers or slices, not %.200s",
                            type_of(key)->name);
    Value index = number_index(key);
    if (value_is_null(index)) return VALUE_NULL;
    Value result = checked_number_at(as_range(self), index);
    value_decref(index);
    return result;
}

static ssize_t length_of_range(Value self)
{
    ssize_t length;
    return arg_as_ssize(as_range(self)->length, &length) ? length : -1;
}

static int range_truth(Value self)
{
    return int_sign(as_range(self)->length) != 0;
}

/* For exact ints and bools: by arithmetic. */
static int contains_int(const Range *range, Value n)
{
    bool is_up = int_sign(range->step) > 0;
    int from_start = int_compare(n, range->start), from_stop = int_compare(n, range->stop);
    if (is_up ? from_start < 0 || from_stop >= 0 : from_start > 0 || from_stop <= 0) return 0;
    Value offset = int_subtract(n, range->start);
    if (value_is_null(offset)) return -1;
    value_replace(&offset, int_remainder(offset, range->step));
    if (value_is_null(offset)) return -1;
    int is_member = int_sign(offset) == 0;
    value_decref(offset);
    return is_member;
}

/* For anything else: by comparing with each number. Gives the number of equal ones, or stops at the first and gives its
 * place when `first_only`; -1 none, -2 error. */
static ssize_t search(Value self, Value item, bool first_only)
{
    Value iterator = get_iter(self);
    if (value_is_null(iterator)) return -2;
    ssize_t count = 0, place = 0;
    for (;; place++) {
        Value n = iter_next(iterator);
        if (value_is_null(n)) {
            if (error_occurred())
                count = -2;
            else if (first_only)
                count = -1;
            break;
        }
        int equal = rich_compare_bool(n, item, CMP_EQ);
        value_decref(n);
        if (equal < 0) {
            count = -2;
            break;
        }
        if (equal && first_only) {
            count = place;
            break;
        }
        count += equal;
    }
    value_decref(iterator);
    return count;
}

static bool is_plain_int(Value v)
{
    return is_exact_int(v) || value_is_bool(v);
}

static int contains_in_range(Value self, Value item)
{
    if (is_plain_int(item)) return contains_int(as_range(self), item);
    ssize_t place = search(self, item, true);
    return place == -2 ? -1 : place >= 0;
}

static NATIVE(range_count)
{
    if (is_plain_int(args[0])) {
        int found = contains_int(as_range(self), args[0]);
        return found < 0 ? VALUE_NULL : value_from_small_int(found);
    }
    ssize_t count = search(self, args[0], false);
    return count < 0 ? VALUE_NULL : value_from_small_int(count);
}

static NATIVE(range_index)
{
    const Range *range = as_range(self);
    if (!is_plain_int(args[0])) {
        ssize_t place = search(self, args[0], true);
        if (place == -2) return VALUE_NULL;
        if (place >= 0) return value_from_small_int(place);
        return error_set(&type_ValueError, "sequence.index(x): x not in sequence");
    }
    int found = contains_int(range, args[0]);
    if (found < 0) return VALUE_NULL;
    if (!found) return error_format(&type_ValueError, "%R is not in range", args[0]);
    Value offset = int_subtract(args[0], range->start);
    if (value_is_null(offset)) return VALUE_NULL;
    value_replace(&offset, int_floor_divide(offset, range->step));
    return offset;
}

/* --- repr, comparison, hash: two ranges are equal when they give the same numbers --- */

static Value repr_range(Value self)
{
    const Range *range = as_range(self);
    if (value_is(range->step, value_from_small_int(1))) return str_format("range(%R, %R)", range->start, range->stop);
    return str_format("range(%R, %R, %R)", range->start, range->stop, range->step);
}

static bool ranges_are_equal(const Range *a, const Range *b)
{
    if (a == b) return true;
    if (int_compare(a->length, b->length) != 0) return false;
    if (int_sign(a->length) == 0) return true;
    if (int_compare(a->start, b->start) != 0) return false;
    return int_compare(a->length, value_from_small_int(1)) == 0 || int_compare(a->step, b->step) == 0;
}

static Value compare_ranges(Value left, Value right, CompareOp op)
{
    if (!is_range(left) || !is_range(right) || (op != CMP_EQ && op != CMP_NE)) return VALUE_NOT_IMPLEMENTED;
    return value_from_bool(ranges_are_equal(as_range(left), as_range(right)) == (op == CMP_EQ));
}

static int64_t hash_range(Value self)
{
    const Range *range = as_range(self);
    bool is_empty = int_sign(range->length) == 0;
    bool is_single = int_compare(range->length, value_from_small_int(1)) == 0;
    Value key = tuple_pack(3, range->length, is_empty ? VALUE_NONE : range->start,
                           is_empty || is_single ? VALUE_NONE : range->step);
    if (value_is_null(key)) return -1;
    int64_t hash = value_hash(key);
    value_decref(key);
    return hash;
}

static NATIVE(range_reduce)
{
    const Range *range = as_range(self);
    Value parts[2] = {VALUE_NULL, tuple_pack(3, range->start, range->stop, range->step)};
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[0] = value_incref(value_from_object(type_of(self)));
    return tuple_from_array_steal(parts, 2);
}

/* --- iterators --- */

/* For numbers of any size: start + index * step. */
typedef struct LongRangeIterator {
    Object head;
    Value index, start, step, length; /* owned ints */
} LongRangeIterator;

static Value small_iterator(int64_t start, int64_t step, int64_t length)
{
    RangeIterator *iterator = object_alloc(&type_range_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->next = start;
    iterator->step = step;
    iterator->remaining = iterator->length = length;
    return value_from_object(iterator);
}

static Value long_iterator(Value start, Value step, Value length)
{
    LongRangeIterator *iterator = object_alloc(&type_long_range_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->index = value_from_small_int(0);
    iterator->start = value_incref(start);
    iterator->step = value_incref(step);
    iterator->length = value_incref(length);
    return value_from_object(iterator);
}

/* The small one when every number that it computes, one past the last included, is a small int. */
static Value iterator_for(Value start, Value step, Value length)
{
    if (values_are_small_ints(start, step) && value_is_small_int(length)) {
        int64_t a = value_as_small_int(start), s = value_as_small_int(step), n = value_as_small_int(length), span, end;
        if (!__builtin_mul_overflow(s, n, &span) && !__builtin_add_overflow(a, span, &end) && small_int_fits(end))
            return small_iterator(a, s, n);
    }
    return long_iterator(start, step, length);
}

static Value iter_of_range(Value self)
{
    const Range *range = as_range(self);
    return iterator_for(range->start, range->step, range->length);
}

static NATIVE(range_reversed)
{
    const Range *range = as_range(self);
    Value last = int_subtract(range->length, value_from_small_int(1)), step = VALUE_NULL, result = VALUE_NULL;
    if (value_is_null(last)) return VALUE_NULL;
    value_replace(&last, number_at(range, last));
    if (!value_is_null(last)) step = number_negative(range->step);
    if (!value_is_null(step)) result = iterator_for(last, step, range->length);
    value_xdecref(last);
    value_xdecref(step);
    return result;
}

static Value next_small(Value self)
{
    RangeIterator *iterator = (RangeIterator *)value_as_object(self);
    if (iterator->remaining <= 0) return VALUE_NULL;
    int64_t n = iterator->next;
    iterator->next = n + iterator->step;
    iterator->remaining--;
    return value_from_small_int(n);
}

static NATIVE(small_length_hint)
{
    return value_from_small_int(((RangeIterator *)value_as_object(self))->remaining);
}

/* (iter, (range(start, stop, step),)) */
static Value reduce_to_range(STEALS Value start, STEALS Value stop, STEALS Value step)
{
    if (value_is_null(start) || value_is_null(stop) || value_is_null(step)) {
        value_xdecref(start);
        value_xdecref(stop);
        value_xdecref(step);
        return VALUE_NULL;
    }
    Value range = make_range(start, stop, step);
    return value_is_null(range) ? range : iter_reduce_as(ID(iter), range);
}

/* Appends the state: how many numbers were given. */
static Value with_state(STEALS Value reduced, Value state)
{
    if (value_is_null(reduced)) return VALUE_NULL;
    Value result = tuple_pack(3, tuple_item_borrow(reduced, 0), tuple_item_borrow(reduced, 1), state);
    value_decref(reduced);
    return result;
}

static NATIVE(small_reduce)
{
    const RangeIterator *iterator = (const RangeIterator *)value_as_object(self);
    int64_t given = iterator->length - iterator->remaining;
    int64_t start = iterator->next - given * iterator->step;
    return with_state(reduce_to_range(int_from_int64(start), int_from_int64(start + iterator->length * iterator->step),
                                      int_from_int64(iterator->step)),
                      value_from_small_int(given));
}

static NATIVE(small_setstate)
{
    RangeIterator *iterator = (RangeIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    index = index < 0 ? 0 : MIN(index, iterator->length);
    int64_t given = iterator->length - iterator->remaining;
    iterator->next += (index - given) * iterator->step;
    iterator->remaining = iterator->length - index;
    return VALUE_NONE;
}

static void destroy_small(Object *self)
{
    object_free(self, sizeof(RangeIterator));
}

static Value next_long(Value self)
{
    LongRangeIterator *iterator = (LongRangeIterator *)value_as_object(self);
    if (int_compare(iterator->index, iterator->length) >= 0) return VALUE_NULL;
    Value next_index = int_add(iterator->index, value_from_small_int(1));
    Value offset = value_is_null(next_index) ? VALUE_NULL : int_multiply(iterator->index, iterator->step);
    Value result = value_is_null(offset) ? VALUE_NULL : int_add(iterator->start, offset);
    value_xdecref(offset);
    if (value_is_null(result))
        value_xdecref(next_index);
    else
        value_replace(&iterator->index, next_index);
    return result;
}

static NATIVE(long_length_hint)
{
    const LongRangeIterator *iterator = (const LongRangeIterator *)value_as_object(self);
    return int_subtract(iterator->length, iterator->index);
}

static NATIVE(long_reduce)
{
    const LongRangeIterator *iterator = (const LongRangeIterator *)value_as_object(self);
    const Range as_if = {.start = iterator->start, .step = iterator->step};
    return with_state(reduce_to_range(value_incref(iterator->start), number_at(&as_if, iterator->length),
                                      value_incref(iterator->step)),
                      iterator->index);
}

static NATIVE(long_setstate)
{
    LongRangeIterator *iterator = (LongRangeIterator *)value_as_object(self);
    Value index = args[0];
    if (!is_int(index)) return error_format(&type_TypeError, "state must be an int, not %.200s", type_of(index)->name);
    if (int_sign(index) < 0)
        index = value_from_small_int(0);
    else if (int_compare(index, iterator->length) > 0)
        index = iterator->length;
    value_replace(&iterator->index, value_incref(index));
    return VALUE_NONE;
}

static void destroy_long(Object *self)
{
    LongRangeIterator *iterator = (LongRangeIterator *)self;
    value_decref(iterator->index);
    value_decref(iterator->start);
    value_decref(iterator->step);
    value_decref(iterator->length);
    object_free(self, sizeof *iterator);
}

static const char hint_doc[] = "Private method returning an estimate of len(list(it)).";
static const char reduce_doc[] = "Return state information for pickling.";
static const char setstate_doc[] = "Set state information for unpickling.";

static const NativeMethod small_methods[] = {
    {"__length_hint__", small_length_hint, 0, 0, 0, hint_doc},
    {"__reduce__", small_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", small_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_range_iterator = {
    .head = TYPE_HEAD,
    .name = "range_iterator",
    .instance_size = sizeof(RangeIterator),
    .flags = TYPE_NO_NEW | TYPE_QUIET_DESTROY,
    .destroy = destroy_small,
    .iter = iter_self,
    .iternext = next_small,
    .methods = small_methods,
};

static const NativeMethod long_methods[] = {
    {"__length_hint__", long_length_hint, 0, 0, 0, hint_doc},
    {"__reduce__", long_reduce, 0, 0, 0, reduce_doc},
    {"__setstate__", long_setstate, 1, 1, 0, setstate_doc},
    {NULL},
};

Type type_long_range_iterator = {
    .head = TYPE_HEAD,
    .name = "longrange_iterator",
    .instance_size = sizeof(LongRangeIterator),
    .flags = TYPE_NO_NEW | TYPE_QUIET_DESTROY,
    .destroy = destroy_long,
    .iter = iter_self,
    .iternext = next_long,
    .methods = long_methods,
};

static const NativeMember range_members[] = {
    {"start", MEMBER_VALUE, offsetof(Range, start), true, NULL},
    {"stop", MEMBER_VALUE, offsetof(Range, stop), true, NULL},
    {"step", MEMBER_VALUE, offsetof(Range, step), true, NULL},
    {NULL},
};

static const NativeMethod range_methods[] = {
    {"__reversed__", range_reversed, 0, 0, 0, "Return a reverse iterator."},
    {"__reduce__", range_reduce, 0, 0, 0, NULL},
    {"count", range_count, 1, 1, 0, "rangeobject.count(value) -> integer -- return number of occurrences of value"},
    {"index", range_index, 1, 1, 0,
     "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present."},
    {NULL},
};

Type type_range = {
    .head = TYPE_HEAD,
    .name = "range",
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n"
           "Return an object that produces a sequence of integers from start (inclusive)\n"
           "to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\n"
           "start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\n"
           "These are exactly the valid indices for a list of 4 elements.\n"
           "When step is given, it specifies the increment (or decrement).",
    .instance_size = sizeof(Range),
    .flags = TYPE_SEQUENCE | TYPE_QUIET_DESTROY,
    .destroy = destroy_range,
    .new_instance = new_range,
    .repr = repr_range,
    .hash = hash_range,
    .compare = compare_ranges,
    .iter = iter_of_range,
    .number = {.truth = range_truth},
    .sequence = {.length = length_of_range, .item = item_of_range, .contains = contains_in_range},
    .mapping = {.length = length_of_range, .subscript = subscript_range},
    .members = range_members,
    .methods = range_methods,
};

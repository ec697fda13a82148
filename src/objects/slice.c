/* slice.c: slice objects. One freed slice is kept for the next x[a:b]. */
#include "objects/slice.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

static NULLABLE Slice *free_slice;

static Slice *as_slice(Value v)
{
    return (Slice *)value_as_object(v);
}

static Value none_if_null(NULLABLE Value v)
{
    return value_is_null(v) ? VALUE_NONE : value_incref(v);
}

Value slice_new(NULLABLE Value start, NULLABLE Value stop, NULLABLE Value step)
{
    Slice *slice = mem_may_recycle ? free_slice : NULL;
    if (slice) {
        free_slice = NULL;
        slice->head.refcount = 1;
    } else {
        slice = object_alloc(&type_slice, sizeof *slice);
        if (!slice) return VALUE_NULL;
    }
    slice->start = none_if_null(start);
    slice->stop = none_if_null(stop);
    slice->step = none_if_null(step);
    gc_track_inline(slice);
    return value_from_object(slice);
}

static void destroy_slice(Object *self)
{
    Slice *slice = (Slice *)self;
    gc_untrack_inline(slice);
    value_decref(slice->start);
    value_decref(slice->stop);
    value_decref(slice->step);
    if (free_slice || !mem_may_recycle)
        object_free(self, sizeof *slice);
    else
        free_slice = slice;
}

static int traverse_slice(Object *self, GcVisit visit, void *argument)
{
    const Slice *slice = (const Slice *)self;
    GC_VISIT(slice->start);
    GC_VISIT(slice->stop);
    GC_VISIT(slice->step);
    return 0;
}

/* --- the numbers of a slice --- */

/* A bound other than None, clipped to ssize_t. */
static bool bound_as_ssize(Value v, ssize_t *result)
{
    if (LIKELY(value_is_small_int(v))) {
        *result = value_as_small_int(v);
        return true;
    }
    if (!has_index(v)) {
        error_set(&type_TypeError, "slice indices must be integers or None or have an __index__ method");
        return false;
    }
    *result = number_as_ssize(v, NULL);
    return *result != -1 || !error_occurred();
}

int slice_unpack(Value v, ssize_t *start, ssize_t *stop, ssize_t *step)
{
    const Slice *slice = as_slice(v);
    *step = 1;
    if (!value_is_none(slice->step)) {
        if (!bound_as_ssize(slice->step, step)) return -1;
        if (*step == 0) {
            error_set(&type_ValueError, "slice step cannot be zero");
            return -1;
        }
        if (*step < -PTRDIFF_MAX) *step = -PTRDIFF_MAX; /* so that -step does not overflow */
    }
    *start = *step < 0 ? PTRDIFF_MAX : 0;
    if (!value_is_none(slice->start) && !bound_as_ssize(slice->start, start)) return -1;
    *stop = *step < 0 ? PTRDIFF_MIN : PTRDIFF_MAX;
    if (!value_is_none(slice->stop) && !bound_as_ssize(slice->stop, stop)) return -1;
    return 0;
}

static ssize_t adjust_bound(ssize_t bound, ssize_t length, bool is_backward)
{
    if (bound < 0) {
        bound += length;
        return bound >= 0 ? bound : is_backward ? -1 : 0;
    }
    if (bound >= length) return is_backward ? length - 1 : length;
    return bound;
}

ssize_t slice_adjust(ssize_t length, ssize_t *start, ssize_t *stop, ssize_t step)
{
    *start = adjust_bound(*start, length, step < 0);
    *stop = adjust_bound(*stop, length, step < 0);
    ssize_t span = step < 0 ? *start - *stop : *stop - *start;
    if (span <= 0) return 0;
    return LIKELY(step == 1 || step == -1) ? span : (span - 1) / (step < 0 ? -step : step) + 1;
}

/* --- indices() works with ints of any size --- */

static Value bound_as_int(Value v)
{
    if (!has_index(v))
        return error_set(&type_TypeError, "slice indices must be integers or None or have an __index__ method");
    return number_index(v);
}

/* One bound for a length: negative ones count from the end, and the result is clipped to [lower, upper]. */
static Value clip_bound(Value bound, Value length, Value lower, Value upper)
{
    Value n = bound_as_int(bound);
    if (value_is_null(n)) return VALUE_NULL;
    if (int_sign(n) < 0) {
        value_replace(&n, int_add(n, length));
        if (value_is_null(n)) return VALUE_NULL;
        if (int_compare(n, lower) < 0) value_replace(&n, value_incref(lower));
    } else if (int_compare(n, upper) > 0) {
        value_replace(&n, value_incref(upper));
    }
    return n;
}

static NATIVE(slice_indices)
{
    const Slice *slice = as_slice(self);
    Value result = VALUE_NULL, parts[3] = {VALUE_NULL, VALUE_NULL, VALUE_NULL};
    Value lower = VALUE_NULL, upper = VALUE_NULL;
    Value length = number_index(args[0]);
    if (value_is_null(length)) return VALUE_NULL;
    if (int_sign(length) < 0) {
        error_set(&type_ValueError, "length should not be negative");
        goto done;
    }
    parts[2] = value_is_none(slice->step) ? value_from_small_int(1) : bound_as_int(slice->step);
    if (value_is_null(parts[2])) goto done;
    int sign = int_sign(parts[2]);
    if (sign == 0) {
        error_set(&type_ValueError, "slice step cannot be zero");
        goto done;
    }
    lower = value_from_small_int(sign < 0 ? -1 : 0);
    upper = sign < 0 ? int_subtract(length, value_from_small_int(1)) : value_incref(length);
    if (value_is_null(upper)) goto done;
    Value first = sign < 0 ? upper : lower, last = sign < 0 ? lower : upper;
    parts[0] = value_is_none(slice->start) ? value_incref(first) : clip_bound(slice->start, length, lower, upper);
    if (value_is_null(parts[0])) goto done;
    parts[1] = value_is_none(slice->stop) ? value_incref(last) : clip_bound(slice->stop, length, lower, upper);
    if (value_is_null(parts[1])) goto done;
    result = tuple_from_array(parts, 3);
done:
    for (int i = 0; i < 3; i++) value_xdecref(parts[i]);
    value_xdecref(upper);
    value_decref(length);
    return result;
}

static NATIVE(slice_reduce)
{
    const Slice *slice = as_slice(self);
    Value parts[2] = {VALUE_NULL, tuple_pack(3, slice->start, slice->stop, slice->step)};
    if (value_is_null(parts[1])) return VALUE_NULL;
    parts[0] = value_incref(value_from_object(type_of(self)));
    return tuple_from_array_steal(parts, 2);
}

static Value repr_slice(Value self)
{
    const Slice *slice = as_slice(self);
    return str_format("slice(%R, %R, %R)", slice->start, slice->stop, slice->step);
}

static Value compare_slices(Value left, Value right, CompareOp op)
{
    if (!is_slice(left) || !is_slice(right)) return VALUE_NOT_IMPLEMENTED;
    if (value_is(left, right)) return value_from_bool(op == CMP_EQ || op == CMP_LE || op == CMP_GE);
    const Slice *a = as_slice(left), *b = as_slice(right);
    Value x = tuple_pack(3, a->start, a->stop, a->step), y = tuple_pack(3, b->start, b->stop, b->step);
    Value result = value_is_null(x) || value_is_null(y) ? VALUE_NULL : rich_compare(x, y, op);
    value_xdecref(x);
    value_xdecref(y);
    return result;
}

static Value new_slice(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (!args_no_keywords("slice", kwnames) || !args_count("slice", nargs, 1, 3)) return VALUE_NULL;
    if (nargs == 1) return slice_new(VALUE_NULL, args[0], VALUE_NULL);
    return slice_new(args[0], args[1], nargs > 2 ? args[2] : VALUE_NULL);
}

static const NativeMember slice_members[] = {
    {"start", MEMBER_VALUE, offsetof(Slice, start), true, NULL},
    {"stop", MEMBER_VALUE, offsetof(Slice, stop), true, NULL},
    {"step", MEMBER_VALUE, offsetof(Slice, step), true, NULL},
    {NULL},
};

static const NativeMethod slice_methods[] = {
    {"indices", slice_indices, 1, 1, 0,
     "S.indices(len) -> (start, stop, stride)\n\n"
     "Assuming a sequence of length len, calculate the start and stop\n"
     "indices, and the stride length of the extended slice described by\n"
     "S. Out of bounds indices are clipped in a manner consistent with the\nhandling of normal slices."},
    {"__reduce__", slice_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_slice = {
    .head = TYPE_HEAD,
    .name = "slice",
    .doc = "slice(stop)\nslice(start, stop[, step])\n\n"
           "Create a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    .instance_size = sizeof(Slice),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_slice,
    .traverse = traverse_slice,
    .new_instance = new_slice,
    .repr = repr_slice,
    .compare = compare_slices,
    .members = slice_members,
    .methods = slice_methods,
};

/* deque.c: collections.deque: a ring buffer whose size is a power of two.
 *
 * Item i stands at buffer[(first + i) & (capacity - 1)], so both ends and every index cost O(1). `state` counts the
 * changes of length and order: iterators and searches that run Python code compare it and refuse to go on. */
#include "modules/collections/collections.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/repr_guard.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

typedef struct Deque {
    Object head;
    ssize_t length;
    ssize_t first;    /* place of item 0 */
    ssize_t capacity; /* a power of two, or 0 */
    Value *buffer;
    ssize_t max_length; /* -1: none */
    uint64_t state;
    NULLABLE Value weaklist;
} Deque;

enum { MIN_CAPACITY = 8 };

static Deque *as_deque(Value v)
{
    return (Deque *)value_as_object(v);
}

static bool is_deque(Value v)
{
    return value_is_object(v) && (value_as_object(v)->type == &type_deque || type_is_subtype(type_of(v), &type_deque));
}

ALWAYS_INLINE Value *place_of(const Deque *deque, ssize_t i)
{
    return &deque->buffer[(deque->first + i) & (deque->capacity - 1)];
}

/* --- storage --- */

static int set_capacity(Deque *deque, ssize_t capacity)
{
    Value *buffer =
        capacity <= PTRDIFF_MAX / (ssize_t)sizeof *buffer ? mem_alloc((size_t)capacity * sizeof *buffer) : NULL;
    if (!buffer) {
        error_no_memory();
        return -1;
    }
    for (ssize_t i = 0; i < deque->length; i++) buffer[i] = *place_of(deque, i);
    if (deque->buffer) mem_free(deque->buffer, (size_t)deque->capacity * sizeof *buffer);
    deque->buffer = buffer;
    deque->capacity = capacity;
    deque->first = 0;
    return 0;
}

static NOINLINE int grow(Deque *deque)
{
    return set_capacity(deque, deque->capacity ? deque->capacity * 2 : MIN_CAPACITY);
}

static void shrink(Deque *deque)
{
    if (deque->capacity > MIN_CAPACITY * 4 && deque->length < deque->capacity / 8 &&
        set_capacity(deque, deque->capacity / 2) < 0)
        error_clear(); /* the larger buffer stays */
}

static Value take_first(Deque *deque)
{
    Value item = *place_of(deque, 0);
    deque->first = (deque->first + 1) & (deque->capacity - 1);
    deque->length--;
    deque->state++;
    shrink(deque);
    return item;
}

static Value take_last(Deque *deque)
{
    deque->length--;
    Value item = *place_of(deque, deque->length);
    deque->state++;
    shrink(deque);
    return item;
}

static int append_steal(Deque *deque, STEALS Value item)
{
    if (UNLIKELY(deque->length == deque->capacity) && grow(deque) < 0) {
        value_decref(item);
        return -1;
    }
    *place_of(deque, deque->length++) = item;
    deque->state++;
    if (deque->max_length >= 0 && deque->length > deque->max_length) value_decref(take_first(deque));
    return 0;
}

static int append_left_steal(Deque *deque, STEALS Value item)
{
    if (UNLIKELY(deque->length == deque->capacity) && grow(deque) < 0) {
        value_decref(item);
        return -1;
    }
    deque->first = (deque->first - 1) & (deque->capacity - 1);
    *place_of(deque, 0) = item;
    deque->length++;
    deque->state++;
    if (deque->max_length >= 0 && deque->length > deque->max_length) value_decref(take_last(deque));
    return 0;
}

/* The buffer is taken away first: finalisers may look at the deque. */
static void drop_all(Deque *deque)
{
    Deque old = *deque;
    deque->buffer = NULL;
    deque->length = deque->capacity = deque->first = 0;
    deque->state++;
    for (ssize_t i = 0; i < old.length; i++) value_decref(*place_of(&old, i));
    if (old.buffer) mem_free(old.buffer, (size_t)old.capacity * sizeof *old.buffer);
}

/* --- life --- */

static Value new_deque(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    Deque *deque = object_alloc_zeroed(type, type->instance_size);
    if (!deque) return VALUE_NULL;
    deque->max_length = -1;
    gc_track_inline(deque);
    return value_from_object(deque);
}

static void destroy_deque(Object *self)
{
    Deque *deque = (Deque *)self;
    gc_untrack_inline(deque);
    if (!value_is_null(deque->weaklist)) weakref_clear_all(self);
    drop_all(deque);
    object_free(self, self->type->instance_size);
}

static int traverse_deque(Object *self, GcVisit visit, void *argument)
{
    const Deque *deque = (const Deque *)self;
    for (ssize_t i = 0; i < deque->length; i++) GC_VISIT(*place_of(deque, i));
    return 0;
}

static void clear_deque(Object *self)
{
    drop_all((Deque *)self);
}

static int extend(Value self, Value iterable, int (*add)(Deque *, Value))
{
    Deque *deque = as_deque(self);
    if (value_is(iterable, self)) { /* what is added must not be walked */
        Value items = list_from_iterable(self);
        int status = value_is_null(items) ? -1 : extend(self, items, add);
        value_xdecref(items);
        return status;
    }
    Value iterator = get_iter(iterable);
    if (value_is_null(iterator)) return -1;
    UnarySlot next = type_of(iterator)->iternext;
    int status = 0;
    while (status == 0) {
        Value item = next(iterator);
        if (value_is_null(item)) {
            status = iter_finish();
            break;
        }
        status = add(deque, item);
    }
    value_decref(iterator);
    return status;
}

static int init_deque(Value self, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    static const char *const names[] = {"iterable", "maxlen", NULL};
    static const ArgSpec spec = {.function = "deque", .names = names, .positional = 2};
    Value out[2];
    if (!args_parse(&spec, args, nargs, kwnames, out)) return -1;
    ssize_t max_length = -1;
    if (!value_is_null(out[1]) && !value_is_none(out[1])) {
        if (!value_is_small_int(out[1]) && !value_is_bool(out[1]) && !object_has_flag(out[1], TYPE_IS_INT)) {
            error_set(&type_TypeError, "an integer is required");
            return -1;
        }
        if (!arg_as_ssize(out[1], &max_length)) return -1;
        if (max_length < 0) {
            error_set(&type_ValueError, "maxlen must be non-negative");
            return -1;
        }
    }
    Deque *deque = as_deque(self);
    deque->max_length = max_length;
    if (deque->length > 0) drop_all(deque);
    return value_is_null(out[0]) ? 0 : extend(self, out[0], append_steal);
}

static Value deque_of(ssize_t max_length, NULLABLE Value iterable)
{
    Value v = new_deque(&type_deque, NULL, 0, VALUE_NULL);
    if (value_is_null(v)) return VALUE_NULL;
    as_deque(v)->max_length = max_length;
    if (!value_is_null(iterable) && extend(v, iterable, append_steal) < 0) value_clear(&v);
    return v;
}

static NATIVE(deque_copy)
{
    const Deque *deque = as_deque(self);
    if (object_has_type(self, &type_deque)) return deque_of(deque->max_length, self);
    Value type = value_from_object(type_of(self));
    Value copy =
        deque->max_length < 0 ? call_1(type, self) : call_2(type, self, value_from_small_int(deque->max_length));
    if (!value_is_null(copy) && !is_deque(copy)) {
        error_format(&type_TypeError, "%.200s() must return a deque, not %.200s", type_of(self)->name,
                     type_of(copy)->name);
        value_clear(&copy);
    }
    return copy;
}

/* --- ends --- */

static Value none_or_error(int status)
{
    return status < 0 ? VALUE_NULL : VALUE_NONE;
}

static NATIVE(deque_append)
{
    return none_or_error(append_steal(as_deque(self), value_incref(args[0])));
}

static NATIVE(deque_appendleft)
{
    return none_or_error(append_left_steal(as_deque(self), value_incref(args[0])));
}

static NATIVE(deque_pop)
{
    if (as_deque(self)->length == 0) return error_set(&type_IndexError, "pop from an empty deque");
    return take_last(as_deque(self));
}

static NATIVE(deque_popleft)
{
    if (as_deque(self)->length == 0) return error_set(&type_IndexError, "pop from an empty deque");
    return take_first(as_deque(self));
}

static NATIVE(deque_extend)
{
    return none_or_error(extend(self, args[0], append_steal));
}

static NATIVE(deque_extendleft)
{
    return none_or_error(extend(self, args[0], append_left_steal));
}

static NATIVE(deque_clear)
{
    drop_all(as_deque(self));
    return VALUE_NONE;
}

static void rotate(Deque *deque, ssize_t n)
{
    ssize_t length = deque->length;
    if (length <= 1) return;
    n %= length;
    if (n > length / 2)
        n -= length;
    else if (n < -length / 2)
        n += length;
    for (; n > 0; n--) {
        Value item = *place_of(deque, length - 1);
        deque->first = (deque->first - 1) & (deque->capacity - 1);
        *place_of(deque, 0) = item;
    }
    for (; n < 0; n++) {
        Value item = *place_of(deque, 0);
        deque->first = (deque->first + 1) & (deque->capacity - 1);
        *place_of(deque, length - 1) = item;
    }
    deque->state++;
}

static NATIVE(deque_rotate)
{
    ssize_t n = 1;
    if (nargs > 0 && !arg_as_ssize(args[0], &n)) return VALUE_NULL;
    rotate(as_deque(self), n);
    return VALUE_NONE;
}

static NATIVE(deque_reverse)
{
    const Deque *deque = as_deque(self);
    for (ssize_t low = 0, high = deque->length - 1; low < high; low++, high--) {
        Value item = *place_of(deque, low);
        *place_of(deque, low) = *place_of(deque, high);
        *place_of(deque, high) = item;
    }
    return VALUE_NONE;
}

/* --- items by index --- */

static ssize_t length_of_deque(Value self)
{
    return as_deque(self)->length;
}

static bool check_index(const Deque *deque, ssize_t index)
{
    if (index >= 0 && index < deque->length) return true;
    error_set(&type_IndexError, "deque index out of range");
    return false;
}

static Value item_of_deque(Value self, ssize_t index)
{
    return check_index(as_deque(self), index) ? value_incref(*place_of(as_deque(self), index)) : VALUE_NULL;
}

/* Removes item `index`: the shorter side closes up. */
static Value take_item(Deque *deque, ssize_t index)
{
    Value item = *place_of(deque, index);
    if (index < deque->length / 2) {
        for (ssize_t i = index; i > 0; i--) *place_of(deque, i) = *place_of(deque, i - 1);
        deque->first = (deque->first + 1) & (deque->capacity - 1);
    } else {
        for (ssize_t i = index; i < deque->length - 1; i++) *place_of(deque, i) = *place_of(deque, i + 1);
    }
    deque->length--;
    deque->state++;
    return item;
}

static int set_item_of_deque(Value self, ssize_t index, NULLABLE Value value)
{
    Deque *deque = as_deque(self);
    if (!check_index(deque, index)) return -1;
    if (value_is_null(value))
        value_decref(take_item(deque, index));
    else
        value_replace(place_of(deque, index), value_incref(value));
    return 0;
}

static NATIVE(deque_insert)
{
    Deque *deque = as_deque(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (deque->length == deque->max_length) return error_set(&type_IndexError, "deque already at its maximum size");
    if (index < 0) index = MAX(index + deque->length, 0);
    index = MIN(index, deque->length);
    if (index == 0) return none_or_error(append_left_steal(deque, value_incref(args[1])));
    if (append_steal(deque, value_incref(args[1])) < 0) return VALUE_NULL;
    for (ssize_t i = deque->length - 1; i > index; i--) *place_of(deque, i) = *place_of(deque, i - 1);
    *place_of(deque, index) = args[1];
    return VALUE_NONE;
}

/* --- searching: `state` tells whether the comparison has changed the deque --- */

/* 1 equal, 0 not, -1 error */
static int compare_item(Deque *deque, ssize_t i, Value item, Type *error_type, const char *message)
{
    uint64_t state = deque->state;
    Value mine = value_incref(*place_of(deque, i));
    int equal = rich_compare_bool(mine, item, CMP_EQ);
    value_decref(mine);
    if (equal >= 0 && deque->state != state) {
        error_set(error_type, message);
        return -1;
    }
    return equal;
}

static const char mutated[] = "deque mutated during iteration";

static NATIVE(deque_count)
{
    Deque *deque = as_deque(self);
    ssize_t count = 0;
    for (ssize_t i = 0; i < deque->length; i++) {
        int equal = compare_item(deque, i, args[0], &type_RuntimeError, mutated);
        if (equal < 0) return VALUE_NULL;
        count += equal;
    }
    return value_from_small_int(count);
}

static int contains_in_deque(Value self, Value item)
{
    Deque *deque = as_deque(self);
    for (ssize_t i = 0; i < deque->length; i++) {
        int equal = compare_item(deque, i, item, &type_RuntimeError, mutated);
        if (equal) return equal;
    }
    return 0;
}

static NATIVE(deque_index)
{
    Deque *deque = as_deque(self);
    ssize_t start = 0, stop = deque->length;
    if (nargs > 1 && !arg_as_slice_index(args[1], &start)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_slice_index(args[2], &stop)) return VALUE_NULL;
    if (start < 0) start = MAX(start + deque->length, 0);
    if (stop < 0) stop = MAX(stop + deque->length, 0);
    stop = MIN(stop, deque->length);
    for (ssize_t i = start; i < stop; i++) {
        int equal = compare_item(deque, i, args[0], &type_RuntimeError, mutated);
        if (equal < 0) return VALUE_NULL;
        if (equal) return value_from_small_int(i);
    }
    return error_format(&type_ValueError, "%R is not in deque", args[0]);
}

static NATIVE(deque_remove)
{
    Deque *deque = as_deque(self);
    for (ssize_t i = 0; i < deque->length; i++) {
        int equal = compare_item(deque, i, args[0], &type_IndexError, "deque mutated during remove().");
        if (equal < 0) return VALUE_NULL;
        if (!equal) continue;
        value_decref(take_item(deque, i));
        return VALUE_NONE;
    }
    return error_format(&type_ValueError, "%R is not in deque", args[0]);
}

/* --- operators --- */

static Value concat_deques(Value left, Value right)
{
    if (!is_deque(right))
        return error_format(&type_TypeError, "can only concatenate deque (not \"%.200s\") to deque",
                            type_of(right)->name);
    Value result = deque_copy(left, NULL, 0, VALUE_NULL);
    if (!value_is_null(result) && extend(result, right, append_steal) < 0) value_clear(&result);
    return result;
}

static Value inplace_concat(Value self, Value other)
{
    return extend(self, other, append_steal) < 0 ? VALUE_NULL : value_incref(self);
}

static Value inplace_repeat(Value self, ssize_t count)
{
    Deque *deque = as_deque(self);
    ssize_t length = deque->length, total;
    if (length == 0 || count == 1) return value_incref(self);
    if (count <= 0) {
        drop_all(deque);
        return value_incref(self);
    }
    if (__builtin_mul_overflow(length, count, &total)) {
        if (deque->max_length < 0) return error_no_memory();
        total = PTRDIFF_MAX;
    }
    if (deque->max_length < 0 && total > PTRDIFF_MAX / 16) return error_no_memory();
    /* with a bound only the last items count, so whole rounds beyond it may be left out */
    if (deque->max_length >= 0 && total > deque->max_length) count = (deque->max_length + length - 1) / length;
    ssize_t max_length = deque->max_length;
    if (max_length >= 0) deque->max_length = -1;
    int status = 0;
    for (ssize_t round = 1; round < count && status == 0; round++)
        for (ssize_t i = 0; i < length && status == 0; i++)
            status = append_steal(deque, value_incref(*place_of(deque, i)));
    deque->max_length = max_length;
    while (max_length >= 0 && deque->length > max_length) value_decref(take_first(deque));
    return status < 0 ? VALUE_NULL : value_incref(self);
}

static Value repeat_deque(Value self, ssize_t count)
{
    Value copy = deque_copy(self, NULL, 0, VALUE_NULL);
    if (value_is_null(copy)) return VALUE_NULL;
    Value result = inplace_repeat(copy, count);
    value_decref(copy);
    return result;
}

static Value compare_deques(Value left, Value right, CompareOp op)
{
    if (!is_deque(left) || !is_deque(right)) return VALUE_NOT_IMPLEMENTED;
    if (value_is(left, right) && op != CMP_LT && op != CMP_GT && op != CMP_NE) return VALUE_TRUE;
    ssize_t a = as_deque(left)->length, b = as_deque(right)->length;
    if (a != b && (op == CMP_EQ || op == CMP_NE)) return value_from_bool(op == CMP_NE);
    Value x = get_iter(left), y = value_is_null(x) ? VALUE_NULL : get_iter(right), result = VALUE_NULL;
    while (!value_is_null(y)) {
        Value p = iter_next(x), q = error_occurred() ? VALUE_NULL : iter_next(y);
        if (error_occurred() || value_is_null(p) || value_is_null(q)) {
            if (!error_occurred()) { /* the shorter one is the smaller */
                int more = (int)!value_is_null(p) - (int)!value_is_null(q);
                result = rich_compare(value_from_small_int(more), value_from_small_int(0), op);
            }
            value_xdecref(p);
            value_xdecref(q);
            break;
        }
        int equal = rich_compare_bool(p, q, CMP_EQ);
        if (equal == 0) result = op == CMP_EQ ? VALUE_FALSE : op == CMP_NE ? VALUE_TRUE : rich_compare(p, q, op);
        value_decref(p);
        value_decref(q);
        if (equal <= 0) break;
    }
    value_xdecref(x);
    value_xdecref(y);
    return result;
}

static Value repr_deque(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("[...]") : VALUE_NULL;
    Value items = list_from_iterable(self), result = VALUE_NULL;
    const char *name = strrchr(type_of(self)->name, '.');
    name = name ? name + 1 : type_of(self)->name;
    if (!value_is_null(items)) {
        ssize_t max_length = as_deque(self)->max_length;
        result = max_length >= 0 ? str_format("%s(%R, maxlen=%zd)", name, items, max_length)
                                 : str_format("%s(%R)", name, items);
        value_decref(items);
    }
    repr_leave(self);
    return result;
}

/* (type, () or ((), maxlen), state, iterator) */
static NATIVE(deque_reduce)
{
    Value parts[4] = {value_incref(value_from_object(type_of(self))), VALUE_NULL, VALUE_NULL, VALUE_NULL};
    Value empty = tuple_empty();
    if (as_deque(self)->max_length < 0) {
        parts[1] = empty;
    } else {
        parts[1] = tuple_pack(2, empty, value_from_small_int(as_deque(self)->max_length));
        value_decref(empty);
    }
    if (!value_is_null(parts[1])) parts[2] = call_method_0(self, ID(__getstate__));
    if (!value_is_null(parts[2])) parts[3] = get_iter(self);
    if (!value_is_null(parts[3])) return tuple_from_array_steal(parts, 4);
    for (int i = 0; i < 4; i++) value_xdecref(parts[i]);
    return VALUE_NULL;
}

static NATIVE(deque_sizeof)
{
    return value_from_small_int((int64_t)type_of(self)->instance_size + as_deque(self)->capacity * 8);
}

static Value deque_get_maxlen(Value self, void *closure)
{
    ssize_t max_length = as_deque(self)->max_length;
    return max_length < 0 ? VALUE_NONE : value_from_small_int(max_length);
}

/* --- iterators --- */

typedef struct DequeIterator {
    Object head;
    Value deque;
    ssize_t index; /* items given */
    ssize_t remaining;
    uint64_t state; /* the deque's when the iterator was made */
} DequeIterator;

static Value iterator_new(Type *type, Value deque)
{
    DequeIterator *iterator = object_alloc(type, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->deque = value_incref(deque);
    iterator->index = 0;
    iterator->remaining = as_deque(deque)->length;
    iterator->state = as_deque(deque)->state;
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static Value iter_of_deque(Value self)
{
    return iterator_new(&type_deque_iterator, self);
}

static NATIVE(deque_reversed)
{
    return iterator_new(&type_deque_reverse_iterator, self);
}

static void destroy_iterator(Object *self)
{
    gc_untrack_inline(self);
    value_decref(((DequeIterator *)self)->deque);
    object_free(self, sizeof(DequeIterator));
}

static int traverse_iterator(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((DequeIterator *)self)->deque);
    return 0;
}

/* The item forwards or, with is_reverse, from the end. */
ALWAYS_INLINE Value next_item(Value v, bool is_reverse)
{
    DequeIterator *iterator = (DequeIterator *)value_as_object(v);
    const Deque *deque = as_deque(iterator->deque);
    if (is_reverse && iterator->remaining == 0) return VALUE_NULL;
    if (deque->state != iterator->state) {
        iterator->remaining = 0;
        return error_set(&type_RuntimeError, mutated);
    }
    if (iterator->remaining == 0) return VALUE_NULL;
    ssize_t i = is_reverse ? iterator->remaining - 1 : iterator->index;
    iterator->index++;
    iterator->remaining--;
    return value_incref(*place_of(deque, i));
}

static Value next_forward(Value self)
{
    return next_item(self, false);
}

static Value next_backward(Value self)
{
    return next_item(self, true);
}

static Value new_iterator(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    const char *name = strrchr(type->name, '.') + 1;
    if (!args_no_keywords(name, kwnames) || !args_count(name, nargs, 1, 2)) return VALUE_NULL;
    ssize_t index = 0;
    if (!is_deque(args[0]))
        return error_format(&type_TypeError, "%s() argument 1 must be collections.deque, not %.50s", name,
                            type_of(args[0])->name);
    if (nargs > 1 && !arg_as_ssize(args[1], &index)) return VALUE_NULL;
    Value v = iterator_new(type, args[0]);
    if (value_is_null(v)) return VALUE_NULL;
    DequeIterator *iterator = (DequeIterator *)value_as_object(v);
    index = MAX(MIN(index, iterator->remaining), 0);
    iterator->index = index;
    iterator->remaining -= index;
    return v;
}

static NATIVE(iterator_length_hint)
{
    return value_from_small_int(((DequeIterator *)value_as_object(self))->remaining);
}

static NATIVE(iterator_reduce)
{
    const DequeIterator *iterator = (const DequeIterator *)value_as_object(self);
    ssize_t given = as_deque(iterator->deque)->length - iterator->remaining;
    Value arguments = tuple_pack(2, iterator->deque, value_from_small_int(given));
    if (value_is_null(arguments)) return VALUE_NULL;
    Value parts[2] = {value_incref(value_from_object(type_of(self))), arguments};
    return tuple_from_array_steal(parts, 2);
}

static const NativeMethod iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", iterator_reduce, 0, 0, 0, "Return state information for pickling."},
    {NULL},
};

Type type_deque_iterator = {
    .head = TYPE_HEAD,
    .name = "_collections._deque_iterator",
    .instance_size = sizeof(DequeIterator),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .new_instance = new_iterator,
    .iter = iter_self,
    .iternext = next_forward,
    .methods = iterator_methods,
};

Type type_deque_reverse_iterator = {
    .head = TYPE_HEAD,
    .name = "_collections._deque_reverse_iterator",
    .instance_size = sizeof(DequeIterator),
    .flags = TYPE_HAS_GC,
    .destroy = destroy_iterator,
    .traverse = traverse_iterator,
    .new_instance = new_iterator,
    .iter = iter_self,
    .iternext = next_backward,
    .methods = iterator_methods,
};

/* --- the type --- */

static const NativeMethod deque_methods[] = {
    {"append", deque_append, 1, 1, 0, "Add an element to the right side of the deque."},
    {"appendleft", deque_appendleft, 1, 1, 0, "Add an element to the left side of the deque."},
    {"clear", deque_clear, 0, 0, 0, "Remove all elements from the deque."},
    {"__copy__", deque_copy, 0, 0, 0, "Return a shallow copy of a deque."},
    {"copy", deque_copy, 0, 0, 0, "Return a shallow copy of a deque."},
    {"count", deque_count, 1, 1, 0, "D.count(value) -- return number of occurrences of value"},
    {"extend", deque_extend, 1, 1, 0, "Extend the right side of the deque with elements from the iterable"},
    {"extendleft", deque_extendleft, 1, 1, 0, "Extend the left side of the deque with elements from the iterable"},
    {"index", deque_index, 1, 3, 0,
     "D.index(value, [start, [stop]]) -- return first index of value.\nRaises ValueError if the value is not present."},
    {"insert", deque_insert, 2, 2, 0, "D.insert(index, object) -- insert object before index"},
    {"pop", deque_pop, 0, 0, 0, "Remove and return the rightmost element."},
    {"popleft", deque_popleft, 0, 0, 0, "Remove and return the leftmost element."},
    {"__reduce__", deque_reduce, 0, 0, 0, "Return state information for pickling."},
    {"remove", deque_remove, 1, 1, 0, "D.remove(value) -- remove first occurrence of value."},
    {"__reversed__", deque_reversed, 0, 0, 0, "D.__reversed__() -- return a reverse iterator over the deque"},
    {"reverse", deque_reverse, 0, 0, 0, "D.reverse() -- reverse *IN PLACE*"},
    {"rotate", deque_rotate, 0, 1, 0,
     "Rotate the deque n steps to the right (default n=1).  If n is negative, rotates left."},
    {"__sizeof__", deque_sizeof, 0, 0, 0, "D.__sizeof__() -- size of D in memory, in bytes"},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

static const NativeGetSet deque_getsets[] = {
    {"maxlen", deque_get_maxlen, NULL, "maximum size of a deque or None if unbounded", NULL},
    {NULL},
};

Type type_deque = {
    .head = TYPE_HEAD,
    .name = "collections.deque",
    .doc = "deque([iterable[, maxlen]]) --> deque object\n\n"
           "A list-like sequence optimized for data accesses near its endpoints.",
    .instance_size = sizeof(Deque),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_SEQUENCE,
    .weaklist_offset = offsetof(Deque, weaklist),
    .destroy = destroy_deque,
    .traverse = traverse_deque,
    .clear = clear_deque,
    .new_instance = new_deque,
    .init = init_deque,
    .repr = repr_deque,
    .compare = compare_deques,
    .iter = iter_of_deque,
    .sequence = {.length = length_of_deque,
                 .concat = concat_deques,
                 .repeat = repeat_deque,
                 .item = item_of_deque,
                 .set_item = set_item_of_deque,
                 .contains = contains_in_deque,
                 .inplace_concat = inplace_concat,
                 .inplace_repeat = inplace_repeat},
    .methods = deque_methods,
    .getsets = deque_getsets,
};

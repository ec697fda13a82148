/* tuple.c: tuples.
 *
 * Freed tuples of up to FREE_LENGTHS items wait in free lists by length, linked through items[0]; the empty tuple is
 * one shared object. A tuple made of immediates alone is never tracked by the collector; the others are until a
 * collection finds that they cannot be in a cycle (gc.c, untrack_tuples). */
#include "objects/tuple.h"

#include "gc/gc.h"
#include "objects/abstract.h"
#include "objects/dict.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/function.h"
#include "objects/iter.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/repr_guard.h"
#include "objects/slice.h"
#include "objects/str.h"

enum { FREE_LENGTHS = 20, FREE_MAX = 2000 };

static struct {
    NULLABLE Tuple *first;
    int count;
} free_tuples[FREE_LENGTHS + 1];

static NULLABLE Tuple *empty_tuple;

static const ssize_t LENGTH_MAX = (PTRDIFF_MAX - (ssize_t)sizeof(Tuple) - 64) / (ssize_t)sizeof(Value);

/* --- making and freeing --- */

/* Untracked, items not initialised; length > 0. */
static inline NULLABLE Tuple *alloc_tuple(ssize_t length)
{
    if (LIKELY(length <= FREE_LENGTHS) && free_tuples[length].first && mem_may_recycle) {
        Tuple *tuple = free_tuples[length].first;
        free_tuples[length].first = (Tuple *)tuple->items[0].bits;
        free_tuples[length].count--;
        tuple->head.refcount = 1;
        return tuple;
    }
    if (length > LENGTH_MAX) {
        error_no_memory();
        return NULL;
    }
    Tuple *tuple = object_alloc(&type_tuple, sizeof(Tuple) + (size_t)length * sizeof(Value));
    if (tuple) tuple->length = length;
    return tuple;
}

Value tuple_empty(void)
{
    if (!empty_tuple) {
        empty_tuple = object_alloc(&type_tuple, sizeof(Tuple));
        if (!empty_tuple) return VALUE_NULL;
        empty_tuple->length = 0;
    }
    return value_incref(value_from_object(empty_tuple));
}

Value tuple_new(ssize_t length)
{
    if (length == 0) return tuple_empty();
    Tuple *tuple = alloc_tuple(length);
    if (!tuple) return VALUE_NULL;
    memset(tuple->items, 0, (size_t)length * sizeof(Value));
    gc_track_inline(tuple);
    return value_from_object(tuple);
}

Value tuple_from_array(const Value *items, ssize_t count)
{
    if (count == 0) return tuple_empty();
    Tuple *tuple = alloc_tuple(count);
    if (!tuple) return VALUE_NULL;
    bool has_objects = false;
    for (ssize_t i = 0; i < count; i++) {
        Value item = items[i];
        if (value_is_object(item)) {
            object_incref(value_as_object(item));
            has_objects = true;
        }
        tuple->items[i] = item;
    }
    if (has_objects) gc_track_inline(tuple);
    return value_from_object(tuple);
}

Value tuple_from_array_move(const Value *items, ssize_t count)
{
    if (count == 0) return tuple_empty();
    Tuple *tuple = alloc_tuple(count);
    if (!tuple) return VALUE_NULL;
    bool has_objects = false;
    for (ssize_t i = 0; i < count; i++) {
        has_objects |= value_is_object(items[i]);
        tuple->items[i] = items[i];
    }
    if (has_objects) gc_track_inline(tuple);
    return value_from_object(tuple);
}

Value tuple_from_array_steal(const Value *items, ssize_t count)
{
    Value tuple = tuple_from_array_move(items, count);
    for (ssize_t i = 0; value_is_null(tuple) && i < count; i++) value_decref(items[i]);
    return tuple;
}

Value tuple_pack(int count, ...)
{
    va_list items;
    va_start(items, count);
    Value tuple = tuple_new(count);
    for (int i = 0; i < count && !value_is_null(tuple); i++)
        as_tuple(tuple)->items[i] = value_incref(va_arg(items, Value));
    va_end(items);
    return tuple;
}

Value tuple_slice(Value v, ssize_t low, ssize_t high)
{
    ssize_t length = tuple_length(v);
    if (low < 0) low = 0;
    if (high > length) high = length;
    if (low >= high) return tuple_empty();
    if (low == 0 && high == length && is_exact_tuple(v)) return value_incref(v);
    return tuple_from_array(as_tuple(v)->items + low, high - low);
}

Value tuple_from_iterable(Value v)
{
    if (is_exact_tuple(v)) return value_incref(v);
    if (is_exact_list(v)) return list_to_tuple(v);
    Value list = list_from_iterable(v);
    if (value_is_null(list)) return VALUE_NULL;
    List *source = as_list(list);
    Value tuple = tuple_from_array_steal(source->items, source->length);
    source->length = 0; /* the items belong to the tuple now, or are gone */
    value_decref(list);
    return tuple;
}

static void destroy_tuple(Object *self)
{
    Tuple *tuple = (Tuple *)self;
    gc_untrack_inline(tuple);
    ssize_t length = tuple->length;
    for (ssize_t i = length; i-- > 0;) value_xdecref(tuple->items[i]);
    if (LIKELY(self->type == &type_tuple)) {
        if (length > 0 && length <= FREE_LENGTHS && free_tuples[length].count < FREE_MAX && mem_may_recycle) {
            tuple->items[0] = (Value){(uint64_t)free_tuples[length].first};
            free_tuples[length].first = tuple;
            free_tuples[length].count++;
            return;
        }
        object_free(self, sizeof(Tuple) + (size_t)length * sizeof(Value));
        return;
    }
    object_free(self, var_object_size(self->type, length));
}

void tuple_clear_free_list(void)
{
    for (ssize_t length = 1; length <= FREE_LENGTHS; length++) {
        while (free_tuples[length].first) {
            Tuple *tuple = free_tuples[length].first;
            free_tuples[length].first = (Tuple *)tuple->items[0].bits;
            object_free(&tuple->head, sizeof(Tuple) + (size_t)length * sizeof(Value));
        }
        free_tuples[length].count = 0;
    }
}

static int traverse_tuple(Object *self, GcVisit visit, void *argument)
{
    const Tuple *tuple = (const Tuple *)self;
    for (ssize_t i = tuple->length; i-- > 0;) GC_VISIT(tuple->items[i]);
    return 0;
}

/* --- construction from Python --- */

static Value new_subclass_tuple(Type *type, Value exact)
{
    ssize_t length = tuple_length(exact);
    Tuple *tuple = object_alloc_zeroed(type, var_object_size(type, length));
    if (!tuple) return VALUE_NULL;
    tuple->length = length;
    for (ssize_t i = 0; i < length; i++) tuple->items[i] = value_incref(as_tuple(exact)->items[i]);
    gc_track_inline(tuple);
    return value_from_object(tuple);
}

static Value new_tuple(Type *type, const Value *args, ssize_t nargs, NULLABLE Value kwnames)
{
    if (type == &type_tuple || type->init == type_tuple.init) {
        if (!args_no_keywords("tuple", kwnames)) return VALUE_NULL;
    }
    if (!args_count("tuple", nargs, 0, 1)) return VALUE_NULL;
    Value exact = nargs == 0 ? tuple_empty() : tuple_from_iterable(args[0]);
    if (type == &type_tuple || value_is_null(exact)) return exact;
    Value result = new_subclass_tuple(type, exact);
    value_decref(exact);
    return result;
}

/* --- repr, hash, comparison --- */

static Value repr_tuple(Value self)
{
    ssize_t length = tuple_length(self);
    if (length == 0) return str_from_cstr("()");
    int entered = repr_enter(self);
    if (entered) return entered > 0 ? str_from_cstr("(...)") : VALUE_NULL;
    StrBuilder builder;
    str_builder_init(&builder);
    str_builder_add_char(&builder, '(');
    for (ssize_t i = 0; i < length; i++) {
        if (i > 0) str_builder_add_ascii(&builder, ", ", 2);
        Value item = value_repr(tuple_item_borrow(self, i));
        if (value_is_null(item)) {
            str_builder_discard(&builder);
            repr_leave(self);
            return VALUE_NULL;
        }
        str_builder_add_str(&builder, item);
        value_decref(item);
    }
    str_builder_add_ascii(&builder, length == 1 ? ",)" : ")", -1);
    repr_leave(self);
    return str_builder_finish(&builder);
}

static int64_t hash_tuple(Value self)
{
    TupleHash state = tuple_hash_start();
    ssize_t length = tuple_length(self);
    for (ssize_t i = 0; i < length; i++) {
        int64_t hash = dict_hash_key(tuple_item_borrow(self, i));
        if (hash == -1) return -1;
        tuple_hash_add(&state, hash);
    }
    return tuple_hash_end(&state, length);
}

static bool order_of_lengths(ssize_t left, ssize_t right, CompareOp op)
{
    switch (op) {
    case CMP_LT: return left < right;
    case CMP_LE: return left <= right;
    case CMP_EQ: return left == right;
    case CMP_NE: return left != right;
    case CMP_GT: return left > right;
    case CMP_GE: return left >= right;
    }
    return false;
}

static Value compare_tuples(Value left, Value right, CompareOp op)
{
    if (!is_tuple(left) || !is_tuple(right)) return VALUE_NOT_IMPLEMENTED;
    const Tuple *a = as_tuple(left), *b = as_tuple(right);
    ssize_t shorter = MIN(a->length, b->length), i = 0;
    for (; i < shorter; i++) {
        if (value_is(a->items[i], b->items[i])) continue;
        int equal = rich_compare_bool(a->items[i], b->items[i], CMP_EQ);
        if (equal < 0) return VALUE_NULL;
        if (!equal) break;
    }
    if (i == shorter) return value_from_bool(order_of_lengths(a->length, b->length, op));
    if (op == CMP_EQ) return VALUE_FALSE;
    if (op == CMP_NE) return VALUE_TRUE;
    return rich_compare(a->items[i], b->items[i], op);
}

/* --- sequence --- */

static ssize_t length_of_tuple(Value self)
{
    return tuple_length(self);
}

static Value item_of_tuple(Value self, ssize_t index)
{
    if (index < 0 || index >= tuple_length(self)) return error_set(&type_IndexError, "tuple index out of range");
    return value_incref(tuple_item_borrow(self, index));
}

static Value concat_tuples(Value left, Value right)
{
    if (tuple_length(left) == 0 && is_exact_tuple(right)) return value_incref(right);
    if (!is_tuple(right))
        return error_format(&type_TypeError, "can only concatenate tuple (not \"%.200s\") to tuple",
                            type_of(right)->name);
    if (tuple_length(right) == 0 && is_exact_tuple(left)) return value_incref(left);
    const Tuple *a = as_tuple(left), *b = as_tuple(right);
    if (a->length > LENGTH_MAX - b->length) return error_no_memory();
    if (a->length + b->length == 0) return tuple_empty();
    Tuple *result = alloc_tuple(a->length + b->length);
    if (!result) return VALUE_NULL;
    Value *out = result->items;
    for (ssize_t i = 0; i < a->length; i++) *out++ = value_incref(a->items[i]);
    for (ssize_t i = 0; i < b->length; i++) *out++ = value_incref(b->items[i]);
    gc_track_inline(result);
    return value_from_object(result);
}

static Value repeat_tuple(Value self, ssize_t count)
{
    const Tuple *source = as_tuple(self);
    if (source->length == 0 || count == 1) {
        if (is_exact_tuple(self)) return value_incref(self);
    }
    if (source->length == 0 || count <= 0) return tuple_empty();
    if (source->length > LENGTH_MAX / count) return error_no_memory();
    Tuple *result = alloc_tuple(source->length * count);
    if (!result) return VALUE_NULL;
    Value *out = result->items;
    for (ssize_t round = 0; round < count; round++)
        for (ssize_t i = 0; i < source->length; i++) *out++ = value_incref(source->items[i]);
    gc_track_inline(result);
    return value_from_object(result);
}

static int contains_in_tuple(Value self, Value item)
{
    for (ssize_t i = 0; i < tuple_length(self); i++) {
        int equal = rich_compare_bool(tuple_item_borrow(self, i), item, CMP_EQ);
        if (equal) return equal;
    }
    return 0;
}

Value tuple_sliced(Value self, ssize_t start, ssize_t stop, ssize_t step)
{
    ssize_t count = slice_adjust(tuple_length(self), &start, &stop, step);
    if (count <= 0) return tuple_empty();
    if (step == 1) return tuple_slice(self, start, start + count);
    Value result = tuple_new(count);
    if (value_is_null(result)) return VALUE_NULL;
    for (ssize_t i = 0, at = start; i < count; i++, at += step)
        as_tuple(result)->items[i] = value_incref(tuple_item_borrow(self, at));
    return result;
}

static Value subscript_tuple(Value self, Value key)
{
    if (LIKELY(value_is_small_int(key))) {
        int64_t index = value_as_small_int(key);
        return item_of_tuple(self, index < 0 ? index + tuple_length(self) : index);
    }
    if (is_slice(key)) {
        ssize_t start, stop, step;
        return slice_unpack(key, &start, &stop, &step) < 0 ? VALUE_NULL : tuple_sliced(self, start, stop, step);
    }
    if (!has_index(key))
        return error_format(&type_TypeError, "tuple indices must be integers or slices, not %.200s",
                            type_of(key)->name);
    ssize_t index = number_as_ssize(key, &type_IndexError);
    if (index == -1 && error_occurred()) return VALUE_NULL;
    return item_of_tuple(self, index < 0 ? index + tuple_length(self) : index);
}

/* --- methods --- */

static NATIVE(tuple_index)
{
    ssize_t start = 0, stop = PTRDIFF_MAX, length = tuple_length(self);
    if (nargs > 1 && !arg_as_slice_index(args[1], &start)) return VALUE_NULL;
    if (nargs > 2 && !arg_as_slice_index(args[2], &stop)) return VALUE_NULL;
    if (start < 0) start = MAX(start + length, 0);
    if (stop < 0) stop += length;
    if (stop > length) stop = length;
    for (ssize_t i = start; i < stop; i++) {
        int equal = rich_compare_bool(tuple_item_borrow(self, i), args[0], CMP_EQ);
        if (equal < 0) return VALUE_NULL;
        if (equal) return value_from_small_int(i);
    }
    return error_set(&type_ValueError, "tuple.index(x): x not in tuple");
}

static NATIVE(tuple_count)
{
    ssize_t count = 0;
    for (ssize_t i = 0; i < tuple_length(self); i++) {
        int equal = rich_compare_bool(tuple_item_borrow(self, i), args[0], CMP_EQ);
        if (equal < 0) return VALUE_NULL;
        count += equal;
    }
    return value_from_small_int(count);
}

static NATIVE(tuple_getnewargs)
{
    Value copy = tuple_from_array(as_tuple(self)->items, tuple_length(self));
    if (value_is_null(copy)) return VALUE_NULL;
    return tuple_from_array_steal(&copy, 1);
}

static Value iter_of_tuple(Value self)
{
    TupleIterator *iterator = object_alloc(&type_tuple_iterator, sizeof *iterator);
    if (!iterator) return VALUE_NULL;
    iterator->index = 0;
    iterator->sequence = value_incref(self);
    gc_track_inline(iterator);
    return value_from_object(iterator);
}

static const NativeMethod tuple_methods[] = {
    {"__getnewargs__", tuple_getnewargs, 0, 0, 0, "__getnewargs__($self, /)\n--\n\n"},
    {"index", tuple_index, 1, 3, 0,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nReturn first index of value.\n\n"
     "Raises ValueError if the value is not present."},
    {"count", tuple_count, 1, 1, 0, "count($self, value, /)\n--\n\nReturn number of occurrences of value."},
    {"__class_getitem__", native_class_getitem, 1, 1, NATIVE_CLASS, "See PEP 585"},
    {NULL},
};

Type type_tuple = {
    .head = TYPE_HEAD,
    .name = "tuple",
    .doc = "tuple(iterable=(), /)\n--\n\nBuilt-in immutable sequence.\n\n"
           "If no argument is given, the constructor returns an empty tuple.\n"
           "If iterable is specified the tuple is initialized from iterable's items.\n\n"
           "If the argument is a tuple, the return value is the same object.",
    .instance_size = sizeof(Tuple),
    .item_size = sizeof(Value),
    .flags = TYPE_BASE | TYPE_HAS_GC | TYPE_IS_TUPLE | TYPE_SEQUENCE | TYPE_MATCH_SELF,
    .destroy = destroy_tuple,
    .traverse = traverse_tuple,
    .new_instance = new_tuple,
    .repr = repr_tuple,
    .hash = hash_tuple,
    .compare = compare_tuples,
    .iter = iter_of_tuple,
    .sequence = {.length = length_of_tuple,
                 .concat = concat_tuples,
                 .repeat = repeat_tuple,
                 .item = item_of_tuple,
                 .contains = contains_in_tuple},
    .mapping = {.length = length_of_tuple, .subscript = subscript_tuple},
    .methods = tuple_methods,
};

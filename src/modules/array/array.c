/* array.c: the type array.array: making, sequence and mapping behaviour, comparison, buffers; and the module.
 *
 * A1  While `exports` > 0 the block must not move: array_resize refuses.
 * A2  length <= capacity; `items` is NULL when capacity is 0. */
#include "modules/array/array.h"

#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

bool is_array(Value v)
{
    return value_is_object(v) &&
           (value_as_object(v)->type == &array_type || type_is_subtype(value_as_object(v)->type, &array_type));
}

static size_t byte_length(const Array *self)
{
    return (size_t)self->length * self->kind->size;
}

static char *item_at(const Array *self, ssize_t index)
{
    return self->items + index * self->kind->size;
}

Value array_item(const Array *self, ssize_t index)
{
    return self->kind->get(item_at(self, index));
}

/* --- making and resizing --- */

bool array_resize(Array *self, ssize_t length)
{
    if (self->exports > 0 && length != self->length) {
        error_set(&type_BufferError, "cannot resize an array that is exporting buffers");
        return false;
    }
    if (length <= self->capacity && length >= self->capacity / 2) {
        self->length = length;
        return true;
    }
    if (length == 0) {
        raw_free(self->items);
        self->items = NULL;
        self->capacity = self->length = 0;
        return true;
    }
    ssize_t capacity = length + (length >> 4) + (self->length < 8 ? 3 : 7);
    char *items = capacity < PTRDIFF_MAX / self->kind->size
                      ? raw_realloc(self->items, (size_t)capacity * self->kind->size)
                      : NULL;
    if (!items) {
        error_no_memory();
        return false;
    }
    self->items = items;
    self->capacity = capacity;
    self->length = length;
    return true;
}

Value array_new(Type *type, const ItemKind *kind, ssize_t length)
{
    if (length > PTRDIFF_MAX / kind->size) return error_no_memory();
    Array *self = object_alloc_zeroed(type, type->instance_size);
    if (!self) return VALUE_NULL;
    self->kind = kind;
    if (length > 0) {
        self->items = raw_alloc((size_t)length * kind->size);
        if (!self->items) {
            object_decref(&self->head);
            return error_no_memory();
        }
        self->length = self->capacity = length;
    }
    return value_from_object(self);
}

static void array_destroy(Object *object)
{
    Array *self = (Array *)object;
    if (!value_is_null(self->weaklist)) weakref_clear_all(object);
    raw_free(self->items);
    object_free(object, object->type->instance_size);
}

/* array(code, initial): what `initial` may be depends on the code. */
static bool check_initial(const ItemKind *kind, Value initial)
{
    if (is_str(initial) && kind->code != 'u')
        error_format(&type_TypeError, "cannot use a str to initialize an array with typecode '%c'", kind->code);
    else if (is_array(initial) && as_array(initial)->kind->code == 'u' && kind->code != 'u')
        error_format(&type_TypeError, "cannot use a unicode array to initialize an array with typecode '%c'",
                     kind->code);
    else
        return true;
    return false;
}

static bool fill_from_str(Array *self, Value text)
{
    if (!array_resize(self, str_length(text))) return false;
    for (ssize_t i = 0; i < str_length(text); i++) ((uint32_t *)self->items)[i] = str_char(as_str(text), i);
    return true;
}

static bool fill_from_sequence(Array *self, Value items)
{
    for (ssize_t i = 0; i < self->length && i < sequence_fast_length(items); i++) {
        Value item = value_incref(sequence_fast_items(items)[i]);
        bool done = self->kind->set(item_at(self, i), item);
        value_decref(item);
        if (!done) return false;
    }
    return true;
}

static bool fill_from_other_kind(Value array, const Array *initial)
{
    Array *self = as_array(array);
    if (!array_resize(self, initial->length)) return false;
    if (self->length) memset(self->items, 0, byte_length(self));
    for (ssize_t i = 0; i < self->length && i < initial->length; i++) {
        Value item = array_item(initial, i);
        if (value_is_null(item)) return false;
        bool done = self->kind->set(item_at(self, i), item);
        value_decref(item);
        if (!done) return false;
    }
    return true;
}

static bool fill(Value array, Value initial)
{
    Array *self = as_array(array);
    if (is_str(initial)) return fill_from_str(self, initial);
    if (is_array(initial) && as_array(initial)->kind == self->kind) {
        if (!array_resize(self, as_array(initial)->length)) return false;
        if (self->length) memcpy(self->items, as_array(initial)->items, byte_length(self));
        return true;
    }
    if (is_array(initial)) return fill_from_other_kind(array, as_array(initial));
    if (is_list(initial) || is_tuple(initial)) {
        if (!array_resize(self, sequence_fast_length(initial))) return false;
        if (self->length) memset(self->items, 0, byte_length(self));
        return fill_from_sequence(self, initial);
    }
    Value result = is_bytes(initial) || is_bytearray(initial) ? array_frombytes(array, initial)
                                                              : array_extend_values(array, initial);
    value_xdecref(result);
    return !value_is_null(result);
}

static Value array_new_instance(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    if (type == &array_type && !value_is_null(kwnames) && !args_no_keywords("array.array", kwnames)) return VALUE_NULL;
    if (nargs < 1) return error_format(&type_TypeError, "array() takes at least 1 argument (%zd given)", nargs);
    if (nargs > 2) return error_format(&type_TypeError, "array() takes at most 2 arguments (%zd given)", nargs);
    if (!is_str(args[0]) || str_length(args[0]) != 1)
        return error_format(&type_TypeError, "array() argument 1 must be a unicode character, not %T", args[0]);
    const ItemKind *kind = item_kind_find(str_char(as_str(args[0]), 0));
    if (!kind) return error_set(&type_ValueError, "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
    if (nargs == 2 && !check_initial(kind, args[1])) return VALUE_NULL;
    Value array = array_new(type, kind, 0);
    if (nargs == 2 && !value_is_null(array) && !fill(array, args[1])) value_clear(&array);
    return array;
}

/* --- as a sequence --- */

static ssize_t length_slot(Value self)
{
    return as_array(self)->length;
}

static Value item_slot(Value self, ssize_t index)
{
    if (index < 0 || index >= as_array(self)->length) return error_set(&type_IndexError, "array index out of range");
    return array_item(as_array(self), index);
}

static Value concat_slot(Value left, Value right)
{
    if (!is_array(right))
        return error_format(&type_TypeError, "can only append array (not \"%.200T\") to array", right);
    const Array *a = as_array(left), *b = as_array(right);
    if (a->kind != b->kind) return error_set(&type_TypeError, "bad argument type for built-in operation");
    Value result = array_new(&array_type, a->kind, a->length + b->length);
    if (value_is_null(result)) return VALUE_NULL;
    if (a->length) memcpy(as_array(result)->items, a->items, byte_length(a));
    if (b->length) memcpy(item_at(as_array(result), a->length), b->items, byte_length(b));
    return result;
}

static void repeat_bytes(char *block, size_t size, ssize_t times)
{
    for (ssize_t i = 1; i < times; i++) memcpy(block + (size_t)i * size, block, size);
}

static Value repeat_slot(Value self, ssize_t count)
{
    const Array *array = as_array(self);
    ssize_t length;
    if (__builtin_mul_overflow(array->length, MAX(count, 0), &length)) return error_no_memory();
    Value result = array_new(&array_type, array->kind, length);
    if (value_is_null(result) || length == 0) return result;
    memcpy(as_array(result)->items, array->items, byte_length(array));
    repeat_bytes(as_array(result)->items, byte_length(array), count);
    return result;
}

static Value inplace_concat_slot(Value self, Value other)
{
    if (!is_array(other))
        return error_format(&type_TypeError, "can only extend array with array (not \"%.200T\")", other);
    Value result = array_extend_values(self, other);
    if (value_is_null(result)) return VALUE_NULL;
    value_decref(result);
    return value_incref(self);
}

static Value inplace_repeat_slot(Value self, ssize_t count)
{
    Array *array = as_array(self);
    ssize_t length;
    size_t size = byte_length(array);
    if (__builtin_mul_overflow(array->length, MAX(count, 0), &length)) return error_no_memory();
    if (array->length == 0) return value_incref(self);
    if (!array_resize(array, length)) return VALUE_NULL;
    if (length) repeat_bytes(array->items, size, count);
    return value_incref(self);
}

/* Each item is a new object to Python, so that identity does not make a nan equal to itself. */
static int items_equal(Value x, Value y)
{
    Value result = rich_compare(x, y, CMP_EQ);
    if (value_is_null(result)) return -1;
    int equal = is_true(result);
    value_decref(result);
    return equal;
}

static int contains_slot(Value self, Value item)
{
    const Array *array = as_array(self);
    for (ssize_t i = 0; i < array->length; i++) {
        Value mine = array_item(array, i);
        if (value_is_null(mine)) return -1;
        int same = items_equal(mine, item);
        value_decref(mine);
        if (same) return same;
    }
    return 0;
}

/* --- as a mapping of indices and slices --- */

static bool index_of(const Array *self, Value key, ssize_t *index)
{
    *index = number_as_ssize(key, &type_IndexError);
    if (*index == -1 && error_occurred()) return false;
    if (*index < 0) *index += self->length;
    return true;
}

static Value subscript_slot(Value self, Value key)
{
    const Array *array = as_array(self);
    ssize_t start, stop, step;
    if (has_index(key)) return index_of(array, key, &start) ? item_slot(self, start) : VALUE_NULL;
    if (!is_slice(key)) return error_set(&type_TypeError, "array indices must be integers");
    if (slice_unpack(key, &start, &stop, &step) < 0) return VALUE_NULL;
    ssize_t count = slice_adjust(array->length, &start, &stop, step);
    Value result = array_new(&array_type, array->kind, count);
    if (value_is_null(result) || count == 0) return result;
    Array *copy = as_array(result);
    if (step == 1)
        memcpy(copy->items, item_at(array, start), byte_length(copy));
    else
        for (ssize_t i = 0; i < count; i++, start += step)
            memcpy(item_at(copy, i), item_at(array, start), array->kind->size);
    return result;
}

static bool delete_range(Array *self, ssize_t start, ssize_t count)
{
    if (count <= 0) return true;
    if (self->exports > 0) return array_resize(self, self->length - count);
    size_t behind = (size_t)(self->length - start - count) * self->kind->size;
    memmove(item_at(self, start), item_at(self, start + count), behind);
    return array_resize(self, self->length - count);
}

static bool delete_stepped(Array *self, ssize_t start, ssize_t step, ssize_t count)
{
    if (self->exports > 0) return array_resize(self, self->length - count);
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    ssize_t target = start;
    for (ssize_t i = start; i < self->length; i++) {
        bool is_deleted = (i - start) % step == 0 && (i - start) / step < count;
        if (!is_deleted) memmove(item_at(self, target++), item_at(self, i), self->kind->size);
    }
    return array_resize(self, self->length - count);
}

/* self[start:start+count] = other */
static bool replace_range(Array *self, ssize_t start, ssize_t count, const Array *other)
{
    ssize_t needed = other->length, old_length = self->length, difference = needed - count;
    size_t size = self->kind->size;
    if (difference < 0) {
        if (self->exports > 0) return array_resize(self, old_length + difference);
        memmove(item_at(self, start + needed), item_at(self, start + count),
                (size_t)(old_length - start - count) * size);
        if (!array_resize(self, old_length + difference)) return false;
    } else if (difference > 0) {
        if (!array_resize(self, old_length + difference)) return false;
        memmove(item_at(self, start + needed), item_at(self, start + count),
                (size_t)(old_length - start - count) * size);
    }
    if (needed) memcpy(item_at(self, start), other->items, (size_t)needed * size);
    return true;
}

static int assign_slice(Array *self, Value key, NULLABLE Value value)
{
    ssize_t start, stop, step;
    if (slice_unpack(key, &start, &stop, &step) < 0) return -1;
    ssize_t count = slice_adjust(self->length, &start, &stop, step);
    if (value_is_null(value)) {
        bool done =
            step == 1 ? delete_range(self, start, count) : count == 0 || delete_stepped(self, start, step, count);
        return done ? 0 : -1;
    }
    if (!is_array(value)) {
        error_format(&type_TypeError, "can only assign array (not \"%.200T\") to array slice", value);
        return -1;
    }
    if (as_array(value)->kind != self->kind) {
        error_set(&type_TypeError, "bad argument type for built-in operation");
        return -1;
    }
    Value copy = VALUE_NULL; // of ourselves, when that is what is assigned
    if (as_array(value) == self) {
        copy = repeat_slot(value, 1);
        if (value_is_null(copy)) return -1;
        value = copy;
    }
    const Array *other = as_array(value);
    int status = 0;
    if (step == 1) {
        status = replace_range(self, start, count, other) ? 0 : -1;
    } else if (other->length != count) {
        error_format(&type_ValueError, "attempt to assign array of size %zd to extended slice of size %zd",
                     other->length, count);
        status = -1;
    } else {
        for (ssize_t i = 0; i < count; i++, start += step)
            memcpy(item_at(self, start), item_at(other, i), self->kind->size);
    }
    value_xdecref(copy);
    return status;
}

static int set_subscript_slot(Value self, Value key, Value value)
{
    Array *array = as_array(self);
    ssize_t index;
    if (is_slice(key)) return assign_slice(array, key, value);
    if (!has_index(key)) {
        error_set(&type_TypeError, "array indices must be integers");
        return -1;
    }
    if (!index_of(array, key, &index)) return -1;
    if (index < 0 || index >= array->length) {
        error_set(&type_IndexError, "array assignment index out of range");
        return -1;
    }
    if (value_is_null(value)) return delete_range(array, index, 1) ? 0 : -1;
    if (!array->kind->set(NULL, value)) return -1;
    return array->kind->set(item_at(array, index), value) ? 0 : -1;
}

/* --- comparison and text --- */

static Value order_by_length(ssize_t a, ssize_t b, CompareOp op)
{
    switch (op) {
    case CMP_LT: return value_from_bool(a < b);
    case CMP_LE: return value_from_bool(a <= b);
    case CMP_EQ: return value_from_bool(a == b);
    case CMP_NE: return value_from_bool(a != b);
    case CMP_GT: return value_from_bool(a > b);
    default: return value_from_bool(a >= b);
    }
}

static Value compare_slot(Value left, Value right, CompareOp op)
{
    if (!is_array(left) || !is_array(right)) return VALUE_NOT_IMPLEMENTED;
    const Array *a = as_array(left), *b = as_array(right);
    if (a->length != b->length && (op == CMP_EQ || op == CMP_NE)) return value_from_bool(op == CMP_NE);
    for (ssize_t i = 0; i < a->length && i < b->length; i++) {
        Value x = array_item(a, i), y = value_is_null(x) ? VALUE_NULL : array_item(b, i);
        if (value_is_null(y)) {
            value_xdecref(x);
            return VALUE_NULL;
        }
        int same = items_equal(x, y);
        Value result = VALUE_NULL;
        if (same == 0) {
            if (op == CMP_EQ || op == CMP_NE)
                result = value_from_bool(op == CMP_NE);
            else
                result = rich_compare(x, y, op);
        }
        value_decref(x);
        value_decref(y);
        if (same <= 0) return result;
    }
    return order_by_length(a->length, b->length, op);
}

static Value repr_slot(Value self)
{
    const Array *array = as_array(self);
    Value name = get_attr(value_from_object(type_of(self)), ID(__name__));
    if (value_is_null(name)) return VALUE_NULL;
    Value result;
    if (array->length == 0) {
        result = str_format("%U('%c')", name, array->kind->code);
    } else {
        Value content = call_method_0(self, array->kind->code == 'u' ? ID(tounicode) : ID(tolist));
        result = value_is_null(content) ? VALUE_NULL : str_format("%U('%c', %R)", name, array->kind->code, content);
        value_xdecref(content);
    }
    value_decref(name);
    return result;
}

/* --- buffers --- */

static int buffer_get_slot(Value self, Buffer *view, int flags)
{
    Array *array = as_array(self);
    *view = (Buffer){
        .data = array->items ? array->items : "",
        .owner = value_incref(self),
        .length = (ssize_t)byte_length(array),
        .item_size = array->kind->size,
        .dimensions = 1,
    };
    if (flags & BUFFER_FORMAT) view->format = array->kind->buffer_format;
    if (flags & BUFFER_ND) view->shape = &array->length;
    if ((flags & BUFFER_STRIDES) == BUFFER_STRIDES) view->strides = &view->item_size;
    array->exports++;
    return 0;
}

static void buffer_release_slot(Value self, Buffer *view)
{
    as_array(self)->exports--;
}

/* --- the iterator --- */

typedef struct ArrayIterator {
    Object head;
    NULLABLE Value array; /* owned; no value when exhausted */
    ssize_t index;
} ArrayIterator;

static Type iterator_type;

static void iterator_destroy(Object *self)
{
    gc_untrack(self);
    value_xdecref(((ArrayIterator *)self)->array);
    object_free(self, sizeof(ArrayIterator));
}

static int iterator_traverse(Object *self, GcVisit visit, void *argument)
{
    GC_VISIT(((ArrayIterator *)self)->array);
    return 0;
}

static Value iter_slot(Value self)
{
    ArrayIterator *iterator = object_alloc_zeroed(&iterator_type, sizeof(ArrayIterator));
    if (!iterator) return VALUE_NULL;
    iterator->array = value_incref(self);
    gc_track(iterator);
    return value_from_object(iterator);
}

static Value iterator_self(Value self)
{
    return value_incref(self);
}

static Value iterator_next(Value v)
{
    ArrayIterator *self = (ArrayIterator *)value_as_object(v);
    if (value_is_null(self->array)) return VALUE_NULL;
    if (self->index < as_array(self->array)->length) return array_item(as_array(self->array), self->index++);
    value_clear(&self->array);
    return VALUE_NULL;
}

static Value iterator_state_arguments(const ArrayIterator *self)
{
    if (value_is_null(self->array)) return tuple_from_array_steal((Value[]){tuple_empty()}, 1);
    return tuple_pack(1, self->array);
}

FUNCTION(iterator_reduce)
{
    const ArrayIterator *iterator = (const ArrayIterator *)value_as_object(self);
    Value function = import_attr("builtins", "iter");
    if (value_is_null(function)) return VALUE_NULL;
    Value arguments = iterator_state_arguments(iterator);
    if (value_is_null(arguments)) {
        value_decref(function);
        return VALUE_NULL;
    }
    if (value_is_null(iterator->array)) return tuple_from_array_steal((Value[]){function, arguments}, 2);
    return tuple_from_array_steal((Value[]){function, arguments, value_from_small_int(iterator->index)}, 3);
}

FUNCTION(iterator_setstate)
{
    ArrayIterator *iterator = (ArrayIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(iterator->array)) iterator->index = MIN(MAX(index, 0), as_array(iterator->array)->length);
    return VALUE_NONE;
}

static const NativeMethod iterator_methods[] = {
    {"__reduce__", iterator_reduce, 0, 0, 0, "__reduce__($self, /)\n--\n\nReturn state information for pickling."},
    {"__setstate__", iterator_setstate, 1, 1, 0,
     "__setstate__($self, state, /)\n--\n\nSet state information for unpickling."},
    {NULL},
};

static Type iterator_type = {
    .head = TYPE_HEAD,
    .name = "array.arrayiterator",
    .instance_size = sizeof(ArrayIterator),
    .flags = TYPE_HAS_GC | TYPE_IMMUTABLE | TYPE_NO_NEW,
    .destroy = iterator_destroy,
    .traverse = iterator_traverse,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

/* --- the type and the module --- */

static Value get_typecode(Value self, void *closure)
{
    return str_from_char((uint8_t)as_array(self)->kind->code);
}

static Value get_itemsize(Value self, void *closure)
{
    return value_from_small_int(as_array(self)->kind->size);
}

static const NativeGetSet getsets[] = {
    {"typecode", get_typecode, NULL, "the typecode character used to create the array", NULL},
    {"itemsize", get_itemsize, NULL, "the size, in bytes, of one array item", NULL},
    {NULL},
};

Type array_type = {
    .head = TYPE_HEAD,
    .name = "array.array",
    .doc =
        "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\n"
        "initialized from the optional initializer value, which must be a list,\n"
        "string or iterable over elements of the appropriate type.\n\n"
        "The type codes are: b B h H i I l L q Q for signed and unsigned integers of\n"
        "1, 2, 2, 4 and 8 bytes, u for characters, f and d for floats.",
    .instance_size = sizeof(Array),
    .flags = TYPE_BASE | TYPE_SEQUENCE | TYPE_IMMUTABLE,
    .weaklist_offset = offsetof(Array, weaklist),
    .destroy = array_destroy,
    .new_instance = array_new_instance,
    .repr = repr_slot,
    .compare = compare_slot,
    .iter = iter_slot,
    .sequence =
        {
            .length = length_slot,
            .concat = concat_slot,
            .repeat = repeat_slot,
            .item = item_slot,
            .contains = contains_slot,
            .inplace_concat = inplace_concat_slot,
            .inplace_repeat = inplace_repeat_slot,
        },
    .mapping = {.length = length_slot, .subscript = subscript_slot, .set_subscript = set_subscript_slot},
    .buffer = {buffer_get_slot, buffer_release_slot},
    .methods = array_methods,
    .getsets = getsets,
};

static const NativeMethod methods[] = {
    {"_array_reconstructor", array_reconstructor, 4, 4, 0,
     "_array_reconstructor($module, arraytype, typecode, mformat_code, items,\n                     /)\n--\n\n"
     "Internal. Used for pickling support."},
    {NULL},
};

static int exec(Value module)
{
    if (type_ready(&iterator_type) < 0 || module_add_type(module, &array_type) < 0) return -1;
    if (module_add(module, "ArrayType", value_incref(value_from_object(&array_type))) < 0) return -1;
    if (module_add_cstr(module, "typecodes", "bBuhHiIlLqQfd") < 0) return -1;
    Value abc = import_attr("collections.abc", "MutableSequence");
    if (value_is_null(abc)) return -1;
    Value result = call_method_1(abc, ID(register), value_from_object(&array_type));
    value_decref(abc);
    value_xdecref(result);
    return value_is_null(result) ? -1 : 0;
}

NATIVE_MODULE(array) = {
    .name = "array",
    .doc = "This module defines an object type which can efficiently represent\n"
           "an array of basic values: characters, integers, floating point\n"
           "numbers.",
    .methods = methods,
    .exec = exec,
};

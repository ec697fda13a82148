/* array_methods.c: the methods of array.array. */
#include "modules/array/array.h"
#include "objects/bytes.h"
#include "objects/call.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

static char *item_at(const Array *self, ssize_t index)
{
    return self->items + index * self->kind->size;
}

static size_t byte_length(const Array *self)
{
    return (size_t)self->length * self->kind->size;
}

/* --- adding --- */

static bool insert_item(Array *self, ssize_t index, Value v)
{
    if (!self->kind->set(NULL, v) || !array_resize(self, self->length + 1)) return false;
    memmove(item_at(self, index + 1), item_at(self, index), (size_t)(self->length - 1 - index) * self->kind->size);
    return self->kind->set(item_at(self, index), v);
}

FUNCTION(array_append)
{
    return insert_item(as_array(self), as_array(self)->length, args[0]) ? VALUE_NONE : VALUE_NULL;
}

FUNCTION(array_insert)
{
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    ssize_t length = as_array(self)->length;
    if (index < 0) index = MAX(index + length, 0);
    return insert_item(as_array(self), MIN(index, length), args[1]) ? VALUE_NONE : VALUE_NULL;
}

static Value extend_with_array(Array *self, const Array *other)
{
    if (self->kind != other->kind) return error_set(&type_TypeError, "can only extend with array of same kind");
    ssize_t old_length = self->length, added = other->length;
    if (!array_resize(self, old_length + added)) return VALUE_NULL;
    if (added) memcpy(item_at(self, old_length), other->items, (size_t)added * self->kind->size);
    return VALUE_NONE;
}

Value array_extend_values(Value self, Value iterable)
{
    if (is_array(iterable)) return extend_with_array(as_array(self), as_array(iterable));
    Value iterator = get_iter(iterable), item;
    if (value_is_null(iterator)) return VALUE_NULL;
    bool done = true;
    while (done && !value_is_null(item = iter_next(iterator))) {
        done = insert_item(as_array(self), as_array(self)->length, item);
        value_decref(item);
    }
    value_decref(iterator);
    return done && !error_occurred() ? VALUE_NONE : VALUE_NULL;
}

FUNCTION(array_extend)
{
    // array(u).extend(array(i)): the kinds differ, but items are taken one by one only from other iterables
    return array_extend_values(self, args[0]);
}

FUNCTION(array_fromlist)
{
    Array *array = as_array(self);
    if (!is_list(args[0])) return error_set(&type_TypeError, "arg must be list");
    ssize_t count = list_length(args[0]), old_length = array->length;
    if (count == 0) return VALUE_NONE;
    if (!array_resize(array, old_length + count)) return VALUE_NULL;
    memset(item_at(array, old_length), 0, (size_t)count * array->kind->size);
    for (ssize_t i = 0; i < count; i++) {
        Value item = value_incref(list_item_borrow(args[0], i));
        bool done = array->kind->set(NULL, item) && array->kind->set(item_at(array, old_length + i), item);
        value_decref(item);
        if (done && list_length(args[0]) != count) {
            error_set(&type_RuntimeError, "list changed size during iteration");
            done = false;
        }
        if (done) continue;
        Value error = error_fetch();
        if (!array_resize(array, old_length)) error_clear();
        error_restore(error);
        return VALUE_NULL;
    }
    return VALUE_NONE;
}

Value array_frombytes(Value self, Value data)
{
    Array *array = as_array(self);
    Buffer view;
    if (buffer_get(data, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = VALUE_NULL;
    ssize_t size = array->kind->size, old_length = array->length;
    if (view.item_size != 1) {
        error_set(&type_TypeError, "a bytes-like object is required");
    } else if (view.length % size) {
        error_set(&type_ValueError, "bytes length not a multiple of item size");
    } else if (view.length == 0 || array_resize(array, old_length + view.length / size)) {
        if (view.length) memcpy(item_at(array, old_length), view.data, (size_t)view.length);
        result = VALUE_NONE;
    }
    buffer_release(&view);
    return result;
}

FUNCTION(array_frombytes_method)
{
    return array_frombytes(self, args[0]);
}

FUNCTION(array_fromunicode)
{
    if (!is_str(args[0])) return error_format(&type_TypeError, "fromunicode() argument must be str, not %T", args[0]);
    Array *array = as_array(self);
    if (array->kind->code != 'u')
        return error_set(&type_ValueError, "fromunicode() may only be called on unicode type arrays");
    ssize_t old_length = array->length, count = str_length(args[0]);
    if (count == 0) return VALUE_NONE;
    if (!array_resize(array, old_length + count)) return VALUE_NULL;
    for (ssize_t i = 0; i < count; i++) ((uint32_t *)array->items)[old_length + i] = str_char(as_str(args[0]), i);
    return VALUE_NONE;
}

/* --- removing --- */

static bool delete_at(Array *self, ssize_t index)
{
    if (self->exports == 0)
        memmove(item_at(self, index), item_at(self, index + 1), (size_t)(self->length - index - 1) * self->kind->size);
    return array_resize(self, self->length - 1);
}

FUNCTION(array_pop)
{
    Array *array = as_array(self);
    ssize_t index = -1;
    if (nargs && !arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (array->length == 0) return error_set(&type_IndexError, "pop from empty array");
    if (index < 0) index += array->length;
    if (index < 0 || index >= array->length) return error_set(&type_IndexError, "pop index out of range");
    Value item = array_item(array, index);
    if (!value_is_null(item) && !delete_at(array, index)) value_clear(&item);
    return item;
}

/* The index of the first item equal to v from start on: -1 none, -2 error. */
static ssize_t find(const Array *self, Value v, ssize_t start, ssize_t stop)
{
    for (ssize_t i = start; i < stop && i < self->length; i++) {
        Value item = array_item(self, i);
        if (value_is_null(item)) return -2;
        int same = rich_compare_bool(item, v, CMP_EQ);
        value_decref(item);
        if (same) return same < 0 ? -2 : i;
    }
    return -1;
}

FUNCTION(array_remove)
{
    ssize_t index = find(as_array(self), args[0], 0, PTRDIFF_MAX);
    if (index == -1) return error_set(&type_ValueError, "array.remove(x): x not in array");
    return index >= 0 && delete_at(as_array(self), index) ? VALUE_NONE : VALUE_NULL;
}

FUNCTION(array_index)
{
    ssize_t start = 0, stop = PTRDIFF_MAX, length = as_array(self)->length;
    if ((nargs > 1 && !arg_as_slice_index(args[1], &start)) || (nargs > 2 && !arg_as_slice_index(args[2], &stop)))
        return VALUE_NULL;
    if (start < 0) start = MAX(start + length, 0);
    if (stop < 0) stop += length;
    ssize_t index = find(as_array(self), args[0], start, stop);
    if (index == -1) return error_set(&type_ValueError, "array.index(x): x not in array");
    return index < 0 ? VALUE_NULL : value_from_small_int(index);
}

FUNCTION(array_count)
{
    ssize_t count = 0;
    for (ssize_t i = 0;; count++) {
        i = find(as_array(self), args[0], i, PTRDIFF_MAX) + 1;
        if (i == -1) return VALUE_NULL;
        if (i == 0) return value_from_small_int(count);
    }
}

/* --- changing --- */

static void reverse_bytes(char *low, size_t size)
{
    for (char *high = low + size - 1; low < high; low++, high--) {
        char c = *low;
        *low = *high;
        *high = c;
    }
}

FUNCTION(array_byteswap)
{
    Array *array = as_array(self);
    for (ssize_t i = 0; i < array->length; i++) reverse_bytes(item_at(array, i), array->kind->size);
    return VALUE_NONE;
}

FUNCTION(array_reverse)
{
    Array *array = as_array(self);
    char item[8];
    size_t size = array->kind->size;
    for (ssize_t low = 0, high = array->length - 1; low < high; low++, high--) {
        memcpy(item, item_at(array, low), size);
        memcpy(item_at(array, low), item_at(array, high), size);
        memcpy(item_at(array, high), item, size);
    }
    return VALUE_NONE;
}

/* --- out --- */

FUNCTION(array_tolist)
{
    const Array *array = as_array(self);
    Value list = list_new(array->length);
    for (ssize_t i = 0; !value_is_null(list) && i < list_length(list); i++) {
        Value item = array_item(array, i);
        as_list(list)->items[i] = item;
        if (value_is_null(item)) value_clear(&list);
    }
    return list;
}

FUNCTION(array_tobytes)
{
    return bytes_new(as_array(self)->length ? as_array(self)->items : "", (ssize_t)byte_length(as_array(self)));
}

FUNCTION(array_tounicode)
{
    const Array *array = as_array(self);
    if (array->kind->code != 'u')
        return error_set(&type_ValueError, "tounicode() may only be called on unicode type arrays");
    for (ssize_t i = 0; i < array->length; i++) {
        uint32_t c = ((uint32_t *)array->items)[i];
        if (c > 0x10ffff) return error_format(&type_ValueError, "character U+%x is not in range [U+0000; U+10ffff]", c);
    }
    return str_from_kind(4, array->items, array->length);
}

FUNCTION(array_buffer_info)
{
    Value address = int_from_uint64((uint64_t)as_array(self)->items);
    if (value_is_null(address)) return VALUE_NULL;
    return tuple_from_array_steal((Value[]){address, value_from_small_int(as_array(self)->length)}, 2);
}

static Value copy_of(const Array *self)
{
    Value copy = array_new(&array_type, self->kind, self->length);
    if (!value_is_null(copy) && self->length) memcpy(as_array(copy)->items, self->items, byte_length(self));
    return copy;
}

FUNCTION(array_copy)
{
    return copy_of(as_array(self));
}

FUNCTION(array_sizeof)
{
    return value_from_small_int((int64_t)sizeof(Array) + as_array(self)->capacity * as_array(self)->kind->size);
}

/* --- files --- */

FUNCTION(array_fromfile)
{
    ssize_t count, bytes;
    if (!arg_as_ssize(args[1], &count)) return VALUE_NULL;
    if (count < 0) return error_set(&type_ValueError, "negative count");
    if (__builtin_mul_overflow(count, (ssize_t)as_array(self)->kind->size, &bytes)) return error_no_memory();
    Value data = call_method_1(args[0], ID(read), value_from_small_int(bytes));
    if (value_is_null(data)) return VALUE_NULL;
    if (!is_bytes(data)) {
        value_decref(data);
        return error_set(&type_TypeError, "read() didn't return bytes");
    }
    bool is_short = as_bytes(data)->length != bytes;
    Value result = array_frombytes(self, data);
    value_decref(data);
    if (value_is_null(result) || !is_short) return result;
    value_decref(result);
    return error_set(&type_EOFError, "read() didn't return enough bytes");
}

FUNCTION(array_tofile)
{
    enum { BLOCK = 64 * 1024 };
    const Array *array = as_array(self);
    ssize_t total = (ssize_t)byte_length(array);
    for (ssize_t at = 0; at < total; at += BLOCK) {
        Value block = bytes_new(array->items + at, MIN(BLOCK, total - at));
        if (value_is_null(block)) return VALUE_NULL;
        Value result = call_method_1(args[0], ID(write), block);
        value_decref(block);
        if (value_is_null(result)) return VALUE_NULL;
        value_decref(result);
    }
    return VALUE_NONE;
}

/* --- pickling --- */

/* (type, (code, content), dict): protocols below 3 hold the items as a list. */
static Value reduce_as(Value self, STEALS Value function, STEALS Value arguments)
{
    if (value_is_null(function) || value_is_null(arguments)) {
        value_xdecref(function);
        value_xdecref(arguments);
        return VALUE_NULL;
    }
    bool failed;
    Value dict = get_attr_optional(self, ID(__dict__), &failed);
    if (failed) {
        value_decref(function);
        value_decref(arguments);
        return VALUE_NULL;
    }
    return tuple_from_array_steal((Value[]){function, arguments, value_is_null(dict) ? VALUE_NONE : dict}, 3);
}

FUNCTION(array_reduce_ex)
{
    const Array *array = as_array(self);
    int64_t protocol;
    if (!is_int(args[0])) return error_set(&type_TypeError, "__reduce_ex__ argument should be an integer");
    if (!arg_as_int64(args[0], &protocol)) return VALUE_NULL;
    Value code = str_from_char((uint8_t)array->kind->code);
    if (value_is_null(code)) return VALUE_NULL;
    if (protocol < 3) {
        Value list = array_tolist(self, NULL, 0, VALUE_NULL);
        Value arguments = value_is_null(list) ? VALUE_NULL : tuple_pack(2, code, list);
        value_xdecref(list);
        value_decref(code);
        return reduce_as(self, value_incref(value_from_object(type_of(self))), arguments);
    }
    Value items = array_tobytes(self, NULL, 0, VALUE_NULL);
    Value arguments = value_is_null(items) ? VALUE_NULL
                                           : tuple_pack(4, value_from_object(type_of(self)), code,
                                                        value_from_small_int(array->kind->machine_format), items);
    value_xdecref(items);
    value_decref(code);
    return reduce_as(self, import_attr("array", "_array_reconstructor"), arguments);
}

const NativeMethod array_methods[] = {
    {"append", array_append, 1, 1, 0, "append($self, v, /)\n--\n\nAppend new value v to the end of the array."},
    {"insert", array_insert, 2, 2, 0,
     "insert($self, i, v, /)\n--\n\nInsert a new item v into the array before position i."},
    {"extend", array_extend, 1, 1, 0, "extend($self, bb, /)\n--\n\nAppend items to the end of the array."},
    {"fromlist", array_fromlist, 1, 1, 0, "fromlist($self, list, /)\n--\n\nAppend items to array from list."},
    {"frombytes", array_frombytes_method, 1, 1, 0,
     "frombytes($self, buffer, /)\n--\n\nAppends items from the string, interpreting it as machine values."},
    {"fromunicode", array_fromunicode, 1, 1, 0,
     "fromunicode($self, ustr, /)\n--\n\nExtends this array with data from the unicode string ustr."},
    {"fromfile", array_fromfile, 2, 2, 0,
     "fromfile($self, f, n, /)\n--\n\nRead n objects from the file object f and append them to the end of the array."},
    {"tofile", array_tofile, 1, 1, 0,
     "tofile($self, f, /)\n--\n\nWrite all items (as machine values) to the file object f."},
    {"pop", array_pop, 0, 1, 0, "pop($self, i=-1, /)\n--\n\nReturn the i-th element and delete it from the array."},
    {"remove", array_remove, 1, 1, 0, "remove($self, v, /)\n--\n\nRemove the first occurrence of v in the array."},
    {"index", array_index, 1, 3, 0,
     "index($self, v, start=0, stop=sys.maxsize, /)\n--\n\nReturn index of first occurrence of v in the array."},
    {"count", array_count, 1, 1, 0, "count($self, v, /)\n--\n\nReturn number of occurrences of v in the array."},
    {"byteswap", array_byteswap, 0, 0, 0, "byteswap($self, /)\n--\n\nByteswap all items of the array."},
    {"reverse", array_reverse, 0, 0, 0, "reverse($self, /)\n--\n\nReverse the order of the items in the array."},
    {"tolist", array_tolist, 0, 0, 0, "tolist($self, /)\n--\n\nConvert array to an ordinary list with the same items."},
    {"tobytes", array_tobytes, 0, 0, 0,
     "tobytes($self, /)\n--\n\nConvert the array to an array of machine values and return the bytes representation."},
    {"tounicode", array_tounicode, 0, 0, 0, "tounicode($self, /)\n--\n\nConvert the array to a unicode string."},
    {"buffer_info", array_buffer_info, 0, 0, 0,
     "buffer_info($self, /)\n--\n\nReturn a tuple (address, length) giving the current memory address and the length "
     "in items."},
    {"__copy__", array_copy, 0, 0, 0, "__copy__($self, /)\n--\n\nReturn a copy of the array."},
    {"__deepcopy__", array_copy, 1, 1, 0, "__deepcopy__($self, unused, /)\n--\n\nReturn a copy of the array."},
    {"__reduce_ex__", array_reduce_ex, 1, 1, 0,
     "__reduce_ex__($self, value, /)\n--\n\nReturn state information for pickling."},
    {"__sizeof__", array_sizeof, 0, 0, 0, "__sizeof__($self, /)\n--\n\nSize of the array in memory, in bytes."},
    {NULL},
};

/* bytearray: a block that may have room at both ends. `start` moves forward when bytes are deleted at the front, so a
 * bytearray works as a queue; growing takes an eighth more than asked for. While a buffer is lent out (`exports`), the
 * size may not change. */
#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/call.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

static char no_bytes[1]; /* what `start` points to while there is no block */

bool is_bytearray(Value v)
{
    return object_has_type(v, &type_bytearray) ||
           (value_is_object(v) && type_has_flag(type_of(v), TYPE_HEAP) && type_is_subtype(type_of(v), &type_bytearray));
}

static ByteArray *alloc_empty(Type *type)
{
    ByteArray *a = object_alloc(type, sizeof *a);
    if (!a) return NULL;
    a->length = a->capacity = a->exports = 0;
    a->block = NULL;
    a->start = no_bytes;
    return a;
}

Value bytearray_new(const char *data, ssize_t length)
{
    ByteArray *a = alloc_empty(&type_bytearray);
    if (!a) return VALUE_NULL;
    Value v = value_from_object(a);
    if (length && bytearray_resize(v, length) < 0) {
        value_decref(v);
        return VALUE_NULL;
    }
    if (data) memcpy(a->start, data, (size_t)length);
    return v;
}

static int check_resizable(const ByteArray *a)
{
    if (a->exports == 0) return 0;
    error_set(&type_BufferError, "Existing exports of data: object cannot be re-sized");
    return -1;
}

static int reallocate(ByteArray *a, ssize_t length)
{
    ssize_t front = a->block ? a->start - a->block : 0;
    ssize_t capacity = length + 1;
    if (length > a->capacity) capacity += (length >> 3) + (length < 9 ? 3 : 6);
    char *block;
    if (front == 0) {
        block = raw_realloc(a->block, (size_t)capacity);
    } else {
        block = raw_alloc((size_t)capacity);
        if (block) {
            memcpy(block, a->start, (size_t)MIN(length, a->length));
            raw_free(a->block);
        }
    }
    if (!block) {
        error_no_memory();
        return -1;
    }
    a->block = a->start = block;
    a->capacity = capacity;
    return 0;
}

int bytearray_resize(Value v, ssize_t length)
{
    ByteArray *a = as_bytearray(v);
    if (length == a->length) return 0;
    if (check_resizable(a) < 0) return -1;
    if (length > SSIZE_MAX / 2) {
        error_no_memory();
        return -1;
    }
    ssize_t room = a->block ? a->capacity - (a->start - a->block) : 0;
    if (length == 0) {
        raw_free(a->block);
        a->block = NULL;
        a->start = no_bytes;
        a->capacity = a->length = 0;
        return 0;
    }
    bool is_too_large = length + 1 > room, is_wasteful = length < a->capacity / 2;
    if (is_too_large || is_wasteful) {
        if (is_too_large && a->block && length + 1 <= a->capacity && length < a->capacity - a->capacity / 8) {
            memmove(a->block, a->start, (size_t)a->length); /* room enough once the front is used again */
            a->start = a->block;
        } else if (reallocate(a, length) < 0) {
            return -1;
        }
    }
    a->length = length;
    a->start[length] = 0;
    return 0;
}

static void bytearray_destroy(Object *object)
{
    ByteArray *a = (ByteArray *)object;
    raw_free(a->block);
    object_free(object, object->type == &type_bytearray ? sizeof *a : object->type->instance_size);
}

/* Takes bytes off the front: the start moves, nothing is copied unless most of the block would lie idle. */
static int drop_front(ByteArray *a, ssize_t count)
{
    if (count == a->length) return bytearray_resize(value_from_object(a), 0);
    a->start += count;
    a->length -= count;
    if (a->length < a->capacity / 2 && reallocate(a, a->length) < 0) return -1;
    a->start[a->length] = 0;
    return 0;
}

/* Replaces the bytes from low to high by those given, which are not part of a. */
static int splice(ByteArray *a, ssize_t low, ssize_t high, const char *data, ssize_t length)
{
    Value self = value_from_object(a);
    ssize_t growth = length - (high - low), old_length = a->length;
    if (growth < 0) {
        if (check_resizable(a) < 0) return -1;
        if (low == 0) {
            if (drop_front(a, -growth) < 0) return -1;
        } else {
            memmove(a->start + high + growth, a->start + high, (size_t)(old_length - high));
            if (bytearray_resize(self, old_length + growth) < 0) return -1;
        }
    } else if (growth > 0) {
        if (old_length > SSIZE_MAX / 2 - growth) {
            error_no_memory();
            return -1;
        }
        if (bytearray_resize(self, old_length + growth) < 0) return -1;
        memmove(a->start + high + growth, a->start + high, (size_t)(old_length - high));
    }
    if (length) memcpy(a->start + low, data, (size_t)length);
    return 0;
}

/* --- slots --- */

static Value bytearray_new_slot(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    return value_from_object(alloc_empty(type));
}

static int extend_with(Value self, Value source)
{
    Value bytes;
    if (supports_buffer(source)) {
        Buffer view;
        if (buffer_get(source, &view, BUFFER_FULL_RO) < 0) return -1;
        ssize_t old_length = as_bytearray(self)->length;
        int status = bytearray_resize(self, old_length + view.length);
        if (status == 0) status = buffer_copy_out(as_bytearray(self)->start + old_length, &view, view.length, 'C');
        buffer_release(&view);
        return status;
    }
    bytes = bytes_from_iterable(source, "byte");
    if (value_is_null(bytes)) return -1;
    ByteArray *a = as_bytearray(self);
    int status = splice(a, a->length, a->length, as_bytes(bytes)->data, as_bytes(bytes)->length);
    value_decref(bytes);
    return status;
}

/* One after the other, so that the iterator sees what it has given. */
static int append_items(Value self, Value iterator)
{
    for (Value item; !value_is_null(item = iter_next(iterator));) {
        int byte;
        bool is_byte = byte_from_value(item, &byte);
        value_decref(item);
        if (!is_byte) return -1;
        ByteArray *a = as_bytearray(self);
        if (bytearray_resize(self, a->length + 1) < 0) return -1;
        a->start[a->length - 1] = (char)byte;
    }
    return error_occurred() ? -1 : 0;
}

static int fill_zeros(Value self, ssize_t count)
{
    if (count < 0) {
        error_set(&type_ValueError, "negative count");
        return -1;
    }
    if (bytearray_resize(self, count) < 0) return -1;
    memset(as_bytearray(self)->start, 0, (size_t)count);
    return 0;
}

static int init_encoded(Value self, Value source, Value encoding, Value errors)
{
    const char *text[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        Value v = i ? errors : encoding;
        if (value_is_null(v)) continue;
        if (!is_str(v)) {
            error_format(&type_TypeError, "bytearray() argument '%s' must be str, not %.50s", i ? "errors" : "encoding",
                         value_is_none(v) ? "None" : type_of(v)->name);
            return -1;
        }
        text[i] = str_as_utf8(v, NULL);
        if (!text[i]) return -1;
    }
    if (value_is_null(source) || !is_str(source)) {
        error_set(&type_TypeError, text[0] ? "encoding without a string argument" : "errors without a string argument");
        return -1;
    }
    if (!text[0]) {
        error_set(&type_TypeError, "string argument without an encoding");
        return -1;
    }
    Value bytes = codecs_encode_text(source, text[0], text[1]);
    if (value_is_null(bytes)) return -1;
    int status = extend_with(self, bytes);
    value_decref(bytes);
    return status;
}

static int bytearray_init(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"source", "encoding", "errors", NULL};
    static const ArgSpec spec = {"bytearray", names, 0, 3, 0};
    Value given[3];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return -1;
    if (as_bytearray(self)->length && bytearray_resize(self, 0) < 0) return -1;
    Value source = given[0];
    if (!value_is_null(given[1]) || !value_is_null(given[2])) return init_encoded(self, source, given[1], given[2]);
    if (value_is_null(source)) return 0;
    if (is_str(source)) {
        error_set(&type_TypeError, "string argument without an encoding");
        return -1;
    }
    if (has_index(source)) {
        ssize_t count = number_as_ssize(source, &type_OverflowError);
        if (count != -1 || !error_occurred()) return fill_zeros(self, count);
        if (!error_catch(&type_TypeError)) return -1;
    }
    if (!supports_buffer(source)) {
        Value iterator = get_iter(source);
        if (value_is_null(iterator)) {
            if (error_catch(&type_TypeError))
                error_format(&type_TypeError, "cannot convert '%.200s' object to bytearray", type_of(source)->name);
            return -1;
        }
        int status = append_items(self, iterator);
        value_decref(iterator);
        return status;
    }
    return extend_with(self, source);
}

static Value bytearray_repr(Value self)
{
    Value inner = bytes_repr(self, true);
    if (value_is_null(inner)) return inner;
    Value result = str_format("%N(%U)", type_of(self), inner);
    value_decref(inner);
    return result;
}

static Value bytearray_str(Value self)
{
    if (bytes_warning_enabled && warn_format(&type_BytesWarning, 1, "str() on a bytearray instance") < 0)
        return VALUE_NULL;
    return bytearray_repr(self);
}

/* Not yet checked. */
static bool get_index(Value self, Value key, ssize_t *index)
{
    *index = value_is_small_int(key) ? value_as_small_int(key) : number_as_ssize(key, &type_IndexError);
    if (*index == -1 && error_occurred()) return false;
    if (*index < 0) *index += as_bytearray(self)->length;
    return true;
}

static bool check_index(const ByteArray *a, ssize_t index)
{
    if (index < 0 || index >= a->length) {
        error_set(&type_IndexError, "bytearray index out of range");
        return false;
    }
    return true;
}

static Value bytearray_subscript(Value self, Value key)
{
    const ByteArray *a = as_bytearray(self);
    ssize_t start, stop, step;
    if (value_is_small_int(key) || has_index(key)) {
        if (!get_index(self, key, &start) || !check_index(a, start)) return VALUE_NULL;
        return value_from_small_int((uint8_t)a->start[start]);
    }
    if (!is_slice(key))
        return error_format(&type_TypeError, "bytearray indices must be integers or slices, not %.200s",
                            type_of(key)->name);
    if (slice_unpack(key, &start, &stop, &step) < 0) return VALUE_NULL;
    ssize_t count = slice_adjust(a->length, &start, &stop, step);
    if (count <= 0) return bytearray_new(NULL, 0);
    if (step == 1) return bytearray_new(a->start + start, count);
    Value result = bytearray_new(NULL, count);
    if (value_is_null(result)) return result;
    for (ssize_t i = 0; i < count; i++) as_bytearray(result)->start[i] = a->start[start + i * step];
    return result;
}

static int bytearray_set_item(Value self, ssize_t index, Value value)
{
    ByteArray *a = as_bytearray(self);
    if (value_is_null(value)) return check_index(a, index) ? splice(a, index, index + 1, NULL, 0) : -1;
    int byte;
    if (!byte_from_value(value, &byte) || !check_index(a, index)) return -1; /* __index__ may have shortened it */
    a->start[index] = (char)byte;
    return 0;
}

/* The bytes that are assigned to a slice: a new reference to a bytes or bytearray that is not self. */
static Value slice_source(Value self, Value value)
{
    if (value_is_null(value)) return bytes_new(NULL, 0);
    if (value_is(value, self) || !(is_bytes(value) || is_bytearray(value))) {
        if (has_index(value) || is_str(value))
            return error_set(&type_TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        Value args[1] = {value};
        return call_vector(value_from_object(&type_bytearray), args, 1, VALUE_NULL);
    }
    return value_incref(value);
}

/* Nothing to assign means: delete. */
static int assign_stepped(ByteArray *a, ssize_t start, ssize_t step, ssize_t count, ByteSpan source)
{
    if (source.length > 0) {
        if (source.length != count) {
            error_format(&type_ValueError, "attempt to assign bytes of size %zd to extended slice of size %zd",
                         source.length, count);
            return -1;
        }
        for (ssize_t i = 0; i < count; i++) a->start[start + i * step] = source.data[i];
        return 0;
    }
    if (count == 0) return 0;
    if (check_resizable(a) < 0) return -1;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    char *out = a->start + start;
    for (ssize_t i = 0; i < count; i++) { /* closes the gaps one stretch after the other */
        ssize_t from = start + i * step + 1, to = i + 1 < count ? from + step - 1 : a->length;
        memmove(out, a->start + from, (size_t)(to - from));
        out += to - from;
    }
    return bytearray_resize(value_from_object(a), a->length - count);
}

static int bytearray_set_subscript(Value self, Value key, Value value)
{
    ssize_t start, stop, step;
    if (value_is_small_int(key) || has_index(key)) {
        if (!get_index(self, key, &start)) return -1;
        return bytearray_set_item(self, start, value);
    }
    if (!is_slice(key)) {
        error_format(&type_TypeError, "bytearray indices must be integers or slices, not %.200s", type_of(key)->name);
        return -1;
    }
    if (slice_unpack(key, &start, &stop, &step) < 0) return -1;
    Value source = slice_source(self, value);
    if (value_is_null(source)) return -1;
    ByteArray *a = as_bytearray(self);
    ssize_t count = slice_adjust(a->length, &start, &stop, step);
    if ((step < 0 && start < stop) || (step > 0 && start > stop)) stop = start;
    ByteSpan span = byte_span(source);
    int status = step == 1 ? splice(a, start, start + count, span.data, span.length)
                           : assign_stepped(a, start, step, count, span);
    value_decref(source);
    return status;
}

static Value bytearray_inplace_concat(Value self, Value other)
{
    Buffer view;
    if (!supports_buffer(other))
        return error_format(&type_TypeError, "can't concat %.100s to %.100s", type_of(other)->name,
                            type_of(self)->name);
    if (value_is(self, other)) {
        Value copy = bytearray_new(as_bytearray(self)->start, as_bytearray(self)->length);
        if (value_is_null(copy)) return copy;
        Value result = bytearray_inplace_concat(self, copy);
        value_decref(copy);
        return result;
    }
    if (buffer_get(other, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ByteArray *a = as_bytearray(self);
    int status = splice(a, a->length, a->length, view.data, view.length);
    buffer_release(&view);
    return status < 0 ? VALUE_NULL : value_incref(self);
}

static Value bytearray_inplace_repeat(Value self, ssize_t count)
{
    ByteArray *a = as_bytearray(self);
    ssize_t length = a->length;
    if (count < 0) count = 0;
    if (count > 0 && length > SSIZE_MAX / 2 / count) return error_no_memory();
    if (bytearray_resize(self, length * count) < 0) return VALUE_NULL;
    for (ssize_t i = 1; i < count; i++) memcpy(a->start + i * length, a->start, (size_t)length);
    return value_incref(self);
}

static int bytearray_buffer_get(Value self, Buffer *view, int flags)
{
    ByteArray *a = as_bytearray(self);
    if (buffer_fill(view, self, a->start, a->length, false, flags) < 0) return -1;
    a->exports++;
    return 0;
}

static void bytearray_buffer_release(Value self, Buffer *view)
{
    as_bytearray(self)->exports--;
}

/* --- methods --- */

static Value method_append(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int byte;
    if (!byte_from_value(args[0], &byte)) return VALUE_NULL;
    ByteArray *a = as_bytearray(self);
    if (bytearray_resize(self, a->length + 1) < 0) return VALUE_NULL;
    a->start[a->length - 1] = (char)byte;
    return VALUE_NONE;
}

static Value method_insert(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index;
    int byte;
    if (!arg_as_ssize(args[0], &index) || !byte_from_value(args[1], &byte)) return VALUE_NULL;
    ByteArray *a = as_bytearray(self);
    if (index < 0) index = MAX(0, index + a->length);
    if (index > a->length) index = a->length;
    char c = (char)byte;
    return splice(a, index, index, &c, 1) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_extend(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (value_is(self, args[0])) {
        Value result = bytearray_inplace_concat(self, self);
        value_xdecref(result);
        return value_is_null(result) ? VALUE_NULL : VALUE_NONE;
    }
    if (!supports_buffer(args[0])) {
        Value iterator = get_iter(args[0]);
        if (value_is_null(iterator)) {
            if (error_catch(&type_TypeError))
                error_format(&type_TypeError, "can't extend bytearray with %.100s", type_of(args[0])->name);
            return VALUE_NULL;
        }
        /* only its errors matter: the bytes are collected first */
        int status = length_hint(args[0], 32) < 0 ? -1 : extend_with(self, iterator);
        value_decref(iterator);
        return status < 0 ? VALUE_NULL : VALUE_NONE;
    }
    return extend_with(self, args[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_pop(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t index = -1;
    if (nargs > 0 && !arg_as_ssize(args[0], &index)) return VALUE_NULL;
    ByteArray *a = as_bytearray(self);
    if (a->length == 0) return error_set(&type_IndexError, "pop from empty bytearray");
    if (index < 0) index += a->length;
    if (index < 0 || index >= a->length) return error_set(&type_IndexError, "pop index out of range");
    if (check_resizable(a) < 0) return VALUE_NULL;
    uint8_t byte = (uint8_t)a->start[index];
    return splice(a, index, index + 1, NULL, 0) < 0 ? VALUE_NULL : value_from_small_int(byte);
}

static Value method_remove(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int byte;
    if (!byte_from_value(args[0], &byte)) return VALUE_NULL;
    ByteArray *a = as_bytearray(self);
    char *at = memchr(a->start, byte, (size_t)a->length);
    if (!at) return error_set(&type_ValueError, "value not found in bytearray");
    ssize_t index = at - a->start;
    return splice(a, index, index + 1, NULL, 0) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_clear(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return bytearray_resize(self, 0) < 0 ? VALUE_NULL : VALUE_NONE;
}

static Value method_copy(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return bytearray_new(as_bytearray(self)->start, as_bytearray(self)->length);
}

static Value method_reverse(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ByteArray *a = as_bytearray(self);
    for (ssize_t i = 0, k = a->length - 1; i < k; i++, k--) {
        char c = a->start[i];
        a->start[i] = a->start[k];
        a->start[k] = c;
    }
    return VALUE_NONE;
}

static Value method_alloc(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_int64(as_bytearray(self)->capacity);
}

static Value method_sizeof(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return int_from_int64((int64_t)type_of(self)->instance_size + as_bytearray(self)->capacity);
}

/* Protocol 3 and up carries bytes as they are; the older ones a Latin-1 text. */
static Value reduce(Value self, int protocol)
{
    const ByteArray *a = as_bytearray(self);
    Value state = call_method_0(self, ID(__getstate__));
    Value arguments = VALUE_NULL;
    if (protocol < 3) {
        Value text = str_from_latin1(a->start, a->length), encoding = str_from_cstr("latin-1");
        if (a->length == 0)
            arguments = tuple_empty();
        else if (!value_is_null(text) && !value_is_null(encoding))
            arguments = tuple_pack(2, text, encoding);
        value_xdecref(text);
        value_xdecref(encoding);
    } else if (a->length == 0) {
        arguments = tuple_empty();
    } else {
        Value bytes = bytes_new(a->start, a->length);
        if (!value_is_null(bytes)) arguments = tuple_pack(1, bytes);
        value_xdecref(bytes);
    }
    Value result = VALUE_NULL;
    if (!value_is_null(arguments) && !value_is_null(state))
        result = tuple_pack(3, value_from_object(type_of(self)), arguments, state);
    value_xdecref(arguments);
    value_xdecref(state);
    return result;
}

static Value method_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return reduce(self, 2);
}

static Value method_reduce_ex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    int protocol = 0;
    if (nargs > 0 && !arg_as_int(args[0], &protocol)) return VALUE_NULL;
    return reduce(self, protocol);
}

static const NativeMethod bytearray_methods[] = {
    BYTES_SHARED_ENTRIES,
    {"append", method_append, 1, 1, 0,
     "append($self, item, /)\n--\n\nAppend a single item to the end of the bytearray.\n\n"
     "  item\n    The item to be appended."},
    {"clear", method_clear, 0, 0, 0, "clear($self, /)\n--\n\nRemove all items from the bytearray."},
    {"copy", method_copy, 0, 0, 0, "copy($self, /)\n--\n\nReturn a copy of B."},
    {"extend", method_extend, 1, 1, 0,
     "extend($self, iterable_of_ints, /)\n--\n\n"
     "Append all the items from the iterator or sequence to the end of the bytearray.\n\n"
     "  iterable_of_ints\n    The iterable of items to append."},
    {"insert", method_insert, 2, 2, 0,
     "insert($self, index, item, /)\n--\n\nInsert a single item into the bytearray before the given index.\n\n"
     "  index\n    The index where the value is to be inserted.\n  item\n    The item to be inserted."},
    {"pop", method_pop, 0, 1, 0,
     "pop($self, index=-1, /)\n--\n\nRemove and return a single item from B.\n\n"
     "  index\n    The index from where to remove the item.\n    -1 (the default value) means remove the last item.\n\n"
     "If no index argument is given, will pop the last item."},
    {"remove", method_remove, 1, 1, 0,
     "remove($self, value, /)\n--\n\nRemove the first occurrence of a value in the bytearray.\n\n"
     "  value\n    The value to remove."},
    {"reverse", method_reverse, 0, 0, 0, "reverse($self, /)\n--\n\nReverse the order of the values in B in place."},
    {"__alloc__", method_alloc, 0, 0, 0, "B.__alloc__() -> int\n\nReturn the number of bytes actually allocated."},
    {"__sizeof__", method_sizeof, 0, 0, 0,
     "__sizeof__($self, /)\n--\n\nReturns the size of the bytearray object in memory, in bytes."},
    {"__reduce__", method_reduce, 0, 0, 0, "__reduce__($self, /)\n--\n\nReturn state information for pickling."},
    {"__reduce_ex__", method_reduce_ex, 0, 1, 0,
     "__reduce_ex__($self, proto=0, /)\n--\n\nReturn state information for pickling."},
    {NULL}};

Type type_bytearray = {
    TYPE_HEAD,
    .name = "bytearray",
    .doc = "bytearray(iterable_of_ints) -> bytearray\n"
           "bytearray(string, encoding[, errors]) -> bytearray\n"
           "bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n"
           "bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n"
           "bytearray() -> empty bytes array\n\n"
           "Construct a mutable bytearray object from:\n"
           "  - an iterable yielding integers in range(256)\n"
           "  - a text string encoded using the specified encoding\n"
           "  - a bytes or a buffer object\n"
           "  - any object implementing the buffer API.\n"
           "  - an integer",
    .instance_size = sizeof(ByteArray),
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .destroy = bytearray_destroy,
    .new_instance = bytearray_new_slot,
    .init = bytearray_init,
    .repr = bytearray_repr,
    .str = bytearray_str,
    .compare = bytes_compare_slot,
    .iter = bytes_iter,
    .number.remainder = bytes_remainder_slot,
    .sequence = {.length = bytes_length_slot,
                 .concat = bytes_concat_slot,
                 .repeat = bytes_repeat_slot,
                 .item = bytes_item_slot,
                 .set_item = bytearray_set_item,
                 .contains = bytes_contains_slot,
                 .inplace_concat = bytearray_inplace_concat,
                 .inplace_repeat = bytearray_inplace_repeat},
    .mapping = {.length = bytes_length_slot,
                .subscript = bytearray_subscript,
                .set_subscript = bytearray_set_subscript},
    .buffer = {.get = bytearray_buffer_get, .release = bytearray_buffer_release},
    .methods = bytearray_methods,
};

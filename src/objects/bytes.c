/* bytes: making them, and the type. Most methods are shared with bytearray (bytes_methods.c). There is one empty bytes
 * object and one for each single byte. */
#include "objects/bytes.h"

#include "base/hash.h"
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

static Bytes *empty_bytes;
static Bytes *single_bytes[256];

static Bytes *alloc_exact(ssize_t length)
{
    Bytes *b = NULL;
    if (length <= SSIZE_MAX - (ssize_t)sizeof(Bytes) - 8) b = mem_alloc(var_object_size(&type_bytes, length));
    if (UNLIKELY(!b)) {
        error_no_memory();
        return NULL;
    }
    b->head.refcount = 1;
    b->head.type = &type_bytes;
    b->length = length;
    b->hash = -1;
    b->data[length] = 0;
    return b;
}

static Value shared(Bytes **place, const char *data, ssize_t length)
{
    if (UNLIKELY(!*place)) {
        Bytes *b = alloc_exact(length);
        if (!b) return VALUE_NULL;
        if (length) b->data[0] = *data;
        *place = b;
    }
    (*place)->head.refcount++;
    return value_from_object(*place);
}

Value bytes_new(const char *data, ssize_t length)
{
    if (length == 0) return shared(&empty_bytes, NULL, 0);
    if (length == 1 && data) return shared(&single_bytes[(uint8_t)*data], data, 1);
    Bytes *b = alloc_exact(length);
    if (b && data) memcpy(b->data, data, (size_t)length);
    return value_from_object(b);
}

Value bytes_from_cstr(const char *text)
{
    return bytes_new(text, (ssize_t)strlen(text));
}

int bytes_resize(Value *place, ssize_t length)
{
    Bytes *b = as_bytes(*place);
    if (b->length == length) return 0;
    if (length == 0 || b->length == 0 || b->head.refcount != 1 || b->head.type != &type_bytes) {
        Value copy = bytes_new(NULL, length);
        if (!value_is_null(copy)) memcpy(as_bytes(copy)->data, b->data, (size_t)MIN(length, b->length));
        value_replace(place, copy);
        return value_is_null(copy) ? -1 : 0;
    }
    Bytes *resized = NULL;
    if (length >= 0 && length <= SSIZE_MAX - 64)
        resized = mem_realloc(b, var_object_size(&type_bytes, b->length), var_object_size(&type_bytes, length));
    if (!resized) {
        value_clear(place);
        error_no_memory();
        return -1;
    }
    resized->length = length;
    resized->hash = -1;
    resized->data[length] = 0;
    *place = value_from_object(resized);
    return 0;
}

static void bytes_destroy(Object *object)
{
    size_t size = var_object_size(&type_bytes, ((Bytes *)object)->length);
    if (LIKELY(object->type == &type_bytes))
        mem_free(object, size);
    else
        object_free(object, var_object_size(object->type, ((Bytes *)object)->length));
}

static int64_t bytes_hash(Value self)
{
    Bytes *b = as_bytes(self);
    if (b->hash == -1) b->hash = hash_bytes(b->data, (size_t)b->length);
    return b->hash;
}

/* --- from other objects --- */

bool byte_from_value(Value v, int *byte)
{
    ssize_t n;
    if (value_is_small_int(v)) {
        n = value_as_small_int(v);
    } else {
        n = number_as_ssize(v, NULL);
        if (n == -1 && error_occurred()) return false;
    }
    if (n < 0 || n > 255) {
        error_set(&type_ValueError, "byte must be in range(0, 256)");
        return false;
    }
    *byte = (int)n;
    return true;
}

static int add_item(BytesBuilder *out, Value item, const char *what)
{
    ssize_t n = value_is_small_int(item) ? value_as_small_int(item) : number_as_ssize(item, NULL);
    if (n == -1 && error_occurred()) return -1;
    if (n < 0 || n > 255) {
        error_format(&type_ValueError, "%s must be in range(0, 256)", what);
        return -1;
    }
    return bytes_builder_add_byte(out, (int)n);
}

Value bytes_from_iterable(Value v, const char *what)
{
    BytesBuilder out;
    bytes_builder_init(&out);
    int status = 0;
    if (is_exact_list(v) || is_exact_tuple(v)) {
        /* the list may change while __index__ runs: ask for its length each time */
        for (ssize_t i = 0; status == 0 && i < sequence_fast_length(v); i++) {
            Value item = value_incref(sequence_fast_items(v)[i]);
            status = add_item(&out, item, what);
            value_decref(item);
        }
    } else {
        Value iterator = get_iter(v);
        if (value_is_null(iterator)) return VALUE_NULL;
        for (Value item; status == 0 && !value_is_null(item = iter_next(iterator));) {
            status = add_item(&out, item, what);
            value_decref(item);
        }
        value_decref(iterator);
        if (error_occurred()) status = -1;
    }
    if (status < 0) {
        bytes_builder_discard(&out);
        return VALUE_NULL;
    }
    return bytes_builder_finish(&out);
}

static Value copy_buffer(Value v)
{
    Buffer view;
    if (buffer_get(v, &view, BUFFER_FULL_RO) < 0) return VALUE_NULL;
    Value result = bytes_new(NULL, view.length);
    if (!value_is_null(result) && buffer_copy_out(as_bytes(result)->data, &view, view.length, 'C') < 0)
        value_clear(&result);
    buffer_release(&view);
    return result;
}

Value bytes_from_object(Value v)
{
    if (object_has_type(v, &type_bytes)) return value_incref(v);
    if (supports_buffer(v)) return copy_buffer(v);
    if (!is_str(v)) {
        if (is_exact_list(v) || is_exact_tuple(v) || type_of(v)->iter || type_of(v)->sequence.item)
            return bytes_from_iterable(v, "bytes");
    }
    return error_format(&type_TypeError, "cannot convert '%.200s' object to bytes", type_of(v)->name);
}

static Value zeros(Value count)
{
    ssize_t n = number_as_ssize(count, &type_OverflowError);
    if (n == -1 && error_occurred()) return VALUE_NULL;
    if (n < 0) return error_set(&type_ValueError, "negative count");
    Value result = bytes_new(NULL, n);
    if (!value_is_null(result)) memset(as_bytes(result)->data, 0, (size_t)n);
    return result;
}

/* What __bytes__ gives; VALUE_NULL without an exception when there is none. */
static Value ask_dunder_bytes(Value v)
{
    Value result = call_special(v, ID(__bytes__), NULL, 0);
    if (value_is_null(result) || is_bytes(result)) return result;
    error_format(&type_TypeError, "__bytes__ returned non-bytes (type %.200s)", type_of(result)->name);
    value_decref(result);
    return VALUE_NULL;
}

static Value convert(Value v)
{
    if (object_has_type(v, &type_bytes)) return value_incref(v);
    Value result = ask_dunder_bytes(v);
    if (!value_is_null(result) || error_occurred()) return result;
    if (is_str(v)) return error_set(&type_TypeError, "string argument without an encoding");
    if (has_index(v)) {
        result = zeros(v);
        if (!value_is_null(result) || !error_catch(&type_TypeError)) return result;
    }
    return bytes_from_object(v);
}

static Value encode_argument(Value source, Value encoding, Value errors)
{
    for (int i = 0; i < 2; i++) {
        Value v = i ? errors : encoding;
        if (!value_is_null(v) && !is_str(v))
            return error_format(&type_TypeError, "bytes() argument '%s' must be str, not %.50s",
                                i ? "errors" : "encoding", value_is_none(v) ? "None" : type_of(v)->name);
    }
    if (value_is_null(source) || !is_str(source))
        return error_set(&type_TypeError, value_is_null(encoding) ? "errors without a string argument"
                                                                  : "encoding without a string argument");
    if (value_is_null(encoding)) return error_set(&type_TypeError, "string argument without an encoding");
    const char *encoding_text = value_is_null(encoding) ? NULL : str_as_utf8(encoding, NULL);
    const char *errors_text = value_is_null(errors) ? NULL : str_as_utf8(errors, NULL);
    if (error_occurred()) return VALUE_NULL;
    return codecs_encode_text(source, encoding_text, errors_text);
}

static Value new_subclass(Type *type, STEALS Value exact)
{
    if (value_is_null(exact)) return VALUE_NULL;
    const Bytes *from = as_bytes(exact);
    Bytes *b = object_alloc_zeroed(type, var_object_size(type, from->length));
    if (b) {
        b->length = from->length;
        b->hash = -1;
        memcpy(b->data, from->data, (size_t)from->length + 1);
    }
    value_decref(exact);
    return value_from_object(b);
}

static Value bytes_new_slot(Type *type, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"source", "encoding", "errors", NULL};
    static const ArgSpec spec = {"bytes", names, 0, 3, 0};
    Value given[3], result;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) || !value_is_null(given[2]))
        result = encode_argument(given[0], given[1], given[2]);
    else
        result = value_is_null(given[0]) ? bytes_new(NULL, 0) : convert(given[0]);
    if (value_is_null(result) || type == &type_bytes) return result;
    return new_subclass(type, result);
}

/* --- slots --- */

static Value bytes_subscript(Value self, Value key)
{
    const Bytes *b = as_bytes(self);
    if (value_is_small_int(key) || has_index(key)) {
        ssize_t index = value_is_small_int(key) ? value_as_small_int(key) : number_as_ssize(key, &type_IndexError);
        if (index == -1 && error_occurred()) return VALUE_NULL;
        if (index < 0) index += b->length;
        if (index < 0 || index >= b->length) return error_set(&type_IndexError, "index out of range");
        return value_from_small_int((uint8_t)b->data[index]);
    }
    if (!is_slice(key))
        return error_format(&type_TypeError, "byte indices must be integers or slices, not %.200s", type_of(key)->name);
    ssize_t start, stop, step;
    if (slice_unpack(key, &start, &stop, &step) < 0) return VALUE_NULL;
    ssize_t count = slice_adjust(b->length, &start, &stop, step);
    if (count <= 0) return bytes_new(NULL, 0);
    if (step == 1) {
        if (count == b->length && object_has_type(self, &type_bytes)) return value_incref(self);
        return bytes_new(b->data + start, count);
    }
    Value result = bytes_new(NULL, count);
    if (value_is_null(result)) return result;
    for (ssize_t i = 0; i < count; i++) as_bytes(result)->data[i] = b->data[start + i * step];
    return result;
}

/* Quotes: ' unless there are only double ones to avoid escaping (smart). */
Value bytes_repr(Value v, bool smart_quotes)
{
    static const char digits[] = "0123456789abcdef";
    ByteSpan span = byte_span(v);
    char quote = '\'';
    if (smart_quotes && memchr(span.data, '\'', (size_t)span.length) && !memchr(span.data, '"', (size_t)span.length))
        quote = '"';
    StrBuilder out;
    str_builder_init(&out);
    str_builder_add_char(&out, 'b');
    str_builder_add_char(&out, (uint8_t)quote);
    for (ssize_t i = 0; i < span.length; i++) {
        uint8_t c = (uint8_t)span.data[i];
        char text[4] = {'\\', (char)c, 0, 0};
        ssize_t size = 2;
        if (c == '\t')
            text[1] = 't';
        else if (c == '\n')
            text[1] = 'n';
        else if (c == '\r')
            text[1] = 'r';
        else if (c < 0x20 || c >= 0x7f) {
            text[1] = 'x';
            text[2] = digits[c >> 4];
            text[3] = digits[c & 15];
            size = 4;
        } else if (c != '\\' && c != (uint8_t)quote && (c != '\'' || !type_is_subtype(type_of(v), &type_bytearray))) {
            text[0] = (char)c;
            size = 1;
        }
        str_builder_add_ascii(&out, text, size);
    }
    str_builder_add_char(&out, (uint8_t)quote);
    return str_builder_finish(&out);
}

static Value bytes_repr_slot(Value self)
{
    return bytes_repr(self, true);
}

bool bytes_warning_enabled;

static Value bytes_str_slot(Value self)
{
    if (bytes_warning_enabled && warn_format(&type_BytesWarning, 1, "str() on a bytes instance") < 0) return VALUE_NULL;
    return bytes_repr(self, true);
}

static int bytes_buffer_get(Value self, Buffer *view, int flags)
{
    const Bytes *b = as_bytes(self);
    return buffer_fill(view, self, (void *)b->data, b->length, true, flags);
}

static Value bytes_getnewargs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value copy = bytes_new(as_bytes(self)->data, as_bytes(self)->length);
    if (value_is_null(copy)) return copy;
    Value result = tuple_pack(1, copy);
    value_decref(copy);
    return result;
}

static Value bytes_dunder_bytes(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (object_has_type(self, &type_bytes)) return value_incref(self);
    return bytes_new(as_bytes(self)->data, as_bytes(self)->length);
}

/* --- iterator --- */

typedef struct BytesIterator {
    Object head;
    NULLABLE Value bytes; /* bytes or bytearray; no value when exhausted */
    ssize_t index;
} BytesIterator;

Value bytes_iter(Value v)
{
    BytesIterator *it = object_alloc(is_bytes(v) ? &type_bytes_iterator : &type_bytearray_iterator, sizeof *it);
    if (!it) return VALUE_NULL;
    it->bytes = value_incref(v);
    it->index = 0;
    return value_from_object(it);
}

static void iterator_destroy(Object *object)
{
    value_xdecref(((BytesIterator *)object)->bytes);
    object_free(object, sizeof(BytesIterator));
}

static Value iterator_next(Value self)
{
    BytesIterator *it = (BytesIterator *)value_as_object(self);
    if (value_is_null(it->bytes)) return VALUE_NULL;
    ByteSpan span = byte_span(it->bytes);
    if (it->index < span.length) return value_from_small_int((uint8_t)span.data[it->index++]);
    value_clear(&it->bytes);
    return VALUE_NULL;
}

static Value iterator_self(Value self)
{
    return value_incref(self);
}

static Value iterator_length_hint(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIterator *it = (BytesIterator *)value_as_object(self);
    return int_from_int64(value_is_null(it->bytes) ? 0 : MAX(0, byte_span(it->bytes).length - it->index));
}

static Value iterator_reduce(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIterator *it = (BytesIterator *)value_as_object(self);
    Value iter = import_attr("builtins", "iter");
    if (value_is_null(iter)) return VALUE_NULL;
    bool is_done = value_is_null(it->bytes);
    Value subject = is_done ? tuple_empty() : value_incref(it->bytes);
    Value arguments = tuple_pack(1, subject), result = VALUE_NULL;
    value_decref(subject);
    if (!value_is_null(arguments))
        result =
            is_done ? tuple_pack(2, iter, arguments) : tuple_pack(3, iter, arguments, value_from_small_int(it->index));
    value_xdecref(arguments);
    value_decref(iter);
    return result;
}

static Value iterator_setstate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    BytesIterator *it = (BytesIterator *)value_as_object(self);
    ssize_t index;
    if (!arg_as_ssize(args[0], &index)) return VALUE_NULL;
    if (!value_is_null(it->bytes)) it->index = MAX(0, MIN(index, byte_span(it->bytes).length));
    return VALUE_NONE;
}

static const NativeMethod iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, 0, 0, 0, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", iterator_reduce, 0, 0, 0, "Return state information for pickling."},
    {"__setstate__", iterator_setstate, 1, 1, 0, "Set state information for unpickling."},
    {NULL}};

Type type_bytes_iterator = {
    TYPE_HEAD,
    .name = "bytes_iterator",
    .instance_size = sizeof(BytesIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

Type type_bytearray_iterator = {
    TYPE_HEAD,
    .name = "bytearray_iterator",
    .instance_size = sizeof(BytesIterator),
    .destroy = iterator_destroy,
    .iter = iterator_self,
    .iternext = iterator_next,
    .methods = iterator_methods,
};

static const NativeMethod bytes_type_methods[] = {
    BYTES_SHARED_ENTRIES,
    {"__getnewargs__", bytes_getnewargs, 0, 0, 0, NULL},
    {"__bytes__", bytes_dunder_bytes, 0, 0, 0, "__bytes__($self, /)\n--\n\nConvert this value to exact type bytes."},
    {NULL}};

Type type_bytes = {
    TYPE_HEAD,
    .name = "bytes",
    .doc = "bytes(iterable_of_ints) -> bytes\n"
           "bytes(string, encoding[, errors]) -> bytes\n"
           "bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n"
           "bytes(int) -> bytes object of size given by the parameter initialized with null bytes\n"
           "bytes() -> empty bytes object\n\n"
           "Construct an immutable array of bytes from:\n"
           "  - an iterable yielding integers in range(256)\n"
           "  - a text string encoded using the specified encoding\n"
           "  - any object implementing the buffer API.\n"
           "  - an integer",
    .instance_size = offsetof(Bytes, data) + 1,
    .item_size = 1,
    .flags = TYPE_BASE | TYPE_IMMUTABLE | TYPE_IS_BYTES | TYPE_MATCH_SELF | TYPE_QUIET_DESTROY,
    .destroy = bytes_destroy,
    .new_instance = bytes_new_slot,
    .repr = bytes_repr_slot,
    .str = bytes_str_slot,
    .hash = bytes_hash,
    .compare = bytes_compare_slot,
    .iter = bytes_iter,
    .number.remainder = bytes_remainder_slot,
    .sequence = {.length = bytes_length_slot,
                 .concat = bytes_concat_slot,
                 .repeat = bytes_repeat_slot,
                 .item = bytes_item_slot,
                 .contains = bytes_contains_slot},
    .mapping = {.length = bytes_length_slot, .subscript = bytes_subscript},
    .buffer = {.get = bytes_buffer_get},
    .methods = bytes_type_methods,
};

/* bytes_methods: the slots and methods that bytes and bytearray share. Each takes either as self; results are of the
 * same kind (exact). Other operands may be any object with a buffer. The rest is in bytes_split.c and bytes_text.c. */
#include "base/utf8.h"
#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/codecs.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/search.h"
#include "objects/str_internal.h"
#include "objects/tuple.h"

Value bytes_new_like(Value like, const char *data, ssize_t length)
{
    return is_bytes(like) ? bytes_new(data, length) : bytearray_new(data, length);
}

/* --- slots --- */

ssize_t bytes_length_slot(Value self)
{
    return byte_span(self).length;
}

Value bytes_item_slot(Value self, ssize_t index)
{
    ByteSpan span = byte_span(self);
    if (index < 0 || index >= span.length)
        return error_set(&type_IndexError, is_bytes(self) ? "index out of range" : "bytearray index out of range");
    return value_from_small_int((uint8_t)span.data[index]);
}

static Value compare_result(int order, CompareOp op)
{
    switch (op) {
    case CMP_LT: return value_from_bool(order < 0);
    case CMP_LE: return value_from_bool(order <= 0);
    case CMP_EQ: return value_from_bool(order == 0);
    case CMP_NE: return value_from_bool(order != 0);
    case CMP_GT: return value_from_bool(order > 0);
    default: return value_from_bool(order >= 0);
    }
}

static Value compare_spans(ByteSpan a, ByteSpan b, CompareOp op)
{
    if ((op == CMP_EQ || op == CMP_NE) && a.length != b.length) return value_from_bool(op == CMP_NE);
    int order = memcmp(a.data, b.data, (size_t)MIN(a.length, b.length));
    if (order == 0) order = a.length < b.length ? -1 : a.length > b.length;
    return compare_result(order, op);
}

/* With -b: bytes against str (or int) is suspicious. */
static int warn_comparison(Value a, Value b)
{
    if (!bytes_warning_enabled) return 0;
    if (is_str(a) || is_str(b))
        return warn_format(&type_BytesWarning, 1, "Comparison between %s and string",
                           is_bytes(a) || is_bytes(b) ? "bytes" : "bytearray");
    if (is_int(a) || is_int(b)) return warn_format(&type_BytesWarning, 1, "Comparison between bytes and int");
    return 0;
}

Value bytes_compare_slot(Value left, Value right, CompareOp op)
{
    if (is_bytes(left) && is_bytes(right)) return compare_spans(byte_span(left), byte_span(right), op);
    if (is_bytes(left) || !supports_buffer(left) || !supports_buffer(right)) {
        if ((op == CMP_EQ || op == CMP_NE) && warn_comparison(left, right) < 0) return VALUE_NULL;
        return VALUE_NOT_IMPLEMENTED; /* bytes leave the answer to bytearray, which takes any buffer */
    }
    Buffer a, b;
    if (buffer_get(left, &a, BUFFER_SIMPLE) < 0) {
        error_clear();
        return VALUE_NOT_IMPLEMENTED;
    }
    if (buffer_get(right, &b, BUFFER_SIMPLE) < 0) {
        error_clear();
        buffer_release(&a);
        return VALUE_NOT_IMPLEMENTED;
    }
    Value result = compare_spans((ByteSpan){a.data, a.length}, (ByteSpan){b.data, b.length}, op);
    buffer_release(&a);
    buffer_release(&b);
    return result;
}

int bytes_contains_slot(Value self, Value item)
{
    ByteSpan span = byte_span(self);
    if (has_index(item)) {
        int byte;
        if (!byte_from_value(item, &byte)) return -1;
        return memchr(span.data, byte, (size_t)span.length) != NULL;
    }
    Buffer view;
    if (buffer_get(item, &view, BUFFER_SIMPLE) < 0) return -1;
    span = byte_span(self);
    ssize_t at = search_find(span.data, 1, span.length, view.data, 1, view.length, 1);
    buffer_release(&view);
    return at >= 0;
}

Value bytes_concat_slot(Value left, Value right)
{
    Buffer a, b;
    if (!supports_buffer(left) || !supports_buffer(right))
        return error_format(&type_TypeError, "can't concat %.100s to %.100s", type_of(right)->name,
                            type_of(left)->name);
    if (buffer_get(left, &a, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    if (buffer_get(right, &b, BUFFER_SIMPLE) < 0) {
        buffer_release(&a);
        return VALUE_NULL;
    }
    Value result = VALUE_NULL;
    if (a.length > SSIZE_MAX - b.length) {
        error_no_memory();
    } else if (is_bytes(left) && b.length == 0 && object_has_type(left, &type_bytes)) {
        result = value_incref(left);
    } else if (is_bytes(left) && a.length == 0 && object_has_type(right, &type_bytes)) {
        result = value_incref(right);
    } else {
        result = bytes_new_like(left, NULL, a.length + b.length);
        if (!value_is_null(result)) {
            memcpy(byte_span(result).data, a.data, (size_t)a.length);
            memcpy(byte_span(result).data + a.length, b.data, (size_t)b.length);
        }
    }
    buffer_release(&a);
    buffer_release(&b);
    return result;
}

void bytes_fill_repeated(char *out, const char *unit, ssize_t length, ssize_t count)
{
    if (length == 1) {
        memset(out, *unit, (size_t)count);
        return;
    }
    size_t total = (size_t)(length * count), done = (size_t)length;
    if (total == 0) return;
    memmove(out, unit, done);
    while (done < total) {
        size_t chunk = MIN(done, total - done);
        memcpy(out + done, out, chunk);
        done += chunk;
    }
}

Value bytes_repeat_slot(Value self, ssize_t count)
{
    ByteSpan span = byte_span(self);
    if (count < 0) count = 0;
    if (count > 0 && span.length > SSIZE_MAX / count) {
        if (is_bytes(self)) return error_set(&type_OverflowError, "repeated bytes are too long");
        return error_no_memory();
    }
    if (count == 1 && object_has_type(self, &type_bytes)) return value_incref(self);
    Value result = bytes_new_like(self, NULL, span.length * count);
    if (!value_is_null(result)) bytes_fill_repeated(byte_span(result).data, span.data, span.length, count);
    return result;
}

Value bytes_remainder_slot(Value left, Value right)
{
    if (!is_bytes(left) && !is_bytearray(left)) return VALUE_NOT_IMPLEMENTED;
    return bytes_percent_format(left, right);
}

/* --- finding --- */

/* The argument of find, count, …: a buffer, or one byte given as an int. */
typedef struct Needle {
    Buffer view;
    char byte;
    bool has_view;
    const char *data;
    ssize_t length;
} Needle;

static bool needle_get(Value v, Needle *n)
{
    n->has_view = false;
    if (supports_buffer(v)) {
        if (buffer_get(v, &n->view, BUFFER_SIMPLE) < 0) return false;
        n->has_view = true;
        n->data = n->view.data;
        n->length = n->view.length;
        return true;
    }
    if (!has_index(v)) {
        error_format(&type_TypeError, "argument should be integer or bytes-like object, not '%.200s'",
                     type_of(v)->name);
        return false;
    }
    int byte;
    if (!byte_from_value(v, &byte)) return false;
    n->byte = (char)byte;
    n->data = &n->byte;
    n->length = 1;
    return true;
}

static void needle_release(Needle *n)
{
    if (n->has_view) buffer_release(&n->view);
}

/* Optional start and end, clipped to the length. */
static bool get_bounds(const Value *args, ssize_t nargs, ssize_t length, ssize_t *low, ssize_t *high)
{
    *low = 0;
    *high = SSIZE_MAX;
    if (nargs > 1 && !arg_as_slice_index(args[1], low)) return false;
    if (nargs > 2 && !arg_as_slice_index(args[2], high)) return false;
    if (*high > length) *high = length;
    if (*high < 0) *high = MAX(0, *high + length);
    if (*low < 0) *low = MAX(0, *low + length);
    return true;
}

/* Where the first argument stands within the bounds: -1 nowhere, -2 with an error. */
static ssize_t find_argument(const char *name, Value self, const Value *args, ssize_t nargs, int direction)
{
    if (!check_find_count(name, nargs)) return -2;
    ssize_t low, high;
    Needle needle;
    if (!get_bounds(args, nargs, byte_span(self).length, &low, &high) || !needle_get(args[0], &needle)) return -2;
    ByteSpan span = byte_span(self);
    ssize_t at = -1;
    if (high <= span.length && high - low >= needle.length)
        at = search_find(span.data + low, 1, high - low, needle.data, 1, needle.length, direction);
    needle_release(&needle);
    return at < 0 ? -1 : at + low;
}

static Value find_result(ssize_t at)
{
    return at == -2 ? VALUE_NULL : value_from_small_int(at);
}

static Value index_result(ssize_t at)
{
    if (at == -1) return error_set(&type_ValueError, "subsection not found");
    return find_result(at);
}

Value bytes_method_find(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_result(find_argument("find", self, args, nargs, 1));
}

Value bytes_method_rfind(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return find_result(find_argument("rfind", self, args, nargs, -1));
}

Value bytes_method_index(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return index_result(find_argument("index", self, args, nargs, 1));
}

Value bytes_method_rindex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return index_result(find_argument("rindex", self, args, nargs, -1));
}

Value bytes_method_count(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t low, high;
    Needle needle;
    if (!check_find_count("count", nargs)) return VALUE_NULL;
    if (!get_bounds(args, nargs, byte_span(self).length, &low, &high) || !needle_get(args[0], &needle))
        return VALUE_NULL;
    ByteSpan span = byte_span(self);
    ssize_t count = 0;
    if (low <= high && high <= span.length)
        count = search_count(span.data + low, 1, high - low, needle.data, 1, needle.length, SSIZE_MAX);
    needle_release(&needle);
    return value_from_small_int(count);
}

/* 1, 0, or -1 with an error. */
static int matches_end(ByteSpan span, Value affix, ssize_t low, ssize_t high, bool at_end)
{
    Buffer view;
    if (buffer_get(affix, &view, BUFFER_SIMPLE) < 0) return -1;
    bool is_match = high - low >= view.length && memcmp(at_end ? span.data + high - view.length : span.data + low,
                                                        view.data, (size_t)view.length) == 0;
    buffer_release(&view);
    return is_match;
}

static Value test_ends(Value self, const Value *args, ssize_t nargs, const char *name, bool at_end)
{
    ssize_t low, high;
    ByteSpan span = byte_span(self);
    if (!check_find_count(name, nargs) || !get_bounds(args, nargs, span.length, &low, &high)) return VALUE_NULL;
    if (is_tuple(args[0])) {
        for (ssize_t i = 0; i < tuple_length(args[0]); i++) {
            int match = matches_end(span, tuple_item_borrow(args[0], i), low, high, at_end);
            if (match) return match < 0 ? VALUE_NULL : VALUE_TRUE;
        }
        return VALUE_FALSE;
    }
    if (!supports_buffer(args[0]))
        return error_format(&type_TypeError, "%s first arg must be bytes or a tuple of bytes, not %s", name,
                            type_of(args[0])->name);
    int match = matches_end(span, args[0], low, high, at_end);
    return match < 0 ? VALUE_NULL : value_from_bool(match);
}

Value bytes_method_startswith(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return test_ends(self, args, nargs, "startswith", false);
}

Value bytes_method_endswith(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return test_ends(self, args, nargs, "endswith", true);
}

static Value self_or_copy(Value self)
{
    if (object_has_type(self, &type_bytes)) return value_incref(self);
    ByteSpan span = byte_span(self);
    return bytes_new_like(self, span.data, span.length);
}

static Value part(Value self, ssize_t low, ssize_t high)
{
    ByteSpan span = byte_span(self);
    if (low == 0 && high == span.length) return self_or_copy(self);
    return bytes_new_like(self, span.data + low, high - low);
}

Value bytes_method_removeprefix(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ByteSpan span = byte_span(self);
    bool has = view.length > 0 && span.length >= view.length && memcmp(span.data, view.data, (size_t)view.length) == 0;
    Value result = part(self, has ? view.length : 0, span.length);
    buffer_release(&view);
    return result;
}

Value bytes_method_removesuffix(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffer view;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    ByteSpan span = byte_span(self);
    ssize_t start = span.length - view.length;
    bool has = view.length > 0 && start >= 0 && memcmp(span.data + start, view.data, (size_t)view.length) == 0;
    Value result = part(self, 0, has ? start : span.length);
    buffer_release(&view);
    return result;
}

/* --- stripping --- */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static bool is_space_byte(uint8_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}

static Value strip(Value self, const Value *args, ssize_t nargs, int sides)
{
    bool table[256] = {false};
    if (nargs == 0 || value_is_none(args[0])) {
        for (int c = 0; c < 256; c++) table[c] = is_space_byte((uint8_t)c);
    } else {
        Buffer view;
        if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        for (ssize_t i = 0; i < view.length; i++) table[((const uint8_t *)view.data)[i]] = true;
        buffer_release(&view);
    }
    ByteSpan span = byte_span(self);
    ssize_t low = 0, high = span.length;
    if (sides & STRIP_LEFT)
        while (low < high && table[(uint8_t)span.data[low]]) low++;
    if (sides & STRIP_RIGHT)
        while (high > low && table[(uint8_t)span.data[high - 1]]) high--;
    return part(self, low, high);
}

Value bytes_method_strip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_LEFT | STRIP_RIGHT);
}

Value bytes_method_lstrip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_LEFT);
}

Value bytes_method_rstrip(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return strip(self, args, nargs, STRIP_RIGHT);
}

/* --- replacing --- */

static Value replace_spans(Value self, ByteSpan old, ByteSpan new, ssize_t max_count)
{
    ByteSpan span = byte_span(self);
    if (max_count < 0) max_count = SSIZE_MAX;
    ssize_t count = search_count(span.data, 1, span.length, old.data, 1, old.length, max_count);
    if (count == 0) return self_or_copy(self);
    if (new.length > old.length && (new.length - old.length) > (SSIZE_MAX - span.length) / count)
        return error_set(&type_OverflowError, "replace bytes is too long");
    Value result = bytes_new_like(self, NULL, span.length + count * (new.length - old.length));
    if (value_is_null(result)) return result;
    char *out = byte_span(result).data;
    const char *at = span.data, *end = span.data + span.length;
    for (ssize_t i = 0; i < count; i++) {
        const char *found = at;
        if (old.length) found = at + search_find(at, 1, end - at, old.data, 1, old.length, 1);
        memcpy(out, at, (size_t)(found - at));
        out += found - at;
        memcpy(out, new.data, (size_t) new.length);
        out += new.length;
        at = found + old.length;
        if (old.length == 0 && at < end) *out++ = *at++; /* the empty string stands between all bytes */
    }
    memcpy(out, at, (size_t)(end - at));
    return result;
}

Value bytes_method_replace(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t max_count = -1;
    Buffer old, new;
    if (buffer_get(args[0], &old, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    if (buffer_get(args[1], &new, BUFFER_SIMPLE) < 0) {
        buffer_release(&old);
        return VALUE_NULL;
    }
    Value result = VALUE_NULL;
    if (nargs < 3 || arg_as_ssize(args[2], &max_count))
        result = replace_spans(self, (ByteSpan){old.data, old.length}, (ByteSpan){new.data, new.length}, max_count);
    buffer_release(&old);
    buffer_release(&new);
    return result;
}

/* --- joining --- */

/* Views of all items; the caller releases them. */
static bool get_views(const Value *items, ssize_t count, Buffer *views, ssize_t *held, ssize_t separator_length,
                      ssize_t *total)
{
    *total = 0;
    for (ssize_t i = 0; i < count; i++) {
        if (!supports_buffer(items[i])) {
            error_format(&type_TypeError, "sequence item %zd: expected a bytes-like object, %.80s found", i,
                         type_of(items[i])->name);
            return false;
        }
        if (buffer_get(items[i], &views[i], BUFFER_SIMPLE) < 0) return false;
        *held = i + 1;
        ssize_t added = views[i].length + (i ? separator_length : 0);
        if (*total > SSIZE_MAX - added) {
            error_set(&type_OverflowError, "join() result is too long");
            return false;
        }
        *total += added;
    }
    return true;
}

static Value join_views(Value like, ByteSpan separator, const Value *items, ssize_t count, Buffer *views)
{
    ssize_t held = 0, total;
    Value result = VALUE_NULL;
    if (get_views(items, count, views, &held, separator.length, &total)) {
        result = bytes_new_like(like, NULL, total);
        char *out = value_is_null(result) ? NULL : byte_span(result).data;
        for (ssize_t i = 0; out && i < count; i++) {
            if (i && separator.length) {
                memcpy(out, separator.data, (size_t)separator.length);
                out += separator.length;
            }
            memcpy(out, views[i].data, (size_t)views[i].length);
            out += views[i].length;
        }
    }
    while (held > 0) buffer_release(&views[--held]);
    return result;
}

Value bytes_join_array(Value separator, const Value *items, ssize_t count)
{
    if (count == 1 && object_has_type(items[0], &type_bytes) && is_bytes(separator)) return value_incref(items[0]);
    Buffer few[10], *views = few;
    if (count > (ssize_t)COUNT_OF(few)) {
        views = raw_calloc((size_t)count, sizeof *views);
        if (!views) return error_no_memory();
    }
    Value result = join_views(separator, byte_span(separator), items, count, views);
    if (views != few) raw_free(views);
    return result;
}

Value bytes_method_join(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Value items = sequence_fast(args[0], "can only join an iterable");
    if (value_is_null(items)) return VALUE_NULL;
    if (!is_bytes(self)) as_bytearray(self)->exports++; /* must not change its size meanwhile */
    Value result = bytes_join_array(self, sequence_fast_items(items), sequence_fast_length(items));
    if (!is_bytes(self)) as_bytearray(self)->exports--;
    value_decref(items);
    return result;
}

/* --- decoding --- */

Value bytes_method_decode(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"encoding", "errors", NULL};
    static const ArgSpec spec = {"decode", names, 0, 2, 0};
    Value given[2];
    const char *text[2] = {NULL, NULL};
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    for (int i = 0; i < 2; i++) {
        if (value_is_null(given[i])) continue;
        if (!is_str(given[i]))
            return error_format(&type_TypeError, "decode() argument '%s' must be str, not %.50s", names[i],
                                value_is_none(given[i]) ? "None" : type_of(given[i])->name);
        text[i] = str_as_utf8(given[i], NULL);
        if (!text[i]) return VALUE_NULL;
    }
    return codecs_decode_text(self, text[0], text[1]);
}

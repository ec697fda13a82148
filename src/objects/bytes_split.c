/* bytes_split: split, rsplit, splitlines and partition of bytes and bytearray. */
#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/list.h"
#include "objects/search.h"
#include "objects/tuple.h"

static bool is_space_byte(uint8_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}

static int append_part(Value list, Value self, ssize_t low, ssize_t high)
{
    Value piece;
    ByteSpan span = byte_span(self);
    if (low == 0 && high == span.length && object_has_type(self, &type_bytes))
        piece = value_incref(self);
    else
        piece = bytes_new_like(self, span.data + low, high - low);
    return value_is_null(piece) ? -1 : list_append_steal(list, piece);
}

static int split_whitespace(Value list, Value self, ssize_t max_split)
{
    ByteSpan s = byte_span(self);
    for (ssize_t i = 0;;) {
        while (i < s.length && is_space_byte((uint8_t)s.data[i])) i++;
        if (i == s.length) return 0;
        ssize_t start = i;
        if (max_split-- == 0) return append_part(list, self, start, s.length);
        while (i < s.length && !is_space_byte((uint8_t)s.data[i])) i++;
        if (append_part(list, self, start, i) < 0) return -1;
    }
}

static int rsplit_whitespace(Value list, Value self, ssize_t max_split)
{
    ByteSpan s = byte_span(self);
    for (ssize_t i = s.length;;) {
        while (i > 0 && is_space_byte((uint8_t)s.data[i - 1])) i--;
        if (i == 0) return 0;
        ssize_t end = i;
        if (max_split-- == 0) return append_part(list, self, 0, end);
        while (i > 0 && !is_space_byte((uint8_t)s.data[i - 1])) i--;
        if (append_part(list, self, i, end) < 0) return -1;
    }
}

static int split_separator(Value list, Value self, ByteSpan separator, ssize_t max_split)
{
    ByteSpan s = byte_span(self);
    ssize_t start = 0;
    while (max_split-- > 0) {
        ssize_t at = search_find(s.data + start, 1, s.length - start, separator.data, 1, separator.length, 1);
        if (at < 0) break;
        if (append_part(list, self, start, start + at) < 0) return -1;
        start += at + separator.length;
    }
    return append_part(list, self, start, s.length);
}

static int rsplit_separator(Value list, Value self, ByteSpan separator, ssize_t max_split)
{
    ByteSpan s = byte_span(self);
    ssize_t end = s.length;
    while (max_split-- > 0) {
        ssize_t at = search_find(s.data, 1, end, separator.data, 1, separator.length, -1);
        if (at < 0) break;
        if (append_part(list, self, at + separator.length, end) < 0) return -1;
        end = at;
    }
    return append_part(list, self, 0, end);
}

static int split_into(Value list, Value self, Value separator, ssize_t max_split, bool from_right)
{
    if (value_is_null(separator) || value_is_none(separator))
        return from_right ? rsplit_whitespace(list, self, max_split) : split_whitespace(list, self, max_split);
    Buffer view;
    if (buffer_get(separator, &view, BUFFER_SIMPLE) < 0) return -1;
    int status = -1;
    ByteSpan span = {view.data, view.length};
    if (span.length == 0)
        error_set(&type_ValueError, "empty separator");
    else if (from_right)
        status = rsplit_separator(list, self, span, max_split);
    else
        status = split_separator(list, self, span, max_split);
    buffer_release(&view);
    return status;
}

static Value split_method(const ArgSpec *spec, Value self, const Value *args, ssize_t nargs, Value kwnames, bool right)
{
    Value given[2];
    ssize_t max_split = -1;
    if (!args_parse(spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_ssize(given[1], &max_split)) return VALUE_NULL;
    if (max_split < 0) max_split = SSIZE_MAX;
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    int status = split_into(list, self, given[0], max_split, right);
    if (status == 0 && right) status = list_reverse(list);
    if (status == 0) return list;
    value_decref(list);
    return VALUE_NULL;
}

static const char *const split_names[] = {"sep", "maxsplit", NULL};

Value bytes_method_split(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"split", split_names, 0, 2, 0};
    return split_method(&spec, self, args, nargs, kwnames, false);
}

Value bytes_method_rsplit(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const ArgSpec spec = {"rsplit", split_names, 0, 2, 0};
    return split_method(&spec, self, args, nargs, kwnames, true);
}

Value bytes_method_splitlines(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"keepends", NULL};
    static const ArgSpec spec = {"splitlines", names, 0, 1, 0};
    Value given[1];
    bool keep_ends = false;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[0]) && !arg_as_bool(given[0], &keep_ends)) return VALUE_NULL;
    Value list = list_new(0);
    if (value_is_null(list)) return list;
    ByteSpan s = byte_span(self);
    for (ssize_t i = 0; i < s.length;) {
        ssize_t start = i;
        while (i < s.length && s.data[i] != '\n' && s.data[i] != '\r') i++;
        ssize_t end = i;
        if (i < s.length) {
            i += s.data[i] == '\r' && i + 1 < s.length && s.data[i + 1] == '\n' ? 2 : 1;
            if (keep_ends) end = i;
        }
        if (append_part(list, self, start, end) < 0) {
            value_decref(list);
            return VALUE_NULL;
        }
    }
    return list;
}

static Value whole(Value self)
{
    if (object_has_type(self, &type_bytes)) return value_incref(self);
    ByteSpan s = byte_span(self);
    return bytes_new_like(self, s.data, s.length);
}

static Value partition(Value self, Value separator, int direction)
{
    Buffer view;
    if (buffer_get(separator, &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value items[3] = {VALUE_NULL, VALUE_NULL, VALUE_NULL};
    ByteSpan s = byte_span(self);
    if (view.length == 0) {
        buffer_release(&view);
        return error_set(&type_ValueError, "empty separator");
    }
    ssize_t at = search_find(s.data, 1, s.length, view.data, 1, view.length, direction);
    if (at >= 0) {
        items[0] = bytes_new_like(self, s.data, at);
        items[1] = object_has_type(separator, &type_bytes) && is_bytes(self)
                       ? value_incref(separator)
                       : bytes_new_like(self, view.data, view.length);
        items[2] = bytes_new_like(self, s.data + at + view.length, s.length - at - view.length);
    } else {
        items[direction > 0 ? 0 : 2] = whole(self);
        items[1] = bytes_new_like(self, NULL, 0);
        items[direction > 0 ? 2 : 0] = bytes_new_like(self, NULL, 0);
    }
    buffer_release(&view);
    for (int i = 0; i < 3; i++) {
        if (!value_is_null(items[i])) continue;
        for (int k = 0; k < 3; k++) value_xdecref(items[k]);
        return VALUE_NULL;
    }
    return tuple_from_array_steal(items, 3);
}

Value bytes_method_partition(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return partition(self, args[0], 1);
}

Value bytes_method_rpartition(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return partition(self, args[0], -1);
}

/* bytes_text: the methods of bytes and bytearray that read the bytes as ASCII text: case, padding, hex, translate. */
#include "base/utf8.h"
#include "objects/abstract.h"
#include "objects/bytes_internal.h"
#include "objects/call.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/str_internal.h"

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}
static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_alpha(uint8_t c)
{
    return is_lower(c) || is_upper(c);
}
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}
static bool is_alnum(uint8_t c)
{
    return is_alpha(c) || is_digit(c);
}
static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}
static uint8_t to_lower(uint8_t c)
{
    return is_upper(c) ? c | 0x20 : c;
}
static uint8_t to_upper(uint8_t c)
{
    return is_lower(c) ? c & 0xdf : c;
}
static uint8_t swap_case(uint8_t c)
{
    return is_alpha(c) ? c ^ 0x20 : c;
}

/* --- questions --- */

static Value all_are(Value self, bool (*test)(uint8_t))
{
    ByteSpan s = byte_span(self);
    for (ssize_t i = 0; i < s.length; i++)
        if (!test((uint8_t)s.data[i])) return VALUE_FALSE;
    return value_from_bool(s.length > 0);
}

#define QUESTION(name, test)                                                                                           \
    Value bytes_method_##name(Value self, const Value *args, ssize_t nargs, Value kwnames)                             \
    {                                                                                                                  \
        return all_are(self, test);                                                                                    \
    }
QUESTION(isalpha, is_alpha)
QUESTION(isalnum, is_alnum)
QUESTION(isdigit, is_digit)
QUESTION(isspace, is_space)
#undef QUESTION

Value bytes_method_isascii(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ByteSpan s = byte_span(self);
    return value_from_bool(utf8_ascii_prefix(s.data, (size_t)s.length) == (size_t)s.length);
}

static Value all_cased(Value self, bool (*wanted)(uint8_t), bool (*unwanted)(uint8_t))
{
    ByteSpan s = byte_span(self);
    bool has_cased = false;
    for (ssize_t i = 0; i < s.length; i++) {
        if (unwanted((uint8_t)s.data[i])) return VALUE_FALSE;
        has_cased |= wanted((uint8_t)s.data[i]);
    }
    return value_from_bool(has_cased);
}

Value bytes_method_islower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_cased(self, is_lower, is_upper);
}

Value bytes_method_isupper(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return all_cased(self, is_upper, is_lower);
}

Value bytes_method_istitle(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ByteSpan s = byte_span(self);
    bool has_cased = false, after_cased = false;
    for (ssize_t i = 0; i < s.length; i++) {
        uint8_t c = (uint8_t)s.data[i];
        if (is_upper(c) ? after_cased : is_lower(c) && !after_cased) return VALUE_FALSE;
        after_cased = is_alpha(c);
        has_cased |= after_cased;
    }
    return value_from_bool(has_cased);
}

/* --- case --- */

static Value map_bytes(Value self, uint8_t (*map)(uint8_t))
{
    uint8_t table[256];
    for (int c = 0; c < 256; c++) table[c] = map((uint8_t)c);
    ByteSpan s = byte_span(self);
    if (s.length == 1) return bytes_new_like(self, (const char *)&table[(uint8_t)s.data[0]], 1);
    Value result = bytes_new_like(self, NULL, s.length);
    if (value_is_null(result)) return result;
    char *out = byte_span(result).data;
    for (ssize_t i = 0; i < s.length; i++) out[i] = (char)table[(uint8_t)s.data[i]];
    return result;
}

Value bytes_method_lower(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return map_bytes(self, to_lower);
}

Value bytes_method_upper(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return map_bytes(self, to_upper);
}

Value bytes_method_swapcase(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    return map_bytes(self, swap_case);
}

/* A result of this length with uninitialised bytes that may be written (single bytes objects are shared). */
static char *new_result(Value self, ssize_t length, Value *result)
{
    *result = bytes_new_like(self, NULL, length);
    return value_is_null(*result) ? NULL : byte_span(*result).data;
}

Value bytes_method_capitalize(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ByteSpan s = byte_span(self);
    Value result;
    char *out = new_result(self, s.length, &result);
    for (ssize_t i = 0; out && i < s.length; i++)
        out[i] = (char)(i ? to_lower((uint8_t)s.data[i]) : to_upper((uint8_t)s.data[i]));
    return result;
}

Value bytes_method_title(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ByteSpan s = byte_span(self);
    Value result;
    char *out = new_result(self, s.length, &result);
    bool after_cased = false;
    for (ssize_t i = 0; out && i < s.length; i++) {
        uint8_t c = (uint8_t)s.data[i];
        out[i] = (char)(after_cased ? to_lower(c) : to_upper(c));
        after_cased = is_alpha(c);
    }
    return result;
}

/* --- padding --- */

static bool get_padding(const char *name, const Value *args, ssize_t nargs, ssize_t *width, char *fill)
{
    *fill = ' ';
    if (!arg_as_ssize(args[0], width)) return false;
    if (nargs < 2) return true;
    bool is_byte = (is_bytes(args[1]) || is_bytearray(args[1])) && byte_span(args[1]).length == 1;
    if (!is_byte) {
        error_format(&type_TypeError, "%s() argument 2 must be a byte string of length 1, not %.50s", name,
                     value_is_none(args[1]) ? "None" : type_of(args[1])->name);
        return false;
    }
    *fill = byte_span(args[1]).data[0];
    return true;
}

static Value pad(Value self, ssize_t left, ssize_t right, char fill)
{
    ByteSpan s = byte_span(self);
    if (left <= 0 && right <= 0) {
        if (object_has_type(self, &type_bytes)) return value_incref(self);
        return bytes_new_like(self, s.data, s.length);
    }
    if (left > SSIZE_MAX / 4 - s.length || right > SSIZE_MAX / 4 - left - s.length) return error_no_memory();
    Value result;
    char *out = new_result(self, left + s.length + right, &result);
    if (!out) return result;
    memset(out, fill, (size_t)left);
    memcpy(out + left, s.data, (size_t)s.length);
    memset(out + left + s.length, fill, (size_t)right);
    return result;
}

Value bytes_method_ljust(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    char fill;
    if (!get_padding("ljust", args, nargs, &width, &fill)) return VALUE_NULL;
    ssize_t length = byte_span(self).length;
    return pad(self, 0, width > length ? width - length : 0, fill);
}

Value bytes_method_rjust(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    char fill;
    if (!get_padding("rjust", args, nargs, &width, &fill)) return VALUE_NULL;
    ssize_t length = byte_span(self).length;
    return pad(self, width > length ? width - length : 0, 0, fill);
}

Value bytes_method_center(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    char fill;
    if (!get_padding("center", args, nargs, &width, &fill)) return VALUE_NULL;
    ssize_t length = byte_span(self).length, margin = width > length ? width - length : 0;
    ssize_t left = margin / 2 + (margin & width & 1);
    return pad(self, left, margin - left, fill);
}

Value bytes_method_zfill(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    ssize_t width;
    if (!arg_as_ssize(args[0], &width)) return VALUE_NULL;
    ByteSpan s = byte_span(self);
    ssize_t fill = width > s.length ? width - s.length : 0;
    Value result = pad(self, fill, 0, '0');
    if (fill && !value_is_null(result) && s.length && (s.data[0] == '+' || s.data[0] == '-')) {
        char *out = byte_span(result).data;
        out[0] = out[fill];
        out[fill] = '0';
    }
    return result;
}

Value bytes_method_expandtabs(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"tabsize", NULL};
    static const ArgSpec spec = {"expandtabs", names, 0, 1, 0};
    Value given[1];
    int tab_size = 8;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[0]) && !arg_as_int(given[0], &tab_size)) return VALUE_NULL;
    ByteSpan s = byte_span(self);
    BytesBuilder out;
    bytes_builder_init(&out);
    ssize_t column = 0;
    for (ssize_t i = 0; i < s.length && !out.failed; i++) {
        char c = s.data[i];
        if (c == '\t') {
            ssize_t spaces = tab_size > 0 ? tab_size - column % tab_size : 0;
            if (out.length > SSIZE_MAX / 8 - spaces) {
                bytes_builder_discard(&out);
                return error_set(&type_OverflowError, "result too long");
            }
            char *at = bytes_builder_reserve(&out, spaces);
            if (!at) break;
            memset(at, ' ', (size_t)spaces);
            out.length += spaces;
            column += spaces;
        } else {
            bytes_builder_add_byte(&out, (uint8_t)c);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    Value bytes = bytes_builder_finish(&out);
    if (value_is_null(bytes) || is_bytes(self)) return bytes;
    Value result = bytearray_new(as_bytes(bytes)->data, as_bytes(bytes)->length);
    value_decref(bytes);
    return result;
}

/* --- translate --- */

Value bytes_method_maketrans(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    Buffer from, to;
    if (buffer_get(args[0], &from, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    if (buffer_get(args[1], &to, BUFFER_SIMPLE) < 0) {
        buffer_release(&from);
        return VALUE_NULL;
    }
    Value result = VALUE_NULL;
    if (from.length != to.length) {
        error_set(&type_ValueError, "maketrans arguments must have same length");
    } else {
        result = bytes_new(NULL, 256);
        char *table = value_is_null(result) ? NULL : as_bytes(result)->data;
        for (int c = 0; table && c < 256; c++) table[c] = (char)c;
        for (ssize_t i = 0; table && i < from.length; i++)
            table[((const uint8_t *)from.data)[i]] = ((const char *)to.data)[i];
    }
    buffer_release(&from);
    buffer_release(&to);
    return result;
}

static Value translate(Value self, const uint8_t *table, const bool *deleted)
{
    ByteSpan s = byte_span(self);
    Value result;
    if (s.length == 0) return bytes_new_like(self, NULL, 0);
    char *out = new_result(self, s.length, &result);
    if (!out) return result;
    ssize_t n = 0;
    bool is_changed = false;
    for (ssize_t i = 0; i < s.length; i++) {
        uint8_t c = (uint8_t)s.data[i];
        if (deleted[c]) continue;
        out[n] = (char)(table ? table[c] : c);
        is_changed |= out[n] != (char)c;
        n++;
    }
    if (!is_changed && n == s.length && object_has_type(self, &type_bytes)) {
        value_decref(result);
        return value_incref(self);
    }
    if (is_bytes(self)) {
        if (bytes_resize(&result, n) < 0) return VALUE_NULL;
    } else if (bytearray_resize(result, n) < 0) {
        value_clear(&result);
    }
    return result;
}

Value bytes_method_translate(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"", "delete", NULL};
    static const ArgSpec spec = {"translate", names, 1, 2, 0};
    Value given[2];
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    uint8_t table[256];
    bool deleted[256] = {false}, has_table = !value_is_none(given[0]);
    Buffer view;
    if (has_table) {
        if (buffer_get(given[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        bool is_good = view.length == 256;
        if (is_good) memcpy(table, view.data, 256);
        buffer_release(&view);
        if (!is_good) return error_set(&type_ValueError, "translation table must be 256 characters long");
    }
    if (!value_is_null(given[1])) {
        if (buffer_get(given[1], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
        for (ssize_t i = 0; i < view.length; i++) deleted[((const uint8_t *)view.data)[i]] = true;
        buffer_release(&view);
    }
    return translate(self, has_table ? table : NULL, deleted);
}

/* --- hex --- */

static int hex_digit(uint32_t c)
{
    if (c >= '0' && c <= '9') return (int)c - '0';
    if (c >= 'a' && c <= 'f') return (int)c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? (int)c - 'A' + 10 : -1;
}

/* The bytes, or VALUE_NULL with ValueError. */
static Value parse_hex(Value text)
{
    const Str *s = as_str(text);
    BytesBuilder out;
    bytes_builder_init(&out);
    for (ssize_t i = 0; i < s->length;) {
        if (is_space((uint8_t)MIN(str_char(s, i), 0xff))) {
            i++;
            continue;
        }
        ssize_t bad = i;
        int high = hex_digit(str_char(s, i)), low = -1;
        if (high >= 0) {
            bad = i + 1;
            if (i + 1 < s->length) low = hex_digit(str_char(s, i + 1));
        }
        if (low < 0) {
            bytes_builder_discard(&out);
            return error_format(&type_ValueError, "non-hexadecimal number found in fromhex() arg at position %zd", bad);
        }
        bytes_builder_add_byte(&out, high << 4 | low);
        i += 2;
    }
    return bytes_builder_finish(&out);
}

Value bytes_method_fromhex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    if (!is_str(args[0]))
        return error_format(&type_TypeError, "fromhex() argument must be str, not %.50s",
                            value_is_none(args[0]) ? "None" : type_of(args[0])->name);
    Value bytes = parse_hex(args[0]);
    if (value_is_null(bytes) || value_is(self, value_from_object(&type_bytes))) return bytes;
    Value result = call_1(self, bytes);
    value_decref(bytes);
    return result;
}

/* The separator as one ASCII character: false with an error. */
static bool get_separator(Value v, char *separator)
{
    if (is_str(v)) {
        if (str_length(v) != 1) {
            error_set(&type_ValueError, "sep must be length 1.");
            return false;
        }
        if (!as_str(v)->is_ascii) {
            error_set(&type_ValueError, "sep must be ASCII.");
            return false;
        }
        *separator = (char)str_char(as_str(v), 0);
        return true;
    }
    if (!is_bytes(v)) {
        error_set(&type_TypeError, "sep must be str or bytes.");
        return false;
    }
    if (as_bytes(v)->length != 1) {
        error_set(&type_ValueError, "sep must be length 1.");
        return false;
    }
    *separator = as_bytes(v)->data[0];
    if (*separator & 0x80) error_set(&type_ValueError, "sep must be ASCII.");
    return !(*separator & 0x80);
}

Value bytes_to_hex(const char *data, ssize_t length, NULLABLE Value separator_value, int group)
{
    static const char digits[] = "0123456789abcdef";
    char separator = 0;
    if (!value_is_null(separator_value) && !get_separator(separator_value, &separator)) return VALUE_NULL;
    ssize_t width = group < 0 ? -(ssize_t)group : group;
    bool has_groups = !value_is_null(separator_value) && width > 0 && width < length;
    ssize_t separators = has_groups ? (length - 1) / width : 0;
    if (length > SSIZE_MAX / 4 - separators) return error_no_memory();
    if (length == 0) return str_empty();
    Value result = str_new(length * 2 + separators, 0x7f);
    if (value_is_null(result)) return result;
    char *out = as_str(result)->data;
    ssize_t until = !has_groups ? -1 : group < 0 ? width : (length - 1) % width + 1; /* bytes before the next one */
    for (ssize_t i = 0; i < length; i++) {
        if (has_groups && until-- == 0) {
            *out++ = separator;
            until = width - 1;
        }
        *out++ = digits[(uint8_t)data[i] >> 4];
        *out++ = digits[(uint8_t)data[i] & 15];
    }
    return result;
}

Value bytes_method_hex(Value self, const Value *args, ssize_t nargs, Value kwnames)
{
    static const char *const names[] = {"sep", "bytes_per_sep", NULL};
    static const ArgSpec spec = {"hex", names, 0, 2, 0};
    Value given[2];
    int group = 1;
    if (!args_parse(&spec, args, nargs, kwnames, given)) return VALUE_NULL;
    if (!value_is_null(given[1]) && !arg_as_int(given[1], &group)) return VALUE_NULL;
    ByteSpan s = byte_span(self);
    return bytes_to_hex(s.data, s.length, given[0], group);
}

/* binascii.c: the module binascii: bytes to text encodings (hexadecimal, base64, quoted-printable, uu) and checksums.
 */
#include <ctype.h>
#include <zlib.h>

#include "modules/arguments.h"
#include "modules/exception_class.h"
#include "modules/library.h"
#include "objects/abstract.h"
#include "objects/bytes.h"
#include "objects/error.h"
#include "objects/exception.h"
#include "objects/int.h"
#include "objects/module.h"
#include "objects/str.h"

#define ZLIB_FUNCTIONS(F) F(crc32_z)
LIBRARY(zlib, "libz.so.1", ZLIB_FUNCTIONS);

static Value binascii_error, binascii_incomplete; /* owned: the exception classes */

static Value fail(const char *message)
{
    return error_set((Type *)value_as_object(binascii_error), message);
}

/* Bytes, or a str of ASCII characters. */
static bool get_ascii(Value v, Buffer *view)
{
    if (is_str(v)) {
        if (!as_str(v)->is_ascii) {
            error_set(&type_ValueError, "string argument should contain only ASCII characters");
            return false;
        }
        *view = (Buffer){.data = as_str(v)->data, .length = str_length(v), .owner = VALUE_NULL};
        return true;
    }
    if (!supports_buffer(v)) {
        error_format(&type_TypeError, "argument should be bytes, buffer or ASCII string, not '%.100T'", v);
        return false;
    }
    return buffer_get(v, view, BUFFER_SIMPLE) == 0;
}

static void release_ascii(Buffer *view)
{
    if (!value_is_null(view->owner)) buffer_release(view);
}

/* Shortens a bytes object that was made too long. */
static Value cut(Value bytes, ssize_t length)
{
    if (as_bytes(bytes)->length != length && bytes_resize(&bytes, length) < 0) return VALUE_NULL;
    return bytes;
}

/* --- hexadecimal --- */

static bool parse_separator(Value v, char *separator)
{
    ssize_t length = value_length(v);
    if (length < 0) return false;
    if (length != 1) {
        error_set(&type_ValueError, "sep must be length 1.");
        return false;
    }
    uint32_t c;
    if (is_str(v)) {
        c = str_char(as_str(v), 0);
    } else if (is_bytes(v)) {
        c = (uint8_t)as_bytes(v)->data[0];
    } else {
        error_set(&type_TypeError, "sep must be str or bytes.");
        return false;
    }
    if (c > 127) {
        error_set(&type_ValueError, "sep must be ASCII.");
        return false;
    }
    *separator = (char)c;
    return true;
}

/* Is there a separator before byte i of `length`? Groups are counted from the right, or from the left if negative. */
static bool is_group_start(ssize_t i, ssize_t length, int group)
{
    if (group == 0 || i == 0) return false;
    return (group > 0 ? length - i : i) % (group > 0 ? group : -group) == 0;
}

static Value hex_of(const uint8_t *data, ssize_t length, const char *separator, int group)
{
    ssize_t size = group < 0 ? -(ssize_t)group : group;
    ssize_t separators = separator && size && length ? (length - 1) / size : 0;
    Value result = bytes_new(NULL, 2 * length + separators);
    if (value_is_null(result)) return VALUE_NULL;
    char *at = as_bytes(result)->data;
    for (ssize_t i = 0; i < length; i++) {
        if (separators && is_group_start(i, length, group)) *at++ = *separator;
        *at++ = "0123456789abcdef"[data[i] >> 4];
        *at++ = "0123456789abcdef"[data[i] & 15];
    }
    return result;
}

static Value b2a_hex(const Value *out)
{
    Buffer view;
    char separator;
    int group = 1;
    if (is_given(out[1]) && !parse_separator(out[1], &separator)) return VALUE_NULL;
    if (!optional_int(out[2], &group) || buffer_get(out[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = hex_of(view.data, view.length, is_given(out[1]) ? &separator : NULL, group);
    buffer_release(&view);
    return result;
}

FUNCTION(binascii_b2a_hex)
{
    ARGUMENTS("b2a_hex", 1, 3, "data", "sep", "bytes_per_sep");
    return b2a_hex(out);
}

FUNCTION(binascii_hexlify)
{
    ARGUMENTS("hexlify", 1, 3, "data", "sep", "bytes_per_sep");
    return b2a_hex(out);
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

FUNCTION(binascii_a2b_hex)
{
    Buffer view;
    if (!get_ascii(args[0], &view)) return VALUE_NULL;
    Value result = VALUE_NULL;
    if (view.length % 2)
        fail("Odd-length string");
    else
        result = bytes_new(NULL, view.length / 2);
    const uint8_t *in = view.data;
    for (ssize_t i = 0; !value_is_null(result) && i < view.length / 2; i++) {
        int high = hex_digit(in[2 * i]), low = hex_digit(in[2 * i + 1]);
        if (high < 0 || low < 0) {
            value_clear(&result);
            fail("Non-hexadecimal digit found");
        } else {
            as_bytes(result)->data[i] = (char)(high << 4 | low);
        }
    }
    release_ascii(&view);
    return result;
}

/* --- base64 --- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(uint8_t c)
{
    static int8_t table[256];
    if (!table['A' + 1]) { // 'B' is 1
        memset(table, -1, sizeof table);
        for (int i = 0; i < 64; i++) table[(uint8_t)base64_digits[i]] = (int8_t)i;
    }
    return table[c];
}

typedef struct Base64Reader {
    uint8_t *out;
    unsigned bits;
    int digits, pads; /* digits of the current group of four */
    bool is_strict, padding_seen;
} Base64Reader;

/* Takes one character: 1 go on, 0 the padding is complete, -1 error. `rest`: characters that follow. */
static int base64_take(Base64Reader *reader, uint8_t c, ssize_t rest)
{
    if (c == '=') {
        reader->padding_seen = true;
        if (reader->digits >= 2 && reader->digits + ++reader->pads >= 4) {
            if (!reader->is_strict || rest == 0) return 0;
            fail("Excess data after padding");
            return -1;
        }
        return 1;
    }
    int value = base64_value(c);
    if (value < 0) {
        if (reader->is_strict) fail("Only base64 data is allowed");
        return reader->is_strict ? -1 : 1;
    }
    if (reader->is_strict && reader->padding_seen) {
        fail("Discontinuous padding not allowed");
        return -1;
    }
    reader->pads = 0;
    reader->bits = reader->bits << 6 | (unsigned)value;
    if (reader->digits > 0) *reader->out++ = (uint8_t)(reader->bits >> (6 - 2 * reader->digits));
    reader->digits = (reader->digits + 1) % 4;
    return 1;
}

static Value decode_base64(const uint8_t *data, ssize_t length, bool is_strict)
{
    if (is_strict && length && data[0] == '=') return fail("Leading padding not allowed");
    Value result = bytes_new(NULL, (length + 3) / 4 * 3);
    if (value_is_null(result)) return VALUE_NULL;
    uint8_t *start = (uint8_t *)as_bytes(result)->data;
    Base64Reader reader = {.out = start, .is_strict = is_strict};
    int status = 1;
    for (ssize_t i = 0; status > 0 && i < length; i++) status = base64_take(&reader, data[i], length - i - 1);
    ssize_t count = reader.out - start;
    if (status > 0 && reader.digits) {
        if (reader.digits == 1)
            error_format((Type *)value_as_object(binascii_error),
                         "Invalid base64-encoded string: number of data characters (%zd) cannot be 1 more than a "
                         "multiple of 4",
                         count / 3 * 4 + 1);
        else
            fail("Incorrect padding");
        status = -1;
    }
    if (status >= 0) return cut(result, count);
    value_decref(result);
    return VALUE_NULL;
}

FUNCTION(binascii_a2b_base64)
{
    ARGUMENTS("a2b_base64", 1, 1, "", "strict_mode");
    Buffer view;
    bool is_strict = false;
    if (!optional_bool(out[1], &is_strict) || !get_ascii(out[0], &view)) return VALUE_NULL;
    Value result = decode_base64(view.data, view.length, is_strict);
    release_ascii(&view);
    return result;
}

static char *encode_group(char *at, const uint8_t *in, ssize_t count)
{
    unsigned bits = (unsigned)in[0] << 16 | (count > 1 ? (unsigned)in[1] << 8 : 0) | (count > 2 ? in[2] : 0);
    *at++ = base64_digits[bits >> 18];
    *at++ = base64_digits[bits >> 12 & 63];
    *at++ = count > 1 ? base64_digits[bits >> 6 & 63] : '=';
    *at++ = count > 2 ? base64_digits[bits & 63] : '=';
    return at;
}

FUNCTION(binascii_b2a_base64)
{
    ARGUMENTS("b2a_base64", 1, 1, "", "newline");
    Buffer view;
    bool newline = true;
    if (!optional_bool(out[1], &newline) || buffer_get(out[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = bytes_new(NULL, (view.length + 2) / 3 * 4 + newline);
    if (!value_is_null(result)) {
        char *at = as_bytes(result)->data;
        const uint8_t *in = view.data;
        for (ssize_t left = view.length; left > 0; left -= 3, in += 3) at = encode_group(at, in, left);
        if (newline) *at = '\n';
    }
    buffer_release(&view);
    return result;
}

/* --- uu --- */

static Value decode_uu(const uint8_t *in, ssize_t length)
{
    ssize_t count = length ? (in[0] - ' ') & 077 : 32; // CPython reads the final null of an empty line
    if (length) in++, length--;
    Value result = bytes_new(NULL, count);
    if (value_is_null(result)) return VALUE_NULL;
    uint8_t *out = (uint8_t *)as_bytes(result)->data, *end = out + count;
    unsigned bits = 0;
    int bit_count = 0;
    for (; out < end; length--, in++) {
        unsigned c = 0;
        if (length > 0 && *in != '\n' && *in != '\r') { // a short line stands for zeros
            if (*in < ' ' || *in > ' ' + 64) {
                value_decref(result);
                return fail("Illegal char");
            }
            c = (*in - ' ') & 077;
        }
        bits = bits << 6 | c;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            *out++ = (uint8_t)(bits >> bit_count);
        }
    }
    for (; length > 0; length--, in++) {
        if (*in == ' ' || *in == ' ' + 64 || *in == '\n' || *in == '\r') continue;
        value_decref(result);
        return fail("Trailing garbage");
    }
    return result;
}

FUNCTION(binascii_a2b_uu)
{
    Buffer view;
    if (!get_ascii(args[0], &view)) return VALUE_NULL;
    Value result = decode_uu(view.data, view.length);
    release_ascii(&view);
    return result;
}

static Value encode_uu(const uint8_t *in, ssize_t length, bool backtick)
{
    if (length > 45) return fail("At most 45 bytes at once");
    Value result = bytes_new(NULL, 2 + (length + 2) / 3 * 4);
    if (value_is_null(result)) return VALUE_NULL;
    char *at = as_bytes(result)->data;
    *at++ = backtick && length == 0 ? '`' : (char)(' ' + length);
    for (ssize_t i = 0; i < length; i += 3) {
        unsigned bits = (unsigned)in[i] << 16;
        if (i + 1 < length) bits |= (unsigned)in[i + 1] << 8;
        if (i + 2 < length) bits |= in[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) {
            unsigned digit = bits >> shift & 63;
            *at++ = backtick && digit == 0 ? '`' : (char)(' ' + digit);
        }
    }
    *at = '\n';
    return result;
}

FUNCTION(binascii_b2a_uu)
{
    ARGUMENTS("b2a_uu", 1, 1, "", "backtick");
    Buffer view;
    bool backtick = false;
    if (!optional_bool(out[1], &backtick) || buffer_get(out[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    Value result = encode_uu(view.data, view.length, backtick);
    buffer_release(&view);
    return result;
}

/* --- quoted-printable --- */

static Value decode_qp(const uint8_t *in, ssize_t length, bool is_header)
{
    Value result = bytes_new(NULL, length);
    if (value_is_null(result)) return VALUE_NULL;
    uint8_t *start = (uint8_t *)as_bytes(result)->data, *out = start;
    for (ssize_t i = 0; i < length;) {
        if (in[i] == '_' && is_header) {
            *out++ = ' ';
            i++;
        } else if (in[i] != '=') {
            *out++ = in[i++];
        } else if (++i >= length) {
            break;
        } else if (in[i] == '\n' || in[i] == '\r') { // a soft line break
            while (i < length && in[i] != '\n') i++;
            if (i < length) i++;
        } else if (in[i] == '=') { // broken text: one '=' stays
            *out++ = '=';
            i++;
        } else if (i + 1 < length && hex_digit(in[i]) >= 0 && hex_digit(in[i + 1]) >= 0) {
            *out++ = (uint8_t)(hex_digit(in[i]) << 4 | hex_digit(in[i + 1]));
            i += 2;
        } else {
            *out++ = '=';
        }
    }
    return cut(result, out - start);
}

FUNCTION(binascii_a2b_qp)
{
    ARGUMENTS("a2b_qp", 1, 2, "data", "header");
    Buffer view;
    bool is_header = false;
    if (!optional_bool(out[1], &is_header) || !get_ascii(out[0], &view)) return VALUE_NULL;
    Value result = decode_qp(view.data, view.length, is_header);
    release_ascii(&view);
    return result;
}

enum { LINE_MAX_LENGTH = 76 };

typedef struct QuotedWriter {
    uint8_t *out;
    ssize_t length, column;
    bool crlf;
} QuotedWriter;

static void quoted_put(QuotedWriter *writer, uint8_t c)
{
    writer->out[writer->length++] = c;
}

static void quoted_hex(QuotedWriter *writer, uint8_t c)
{
    quoted_put(writer, '=');
    quoted_put(writer, (uint8_t) "0123456789ABCDEF"[c >> 4]);
    quoted_put(writer, (uint8_t) "0123456789ABCDEF"[c & 15]);
}

static void soft_break(QuotedWriter *writer)
{
    quoted_put(writer, '=');
    if (writer->crlf) quoted_put(writer, '\r');
    quoted_put(writer, '\n');
    writer->column = 0;
}

static bool needs_quoting(const uint8_t *in, ssize_t i, ssize_t length, ssize_t column, bool quotes_tabs, bool is_text,
                          bool is_header)
{
    uint8_t c = in[i];
    if (c > 126 || c == '=' || (is_header && c == '_')) return true;
    if (c == '.' && column == 0 && (i + 1 == length || in[i + 1] == '\n' || in[i + 1] == '\r' || in[i + 1] == 0))
        return true;
    if (!is_text && (c == '\r' || c == '\n')) return true;
    if ((c == '\t' || c == ' ') && i + 1 == length) return true;
    if (c < 33 && c != '\r' && c != '\n' && c != '\t' && c != ' ') return true;
    return c < 33 && c != '\r' && c != '\n' && quotes_tabs;
}

static void encode_qp(QuotedWriter *writer, const uint8_t *in, ssize_t length, bool quotes_tabs, bool is_text,
                      bool is_header)
{
    for (ssize_t i = 0; i < length;) {
        uint8_t c = in[i];
        if (needs_quoting(in, i, length, writer->column, quotes_tabs, is_text, is_header)) {
            if (writer->column + 3 >= LINE_MAX_LENGTH) soft_break(writer);
            quoted_hex(writer, c);
            writer->column += 3;
            i++;
        } else if (is_text && (c == '\n' || (c == '\r' && i + 1 < length && in[i + 1] == '\n'))) {
            writer->column = 0;
            // blanks at the end of a line are quoted
            uint8_t last = writer->length ? writer->out[writer->length - 1] : 0;
            if (last == ' ' || last == '\t') {
                writer->length--;
                quoted_hex(writer, last);
            }
            if (writer->crlf) quoted_put(writer, '\r');
            quoted_put(writer, '\n');
            i += c == '\r' ? 2 : 1;
        } else {
            if (i + 1 < length && in[i + 1] != '\n' && writer->column + 1 >= LINE_MAX_LENGTH) soft_break(writer);
            writer->column++;
            quoted_put(writer, is_header && c == ' ' ? '_' : c);
            i++;
        }
    }
}

FUNCTION(binascii_b2a_qp)
{
    ARGUMENTS("b2a_qp", 1, 4, "data", "quotetabs", "istext", "header");
    Buffer view;
    bool quotes_tabs = false, is_text = true, is_header = false;
    if (!optional_bool(out[1], &quotes_tabs) || !optional_bool(out[2], &is_text) ||
        !optional_bool(out[3], &is_header) || buffer_get(out[0], &view, BUFFER_SIMPLE) < 0)
        return VALUE_NULL;
    const uint8_t *newline = memchr(view.data, '\n', (size_t)view.length);
    bool crlf = newline && newline > (const uint8_t *)view.data && newline[-1] == '\r';
    // each byte takes three, and a soft break comes after 25 of those at most
    Value result = bytes_new(NULL, view.length * 4 + 8);
    if (!value_is_null(result)) {
        QuotedWriter writer = {.out = (uint8_t *)as_bytes(result)->data, .crlf = crlf};
        encode_qp(&writer, view.data, view.length, quotes_tabs, is_text, is_header);
        result = cut(result, writer.length);
    }
    buffer_release(&view);
    return result;
}

/* --- checksums --- */

static bool arg_as_checksum(Value v, unsigned *crc)
{
    Value index = number_index(v);
    if (value_is_null(index)) return false;
    *crc = (unsigned)int_as_uint64_mask(index);
    value_decref(index);
    return true;
}

FUNCTION(binascii_crc32)
{
    Buffer view;
    unsigned crc = 0;
    if (!library_load(&zlib_library)) return VALUE_NULL;
    if (nargs > 1 && !arg_as_checksum(args[1], &crc)) return VALUE_NULL;
    if (buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    uint64_t result = zlib.crc32_z(crc, view.data, (size_t)view.length);
    buffer_release(&view);
    return value_from_small_int((int64_t)(result & 0xffffffff));
}

FUNCTION(binascii_crc_hqx)
{
    Buffer view;
    unsigned crc;
    if (!arg_as_checksum(args[1], &crc) || buffer_get(args[0], &view, BUFFER_SIMPLE) < 0) return VALUE_NULL;
    crc &= 0xffff;
    const uint8_t *in = view.data;
    for (ssize_t i = 0; i < view.length; i++) {
        crc ^= (unsigned)in[i] << 8;
        for (int bit = 0; bit < 8; bit++) crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021u : 0)) & 0xffff;
    }
    buffer_release(&view);
    return value_from_small_int(crc);
}

static const NativeMethod methods[] = {
    {"a2b_uu", binascii_a2b_uu, 1, 1, 0, "a2b_uu($module, data, /)\n--\n\nDecode a line of uuencoded data."},
    {"b2a_uu", binascii_b2a_uu, 0, -1, NATIVE_KEYWORDS,
     "b2a_uu($module, data, /, *, backtick=False)\n--\n\nUuencode line of data."},
    {"a2b_base64", binascii_a2b_base64, 0, -1, NATIVE_KEYWORDS,
     "a2b_base64($module, data, /, *, strict_mode=False)\n--\n\nDecode a line of base64 data."},
    {"b2a_base64", binascii_b2a_base64, 0, -1, NATIVE_KEYWORDS,
     "b2a_base64($module, data, /, *, newline=True)\n--\n\nBase64-code line of data."},
    {"a2b_hex", binascii_a2b_hex, 1, 1, 0,
     "a2b_hex($module, hexstr, /)\n--\n\nBinary data of hexadecimal representation."},
    {"unhexlify", binascii_a2b_hex, 1, 1, 0,
     "unhexlify($module, hexstr, /)\n--\n\nBinary data of hexadecimal representation."},
    {"b2a_hex", binascii_b2a_hex, 0, -1, NATIVE_KEYWORDS,
     "b2a_hex($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nHexadecimal representation of binary "
     "data."},
    {"hexlify", binascii_hexlify, 0, -1, NATIVE_KEYWORDS,
     "hexlify($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nHexadecimal representation of binary "
     "data."},
    {"a2b_qp", binascii_a2b_qp, 0, -1, NATIVE_KEYWORDS,
     "a2b_qp($module, /, data, header=False)\n--\n\nDecode a string of qp-encoded data."},
    {"b2a_qp", binascii_b2a_qp, 0, -1, NATIVE_KEYWORDS,
     "b2a_qp($module, /, data, quotetabs=False, istext=True, header=False)\n--\n\n"
     "Encode a string using quoted-printable encoding."},
    {"crc32", binascii_crc32, 1, 2, 0, "crc32($module, data, crc=0, /)\n--\n\nCompute CRC-32 incrementally."},
    {"crc_hqx", binascii_crc_hqx, 2, 2, 0, "crc_hqx($module, data, crc, /)\n--\n\nCompute CRC-CCITT incrementally."},
    {NULL},
};

static int exec(Value module)
{
    if (value_is_null(binascii_error)) binascii_error = exception_class_new("binascii.Error", &type_ValueError);
    if (value_is_null(binascii_error) || module_add(module, "Error", value_incref(binascii_error)) < 0) return -1;
    if (value_is_null(binascii_incomplete))
        binascii_incomplete = exception_class_new("binascii.Incomplete", &type_Exception);
    if (value_is_null(binascii_incomplete)) return -1;
    return module_add(module, "Incomplete", value_incref(binascii_incomplete));
}

NATIVE_MODULE(binascii) = {
    .name = "binascii",
    .doc = "Conversion between binary data and ASCII",
    .methods = methods,
    .exec = exec,
};
